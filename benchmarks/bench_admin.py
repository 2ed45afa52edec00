"""How fast the admin's list of posts is: `python -m benchmarks.bench_admin [POSTS] [--seconds N] [--json]`.

A site with so many posts is served by one worker on one core, and asked from another for the list, as an owner who is
signed in. Printed are answers a second for its first page, other orders, filters, a search, and the dashboard; and how
many came of a second of the processor, which tells more where other work goes on.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks.accounts import added
from benchmarks.figures import tell
from benchmarks.filling import fill
from benchmarks.load import ask
from benchmarks.servers import Server, served, uvicorn
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.followers import run as followers
from westmarch.ops import schema
from westmarch.posts.following import FOLLOWERS

PAGES = {
    "list of posts": "/admin/posts/",
    "by title": "/admin/posts/?sort=title",
    "by views": "/admin/posts/?sort=-views",
    "with a tag": "/admin/posts/?tag=tag-3&show=published",
    "a search": "/admin/posts/?q=number+49",
    "dashboard": "/admin/",
}
#: A server that takes less of a second of the processor rests.
_IDLE = 0.05


async def _filled(url: str, posts: int) -> None:
    await schema.upgrade(url)
    async with open_database(url) as db:
        await db.write(fill, posts)
        await followers.catch_up(db, FOLLOWERS, "benchmark", now())


def _rest(server: Server, patience: float = 120) -> None:
    """Wait until the server has nothing to do any more: it makes the index of the search when it starts."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        before = server.processor_time()
        time.sleep(2)
        if server.processor_time() - before < _IDLE * 2:
            return


def measure(folder: Path, posts: int, seconds: float) -> dict[str, float]:
    """All figures for a site of that size."""
    (folder / "westmarch.toml").write_text('url = "http://127.0.0.1"\n')
    url = f"sqlite:///{folder / 'westmarch.db'}"
    asyncio.run(_filled(url, posts))
    headers = [f"Cookie: {added(url)}"]
    found: dict[str, float] = {"posts": posts}
    with served(uvicorn("westmarch.app:from_environment"), {"WESTMARCH_SITE": str(folder)}) as server:
        _rest(server)
        for name, path in PAGES.items():
            ask(server.url + path, 1, headers=headers)
            before = server.processor_time()
            answers = ask(server.url + path, seconds, headers=headers)
            found[f"{name}, req/s"] = answers.rate
            found[f"{name}, req per s of processor"] = answers.number / (server.processor_time() - before)
    return found


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=int, nargs="?", default=5_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each address is asked for")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        tell(measure(Path(place), given.posts, given.seconds), as_json=given.json)


if __name__ == "__main__":
    main()
