"""Column types that mean the same on both engines."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from tests.shells import Shell
from westmarch.authors import actions as authors
from westmarch.authors.models import Author
from westmarch.db.database import Database
from westmarch.errors import Unreadable
from westmarch.site.models import SiteOption
from westmarch.subjects.models import Subject

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=OFFSETS)  # noqa: DTZ001 hypothesis wants naive bounds
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
SHARED = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def stored_moment(session: Session, moment: datetime) -> datetime:
    subject = Subject(kind="note", created_at=moment)
    session.add(subject)
    session.flush()
    session.expire_all()
    return session.scalars(select(Subject.created_at).where(Subject.id == subject.id)).one()


def run(session: Session, sql: str, value: object) -> None:
    session.execute(text(sql), {"value": value})


@SHARED
@given(MOMENTS)
async def test_a_moment_comes_back_in_utc_to_the_microsecond(db: Database, moment: datetime) -> None:
    stored = await db.write(stored_moment, moment)
    assert stored == moment
    assert stored.tzinfo is UTC


async def test_a_time_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        await db.write(stored_moment, datetime(2026, 1, 1))  # noqa: DTZ001 that is the point


async def test_moments_are_in_order_of_time(db: Database) -> None:
    def newest_first(session: Session) -> list[datetime]:
        noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
        west = timezone(timedelta(hours=-8))
        for moment in (noon, datetime(2026, 1, 1, 4, 0, 0, 1, tzinfo=west), noon - timedelta(microseconds=1)):
            session.add(Subject(kind="note", created_at=moment))
        return list(session.scalars(select(Subject.created_at).order_by(Subject.created_at.desc())))

    found = await db.write(newest_first)
    assert [moment.microsecond for moment in found] == [1, 0, 999_999]


@SHARED
@given(JSONS.filter(lambda value: value is not None))
async def test_json_comes_back_as_it_was(db: Database, value: Any) -> None:
    def through(session: Session) -> Any:
        session.execute(delete(SiteOption))
        session.add(SiteOption(key="a", value=value))
        session.flush()
        session.expire_all()
        return session.scalars(select(SiteOption.value)).one()

    assert await db.write(through) == value


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_what_is_no_text_is_told_to_be_unreadable(db: Database) -> None:
    await db.write(run, "INSERT INTO site_option (key, value) VALUES (CAST(x'61ff' AS text), :value)", "1")
    with pytest.raises(Unreadable, match="where text in UTF-8 should be"):
        await db.read(lambda session: session.scalars(select(SiteOption.key)).all())


@pytest.mark.parametrize("value", ["garbage", "2020-02-30", "", 7, "0001-01-01 00:00:00+23:00"])
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_what_is_no_moment_is_told_to_be_unreadable(db: Database, value: object) -> None:
    await db.write(run, "INSERT INTO subject (kind, created_at) VALUES ('note', :value)", value)
    with pytest.raises(Unreadable, match="where a moment should be") as failure:
        await db.read(lambda session: session.scalars(select(Subject.created_at)).all())
    assert str(value)[:10] in failure.value.message
    assert "westmarch doctor" in failure.value.hint


@pytest.mark.postgresql
@pytest.mark.parametrize("value", ["4000-01-01 BC", "20000-01-01"])
@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_moment_that_python_has_no_year_for_is_unreadable(db: Database, value: str, shell: Shell) -> None:
    shell(f"INSERT INTO subject (kind, created_at) VALUES ('note', '{value}')")
    with pytest.raises(Unreadable):
        await db.read(lambda session: session.scalars(select(Subject.created_at)).all())


@pytest.mark.parametrize("value", ["My blog", "", "{", "[" * 100_000])
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_what_is_no_json_is_told_to_be_unreadable(db: Database, value: str) -> None:
    await db.write(run, "INSERT INTO site_option (key, value) VALUES ('a', :value)", value)
    with pytest.raises(Unreadable):
        await db.read(lambda session: session.scalars(select(SiteOption.value)).all())


@pytest.mark.parametrize("value", ["[1]", "{}", "null", "1", '[{"href": 1}]', '[{"title": "x"}]'])
async def test_json_of_another_shape_is_told_to_be_unreadable(db: Database, value: str, shell: Shell) -> None:
    author_id = await db.write(authors.create, "Ada")
    shell(f"UPDATE author SET links = '{value}' WHERE id = {author_id}")
    with pytest.raises(Unreadable):
        await db.read(lambda session: session.scalars(select(Author.links)).all())
