"""Which of a file's old addresses its post can have, and under which it comes in where it cannot have its own."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid
from westmarch.links import parameters, paths
from westmarch.links.models import Link
from westmarch.subjects.models import Subject
from westmarch.transfer.items import Entry, FileWarning

#: A path, None where the site makes one, and the old addresses beside it: all percent-encoded.
Addresses = tuple[str | None, tuple[str, ...]]

_ASKED = select(Link.subject_id).where(
    Link.path.in_([bindparam("path"), bindparam("twin")]), Link.query == bindparam("declared")
)

#: Where our site has lists of its own.
_LISTS = frozenset({"archive", "authors", "tags", "topics"})
_PURGED = "is that of something that was removed here for good"
#: Who has a path, or the one that differs by the slash at its end: the two never lead to two subjects.
_HELD = (
    select(Link.path, Link.subject_id, Link.address, Subject.purged_at)
    .outerjoin(Subject, Subject.id == Link.subject_id)
    .where(Link.path.in_([bindparam("path"), bindparam("twin")]), Link.query == "")
)
_QUERIES = select(Link.path, Link.query, Link.subject_id).where(
    Link.path.in_(bindparam("paths", expanding=True)),
    Link.query.in_(bindparam("queries", expanding=True)),
    Link.subject_id.is_not(None),
)
_SUBJECTS = select(Link.path, Link.subject_id).where(
    Link.path.in_(bindparam("paths", expanding=True)), Link.query == "", Link.subject_id.is_not(None)
)


def untried(entry: Entry) -> Addresses:
    """All addresses of a file, percent-encoded, without a look at who has them; never the front page for an old one."""
    own, *others = entry.addresses
    return paths.quote(own), tuple(paths.quote(address) for address in others if address != "/")


def free(
    session: Session, entry: Entry, claimed: Mapping[str, str], post_id: int | None, warnings: list[FileWarning]
) -> Addresses | None:
    """The post's path and its old addresses, percent-encoded; those that others have are left out, with a warning.

    The path is None where the site makes one, and where an existing post keeps the one that it has. None in place of
    both: what was at the file's own address was removed for good.
    """
    found: list[str] = []
    for address in entry.addresses:
        if address == "/":
            continue
        reason = f"is that of {claimed[address]}" if address in claimed else _taken(session, address, post_id)
        if reason is None:
            found.append(address)
        elif reason is _PURGED and address == entry.address and post_id is None:
            return None
        else:
            warnings.append(FileWarning(None, f"the address {address} {reason}"))
    own = entry.address
    if own in found:
        aliases = tuple(paths.quote(address) for address in found if address != own)
        if post_id is not None and leads_to(session, own, post_id):
            return None, aliases
        return paths.quote(own), aliases
    aliases = tuple(paths.quote(address) for address in found)
    if own is None or own == "/" or post_id is not None or not paths.claimable(own):
        return None, aliases
    return _numbered(session, own), aliases


def free_queries(session: Session, entry: Entry, post_id: int | None, warnings: list[FileWarning]) -> tuple[str, ...]:
    """The addresses with a query (`/?p=123`) that the post can have; others are left out, with a warning."""
    found: list[str] = []
    for address in entry.queries:
        parts = urlsplit(address)
        path = paths.parse(parts.path)
        asked = {"path": path, "twin": _twin(path), "declared": parameters.declared(parts.query)}
        row = session.execute(_ASKED, asked).first()
        if row is None or (row.subject_id == post_id and post_id is not None):
            found.append(address)
        else:
            warnings.append(FileWarning(None, f"the address {address} is that of another post or page"))
    return tuple(found)


def holders(session: Reading, entries: Sequence[Entry]) -> dict[str, int]:
    """The subjects to which the old addresses of these files lead, those with a query too."""
    held = leading(session, [address for entry in entries for address in entry.old_addresses])
    queries = {(paths.parse(path), parameters.declared(query)): f"{path}?{query}" for path, query in _asked(entries)}
    if queries:
        asked = {"paths": list({path for path, _ in queries}), "queries": [query for _, query in queries]}
        for row in session.execute(_QUERIES, asked):
            if address := queries.get((row.path, row.query)):
                held[address] = row.subject_id
    return held


def _asked(entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        for address in entry.queries:
            path, _, query = address.partition("?")
            yield path, query


def leading(session: Reading, addresses: Sequence[str]) -> dict[str, int]:
    """The subjects to which these addresses lead, themselves or with the other slash at their end."""
    twins = {address: _twin(address) for address in addresses}
    rows = session.execute(_SUBJECTS, {"paths": [*twins, *twins.values()]}).all() if twins else []
    found = {row.path: row.subject_id for row in rows}
    held = {address: found.get(address, found.get(twin)) for address, twin in twins.items()}
    return {address: subject_id for address, subject_id in held.items() if subject_id is not None}


def answering(entry: Entry, post_id: int, path: str, held: Mapping[str, int]) -> tuple[str, ...]:
    """The old addresses of a file that lead to its post, which is at `path`; that path where its own belongs to others.

    `held` is what `holders` gives for the file.
    """
    found = tuple(address for address in (*entry.old_addresses, *entry.queries) if held.get(address) == post_id)
    if entry.answered and entry.address not in {None, "/", *found}:
        return (path, *found)
    return found


def hidden_lists(taken: Addresses) -> list[FileWarning]:
    """Warnings for addresses at which our site has a list of its own."""
    path, aliases = taken
    found = [paths.parse(one) for one in (path, *aliases) if one is not None]
    message = "the address {} is also that of a list of this site, which the {} now hides"
    return [
        FileWarning(None, message.format(one, "post" if one == path else "redirect"))
        for one in found
        if one.strip("/").casefold() in _LISTS
    ]


def leads_to(session: Session, address: str, post_id: int) -> bool:
    """Whether the post has an address already, as its path or as an old one."""
    held = _held(session, address)
    return held is not None and held.subject_id == post_id


def _numbered(session: Session, address: str) -> str | None:
    """The address with the first free number behind it; None where the site has to make one."""
    for number in range(2, 100):
        wanted = paths.numbered(address, number)
        if _taken(session, wanted, None) is None:
            return paths.quote(wanted)
    return None


def _taken(session: Session, address: str, post_id: int | None) -> str | None:
    """Why a path cannot be the post's, or None where it can."""
    try:
        path = paths.checked(address)
    except Invalid as error:
        return f"cannot be had: {error.message}"
    if not paths.claimable(path):
        return "is the program's own"
    if len(path.encode()) > paths.LONGEST_OWNED:
        return "is too long"
    held = _held(session, path)
    if held is None or (held.subject_id == post_id and post_id is not None):
        return None
    if held.purged_at is not None:
        return _PURGED
    return f"leads to {held.address} here" if held.subject_id is None else "is that of another post or page"


def _held(session: Session, path: str) -> NamedRow | None:
    """The link at a path, or at its twin."""
    rows = session.execute(_HELD, {"path": path, "twin": _twin(path)}).all()
    return min(rows, key=lambda row: row.path != path, default=None)


def _twin(path: str) -> str:
    """The path that differs by the slash at its end."""
    return path.removesuffix("/") if len(path) > 1 and path.endswith("/") else f"{path}/"
