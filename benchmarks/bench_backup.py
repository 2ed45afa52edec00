"""What a backup takes, and its readers: `python -m benchmarks.bench_backup [POSTS] [--media MB] [--place FOLDER]`.

A site with so many posts and stored files is backed up by the command, in a process of its own; then once more while
it is served and read past its cache; and restored into a new SQLite site. Printed are seconds, megabytes a second,
peak memory of each command, and what readers waited without and with a backup beside them. On the disk are at most
the site and one more copy of it: 14 GB for 50,000 posts and 5 GB of stored files.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks.figures import tell
from benchmarks.filling import fill
from benchmarks.load import Answers, ask
from benchmarks.servers import served, uvicorn
from westmarch.configuration import TOML_NAME
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.followers import run as followers
from westmarch.media.actions import store
from westmarch.media.files import examine
from westmarch.ops import schema
from westmarch.posts.following import FOLLOWERS

#: One stored file, in bytes.
FILE = 4_000_000
#: So many are stored in one transaction.
BATCH = 10
#: How long readers read alone.
SECONDS = 10


def _add_files(session: Session, folder: Path, numbers: Iterable[int]) -> None:
    for number in numbers:
        content, name = os.urandom(FILE), f"{number}.zip"
        store(session, folder, content, examine(content, name), filename=name)


async def make_site(site: Path, url: str, posts: int, megabytes: int) -> None:
    """Fill a site with posts and stored files."""
    (site / TOML_NAME).write_text(f"database_url = {json.dumps(url)}\ncache_size = 0\n")
    await schema.upgrade(url)
    async with open_database(url, answer_timeout=None) as db:
        await db.write(fill, posts)
        await followers.catch_up(db, FOLLOWERS, "benchmark", now())
        files = range(megabytes * 1_000_000 // FILE)
        for start in range(0, len(files), BATCH):
            await db.write(_add_files, site / "media", files[start : start + BATCH])


def run(*arguments: str) -> tuple[float, float]:
    """Seconds and peak memory (MiB) of a command of ours."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "westmarch", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    process.returncode = 0
    unit = 1024 if sys.platform == "linux" else 1024**2
    return time.perf_counter() - start, usage.ru_maxrss / unit


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tell what takes its time, and how long it took."""
    start = time.perf_counter()
    print(f"{what}…", file=sys.stderr, end=" ", flush=True)
    yield
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)


def measure(folder: Path, url: str | None, posts: int, megabytes: int) -> dict[str, float]:
    """Fill, back up, serve and back up again, restore; never more is on the disk than the site twice."""
    site, file = folder / "site", folder / "one.tar.zst"
    site.mkdir()
    found: dict[str, float] = {"posts": posts, "stored files, MB": megabytes}
    backup = ("--site", str(site), "backup", str(file))
    with step("a site is filled"):
        asyncio.run(make_site(site, url or f"sqlite:///{site / 'westmarch.db'}", posts, megabytes))
    with step("it is backed up"):
        found["backup, s"], found["backup, MiB"] = run(*backup)
    found["file, MB"] = file.stat().st_size / 1e6
    found["backup, MB/s"] = found["file, MB"] / found["backup, s"]
    file.unlink()
    with served(uvicorn("westmarch.app:from_environment"), {"WESTMARCH_SITE": str(site)}) as server:
        page = f"{server.url}/post-{posts // 2}/"
        with step("readers read"):
            note(found, "readers alone", ask(page, SECONDS))
        with step("readers read beside a backup"), ThreadPoolExecutor(1) as thread:
            made = thread.submit(run, *backup)
            # Not longer than the backup takes, which is longer now: else the readers are alone again at the end.
            note(found, "readers beside a backup", ask(page, max(found["backup, s"], 1)))
            found["backup beside readers, s"], found["backup beside readers, MiB"] = made.result()
    shutil.rmtree(site)
    with step("it is restored"):
        found["restore, s"], found["restore, MiB"] = run(
            "--site", str(folder / "other"), "restore", str(file), "--database-url", "sqlite:///westmarch.db"
        )
    found["restore, MB/s"] = found["file, MB"] / found["restore, s"]
    return found


def note(found: dict[str, float], who: str, answers: Answers) -> None:
    """Note what readers waited."""
    found[f"{who}, pages/s"] = answers.rate
    found[f"{who}: half wait at most, ms"] = answers.p50 * 1000
    found[f"{who}: 99 of 100 wait at most, ms"] = answers.p99 * 1000


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=int, nargs="?", default=50_000)
    parser.add_argument("--media", type=int, default=5_000, help="megabytes of stored files")
    parser.add_argument("--url", help="a database that is empty; without it, SQLite in a temporary folder")
    parser.add_argument("--place", help="a folder to work in, with space for the site twice; without it, TMPDIR")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.place) as place:
        found = measure(Path(place), given.url, given.posts, given.media)
    tell(found, as_json=given.json)


if __name__ == "__main__":
    main()
