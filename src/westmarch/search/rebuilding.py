"""Making the search index anew, beside the one that is in use, which answers until the new one takes its place."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from westmarch.changes import queries as changes
from westmarch.changes.queries import Seen
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.search import kinds
from westmarch.search.generation import replaced
from westmarch.search.kind import Kind
from westmarch.textindex.analyser import VERSION
from westmarch.textindex.documents import Document
from westmarch.textindex.engine import Building, Engine, Position

#: So many documents are read at once, while those before them are added.
BATCH = 1_000
#: So many changes that came meanwhile are looked at together, and so many documents made again for them at most.
CHANGES = 5_000
#: How often it is seen whether a load that is under way has written more, in seconds.
LOOKED = 0.05
_LARGEST = 2**63 - 1


@dataclass(slots=True)
class _Read:
    """Up to which subject of a kind documents were read, as of which change: a step for each batch, in order.

    `own` are the tables whose rows are a subject's own.
    """

    own: frozenset[str]
    ends: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)

    def add(self, end: int, position: int) -> None:
        """Note that the subjects up to `end` were read with all changes up to `position`."""
        self.ends.append(end)
        self.positions.append(position)

    def holds(self, change: Seen, subjects: range) -> bool:
        """Whether the documents of these subjects were read after the change."""
        return change.position <= self.positions[bisect_left(self.ends, subjects.start)]


async def rebuild(
    db: Database,
    index: Engine,
    clock: Callable[[], datetime],
    added: Callable[[int], None] = lambda _: None,
    loading: Callable[[], bool] = lambda: False,
) -> int:
    """Make the index anew and put it in the place of the one in use; how many documents it has.

    Its position is noted first. What changes while the tables are read is followed before the new one is used, and
    what comes then afterwards. As long as `loading` says that a load of books is under way, more of them are waited
    for. `added` is told of each batch.
    """
    began = await db.read(changes.moment)
    async with index.building(Position(began.epoch, began.position, VERSION)) as building:
        read: list[_Read] = []
        for kind in kinds.KINDS:
            read.append(_Read(kind.own))
            await _add(db, building, kind, read[-1], added, loading)
        while (further := await db.read(_further, began.epoch, building.position.position, read)) is not None:
            position, put, gone = further
            await building.replace(put, gone)
            building.position = Position(began.epoch, position, VERSION)
    total = await index.count()
    await db.write(replaced, building.position, total, clock())
    return total


async def _add(
    db: Database,
    building: Building,
    kind: Kind,
    read: _Read,
    added: Callable[[int], None],
    loading: Callable[[], bool],
) -> None:
    """Add all documents of a kind, and note in `read` what they hold."""
    documents: list[Document] = []
    last = -1
    while True:
        more = loading()
        (documents, end, position), _ = await asyncio.gather(db.read(_next, kind, last), building.add(documents))
        if end is None and not more:
            read.add(_LARGEST, position)
            return
        if end is None:
            await asyncio.sleep(LOOKED)
            continue
        last = end
        read.add(last, position)
        added(len(documents))


def _next(session: Reading, kind: Kind, after: int) -> tuple[list[Document], int | None, int]:
    """The next documents of a kind, the id of the last subject, None where there are no more, and the newest change."""
    ids = kind.ids(session, after, BATCH)
    position = changes.position(session)
    return (kind.documents(session, ids), ids[-1], position) if ids else ([], None, position)


def _further(
    session: Reading, epoch: str, after: int, read: list[_Read]
) -> tuple[int, list[Document], Collection[int]] | None:
    """How far the new index comes by the next changes: the position, the documents for it, and those that go.

    None where there are no more, or those which its follower has to see.
    """
    batch = changes.since(session, after, CHANGES)
    if not batch or changes.epoch(session) != epoch or any(map(kinds.sweeps, batch)):
        return None
    subjects = kinds.touched(session, [change for change in batch if not _held(change, read)])
    if len(subjects) > CHANGES:
        return None
    documents = kinds.documents(session, subjects)
    return batch[-1].position, documents, subjects - {document.id for document in documents}


def _held(change: Seen, read: list[_Read]) -> bool:
    """Whether what the change did was read with the documents that it concerns."""
    steps = next((steps for steps in read if change.table in steps.own), None)
    if steps is None:
        return False
    if (new := kinds.loaded(change)) is not None:
        return steps.holds(change, new)
    # Where a key changed, two subjects are concerned.
    same = change.operation != "update" or change.old == change.new
    return bool(change.row_key) and same and steps.holds(change, range(change.row_key[0], change.row_key[0] + 1))
