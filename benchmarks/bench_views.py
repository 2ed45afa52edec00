"""What counting views costs a cached page: `python -m benchmarks.bench_views [--rounds N] [--seconds N] [--json]`.

One worker on one core answers a stored page, in turns to a robot, whose views are not counted, and to a browser that
comes from another site, whose views and host are. Printed are the medians of answers a second over the rounds, and what
is lost.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks.figures import tell
from benchmarks.filling import fill
from benchmarks.load import ask
from benchmarks.servers import served
from westmarch.db.database import open_database
from westmarch.ops import schema

ROBOT = ("User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 bot/146.0", "Accept-Encoding: gzip")
READER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
    "Accept-Encoding: gzip",
)
FROM = "Referer: https://news.example.net/front"
PATH = "/post-20/"


async def _filled(url: str) -> None:
    await schema.upgrade(url)
    async with open_database(url) as db:
        await db.write(fill, 50)


def measure(folder: Path, rounds: int, seconds: float) -> dict[str, float]:
    """All figures."""
    (folder / "westmarch.toml").write_text('url = "http://127.0.0.1"\n')
    asyncio.run(_filled(f"sqlite:///{folder / 'westmarch.db'}"))
    asked = {"robot": (*ROBOT, FROM), "reader": (*READER, FROM)}
    rates: dict[str, list[float]] = {name: [] for name in asked}
    command = [sys.executable, "-m", "westmarch", "--site", str(folder), "serve", "--port"]
    with served(command, {}) as server:
        for headers in asked.values():
            ask(server.url + PATH, 1, headers=headers)
        for _ in range(rounds):
            for name, headers in asked.items():
                rates[name].append(ask(server.url + PATH, seconds, headers=headers).rate)
    robot, reader = statistics.median(rates["robot"]), statistics.median(rates["reader"])
    return {"not counted, req/s": robot, "counted, req/s": reader, "lost, %": (1 - reader / robot) * 100}


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        tell(measure(Path(place), given.rounds, given.seconds), as_json=given.json)


if __name__ == "__main__":
    main()
