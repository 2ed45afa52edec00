"""Which paths a subject may have, as things stand: for who claims one, and for who is told of it before."""

from collections.abc import Iterator
from itertools import count

from sqlalchemy import bindparam, select

from westmarch.db.sessions import Reading
from westmarch.links import holding
from westmarch.links.models import Link
from westmarch.links.paths import checked, claimable, fold, numbered

# How many numbers are looked up at once: a name that hundreds of subjects share costs a few look-ups.
_NUMBERS = 64

_link = Link.__table__

# Statements are built once, on tables: an import runs each of them for every post, and a session passes them on.
_TAKEN = select(_link.c.folded).where(
    _link.c.folded.in_(bindparam("folded", expanding=True)),
    _link.c.query == "",
    _link.c.subject_id.is_distinct_from(bindparam("subject_id")),
)


def free(session: Reading, subject_id: int, wanted: str) -> str:
    """The path that `claim_free` would give a subject now; that of a new one has the id 0."""
    return next(candidates(session, subject_id, checked(wanted)))


def vacant(session: Reading, subject_id: int, path: str) -> str:
    """The exact path if a subject (a new one: 0) may have it. Raises Conflict where another one has it, and Invalid."""
    path = holding.fit(path)
    own(session, subject_id, path)
    return path


def candidates(session: Reading, subject_id: int, wanted: str) -> Iterator[str]:
    """The wanted path and those with -2, -3 … behind it, without end and without what others have in any spelling."""
    first, _, rest = wanted[1:].partition("/")
    if rest and not claimable(wanted):  # No number at its end would make that free.
        wanted = f"/{first}-2/{rest}"
    names = [wanted]
    for number in count(2, _NUMBERS):
        folded = {fold(name): name for name in names if claimable(name)}
        taken = session.execute(_TAKEN, {"folded": list(folded), "subject_id": subject_id}).scalars().all()
        yield from (name for key, name in folded.items() if key not in taken)
        names = [numbered(wanted, number + further) for further in range(_NUMBERS)]


def own(session: Reading, subject_id: int, path: str, query: str = "") -> int | None:
    """The subject's link at exactly this path, None where there is none. Raises Conflict where another has it."""
    held = holding.held_by(session, path, query)
    if held is None:
        return None
    if held.subject_id != subject_id:
        raise holding.taken(session, path, held)
    return int(held.id) if held.path == path else None
