"""What people do to redirects and old addresses: add, change and remove them, one by one or from a list."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid, NotFound, WestmarchError
from westmarch.events import actions as events
from westmarch.links import holding, parameters, redirects
from westmarch.links.models import Link, MissedPath
from westmarch.links.paths import fold, parse
from westmarch.links.queries import resolve
from westmarch.links.redirects import Edited
from westmarch.subjects import version

#: How many lines a list of redirects may have, and how many faults of one are told.
LINES, FAULTS = 2_000, 50
#: The statuses of a line, and whether each is for good.
CODES = {"301": True, "308": True, "302": False, "303": False, "307": False}


class Unfit(Invalid):
    """Lines of a list cannot be taken: `lines` are their numbers, from one, and what is wrong with each."""

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        many = f"{len(lines)} lines" if len(lines) > 1 else "One line"
        super().__init__(
            f"{many} cannot be taken. Nothing was added.",
            place="list",
            hint="Mend what is named below, or leave it out.",
        )
        self.lines = lines[:FAULTS]


def add(session: Session, path: str, target: str, *, permanent: bool = True, actor: str) -> int:
    """Send readers from a path (with one declared parameter perhaps) to a path of the site or an address elsewhere.

    A target that is the page of a subject makes this an old address of it, which follows all its moves. Returns the id
    of the event. Raises Invalid for a path or a target that cannot be, is reserved, leads back or to another redirect;
    Conflict where the path leads somewhere already.
    """
    link_id = _add(session, path, target, permanent=permanent)
    link = _stored(session, link_id)
    detail = {"path": link.source, "to": link.target, "permanent": permanent, "undo": _added(session, [link_id])}
    return events.record(session, "link.added", actor=actor, subject_id=link.subject_id, detail=detail)


def add_lines(session: Session, text: str, *, actor: str) -> tuple[int, int | None]:
    """Add the redirects of a list: one a line, `from to [code]`; empty lines and what begins with # are left out.

    What leads there already is left as it is. Returns how many were added, and the id of the event. Raises Unfit where
    a line cannot be taken; then none is.
    """
    lines = text.splitlines()
    if len(lines) > LINES:
        raise Invalid(f"A list has at most {LINES:,} lines, this one {len(lines):,}.", place="list")
    added, faults = [], []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            path, target, permanent = _read(words)
            if not _leads_there(session, path, target):
                added.append(_add(session, path, target, permanent=permanent))
        except WestmarchError as error:
            faults.append((number, f"{error.message} {error.hint}".strip()))
    if faults:
        raise Unfit(faults)
    if not added:
        return 0, None
    detail = {"count": len(added), "undo": _added(session, added)}
    return len(added), events.record(session, "link.imported", actor=actor, detail=detail)


def change(
    session: Session,
    link_id: int,
    *,
    path: str | None = None,
    target: str | None = None,
    permanent: bool | None = None,
    expected: str | None = None,
    actor: str,
) -> int | None:
    """Change what is given of a redirect; the id of the event, or None where nothing is new.

    Raises NotFound, Stale where the link is not of the `expected` version, else as `add`.
    """
    link = editable(session, link_id, expected)
    values: dict[str, Any] = {}
    at, query = (link.path, link.query) if path is None else _source(path)
    if (at, query) != (link.path, link.query):
        held = holding.held_by(session, at, query)
        if held is not None and held.id != link_id:
            raise holding.taken(session, at, held)
        values |= {"path": at, "query": query, "folded": fold(at)}
    if target is not None and target.strip() != link.target:
        subject_id, address = _destination(session, at, query, target)
        values |= {"subject_id": subject_id, "address": address}
    elif values and link.address is not None:
        _destination(session, at, query, link.address)
    if permanent is not None and permanent != link.permanent:
        values["permanent"] = permanent
    before = _columns(link)
    values = {field: value for field, value in values.items() if before[field] != value}
    if not values:
        return None
    session.execute(update(Link).where(Link.id == link_id).values(**values))
    after = _stored(session, link_id)
    was = {"path": link.source, "to": link.target, "permanent": link.permanent}
    became = {"path": after.source, "to": after.target, "permanent": after.permanent}
    detail = {
        "path": after.source,
        "changed": version.changes(was, {field: value for field, value in became.items() if was[field] != value}),
        "undo": {"link": link_id, "before": before, "version": after.version},
    }
    return events.record(session, "link.changed", actor=actor, subject_id=after.subject_id, detail=detail)


def remove(session: Session, link_id: int, *, expected: str | None = None, actor: str) -> int:
    """Remove a redirect or an old address: it leads nowhere from now on. Returns the id of the event.

    Raises NotFound, Stale where the link is not of the `expected` version, Conflict where a subject is at it.
    """
    link = editable(session, link_id, expected)
    session.execute(delete(Link).where(Link.id == link_id))
    detail = {"path": link.source, "to": link.target, "undo": {"before": _columns(link)}}
    return events.record(session, "link.removed", actor=actor, subject_id=link.subject_id, detail=detail)


def editable(session: Session, link_id: int, expected: str | None = None) -> Edited:
    """The link, locked. Raises NotFound, Stale where it has another version, Conflict where a subject is at it."""
    session.execute(select(Link.id).where(Link.id == link_id).with_for_update())
    link = redirects.edited(session, link_id)
    if link is None:
        raise NotFound("There is no such redirect any more.")
    if link.current:
        raise Conflict(
            f"{link.path!r} is the address of the {link.kind} {link.subject_id}, not a redirect.",
            hint=f"Change the address of the {link.kind} itself.",
        )
    version.require(expected, link.version, f"The redirect from {link.source!r}")
    return link


def put_back(session: Session, columns: dict[str, Any]) -> None:
    """Add a link as it was. Raises Conflict where its path leads somewhere meanwhile."""
    held = holding.held_by(session, columns["path"], columns["query"])
    if held is not None and (held.path == columns["path"] or held.subject_id != columns["subject_id"]):
        raise holding.taken(session, columns["path"], held)
    session.execute(insert(Link).values(current=False, created_at=now(), **columns))


def _add(session: Session, path: str, target: str, *, permanent: bool) -> int:
    at, query = _source(path)
    held = holding.held_by(session, at, query)
    if held is not None and held.path == at:
        raise holding.taken(session, at, held)
    subject_id, address = _destination(session, at, query, target)
    if held is not None and held.subject_id is not None and held.subject_id != subject_id:
        raise holding.taken(session, at, held)
    link_id = holding.insert(session, at, query, subject_id=subject_id, address=address, permanent=permanent)
    session.execute(delete(MissedPath).where(MissedPath.path == at))
    return link_id


def _source(path: str) -> tuple[str, str]:
    """A path and its declared query, from what somebody wrote. Raises Invalid where no link can have them."""
    path = path.strip()
    if not path.startswith("/"):
        raise Invalid(
            f"{path[:100]!r} is no path of the site.", place="path", hint="Begin with a slash: /old/, or /?p=12."
        )
    if "#" in path:
        raise Invalid("What stands behind # never reaches a server.", place="path", hint="Leave it out.")
    before, mark, query = path.partition("?")
    at = holding.fit(parse(before))
    if not mark:
        return at, ""
    try:
        return at, parameters.declared(query)
    except Invalid as error:
        raise Invalid(error.message, place="path", hint=error.hint) from error


def _destination(session: Session, path: str, query: str, target: str) -> tuple[int | None, str | None]:
    """The subject or the address at a target. Raises Invalid where it is none, leads back, or is a redirect itself."""
    target = target.strip()
    if not target:
        raise Invalid("Say where readers shall go.", place="address", hint="A path such as /new/, or https://….")
    if not target.startswith("/") and "://" not in target:
        raise Invalid(
            f"{target[:100]!r} is no address.", place="address", hint="Write https://…, or a path that begins with /."
        )
    subject_id, location = holding.destination(session, target)
    if location.startswith("/"):
        parts = urlsplit(location)
        if fold(parse(parts.path)) == fold(path) and not query:
            raise Invalid(f"From {path!r} to {target!r} leads back to itself.", place="address")
        asked = urlsplit(target)
        if subject_id is None and _is_redirect(session, asked.path, asked.query):
            raise Invalid(
                f"{target!r} is a redirect itself, to {location!r}.",
                place="address",
                hint=f"Lead to {location} at once.",
            )
    return subject_id, location if subject_id is None else None


def _is_redirect(session: Session, path: str, query: str) -> bool:
    found = resolve(session, parse(path), query)
    return found.status in (301, 302) and found.subject_id is None


def _leads_there(session: Session, path: str, target: str) -> bool:
    """Whether exactly this redirect is there already."""
    at, query = _source(path)
    row = session.execute(select(Link.id).where(Link.path == at, Link.query == query)).first()
    link = redirects.edited(session, row.id) if row else None
    return link is not None and not link.current and target in (link.target, link.leads_to)


def _read(words: Sequence[str]) -> tuple[str, str, bool]:
    if len(words) not in (2, 3):
        raise Invalid("A line has two or three words: from, to, and perhaps 301 or 302.")
    code = words[2] if len(words) == 3 else "301"
    if code not in CODES:
        raise Invalid(f"{code[:20]!r} is no status of a redirect.", hint=f"There are: {', '.join(CODES)}.")
    return words[0], words[1], CODES[code]


def version_of(session: Session, ids: Sequence[int]) -> str:
    """The version of all of these links that are there."""
    columns = (Link.id, Link.path, Link.query, Link.subject_id, Link.address, Link.permanent, Link.current)
    rows = session.execute(select(*columns).where(Link.id.in_(ids)).order_by(Link.id).with_for_update())
    return version.version_of([list(row) for row in rows])


def _added(session: Session, ids: Sequence[int]) -> dict[str, Any]:
    return {"ids": list(ids), "version": version_of(session, ids)}


def _stored(session: Session, link_id: int) -> Edited:
    link = redirects.edited(session, link_id)
    if link is None:
        raise NotFound("There is no such redirect any more.")
    return link


def _columns(link: Edited) -> dict[str, Any]:
    return {
        "path": link.path,
        "query": link.query,
        "folded": fold(link.path),
        "subject_id": link.subject_id,
        "address": link.address,
        "permanent": link.permanent,
    }
