"""Making the search index anew, beside the one that is in use, which answers until the new one takes its place."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from westmarch.changes.queries import moment
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.search.generation import replaced
from westmarch.search.kind import Kind
from westmarch.search.kinds import KINDS
from westmarch.textindex.analyser import VERSION
from westmarch.textindex.documents import Document
from westmarch.textindex.engine import Engine, Position

#: So many documents are read at once, while those before them are added.
BATCH = 1_000


async def rebuild(
    db: Database, index: Engine, clock: Callable[[], datetime], added: Callable[[int], None] = lambda _: None
) -> int:
    """Make the index anew and put it in the place of the one in use; how many documents it has.

    Its position is noted first: whatever changes while the tables are read is followed afterwards. `added` is told of
    each batch.
    """
    began = await db.read(moment)
    position = Position(began.epoch, began.position, VERSION)
    total = 0
    async with index.building(position) as building:
        documents: list[Document] = []
        for kind in KINDS:
            last: int | None = -1
            while last is not None:
                (documents, last), _ = await asyncio.gather(db.read(_next, kind, last), building.add(documents))
                total += len(documents)
                added(len(documents))
        await building.add(documents)
    await db.write(replaced, position, total, clock())
    return total


def _next(session: Reading, kind: Kind, after: int) -> tuple[list[Document], int | None]:
    """The next documents of a kind, and the id of the last subject; None where there are no more."""
    ids = kind.ids(session, after, BATCH)
    return (kind.documents(session, ids), ids[-1]) if ids else ([], None)
