"""How fast the JSON API is without a cache: `python -m benchmarks.bench_api [POSTS] [--seconds N] [--json]`.

A site with so many posts on SQLite is served by one worker on one core, and asked from another: for a list of 50 posts
and for one post, as a reader and with a token, then to write posts, each of which is on the disk before it is answered.
Printed are answers a second, and the milliseconds of the processor that one takes: of each the best of some rounds, for
what else a machine does only makes them worse.
"""

import argparse
import asyncio
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import insert
from sqlalchemy.orm import Session

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks import figures
from benchmarks.filling import FIRST, TEXT, fill
from benchmarks.load import CONNECTIONS, ask, pin
from benchmarks.servers import Server, served, uvicorn
from westmarch.accounts import tokens
from westmarch.accounts.models import Account
from westmarch.accounts.secrets import new
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.followers import run as followers
from westmarch.ops import schema
from westmarch.posts.following import FOLLOWERS

POSTS, ROUNDS = 5_000, 5
_PROCESSOR = ", processor ms"


def _token(session: Session) -> str:
    """A token of an owner."""
    values = {"name": "Ann", "folded": "ann", "role": "owner", "created_at": now()}
    account_id = session.execute(insert(Account).values(**values).returning(Account.id)).scalar_one()
    secret = new(tokens.PREFIXES["personal"])
    tokens.keep(session, secret, "personal", account_id, ("admin",), expires_at=now() + timedelta(days=1))
    return secret


async def _filled(url: str, posts: int) -> str:
    await schema.upgrade(url)
    async with open_database(url) as db:
        await db.write(fill, posts)
        await followers.catch_up(db, FOLLOWERS, "benchmark", now())
        return await db.write(_token)


async def _written(url: str, token: str, markdown: str, seconds: float) -> float:
    """Posts that are written in a second, over as many connections as other figures are taken with."""
    parts, until, done = urlsplit(url), time.perf_counter() + seconds, 0

    async def write() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while time.perf_counter() < until:
            body = json.dumps({"title": f"Written {os.urandom(4).hex()}", "markdown": markdown, "tags": ["tag-7"]})
            head = (
                f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write((head + body).encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(answer.decode())
            length = re.search(rb"content-length: (\d+)", answer)
            await reader.readexactly(int(length[1]) if length else 0)
            done += 1
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(CONNECTIONS)))
    return done / (time.perf_counter() - started)


def _at_rest(server: Server) -> None:
    """Wait until the server does nothing by itself any more: it indexes all posts when it starts first."""
    while True:
        before = server.processor_time()
        time.sleep(1)
        if not server.processor_time() - before >= 0.05:  # Not a number is at rest, too.
            return


def _round(server: Server, token: str, post_id: int, seconds: float) -> Iterator[tuple[str, float]]:
    """All figures once, by their names."""
    api, signed_in = server.url + "/api/v1", [f"Authorization: Bearer {token}"]
    for name, path, headers in (
        ("list of 50 posts, a reader", "/posts?limit=50", []),
        ("list of 50 posts, with a token", "/posts?limit=50", signed_in),
        ("list of 50 posts of a tag, a reader", "/posts?limit=50&tag=tag-7", []),
        ("one post, a reader", f"/posts/{post_id}", []),
        ("one post, with a token", f"/posts/{post_id}", signed_in),
    ):
        # One asks after the other: readers who ask at once share what is made.
        ask(api + path, 1, 1, headers)
        before = server.processor_time()
        answers = ask(api + path, seconds, 1, headers)
        yield name, answers.rate
        yield name + _PROCESSOR, (server.processor_time() - before) / answers.number * 1e3
    for name, markdown in (("a short post written", "Some *words*.\n"), ("a long post written", TEXT)):
        before, started = server.processor_time(), time.perf_counter()
        rate = asyncio.run(_written(api + "/posts", token, markdown, seconds))
        written = rate * (time.perf_counter() - started)
        yield name, rate
        yield name + _PROCESSOR, (server.processor_time() - before) / written * 1e3


def measure(folder: Path, posts: int, seconds: float) -> dict[str, float]:
    """All figures for a site of that size."""
    (folder / "westmarch.toml").write_text('url = "https://example.org"\n')
    token = asyncio.run(_filled(f"sqlite:///{folder / 'westmarch.db'}", posts))
    found: dict[str, float] = {}
    site = {"WESTMARCH_SITE": str(folder), "WESTMARCH_CACHE_SIZE": "0"}
    with served(uvicorn("westmarch.app:from_environment"), site) as server:
        pin(os.getpid(), max)
        for _ in range(ROUNDS):
            _at_rest(server)
            for name, figure in _round(server, token, FIRST + posts // 2, seconds):
                better = min if name.endswith(_PROCESSOR) else max
                found[name] = better(found.get(name, figure), figure)
    return found


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=int, nargs="?", default=POSTS)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each is asked for in a round")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        figures.tell(measure(Path(place), given.posts, given.seconds), as_json=given.json)


if __name__ == "__main__":
    main()
