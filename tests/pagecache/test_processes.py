"""Several servers on one database: whatever one of them or a command writes, all others show."""

import os
import re
import signal
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.factories import post
from tests.pagecache.cached import fill
from tests.pagecache.test_races import rename
from tests.serving import Serving, serving
from westmarch.db.database import open_database


def site_in(folder: Path, database_url: str) -> Path:
    folder.mkdir()
    (folder / "westmarch.toml").write_text(
        f'url = "https://example.org"\ndatabase_url = "{database_url}"\n', encoding="utf-8"
    )
    return folder


def look(server: Serving, path: str) -> tuple[str, str]:
    """The title on a page, and what Cache-Status says."""
    # The time is for a worker that has only just begun to start; certificates, which nothing here needs, take 40 ms.
    answer = httpx2.get(server.url + path, timeout=30, verify=False)
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    return re.sub("<[^>]+>", "", found[1]).strip() if found else "", answer.headers.get("cache-status", "")


async def test_servers_show_what_others_write_also_after_one_was_killed(database_url: str, tmp_path: Path) -> None:
    async with open_database(database_url) as db:
        await db.write(fill)
        with ExitStack() as stack:
            sites = [site_in(tmp_path / name, database_url) for name in ("a", "b", "c")]
            servers = [stack.enter_context(serving(site)) for site in sites[:2]]
            for number in range(10):
                for server in servers:
                    assert any(look(server, "/p1/")[1] == "westmarch; hit" for _ in range(50))  # Followers write too.
                title = f"Title {number}"
                await db.write(rename, title)
                assert [look(server, "/p1/")[0] for server in servers] == [title, title]
            os.kill(servers[0].process.pid, signal.SIGKILL)
            await db.write(rename, "After")
            again = stack.enter_context(serving(sites[2]))
            assert [look(server, "/p1/")[0] for server in (servers[1], again)] == ["After", "After"]
            await db.write(post, "New", slug="new-one")
            assert [look(server, "/new-one/")[0] for server in (servers[1], again)] == ["New", "New"]


@pytest.mark.parametrize("workers", [2])
async def test_workers_of_one_server_show_what_others_write(database_url: str, tmp_path: Path, workers: int) -> None:
    async with open_database(database_url) as db:
        await db.write(fill)
        with serving(site_in(tmp_path / "site", database_url), "--workers", str(workers)) as server:
            for number in range(20):
                title = f"Title {number}"
                await db.write(rename, title)
                assert {look(server, "/p1/")[0] for _ in range(6)} == {title}
