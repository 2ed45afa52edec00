"""What the types forbid. mypy reads this file: where it no longer finds an error, `ignore` is one."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.site.models import SiteOption

pytestmark = pytest.mark.unit


def keys(session: Reading) -> list[str]:
    return list(session.scalars(select(SiteOption.key)))


def add(session: Session, key: str) -> None:
    session.add(SiteOption(key=key, value=1))


if TYPE_CHECKING:

    async def readers_cannot_write(db: Database, session: Reading) -> None:
        await db.read(add, "a")  # type: ignore[arg-type]  # an action asks for more than a reader has
        session.add(SiteOption(key="a", value=1))  # type: ignore[attr-defined]  # no such method
        session.execute(SiteOption.__table__.delete())  # type: ignore[arg-type]  # only SELECT
        session.commit()  # type: ignore[attr-defined]  # nothing to commit

    async def arguments_are_checked_and_results_typed(db: Database) -> None:
        await db.write(add, 5)  # type: ignore[arg-type]  # a key is a text
        await db.write(add)  # type: ignore[call-arg]  # and it is wanted
        found: list[str] = await db.read(keys)
        number: int = await db.read(keys)  # type: ignore[arg-type]  # it gives a list
        also: list[str] = await db.write(keys)  # a query may run in a writing transaction
        del found, number, also


def test_a_session_is_all_that_a_query_asks_for() -> None:
    missing = [name for name in ("execute", "scalars", "scalar", "info") if not hasattr(Session, name)]
    assert missing == []
