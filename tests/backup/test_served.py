"""Backups and restores of a site that is served."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.conftest import in_a_loop_apart
from tests.serving import serving
from westmarch.backup.making import make
from westmarch.backup.restoring import restore
from westmarch.db.database import open_database
from westmarch.settings import Settings
from westmarch.site.actions import change


def asked(url: str) -> tuple[int, str]:
    """Status and text of the page at an address."""
    try:
        with urlopen(url, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def come_from_the_cache(url: str) -> bool:
    """Whether the page at an address is answered from memory, at last: what was just written may have thrown it out."""
    return any(urlopen(url, timeout=20).headers["Cache-Status"] == "westmarch; hit" for _ in range(50))


@contextmanager
def readers(url: str) -> Iterator[list[int]]:
    """Somebody who reads the page all the time, also past the cache; the statuses of the answers."""
    statuses: list[int] = []
    done = threading.Event()

    def read() -> None:
        number = 0
        while not done.is_set():
            number += 1
            statuses.append(asked(url if number % 2 else f"{url}?nothing={number}")[0])

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield statuses
    finally:
        done.set()
        thread.join()


async def set_title(settings: Settings, title: str) -> None:
    async with open_database(settings.database_url) as db:
        await db.write(change, {"title": title}, actor="test")


def test_readers_do_not_notice_a_backup_and_see_a_restored_site_at_once(full: Settings, tmp_path: Path) -> None:
    with serving(full.site) as server, readers(f"{server.url}/") as statuses:
        assert "A site to keep" in asked(f"{server.url}/")[1]
        made = in_a_loop_apart(make(full, tmp_path / "one.tar.zst"))
        assert set(statuses) == {200}
        in_a_loop_apart(set_title(full, "Another title"))
        assert "Another title" in asked(f"{server.url}/")[1]
        assert come_from_the_cache(f"{server.url}/")
        in_a_loop_apart(restore(made.file, full.site, replace=True))
        status, page = asked(f"{server.url}/")
        assert status == 200
        assert "A site to keep" in page
        assert "Another title" not in page
        assert come_from_the_cache(f"{server.url}/")
    waits = full.database_url.startswith("postgresql")
    assert set(statuses) <= ({200, 503} if waits else {200})
