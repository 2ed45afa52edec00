"""Which post came from a file before, and whether an edited file may change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.events.models import Event
from westmarch.posts.models import Post
from westmarch.subjects.models import Revision
from westmarch.transfer.addresses import answering, holders, leading, leads_to
from westmarch.transfer.items import Entry, Item
from westmarch.transfer.origins import Origin
from westmarch.transfer.preparing import Prepared
from westmarch.transfer.report import FileRow

#: Who did it, in revisions and events.
ACTOR = "import"
#: Events of others after which a post is no longer what the import left: its address may change, that is no edit.
_EDITS = ("created", "updated", "published", "withdrawn", "trashed", "restored")

_COLUMNS = select(Post.source_key, Post.id, Post.source_hash, Post.kind, Post.path, Post.title, Post.trashed_at)
_STORED = _COLUMNS.where(Post.source_key.in_(bindparam("keys", expanding=True)))
_STORED_ONE = _COLUMNS.where(Post.source_key == bindparam("key")).order_by(Post.id).limit(1)
#: The title, that of the newest revision that counts, and its Markdown.
_CURRENT = (
    select(Post.title, Revision.title, Revision.markdown)
    .join(Revision, Revision.id == func.coalesce(Post.draft_revision_id, Post.published_revision_id))
    .where(Post.id == bindparam("id"))
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A post that came from a file before.

    `source_hash` is that of the file, `written` that of the title and the Markdown that were made of it; `addresses`
    are those of the file's that lead to the post.
    """

    id: int
    source_hash: str
    written: str
    kind: str
    path: str
    title: str
    trashed: bool
    addresses: tuple[str, ...]


def stored(session: Reading, origin: Origin, entries: Sequence[Entry]) -> dict[str, Stored]:
    """The posts that came from these files, by the files' paths."""
    keys = {origin.key(entry.key): entry for entry in entries}
    rows = session.execute(_STORED, {"keys": list(keys)}).all()
    held = holders(session, entries) if rows else {}
    return {keys[row.source_key].key: _row(row, keys[row.source_key], held) for row in rows}


def _row(row: NamedRow, entry: Entry, held: Mapping[str, int]) -> Stored:
    source_hash, _, made = (row.source_hash or "").partition("+")
    trashed = row.trashed_at is not None
    addresses = answering(entry, row.id, row.path, held)
    return Stored(row.id, source_hash, made, row.kind, row.path, row.title, trashed, addresses)


def of(session: Session, entry: Entry, origin: Origin) -> Stored | None:
    """The post that came from a file."""
    found = session.execute(_STORED_ONE, {"key": origin.key(entry.key)}).first()
    return _row(found, entry, holders(session, [entry])) if found else None


def renamed(session: Session, entry: Entry, item: Item, origin: Origin) -> tuple[Stored | None, str | None]:
    """The post of a file that has another name since, and the name that it had.

    It is at an address of the file's, its own file is gone, and its title or its content is the same. It remembers the
    new name from now on.
    """
    for post_id in dict.fromkeys(leading(session, entry.addresses).values()):
        row = session.execute(_COLUMNS.where(Post.id == post_id)).first()
        path = origin.gone(row.source_key) if row and row.source_key else None
        if row is None or path is None:
            continue
        if row.title == item.metadata.title or (row.source_hash or "").startswith(item.source_hash):
            session.execute(update(Post).where(Post.id == post_id).values(source_key=origin.key(entry.key)))
            return of(session, entry, origin), path
    return None, None


def left_alone(session: Session, entry: Entry, prepared: Prepared, known: Stored) -> FileRow | None:
    """The row for a post that is not touched: it is what the file says, or it belongs to others now."""
    row = FileRow(path=entry.key, kind=known.kind, fate="unchanged", addresses=known.addresses, id=known.id)
    if known.source_hash == prepared.source_hash:
        return row
    row = replace(row, warnings=prepared.item.warnings)
    if not _same(session, prepared.item, known):
        reason = f"the post {known.path} came from a file of this name with another title and address"
        return replace(row, fate="conflict", reason=reason)
    if known.kind != prepared.item.metadata.kind:
        reason = f"the file has become a {prepared.item.metadata.kind}, and {known.path} is a {known.kind}"
        return replace(row, fate="conflict", reason=reason)
    if known.trashed:
        return replace(row, fate="conflict", reason="the file was edited, and the post is in the trash")
    edit = session.execute(
        select(Event.verb, Event.actor, Event.at)
        .where(
            Event.subject_id == known.id,
            Event.actor.not_in([ACTOR, "schedule"]),
            Event.verb.in_([f"{known.kind}.{verb}" for verb in _EDITS]),
        )
        .order_by(Event.id.desc())
        .limit(1)
    ).first()
    if edit is not None:
        reason = (
            f"the file was edited, and so was the post here ({edit.verb} by {edit.actor}, {edit.at:%Y-%m-%d %H:%M} UTC)"
        )
        return replace(row, fate="conflict", reason=reason)
    title, revised, markdown = session.execute(_CURRENT, {"id": known.id}).one()
    if known.written and (title != revised or written(title, markdown) != known.written):
        reason = "the file was edited, and so was the post here (its title or text is not what came in)"
        return replace(row, fate="conflict", reason=reason)
    return None


def written(title: str, markdown: str) -> str:
    """The hash of what was stored of a file, by which an edit is seen that nothing else tells of."""
    return blake2b(f"{title}\n{markdown}".encode(), digest_size=7).hexdigest()


def _same(session: Session, item: Item, known: Stored) -> bool:
    """Whether the file and the post are the same text: by the address or the title, one of which may have changed."""
    if item.metadata.title == known.title or not item.metadata.addresses:
        return True
    return any(leads_to(session, address, known.id) for address in item.metadata.addresses)
