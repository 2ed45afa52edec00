"""Loads of many books are followed while they go on, by a server and by the command's own process."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from tests.books.catalogues import fates, load, written
from tests.search.conftest import asking, until
from westmarch.books.models import Book
from westmarch.changes import queries as changes
from westmarch.changes.models import Change
from westmarch.cli.index_process import IndexProcess
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.search import kinds, rebuilding, running, status
from westmarch.settings import Settings
from westmarch.textindex.documents import Document


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of fifty books are many."""
    monkeypatch.setattr("westmarch.books.loading.load.BATCH", 50)
    monkeypatch.setattr("westmarch.books.storing.LOGGED", 20)
    monkeypatch.setattr("westmarch.search.following.FEW", 20)


def volumes(first: int, last: int) -> list[dict[str, Any]]:
    return [{"book_id": n, "title": f"Volume {n}", "authors": ["Ann Other"]} for n in range(first, last + 1)]


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents there were whenever the index was made anew."""
    made: list[int] = []
    real = rebuilding.rebuild

    async def counted(*given: Any) -> int:
        made.append(await real(*given))
        return made[-1]

    monkeypatch.setattr(rebuilding, "rebuild", counted)
    return made


async def test_a_server_follows_a_load_batch_by_batch_and_makes_its_index_once_or_twice(
    db: Database, settings: Settings, tmp_path: Path, builds: list[int]
) -> None:
    async with asking(settings) as asked:
        builds.clear()
        assert fates(await load(db, written(tmp_path, volumes(1, 500)))) == {"new": 500}

        async def all_found() -> bool:
            return bool((await asked.json(q="volume", size=0))["count"] == 500)

        await until(all_found)
        assert len(builds) <= 2
        assert await asked.ids(q="volume 499", match="all") == [499]


async def test_an_index_that_is_made_during_a_load_holds_all_of_it_and_what_others_wrote(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    under_way = True
    await load(db, written(tmp_path, volumes(1, 200)))
    index = running.open_of(settings)
    told: list[int] = []
    task = asyncio.create_task(rebuilding.rebuild(db, index, now, told.append, lambda: under_way))

    async def first_are_read() -> bool:
        return sum(told) >= 200

    await until(first_are_read)
    await load(db, written(tmp_path, volumes(201, 400)))
    await db.write(meddled)
    under_way = False
    assert await task == 399
    wanted = await read(db, [1, 2, 3, 300, 400])
    assert len(wanted) == 4
    assert {id_: hit.source for id_, hit in (await index.get(wanted)).items()} == wanted
    found = await status.state(db, index)
    assert found.position is not None
    assert not found.fault
    behind = await db.read(changes.since, found.position.position, 100)
    assert {change.table for change in behind} == {"index_generation"}  # It was as far as the log, then it was used.
    await index.close()


def meddled(session: Session) -> None:
    session.execute(update(Book).where(Book.book_id.in_([1, 300])).values(title="Another"))
    session.execute(delete(Book).where(Book.book_id == 2))


async def read(db: Database, numbers: list[int]) -> Mapping[int, bytes]:
    def documents(session: Any) -> list[Document]:
        return kinds.documents(session, session.scalars(select(Book.id).where(Book.book_id.in_(numbers))).all())

    return {document.id: document.source for document in await db.read(documents)}


async def test_replacing_a_catalogue_says_first_that_all_may_be_another_and_nothing_where_nothing_changed(
    db: Database, tmp_path: Path
) -> None:
    await load(db, written(tmp_path, volumes(1, 120)))
    before = await db.read(changes.position)
    assert fates(await load(db, written(tmp_path, volumes(61, 180)), replace=True))["removed"] == 60
    first, *_ = await db.read(changes.since, before, 1)
    assert kinds.sweeps(first)
    newest = await db.read(lambda session: session.scalar(select(func.max(Change.id))))
    assert fates(await load(db, written(tmp_path, volumes(61, 180)), replace=True)) == {"unchanged": 120}
    assert await db.read(lambda session: session.scalar(select(func.max(Change.id)))) == newest


async def test_the_process_beside_a_load_keeps_the_index_and_says_so_where_it_was_killed(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    process = IndexProcess(settings)
    try:
        await load(db, written(tmp_path, volumes(1, 150)))
        told: list[int] = []
        assert await process.finish(told.append)
        index = running.open_of(settings)
        assert await index.count() == 150
        await index.close()
    finally:
        process.close()
    other = IndexProcess(settings)
    other.close()
    assert not await other.finish(told.append)
