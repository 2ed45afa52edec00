"""How fast uncached pages are: `python -m benchmarks.bench_pages [POSTS …] [--seconds N] [--json]`.

A site with so many posts is served by one worker on one core, and asked from another. Printed for each size: answers a
second for a post, the front page, a page far down the list, a tag and the feed; in the same run, those of a bare ASGI
application on the same server that sends the bytes of the post's page; seconds from start to the first answer; and the
worker's resident memory, in MiB, before the feed was asked for and at the end.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import urllib.request
from pathlib import Path

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks.filling import fill
from benchmarks.load import rate
from benchmarks.servers import resident, served, uvicorn
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.followers import run as followers
from westmarch.ops import schema
from westmarch.posts.following import FOLLOWERS

SIZES = (50, 5_000, 50_000)


async def _filled(url: str, posts: int) -> None:
    await schema.upgrade(url)
    async with open_database(url) as db:
        await db.write(fill, posts)
        # Else the server would do this while it is measured.
        await followers.catch_up(db, FOLLOWERS, "benchmark", now())


def measure(folder: Path, posts: int, seconds: float) -> dict[str, float]:
    """All figures for a site of that size."""
    (folder / "westmarch.toml").write_text('url = "https://example.org"\n')
    asyncio.run(_filled(f"sqlite:///{folder / 'westmarch.db'}", posts))
    found: dict[str, float] = {"posts": posts}
    site = {"WESTMARCH_SITE": str(folder), "WESTMARCH_CACHE_SIZE": "0"}
    with served(uvicorn("westmarch.app:from_environment"), site) as server:
        url, pid = server.url, server.pid
        middle = f"/post-{posts // 2}/"
        far = max(2, posts // 12 - 1)
        body = urllib.request.urlopen(url + middle).read()
        (folder / "body").write_bytes(body)
        found["bytes of the post's page"] = len(body)
        for name, path in (
            ("post", middle),
            ("home", "/"),
            ("page far down", f"/page/{far}/"),
            ("tag", "/tags/tag-7/"),
            ("feed", "/feed.xml"),
        ):
            rate(url + path, 1)
            found[f"{name}, req/s"] = rate(url + path, seconds)
            if name == "tag":
                found["resident after pages, MiB"] = resident(pid)
        found["resident at the end, MiB"] = resident(pid)
        found["first 200, s"] = server.first
    with served(uvicorn("benchmarks.bare:application"), {"BENCH_BODY": str(folder / "body")}) as server:
        found["same bytes, bare ASGI, req/s"] = rate(server.url + "/", seconds)
    return found


def main() -> None:
    """Measure each size, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=int, nargs="*", default=SIZES)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each address is asked for")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    columns = []
    for posts in given.posts:
        with tempfile.TemporaryDirectory() as place:
            columns.append(measure(Path(place), posts, given.seconds))
    if given.json:
        json.dump(columns, sys.stdout)
        return
    for name in columns[0]:
        digits = 2 if name.endswith(", s") else 0
        print(f"{name:30}" + "".join(f"{column[name]:12,.{digits}f}" for column in columns))


if __name__ == "__main__":
    main()
