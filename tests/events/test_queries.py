"""Reading the log of events."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from tests.factories import START, day, post
from westmarch.db.database import Database
from westmarch.events import queries
from westmarch.events.models import Event
from westmarch.events.queries import Asked, Page


def happened(session: Session, *rows: dict[str, Any]) -> None:
    """Events, a minute after one another."""
    plain: dict[str, Any] = {
        "verb": "tag.changed",
        "actor": "Nell",
        "token": None,
        "request_id": None,
        "subject_id": None,
        "detail": {},
    }
    values = [plain | {"at": START + timedelta(minutes=number)} | row for number, row in enumerate(rows)]
    session.execute(insert(Event), values)


async def ids(db: Database, asked: Asked, **more: Any) -> list[int]:
    page: Page = await db.read(queries.page, asked, **more)
    return [row.id for row in page.rows]


async def test_the_newest_come_first_and_pages_follow_one_another(db: Database) -> None:
    await db.write(happened, *[{}] * 7)
    seen, before = [], None
    for _ in range(4):
        page: Page = await db.read(queries.page, Asked(), before=before, size=3)
        seen += [row.id for row in page.rows]
        before = page.before
        if before is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(actor="Ann"), [2]),
        (Asked(actor="ann"), []),
        (Asked(verb="post"), [3, 2]),
        (Asked(verb="post.moved"), [3]),
        (Asked(verb="pos"), []),
        (Asked(verb="undone"), [4]),
        (Asked(text="req-1"), [2]),
        (Asked(text="abcd1234"), [3]),
        (Asked(text="PUBL"), [2]),
        (Asked(text="Höhe"), [1]),
        (Asked(text="100%"), []),
        (Asked(actor="Ann", verb="tag"), []),
    ],
)
async def test_events_are_narrowed(db: Database, asked: Asked, found: list[int]) -> None:
    await db.write(
        happened,
        {"detail": {"name": "Höhe"}},
        {"verb": "post.published", "actor": "Ann", "request_id": "req-1"},
        {"verb": "post.moved", "token": "abcd1234"},
        {"verb": "undone", "detail": {"event": 3}},
    )
    assert await ids(db, asked) == found


async def test_those_of_a_subject_are_found(db: Database) -> None:
    post_id = await db.write(post)
    before = await ids(db, Asked(subject_id=post_id))
    await db.write(happened, {}, {"subject_id": post_id, "verb": "post.moved"})
    found = await ids(db, Asked(subject_id=post_id))
    assert len(found) == len(before) + 1


async def test_days_bound_them_from_both_sides(db: Database) -> None:
    await db.write(happened, *[{"at": day(number)} for number in range(10)])
    asked = Asked(since=day(3), until=day(6))
    assert await ids(db, asked) == [6, 5, 4]
    assert await ids(db, Asked(since=day(30))) == []
    assert await ids(db, Asked(until=day(-1))) == []
    assert await ids(db, Asked(since=day(8))) == [10, 9]


async def test_days_are_found_across_gaps_in_the_ids(db: Database) -> None:
    await db.write(happened, *[{"id": 10 * number + 1, "at": day(number)} for number in range(10)])
    assert await ids(db, Asked(since=day(3), until=day(6))) == [51, 41, 31]


async def test_a_rare_event_is_looked_for_in_bounded_steps(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "WALK", 10)
    await db.write(happened, {"actor": "Ann"}, *[{}] * 24)
    pages, before = [], None
    while True:
        page: Page = await db.read(queries.page, Asked(actor="Ann"), before=before)
        pages.append([row.id for row in page.rows])
        assert (page.walked is None) == (page.before is None)
        if page.before is None:
            break
        before = page.before
    assert pages == [[], [], [1]]


async def test_who_acted_is_listed_once(db: Database) -> None:
    await db.write(happened, {"actor": "nell"}, {"actor": "Ann"}, {"actor": "nell"})
    assert await db.read(queries.actors) == ["Ann", "nell"]


async def test_what_was_undone_is_known(db: Database) -> None:
    await db.write(happened, {}, {}, {"verb": "undone", "detail": {"event": 1}})
    assert await db.read(queries.undone, [1, 2]) == {1}
    assert await db.read(queries.undone, []) == frozenset()


async def test_a_log_without_events_is_empty(db: Database) -> None:
    assert await db.read(queries.page, Asked(actor="x", since=day(0))) == Page([], None)
