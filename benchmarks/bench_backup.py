"""What a backup takes, and its readers: `python -m benchmarks.bench_backup [POSTS] [--media MB] [--url postgresql://…]`.

A site with so many posts and stored files is served and read past its cache; meanwhile a backup is made by the command,
in a process of its own, and restored into a new SQLite site. Printed are seconds, peak memory of each command, and what
99 of 100 readers waited at most without and with a backup beside them.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy.orm import Session

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks.figures import tell
from benchmarks.filling import fill
from benchmarks.load import ask
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
#: How long readers read alone.
SECONDS = 10


def _add_file(session: Session, folder: Path, number: int) -> None:
    content = os.urandom(FILE)
    name = f"{number}.zip"
    store(session, folder, content, examine(content, name), filename=name)


async def make_site(site: Path, url: str, posts: int, megabytes: int) -> None:
    """Fill a site with posts and stored files."""
    (site / TOML_NAME).write_text(f"database_url = {json.dumps(url)}\ncache_size = 0\n")
    await schema.upgrade(url)
    async with open_database(url, answer_timeout=None) as db:
        await db.write(fill, posts)
        await followers.catch_up(db, FOLLOWERS, "benchmark", now())
        for number in range(megabytes * 1_000_000 // FILE):
            await db.write(_add_file, site / "media", number)


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


def measure(folder: Path, url: str | None, posts: int, megabytes: int) -> dict[str, float]:
    """Fill, serve, back up, restore."""
    site, file = folder / "site", folder / "one.tar.zst"
    site.mkdir()
    asyncio.run(make_site(site, url or f"sqlite:///{site / 'westmarch.db'}", posts, megabytes))
    found: dict[str, float] = {"posts": posts, "stored files, MB": megabytes}
    environment = {"WESTMARCH_SITE": str(site)}
    found["backup, s"], found["backup, MiB"] = run("--site", str(site), "backup", str(file))
    found["file, MB"] = file.stat().st_size / 1e6
    found["restore, s"], found["restore, MiB"] = run(
        "--site", str(folder / "other"), "restore", str(file), "--database-url", "sqlite:///westmarch.db"
    )
    file.unlink()
    with served(uvicorn("westmarch.app:from_environment"), environment) as server:
        page = f"{server.url}/post-{posts // 2}/"
        found["99 of 100 readers wait at most, ms"] = ask(page, SECONDS).p99 * 1000
        command = [sys.executable, "-m", "westmarch", "--site", str(site), "backup", str(file)]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        # Not longer than the backup takes, which is longer now: else the readers are alone again at the end.
        found["the same beside a backup, ms"] = ask(page, max(found["backup, s"], 1)).p99 * 1000
        if process.wait():
            raise RuntimeError("the backup failed")
        found["backup beside readers, s"] = time.perf_counter() - start
    return found


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=int, nargs="?", default=50_000)
    parser.add_argument("--media", type=int, default=5_000, help="megabytes of stored files")
    parser.add_argument("--url", help="a database that is empty; without it, SQLite in a temporary folder")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = measure(Path(place), given.url, given.posts, given.media)
    tell(found, as_json=given.json)


if __name__ == "__main__":
    main()
