"""What the log holds, in short."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from westmarch.changes import queries
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.subjects.models import Subject
from westmarch.tags.models import Tag

MOMENT = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


def sql(session: Any, statement: str) -> Any:
    """Run SQL as text, as a stranger would write it."""
    result = session.execute(text(statement))
    return result.scalar() if result.returns_rows else None


def subject(session: Session, kind: str = "tag") -> int:
    """A subject; its id."""
    row = Subject(kind=kind, created_at=MOMENT)
    session.add(row)
    session.flush()
    return row.id


def tag(session: Session, name: str) -> int:
    """A tag; its id."""
    row = subject(session)
    session.add(Tag(id=row, name=name, folded=name, slug=name, path=f"/tags/{name}/"))
    session.flush()
    return row


@dataclass
class Log:
    """The changes since it was last asked."""

    db: Database
    seen: int = 0

    async def new(self, table: str | None = None) -> list[queries.Seen]:
        """What came since the last call, of one table or of all."""
        found = await self.db.read(queries.since, self.seen, 100_000)
        self.seen = found[-1].position if found else self.seen
        return [change for change in found if table in (None, change.table)]

    async def short(self, table: str | None = None) -> list[tuple[str, tuple[Any, ...], set[str] | None]]:
        """Operation, primary key and changed columns of what came since the last call."""
        return [(c.operation, c.row_key, set(c.columns) if c.columns else None) for c in await self.new(table)]


def count(session: Reading) -> int:
    """How many rows the log has, also those without a position."""
    return int(sql(session, "SELECT count(*) FROM change"))
