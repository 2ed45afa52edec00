"""What is new in the log is looked up in it, and costs the same however long it is."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from westmarch.changes import queries as changes
from westmarch.db.database import Database
from westmarch.pagecache.journal import news, news_statement
from westmarch.site.models import SiteOption

ROWS = 15_000


def grow(session: Session) -> None:
    """Let the log have many changes, and nobody have counted them, as after an import."""
    rows = [{"key": f"key {number}", "value": number} for number in range(ROWS)]
    session.execute(insert(SiteOption.__table__), rows)


def plan(session: Session, after: int) -> str:
    """How the engine looks up what is new after a position."""
    connection = session.connection()
    sql, parameters = news_statement(connection.dialect)
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    return "\n".join(map(str, connection.exec_driver_sql(explain + sql, parameters(after))))


def newest(session: Session, after: int) -> list[int]:
    """The positions that are found from `after` on."""
    connection = session.connection()
    sql, parameters = news_statement(connection.dialect)
    told = news([tuple(row) for row in connection.exec_driver_sql(sql, parameters(after))])
    assert told.newest == changes.position(session)
    return [change.position for change in told.changes]


async def test_news_is_found_by_the_index_of_the_log(db: Database) -> None:
    await db.write(grow)
    found = await db.write(plan, await db.read(changes.position) - 10)
    assert "ix_change_position" in found
    assert "Seq Scan on change" not in found
    assert "SCAN change\n" not in found


async def test_news_comes_in_order_and_with_the_epoch_alone_where_there_is_none(db: Database) -> None:
    await db.write(grow)
    last = await db.read(changes.position)
    assert await db.write(newest, last - 3) == [last - 3, last - 2, last - 1, last]
    assert await db.write(newest, last + 1) == []
