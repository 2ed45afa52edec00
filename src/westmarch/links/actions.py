"""Giving paths to subjects and addresses. A path belongs to one subject for ever: `release` takes all of a removed one
away, `put_back` one that an import had made.

All paths are decoded, as `paths.parse` returns them.
"""

from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from westmarch.errors import Conflict, Gone, Invalid, NotFound
from westmarch.links import holding, parameters
from westmarch.links.models import Link
from westmarch.links.paths import checked, claimable, fold, numbered, parse
from westmarch.subjects.models import Subject

# How many numbers `claim_free` looks up at once: a name that hundreds of subjects share costs a few look-ups.
_NUMBERS = 64

_link, _subject = Link.__table__, Subject.__table__

# Statements are built once, on tables: an import runs each of them for every post, and a session passes them on.
_TAKEN = select(_link.c.folded).where(
    _link.c.folded.in_(bindparam("folded", expanding=True)),
    _link.c.query == "",
    _link.c.subject_id.is_distinct_from(bindparam("subject_id")),
)


def claim(session: Session, subject_id: int, path: str, *, new: bool = False) -> str:
    """Make the path the subject's current one and return it in NFC; the one before answers with a 301 from now on.

    Going back to an old path of its own works. `new` says that this transaction made the subject, which has no path
    yet: then nobody has to look. Raises Conflict where the path is taken, Invalid for a path that no link may have,
    Gone where the subject was purged, NotFound where there is none.
    """
    path = holding.fit(path)
    if new:
        _own(session, subject_id, path)
        return _first(session, subject_id, path)
    subject = session.execute(holding.SUBJECT, {"subject_id": subject_id}).one_or_none()
    if subject is None:
        raise NotFound(f"There is no subject {subject_id}.")
    if subject.purged_at is not None:
        raise Gone(f"The subject {subject_id} was removed for good and takes no path.")
    if subject.path == path:
        return path
    first = subject.link_id is None
    old = _own(session, subject_id, path)
    link_id = old or holding.insert(session, path, subject_id=subject_id, current=first)
    if not first:
        session.execute(update(Link).where(Link.id == subject.link_id).values(current=False))
    if old or not first:
        session.execute(update(Link).where(Link.id == link_id).values(current=True, permanent=True))
    return path


def claim_free(session: Session, subject_id: int, wanted: str, *, new: bool = False) -> str:
    """As `claim`, with the wanted path or the first of -2, -3 … that no other link has in any spelling.

    A path whose first segment is reserved is not free either: `/admin/` becomes `/admin-2/`, `/admin/a/` `/admin-2/a/`.
    """
    wanted = checked(wanted)
    first, _, rest = wanted[1:].partition("/")
    if rest and not claimable(wanted):  # No number at its end would make that free.
        wanted = f"/{first}-2/{rest}"
    names = [wanted]
    for number in count(2, _NUMBERS):
        folded = {fold(name): name for name in names if claimable(name)}
        taken = session.scalars(_TAKEN, {"folded": list(folded), "subject_id": subject_id}).all()
        for key, name in folded.items():
            if key not in taken:
                try:
                    # Who has no path yet need not look a second time: no spelling of this one is taken.
                    return _first(session, subject_id, name) if new else claim(session, subject_id, name)
                except Conflict:  # Another transaction was faster; the next number will do.
                    continue
        names = [numbered(wanted, number + further) for further in range(_NUMBERS)]
    raise AssertionError("numbers do not end")


def add_old(session: Session, subject_id: int, path: str, query: str = "") -> None:
    """Let the path, or the path with one declared parameter such as `p=123`, answer with a 301 to the subject.

    Nothing changes where it is the subject's already. Raises Conflict where it is taken, Invalid for a path or a query
    that no link may have.
    """
    path = holding.fit(path)
    query = parameters.declared(query) if query else ""
    if _own(session, subject_id, path, query) is None:
        holding.insert(session, path, query, subject_id=subject_id)


def release(session: Session, subject_id: int) -> int:
    """Take all paths from a purged subject and return how many: they answer 404, and whoever claims one has it.

    That is for what came in by mistake and is taken back, where nothing refers to it: what was public for longer goes
    on answering 410. Raises Conflict where the subject was not purged.
    """
    subject = session.get(Subject, subject_id)
    if subject is None or subject.purged_at is None:
        raise Conflict(f"The subject {subject_id} was not removed; it keeps its paths.")
    return len(session.execute(delete(Link).where(Link.subject_id == subject_id).returning(Link.id)).all())


def put_back(session: Session, link: Link, was: Mapping[str, Any] | None) -> None:
    """Let a link lead where it led before something was done by mistake; without `was` it was not there, and goes.

    Raises Conflict where it is the current one of a subject.
    """
    if link.current:
        raise Conflict(f"The path {link.path!r} is that of the subject {link.subject_id}; it stays.", place="path")
    if was is None:
        session.execute(delete(Link).where(Link.id == link.id))
    else:
        session.execute(update(Link).where(Link.id == link.id).values(**was))


def redirect(session: Session, path: str, address: str, *, permanent: bool = True) -> None:
    """Send readers from the path to an address: `http(s)://…`, or a path of the site with query and fragment.

    A path that leads to a subject makes this an old path of the subject, which follows all its moves; one that leads to
    another redirect takes over that one's end, so none follows another. A redirect that the path has is replaced.
    Raises Conflict where the path is a subject's, Invalid for an address that cannot be taken or leads back.
    """
    path = holding.fit(path)
    subject_id, location = holding.destination(session, address)
    if location.startswith("/") and fold(parse(urlsplit(location).path)) == fold(path):
        raise Invalid(f"The redirect from {path!r} to {address!r} leads back to itself.", place="address")
    held = holding.held_by(session, path)
    if held is not None and held.subject_id is not None:
        if held.subject_id != subject_id:
            raise holding.taken(session, path, held)
        return
    target: dict[str, Any] = {"subject_id": subject_id, "address": location if subject_id is None else None}
    if held is None or held.path != path:
        holding.insert(session, path, **target, permanent=permanent)
    else:
        session.execute(update(Link).where(Link.id == held.id).values(**target, permanent=permanent))


def _first(session: Session, subject_id: int, path: str) -> str:
    """Give a subject that has none a path that nobody else has."""
    path = holding.fit(path)
    holding.insert(session, path, subject_id=subject_id, current=True)
    return path


def _own(session: Session, subject_id: int, path: str, query: str = "") -> int | None:
    """The subject's link at exactly this path, None where there is none. Raises Conflict where another has it."""
    held = holding.held_by(session, path, query)
    if held is None:
        return None
    if held.subject_id != subject_id:
        raise holding.taken(session, path, held)
    return int(held.id) if held.path == path else None
