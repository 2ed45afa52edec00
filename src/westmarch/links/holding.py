"""Which paths links may have, who has them, and where addresses end: what all changes of links stand on."""

from typing import Any
from urllib.parse import urlsplit

from pydantic import HttpUrl, ValidationError
from sqlalchemy import Row, and_, bindparam, select
from sqlalchemy.orm import Session

from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.db.upsert import both
from westmarch.errors import Conflict, Invalid
from westmarch.links import parameters, queries
from westmarch.links.models import Link
from westmarch.links.paths import LONGEST_OWNED, checked, claimable, fold, parse, quote
from westmarch.subjects.models import Subject

# The longest address elsewhere, in characters.
_LONGEST_ADDRESS = 2_000

_link, _subject = Link.__table__, Subject.__table__

# Statements are built once, on tables: an import runs each of them for every post, and a session passes them on.
#: What a subject is, and its current link.
SUBJECT = (
    select(_subject.c.kind, _subject.c.purged_at, _link.c.id.label("link_id"), _link.c.path)
    .select_from(_subject)
    .outerjoin(_link, and_(_link.c.subject_id == _subject.c.id, _link.c.current))
    .where(_subject.c.id == bindparam("subject_id"))
)
_HELD = select(_link.c.id, _link.c.path, _link.c.subject_id, _link.c.address).where(
    _link.c.path.in_([bindparam("path"), bindparam("twin")]), _link.c.query == bindparam("declared")
)
_INSERT = {name: statement.on_conflict_do_nothing().returning(_link.c.id) for name, statement in both(Link).items()}


def fit(path: str) -> str:
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


def held_by(session: Reading, path: str, query: str = "") -> Row[*tuple[Any, ...]] | None:
    """The link at the path, or the one that differs by the slash at its end: the two are never two subjects'."""
    twin = path.removesuffix("/") if len(path) > 1 and path.endswith("/") else path + "/"
    rows = session.execute(_HELD, {"path": path, "twin": twin, "declared": query}).all()
    return min(rows, key=lambda row: row.path != path, default=None)


def insert(
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


def taken(session: Reading, path: str, held: Row[*tuple[Any, ...]]) -> Conflict:
    """The error that names who has the path."""
    if held.subject_id is None:
        return Conflict(
            f"The path {path!r} is a redirect to {held.address}.", place="path", hint="Choose another path."
        )
    owner = session.execute(SUBJECT, {"subject_id": held.subject_id}).one()
    if owner.purged_at is not None:
        whose = f"belonged to the {owner.kind} {held.subject_id}, which was removed for good"
    elif owner.path == path:
        whose = f"is that of the {owner.kind} {held.subject_id}"
    else:
        whose = f"belongs to the {owner.kind} {held.subject_id}, which is now at {owner.path!r}"
    return Conflict(f"The path {path!r} {whose}.", place="path", hint="Choose another path.")


def destination(session: Session, address: str) -> tuple[int | None, str]:
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
