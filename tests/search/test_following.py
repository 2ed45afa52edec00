"""The index follows the database, whatever happens to it."""

import asyncio
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.books.records import store
from tests.search.conftest import Asking, asking, caught_up, until
from westmarch.books.models import Book, BookTag, Writer
from westmarch.changes.models import Epoch
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.search import rebuilding, running, status
from westmarch.settings import Settings
from westmarch.textindex.engine import Engine, Position

MANY = [
    {"book_id": number, "title": f"Volume {number} of many", "authors": [{"name": "Ann Other"}]}
    for number in range(1000, 1200)
]


def book(number: int, title: str, **more: Any) -> Mapping[str, Any]:
    return {"book_id": number, "title": title, "authors": [{"name": "Ann Other"}], **more}


#: Lets a test run on each database, and on a cluster besides.
EVERYWHERE = pytest.mark.parametrize(
    ("database_kind", "search_engine"),
    [
        ("sqlite", "tantivy"),
        pytest.param("postgresql", "tantivy", marks=pytest.mark.postgresql),
        ("sqlite", "opensearch"),
    ],
)


@EVERYWHERE
async def test_a_write_is_found_within_a_second(service: Asking) -> None:
    db: Database = service.app.state.db

    async def found_soon(q: str, numbers: list[int]) -> None:
        """A busy machine takes some time besides; not so much that whoever only looks at intervals is soon enough."""
        began = time.monotonic()

        async def found() -> bool:
            return await service.ids(q=q) == numbers

        await until(found)
        assert time.monotonic() - began < 4

    await db.write(store, [book(500, "Quiddity", tags=[{"title": "Odd", "slug": "odd"}])])
    await found_soon("quiddity", [500])
    await db.write(retitled, "Haecceity")
    await found_soon("haecceity", [500])
    assert await service.ids(q="quiddity") == []
    await db.write(renamed, "Somebody Else")
    await found_soon("somebody", [500])
    await db.write(reslugged)
    await until(lambda: caught_up(service.app))
    assert await service.ids(tag="x9") == [500]
    await db.write(lambda session: session.execute(delete(Book).where(Book.book_id == 500)))
    await found_soon("haecceity", [])


def retitled(session: Session, title: str) -> None:
    session.execute(update(Book).where(Book.book_id == 500).values(title=title))


def reslugged(session: Session) -> None:
    session.execute(update(BookTag).where(BookTag.slug == "odd").values(slug="x9"))


def renamed(session: Session, name: str) -> None:
    session.execute(update(Writer).where(Writer.name == "Ann Other").values(name=name))


async def test_a_lost_index_is_made_anew(db: Database, settings: Settings) -> None:
    await db.write(store, MANY)
    async with asking(settings) as asked:
        assert (await asked.json(q="volume"))["count"] == 200
    shutil.rmtree(settings.search_folder)
    async with asking(settings) as asked:
        assert (await asked.json(q="volume"))["count"] == 200


async def test_an_old_copy_a_foreign_one_and_one_of_other_words_are_seen_and_made_anew(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await db.write(store, MANY[:10])
    async with asking(settings):
        shutil.copytree(settings.search_folder, tmp_path / "copy")
        await db.write(store, MANY[10:20])
        await until(lambda: fits(db, settings))
    shutil.rmtree(settings.search_folder)
    shutil.copytree(tmp_path / "copy", settings.search_folder)
    assert "old copy" in await fault(db, settings)
    async with asking(settings) as asked:
        assert (await asked.json(q="volume"))["count"] == 20
    for module in (status, rebuilding):
        monkeypatch.setattr(module, "VERSION", "other")
    assert "another analyser" in await fault(db, settings)
    async with asking(settings):
        pass
    monkeypatch.undo()
    assert "another analyser (other)" in await fault(db, settings)
    await db.write(lambda session: session.execute(update(Epoch).values(name="restored")))
    assert "another database" in await fault(db, settings)
    async with asking(settings) as asked:
        assert (await asked.json(q="volume"))["count"] == 20


async def fault(db: Database, settings: Settings) -> str:
    index = running.open_of(settings)
    try:
        return (await status.state(db, index)).fault
    finally:
        await index.close()


async def fits(db: Database, settings: Settings) -> bool:
    index = running.open_of(settings)
    try:
        found = await status.state(db, index)
        return not found.fault and not found.behind
    finally:
        await index.close()


@EVERYWHERE
async def test_a_rebuild_goes_on_beside_reads_and_writes_and_loses_none(service: Asking) -> None:
    db: Database = service.app.state.db
    numbers = iter(range(2000, 2040))
    refused: list[int] = []

    async def write() -> None:
        for number in numbers:
            await db.write(store, [book(number, f"Written meanwhile {number}")])

    async def read(over: asyncio.Event) -> None:
        while not over.is_set():
            answer = await service.get(q="potter*")
            if answer.status_code != 200 or answer.json()["count"] != 7:
                refused.append(answer.status_code)
            await asyncio.sleep(0)

    over = asyncio.Event()
    reading = asyncio.create_task(read(over))
    writing = asyncio.create_task(write())
    other = running.open_of(service.app.state.settings)  # As another process has it.
    for _ in range(3):
        await rebuilding.rebuild(db, other, now)
    await writing
    over.set()
    await reading
    await other.close()

    async def complete() -> bool:
        return bool((await service.json(q="meanwhile", size=0))["count"] == 40)

    await until(complete)
    assert refused == []
    expected = await db.read(lambda session: len(session.execute(select(Book.id)).all()))
    assert await service.app.state.index.count() == expected


async def test_a_rebuild_that_ends_midway_leaves_the_index_in_use(service: Asking) -> None:
    index, db = service.app.state.index, service.app.state.db
    before = await index.position()

    async def broken() -> None:
        async with index.building(Position("x", 1, "x")) as building:
            await building.add([])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await broken()
    assert await index.position() == before
    assert not (await status.state(db, index)).fault
    assert (await service.json())["count"] == 99


async def test_of_two_services_one_writes_and_both_read(db: Database, settings: Settings) -> None:
    async with asking(settings) as first:
        async with asking(settings) as second:
            await db.write(store, [book(500, "Quiddity")])
            for asked in (first, second):

                async def found(asked: Asking = asked) -> bool:
                    return await asked.ids(q="quiddity") == [500]

                await until(found)
        await db.write(store, [book(501, "Haecceity")])

        async def still() -> bool:
            return await first.ids(q="haecceity") == [501]

        await until(still)


async def test_what_nobody_foresaw_is_logged_and_the_index_followed_again(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = 0
    look = status.state

    async def failing_twice(db: Database, index: Engine) -> status.State:
        nonlocal looks
        looks += 1
        if looks <= 2:
            raise ZeroDivisionError
        return await look(db, index)

    async def looked() -> bool:
        return looks > 2

    async def found() -> bool:
        return await index.position() is not None and await index.count() == 1

    monkeypatch.setattr(status, "state", failing_twice)
    monkeypatch.setattr(running, "REST", 0.01)
    index = running.open_of(settings)
    async with running.followed(db, index, now):
        await until(looked)
        await db.write(store, [book(500, "Quiddity")])
        await until(found)
    told = [record for record in caplog.records if "it tries again" in record.message]
    assert [record.exc_info is not None for record in told] == [True, True]
