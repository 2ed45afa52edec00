"""Whether the search index is the one that was written last, of this analyser and of this database."""

from dataclasses import dataclass

from westmarch.db.database import Database
from westmarch.search.generation import Noted, noted
from westmarch.textindex.analyser import VERSION
from westmarch.textindex.engine import Engine, Position


@dataclass(frozen=True, slots=True)
class State:
    """What the database knows of the index, where the index stands (None: there is none), and what is wrong with it."""

    noted: Noted
    position: Position | None
    fault: str

    @property
    def behind(self) -> int:
        """How many changes have not been looked at for the index; all of them where it is to be made anew."""
        if self.fault or self.noted.followed != self.noted.moment.epoch:
            return self.noted.moment.position
        return max(self.noted.moment.position - self.noted.followed_until, 0)


async def state(db: Database, index: Engine) -> State:
    """How the index is. Raises Unavailable where the engine does not answer."""
    known = await db.read(noted)
    position = await index.position()
    return State(known, position, fault(known, position))


def fault(known: Noted, position: Position | None) -> str:
    """Why the index is to be made anew; empty where it can be followed on."""
    if position is None:
        return "there is none, or only half of one" if known.generation else "there is none yet"
    if position.epoch != known.moment.epoch:
        return "it is of another database"
    if position.analyser != VERSION:
        return f"its words were made by another analyser ({position.analyser})"
    if known.epoch == position.epoch and position.position < known.position:
        return f"it is an old copy: it stands at change {position.position}, and was at {known.position}"
    if position.position > known.moment.position:
        return "it has seen changes that the database has not"
    return ""
