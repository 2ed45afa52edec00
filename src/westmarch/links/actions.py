"""Giving paths to subjects and addresses. A path belongs to one subject for ever: `release` takes all of a removed one
away, `put_back` one that an import had made.

All paths are decoded, as `paths.parse` returns them.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from pydantic import HttpUrl, ValidationError
from sqlalchemy import Row, and_, bindparam, delete, select, update
from sqlalchemy.orm import Session

from westmarch.db.types import now
from westmarch.db.upsert import both
from westmarch.errors import Conflict, Gone, Invalid, NotFound
from westmarch.links import parameters, queries
from westmarch.links.models import Link
from westmarch.links.paths import LONGEST_OWNED, checked, claimable, fold, numbered, parse, quote
from westmarch.subjects.models import Subject

# The longest address elsewhere, in characters.
_LONGEST_ADDRESS = 2_000
# How many numbers `claim_free` looks up at once: a name that hundreds of subjects share costs a few look-ups.
_NUMBERS = 64

_link, _subject = Link.__table__, Subject.__table__

# Statements are built once, on tables: an import runs each of them for every post, and a session passes them on.
_SUBJECT = (
    select(_subject.c.kind, _subject.c.purged_at, _link.c.id.label("link_id"), _link.c.path)
    .select_from(_subject)
    .outerjoin(_link, and_(_link.c.subject_id == _subject.c.id, _link.c.current))
    .where(_subject.c.id == bindparam("subject_id"))
)
_HELD = select(_link.c.id, _link.c.path, _link.c.subject_id, _link.c.address).where(
    _link.c.path.in_([bindparam("path"), bindparam("twin")]), _link.c.query == bindparam("declared")
)
_TAKEN = select(_link.c.folded).where(
    _link.c.folded.in_(bindparam("folded", expanding=True)),
    _link.c.query == "",
    _link.c.subject_id.is_distinct_from(bindparam("subject_id")),
)
_INSERT = {name: statement.on_conflict_do_nothing().returning(_link.c.id) for name, statement in both(Link).items()}


def claim(session: Session, subject_id: int, path: str, *, new: bool = False) -> str:
    """Make the path the subject's current one and return it in NFC; the one before answers with a 301 from now on.

    Going back to an old path of its own works. `new` says that this transaction made the subject, which has no path
    yet: then nobody has to look. Raises Conflict where the path is taken, Invalid for a path that no link may have,
    Gone where the subject was purged, NotFound where there is none.
    """
    path = _fit(path)
    if new:
        _own(session, subject_id, path)
        _insert(session, path, subject_id=subject_id, current=True)
        return path
    subject = session.execute(_SUBJECT, {"subject_id": subject_id}).one_or_none()
    if subject is None:
        raise NotFound(f"There is no subject {subject_id}.")
    if subject.purged_at is not None:
        raise Gone(f"The subject {subject_id} was removed for good and takes no path.")
    if subject.path == path:
        return path
    first = subject.link_id is None
    old = _own(session, subject_id, path)
    link_id = old or _insert(session, path, subject_id=subject_id, current=first)
    if not first:
        session.execute(update(Link).where(Link.id == subject.link_id).values(current=False))
    if old or not first:
        session.execute(update(Link).where(Link.id == link_id).values(current=True, permanent=True))
    return path


def claim_free(session: Session, subject_id: int, wanted: str, *, new: bool = False) -> str:
    """As `claim`, with the wanted path or the first of -2, -3 … that no other link has in any spelling.

    A path whose first segment is reserved is not free either: `/admin/` becomes `/admin-2/`.
    """
    wanted = checked(wanted)
    names = [wanted]
    for number in count(2, _NUMBERS):
        folded = {fold(name): name for name in names if claimable(name)}
        taken = session.scalars(_TAKEN, {"folded": list(folded), "subject_id": subject_id}).all()
        for key, name in folded.items():
            if key not in taken:
                try:
                    return claim(session, subject_id, name, new=new)
                except Conflict:  # Another transaction was faster; the next number will do.
                    continue
        names = [numbered(wanted, number + further) for further in range(_NUMBERS)]
    raise AssertionError("numbers do not end")


def add_old(session: Session, subject_id: int, path: str, query: str = "") -> None:
    """Let the path, or the path with one declared parameter such as `p=123`, answer with a 301 to the subject.

    Nothing changes where it is the subject's already. Raises Conflict where it is taken, Invalid for a path or a query
    that no link may have.
    """
    path = _fit(path)
    query = parameters.declared(query) if query else ""
    if _own(session, subject_id, path, query) is None:
        _insert(session, path, query, subject_id=subject_id)


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


def hand_over(session: Session, subject_id: int, to_id: int) -> list[tuple[int, bool]]:
    """Let all paths of a subject lead to another one, for good; each link's id, and whether it was the current one."""
    rows = session.execute(select(_link.c.id, _link.c.current).where(_link.c.subject_id == subject_id)).all()
    session.execute(update(Link).where(Link.subject_id == subject_id).values(subject_id=to_id, current=False))
    return [(row.id, row.current) for row in rows]


def hand_back(session: Session, subject_id: int, from_id: int, given: Sequence[tuple[int, bool]]) -> None:
    """Take back what `hand_over` gave. Raises Conflict where one of the paths leads elsewhere meanwhile."""
    ids = [link_id for link_id, _ in given]
    there = Link.id.in_(ids) & (Link.subject_id == from_id) & ~Link.current
    found = session.execute(update(Link).where(there).values(subject_id=subject_id).returning(Link.id)).all()
    if len(found) != len(ids):
        raise Conflict("A path that it had leads elsewhere now.", hint="Look at the redirects.")
    session.execute(
        update(Link).where(Link.id.in_([link_id for link_id, current in given if current])).values(current=True)
    )


def redirect(session: Session, path: str, address: str, *, permanent: bool = True) -> None:
    """Send readers from the path to an address: `http(s)://…`, or a path of the site with query and fragment.

    A path that leads to a subject makes this an old path of the subject, which follows all its moves; one that leads to
    another redirect takes over that one's end, so none follows another. A redirect that the path has is replaced.
    Raises Conflict where the path is a subject's, Invalid for an address that cannot be taken or leads back.
    """
    path = _fit(path)
    subject_id, location = _destination(session, address)
    if location.startswith("/") and fold(parse(urlsplit(location).path)) == fold(path):
        raise Invalid(f"The redirect from {path!r} to {address!r} leads back to itself.", place="address")
    held = _held(session, path)
    if held is not None and held.subject_id is not None:
        if held.subject_id != subject_id:
            raise _taken(session, path, held)
        return
    target: dict[str, Any] = {"subject_id": subject_id, "address": location if subject_id is None else None}
    if held is None or held.path != path:
        _insert(session, path, **target, permanent=permanent)
    else:
        session.execute(update(Link).where(Link.id == held.id).values(**target, permanent=permanent))


def _fit(path: str) -> str:
    """The path in NFC. Raises Invalid where no link may have it."""
    path = checked(path)
    if not claimable(path):
        raise Invalid(
            f"The path {path!r} cannot be taken: what begins so is the program's own.",
            place="path",
            hint="Choose another first segment.",
        )
    if len(path.encode()) > LONGEST_OWNED:
        raise Invalid(f"The path is longer than {LONGEST_OWNED} bytes.", place="path", hint="Shorten it.")
    return path


def _held(session: Session, path: str, query: str = "") -> Row[*tuple[Any, ...]] | None:
    """The link at the path, or the one that differs by the slash at its end: the two are never two subjects'."""
    twin = path.removesuffix("/") if len(path) > 1 and path.endswith("/") else path + "/"
    rows = session.execute(_HELD, {"path": path, "twin": twin, "declared": query}).all()
    return min(rows, key=lambda row: row.path != path, default=None)


def _own(session: Session, subject_id: int, path: str, query: str = "") -> int | None:
    """The subject's link at exactly this path, None where there is none. Raises Conflict where another has it."""
    held = _held(session, path, query)
    if held is None:
        return None
    if held.subject_id != subject_id:
        raise _taken(session, path, held)
    return int(held.id) if held.path == path else None


def _insert(
    session: Session,
    path: str,
    query: str = "",
    *,
    subject_id: int | None = None,
    address: str | None = None,
    current: bool = False,
    permanent: bool = True,
) -> int:
    """Add a link. Raises Conflict where another transaction added it since this one looked."""
    values = {
        "path": path,
        "query": query,
        "folded": fold(path),
        "subject_id": subject_id,
        "address": address,
        "current": current,
        "permanent": permanent,
        "created_at": now(),
    }
    link_id = session.execute(_INSERT[session.get_bind().dialect.name], values).scalar()
    if link_id is None:
        raise Conflict(f"The path {path!r} was taken at this moment.", place="path", hint="Try again.")
    return int(link_id)


def _taken(session: Session, path: str, held: Row[*tuple[Any, ...]]) -> Conflict:
    """The error that names who has the path."""
    if held.subject_id is None:
        return Conflict(
            f"The path {path!r} is a redirect to {held.address}.", place="path", hint="Choose another path."
        )
    owner = session.execute(_SUBJECT, {"subject_id": held.subject_id}).one()
    if owner.purged_at is not None:
        whose = f"belonged to the {owner.kind} {held.subject_id}, which was removed for good"
    elif owner.path == path:
        whose = f"is that of the {owner.kind} {held.subject_id}"
    else:
        whose = f"belongs to the {owner.kind} {held.subject_id}, which is now at {owner.path!r}"
    return Conflict(f"The path {path!r} {whose}.", place="path", hint="Choose another path.")


def _destination(session: Session, address: str) -> tuple[int | None, str]:
    """Where a redirect to the address ends: at a subject's own page (its id), or at the address that comes second."""
    if not address.isprintable() or len(address) > _LONGEST_ADDRESS:
        raise Invalid("The address is too long or holds characters that cannot be shown.", place="address")
    if not address.startswith("/") or address.startswith("//"):
        try:
            return None, str(HttpUrl(address))
        except ValidationError as error:
            raise Invalid(
                f"{address!r} is no address: {error.errors()[0]['msg']}.",
                place="address",
                hint="Write http://…, https://… or a path that begins with one slash.",
            ) from error
    parts = urlsplit(address)
    path, query = parse(parts.path), parameters.written(parts.query)
    target = queries.resolve(session, path, query)
    if target.status == 410:
        raise Invalid(f"The address {address!r} leads to what was removed for good.", place="address")
    location = target.location if target.status in (301, 302) else parameters.appended(quote(path), query)
    if parts.fragment and "#" not in location:
        location += "#" + parameters.written(parts.fragment)
    at_its_page = target.subject_id is not None and location == quote(target.path)
    return (target.subject_id if at_its_page else None), location
