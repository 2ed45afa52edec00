"""Making the search index anew, beside the one that is in use, which answers until the new one takes its place."""

from collections.abc import Callable
from datetime import datetime

from westmarch.changes.queries import moment
from westmarch.db.database import Database
from westmarch.search.generation import replaced
from westmarch.search.kinds import KINDS
from westmarch.textindex.analyser import VERSION
from westmarch.textindex.engine import Engine, Position

#: So many documents are read and added at once.
BATCH = 500


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
        for kind in KINDS:
            last = -1
            while ids := await db.read(kind.ids, last, BATCH):
                documents = await db.read(kind.documents, ids)
                await building.add(documents)
                total, last = total + len(documents), ids[-1]
                added(len(documents))
    await db.write(replaced, position, total, clock())
    return total
