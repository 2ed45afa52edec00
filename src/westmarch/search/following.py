"""The follower that keeps the search index as the database is."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from westmarch.changes.queries import Moment, Seen
from westmarch.db.database import Database
from westmarch.errors import Conflict, Unavailable
from westmarch.followers.outward import Outward
from westmarch.search import kinds, rebuilding, status
from westmarch.search.generation import NAME, begin_anew, grown, noted
from westmarch.textindex.analyser import VERSION
from westmarch.textindex.documents import Document
from westmarch.textindex.engine import Engine, Position

#: So many documents are read from the database at once.
BATCH = 500
#: So many changes are taken together: each time costs a commit of the index.
CHANGES = 5_000
#: With more changes to come, and many for each document that there is, the index is made anew sooner than mended.
MANY = 20_000
#: So many documents are put into the index by one commit.
LOADED = 5_000
#: A load of more books than these, and of more than there are documents, makes the index anew.
FEW = 1_000
#: How often it is seen whether the index is still the one that was written, in seconds.
WATCHED = 5.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do as of a moment: documents of these subjects, or of all (None).

    `expected` is where the index stands that this was found for.
    """

    moment: Moment
    subjects: set[int] | None
    expected: int = 0


def look(session: Session, batch: Sequence[Seen] | None) -> Work | None:
    """What follows from changes, or from the tables alone. What the index holds already is passed over."""
    seen = noted(session)
    if batch is None:
        # An index that was made since holds what came before it, whatever that was.
        held = seen.followed == seen.epoch == seen.moment.epoch and seen.position >= seen.moment.position
        return None if held else Work(seen.moment, None)
    position = batch[-1].position
    if seen.epoch == seen.moment.epoch and seen.position >= position:
        return None
    more = len(batch) == CHANGES
    batch = [change for change in batch if seen.epoch != seen.moment.epoch or change.position > seen.position]
    if kinds.coming(batch) > max(FEW, seen.documents):
        return Work(seen.moment, None)
    if more and seen.moment.position - position > max(MANY, 2 * kinds.count(session)):
        return Work(seen.moment, None)
    subjects = kinds.touched(session, batch)
    return Work(Moment(seen.moment.epoch, position), subjects, seen.position) if subjects else None


def following(
    db: Database,
    index: Engine,
    clock: Callable[[], datetime],
    added: Callable[[int], None] = lambda _: None,
    loading: Callable[[], bool] = lambda: False,
) -> Outward[Work]:
    """The follower that puts into the index what changes.

    Where it makes the index anew, `added` is told how far, and a load of books that is under way (`loading`) is waited
    for.
    """

    async def act(work: Work) -> None:
        if work.subjects is None:
            await rebuilding.rebuild(db, index, clock, added, loading)
            return
        subjects = sorted(work.subjects)
        while subjects:
            some, subjects = subjects[:LOADED], subjects[LOADED:]
            put: list[Document] = []
            for start in range(0, len(some), BATCH):
                put += await db.read(kinds.documents, some[start : start + BATCH])
            standing = await index.position()
            if standing is None or standing.epoch != work.moment.epoch or standing.position < work.expected:
                raise Conflict("The search index is another one.", hint="It is looked at again soon.")
            # The last commit of several says that all was done.
            position = standing if subjects else Position(standing.epoch, work.moment.position, VERSION)
            await index.apply(put, set(some) - {document.id for document in put}, position)
            await db.write(grown, position, await index.count(), clock())

    return Outward(NAME, look, act, CHANGES, kinds.sweeps)


async def watch(db: Database, index: Engine) -> None:
    """Until cancelled, let the follower begin anew whenever the index is not the one that was written."""
    said = ""
    while True:
        try:
            found = await status.state(db, index)
            if found.fault and found.noted.followed:
                told = await db.write(begin_anew, found.noted)
                if told:
                    logger.warning("The search index is made anew: %s.", found.fault)
            said = ""
        except Unavailable as error:
            if said != error.message:
                logger.warning("The search index has to wait: %s %s", error.message, error.hint)
            said = error.message
        await asyncio.sleep(WATCHED)
