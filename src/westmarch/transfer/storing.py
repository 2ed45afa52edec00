"""Storing one file of a blog: one transaction, which leaves all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid
from westmarch.events.models import Event
from westmarch.links import paths
from westmarch.links.models import Link
from westmarch.media import actions as media
from westmarch.media.files import examine
from westmarch.media.models import Media
from westmarch.posts import actions
from westmarch.posts.drafts import Draft
from westmarch.posts.models import Post
from westmarch.posts.resolver import SessionResolver
from westmarch.site.options import Site
from westmarch.subjects.models import Reference as StoredReference
from westmarch.subjects.models import Subject
from westmarch.subjects.names import fold
from westmarch.text.rendered import Reference, Rendered
from westmarch.transfer.items import Entry, FileWarning, Item
from westmarch.transfer.preparing import FoundMedia, Prepared
from westmarch.transfer.report import Fate, FileRow

#: Who did it, in revisions and events.
ACTOR = "import"
#: Events of others after which a post is no longer what the import left: its address may change, that is no edit.
PURGED = "is that of something that was removed here for good"
_EDITS = ("created", "updated", "published", "withdrawn", "trashed", "restored")

_COLUMNS = select(Post.source_key, Post.id, Post.source_hash, Post.kind, Post.path, Post.title, Post.trashed_at)
_STORED = _COLUMNS.where(Post.source_key.in_(bindparam("keys", expanding=True)))
_STORED_ONE = _COLUMNS.where(Post.source_key == bindparam("key")).order_by(Post.id).limit(1)
#: Who has a path, or the one that differs by the slash at its end: the two never lead to two subjects.
_HELD = (
    select(Link.path, Link.subject_id, Link.address, Subject.purged_at)
    .outerjoin(Subject, Subject.id == Link.subject_id)
    .where(Link.path.in_([bindparam("path"), bindparam("twin")]), Link.query == "")
)
_DANGLING = (
    select(StoredReference.from_subject_id, StoredReference.href)
    .join(Post, Post.id == StoredReference.from_subject_id)
    .where(StoredReference.to_subject_id.is_(None), Post.source_key.is_not(None))
    .order_by(StoredReference.from_subject_id, StoredReference.href)
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A post that came from a file before."""

    id: int
    source_hash: str | None
    kind: str
    path: str
    title: str
    trashed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where things go: the site's options, the folder of media, and the one spelling of each tag, by folded name."""

    site: Site
    media: Path
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Work:
    """A file that is ready, and what this run knows beside it.

    `claimed`: addresses of the file that an earlier one has, with that one's path. `links`: the subjects behind the
    paths that the text links to, None where it is known that there is none yet; others are looked up. `fresh` says that
    nothing of the file was stored when the run looked: then its addresses are taken as if they were free; where they
    are not, the claim raises Conflict and the file is tried again without. Nearly all files of a first run are fresh.
    """

    entry: Entry
    prepared: Prepared
    claimed: Mapping[str, str]
    links: Mapping[str, int | None]
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a file and its media; `media` holds rows of the report."""

    row: FileRow
    media: tuple[dict[str, Any], ...] = ()


class DryRun(Exception):
    """Raised at the end of a transaction of which nothing may stay."""

    def __init__(self, done: Done) -> None:
        super().__init__()
        self.done = done


def stored(session: Reading, keys: Sequence[str]) -> dict[str, Stored]:
    """The posts that came from these files."""
    rows = session.execute(_STORED.params(keys=list(keys))).all()
    return {row.source_key: _row(row) for row in rows}


def _row(row: NamedRow) -> Stored:
    return Stored(row.id, row.source_hash, row.kind, row.path, row.title, row.trashed_at is not None)


def _held(session: Session, path: str) -> NamedRow | None:
    """The link at a path, or at its twin."""
    twin = path.removesuffix("/") if len(path) > 1 and path.endswith("/") else f"{path}/"
    rows = session.execute(_HELD, {"path": path, "twin": twin}).all()
    return min(rows, key=lambda row: row.path != path, default=None)


def store(session: Session, work: Work, place: Place, *, dry_run: bool) -> Done:
    """Make the file a post, bring its post up to date, or leave it alone, and say which.

    With `dry_run` the same is done and `DryRun` raised with the result, so that the transaction is rolled back.
    """
    done = _store(session, work, place, keep=not dry_run)
    if dry_run:
        row = replace(done.row, id=done.row.id if done.row.fate in {"updated", "unchanged", "conflict"} else None)
        media_rows = tuple(item | {"id": None if item["fate"] == "imported" else item["id"]} for item in done.media)
        raise DryRun(Done(row, media_rows))
    return done


def _store(session: Session, work: Work, place: Place, *, keep: bool) -> Done:
    entry, prepared = work.entry, work.prepared
    found = None if work.fresh else session.execute(_STORED_ONE, {"key": entry.key}).first()
    known = _row(found) if found else None
    left_alone = _left_alone(session, entry, prepared, known) if known else None
    if left_alone is not None:
        return Done(left_alone, tuple(_lost(prepared)))
    assert prepared.rendered is not None
    warnings: list[FileWarning] = list(prepared.item.warnings)
    kept, rows = _media(session, prepared, place, keep=keep)
    post_id = known.id if known else None
    addresses = _untried(entry) if work.fresh else _addresses(session, entry, work.claimed, post_id, warnings)
    if addresses is None:
        return Done(_removed(entry), tuple(_lost(prepared)))
    draft = _draft(session, work, prepared.rendered, place, addresses, warnings)
    if prepared.cover is not None:
        draft = replace(draft, cover_id=kept[prepared.cover.hash] or None)
    if known is None:
        post_id = actions.create(session, draft, place.site, actor=ACTOR)
        fate: Fate = "imported"
    else:
        actions.revise(session, known.id, draft, place.site, actor=ACTOR)
        post_id, fate = known.id, "updated"
    broken = prepared.item.metadata.broken
    row = FileRow(
        path=entry.key,
        kind=draft.kind,
        fate="failed" if broken else fate,
        addresses=entry.old_addresses,
        id=post_id,
        reason=f"{broken.reason}; what could be read came in as a draft" if broken else "",
        line=broken.line if broken else None,
        warnings=tuple(warnings),
    )
    return Done(row, (*rows, *_lost(prepared)))


def _removed(entry: Entry) -> FileRow:
    """The row for a file whose post was removed here for good: it does not come back."""
    reason = f"what was at {entry.address} was removed here for good"
    return FileRow(path=entry.key, kind=entry.kind, fate="skipped", addresses=entry.old_addresses, reason=reason)


def _left_alone(session: Session, entry: Entry, prepared: Prepared, known: Stored) -> FileRow | None:
    """The row for a post that is not touched: it is what the file says, or it belongs to others now."""
    row = FileRow(
        path=entry.key,
        kind=known.kind,
        fate="unchanged",
        addresses=entry.old_addresses,
        id=known.id,
        warnings=prepared.item.warnings,
    )
    if known.source_hash == prepared.source_hash:
        return row
    if not _same(session, prepared.item, known):
        reason = f"the post {known.path} came from another file of this name, from another folder"
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
    return None


def _same(session: Session, item: Item, known: Stored) -> bool:
    """Whether the file and the post are the same text: by the address or the title, one of which may have changed."""
    if item.metadata.title == known.title or not item.metadata.addresses:
        return True
    return any(_leads_to(session, address, known.id) for address in item.metadata.addresses)


def _draft(
    session: Session,
    work: Work,
    rendered: Rendered,
    place: Place,
    addresses: tuple[str | None, tuple[str, ...]],
    warnings: list[FileWarning],
) -> Draft:
    entry, prepared = work.entry, work.prepared
    about = prepared.item.metadata
    status = about.status
    path, aliases = addresses
    if entry.address == "/":
        warnings.append(FileWarning(None, "its address is that of the front page, so it came in as a draft"))
        status = "draft"
    if len(about.title) > actions.TITLE:
        warnings.append(FileWarning(None, f"the title was cut to {actions.TITLE} characters"))
    return Draft(
        kind=about.kind,
        title=about.title[: actions.TITLE],
        markdown=prepared.markdown,
        rendered=replace(rendered, references=_references(session, rendered, work.links)),
        language=prepared.language,
        slug=about.slug or None,
        path=path,
        summary=about.summary,
        status=status,
        unlisted=about.unlisted,
        pinned=about.pinned,
        published_at=about.date,
        updated_at=about.updated,
        tags=tuple(place.tags.get(fold(tag), tag) for tag in about.tags),
        authors=about.authors,
        topic=about.topic,
        part=about.part,
        translation_group=about.translation[:200] if about.translation else None,
        guid=about.guid,
        source_key=entry.key,
        source_hash=prepared.source_hash,
        extra=about.extra | _cover_fields(prepared),
        aliases=aliases,
    )


def _cover_fields(prepared: Prepared) -> dict[str, Any]:
    """What templates are told of a cover: the words for it, and the address of one that did not come along."""
    about = prepared.item.metadata
    words = {"cover_alt": about.cover_alt} if about.cover_alt else {}
    return words if prepared.cover or not about.cover else words | {"cover": about.cover}


def _references(session: Session, rendered: Rendered, links: Mapping[str, int | None]) -> tuple[Reference, ...]:
    """The links of a text with the subjects behind them."""
    resolver = SessionResolver(session)
    found = []
    for one in rendered.references:
        path = path_of(one.href)
        found.append(replace(one, subject_id=links[path] if path in links else resolver.link(path)))
    return tuple(found)


def path_of(href: str) -> str:
    """The path of an internal link, without query and fragment."""
    return href.split("#")[0].split("?")[0]


def _untried(entry: Entry) -> tuple[str | None, tuple[str, ...]]:
    """All addresses of a file, percent-encoded, without a look at who has them."""
    own, *others = (paths.quote(address) for address in entry.addresses)
    return own, tuple(others)


def _addresses(
    session: Session, entry: Entry, claimed: Mapping[str, str], post_id: int | None, warnings: list[FileWarning]
) -> tuple[str | None, tuple[str, ...]] | None:
    """The post's path and its old addresses, percent-encoded; those that others have are left out, with a warning.

    The path is None where the site makes one, and where an existing post keeps the one that it has. None in place of
    both: what was at the file's own address was removed for good.
    """
    free: list[str] = []
    for address in entry.addresses:
        if address == "/":
            continue
        reason = f"is that of {claimed[address]}" if address in claimed else _taken(session, address, post_id)
        if reason is None:
            free.append(address)
        elif reason is PURGED and address == entry.address and post_id is None:
            return None
        else:
            warnings.append(FileWarning(None, f"the address {address} {reason}"))
    own = entry.address
    if own in free:
        aliases = tuple(paths.quote(address) for address in free if address != own)
        if post_id is not None and _leads_to(session, own, post_id):
            return None, aliases
        return paths.quote(own), aliases
    aliases = tuple(paths.quote(address) for address in free)
    if own is None or own == "/" or post_id is not None:
        return None, aliases
    return _numbered(session, own), aliases


def _leads_to(session: Session, address: str, post_id: int) -> bool:
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
        return PURGED
    return f"leads to {held.address} here" if held.subject_id is None else "is that of another post or page"


def _media(
    session: Session, prepared: Prepared, place: Place, *, keep: bool
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Store the pictures of a text; ids by hash, and rows of the report."""
    ids: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for found in prepared.media:
        if found.examined.hash in ids:
            continue
        known = session.scalar(select(Media.id).where(Media.hash == found.examined.hash))
        fate = "unchanged"
        if known is None:
            known, fate = _kept(session, found, place, keep=keep), "imported"
        ids[found.examined.hash] = known
        rows.append({"path": str(found.path), "address": found.address, "fate": fate, "id": known, "reason": ""})
    return ids, rows


def _kept(session: Session, found: FoundMedia, place: Place, *, keep: bool) -> int:
    content = found.path.read_bytes()
    if examine(content, found.path.name).hash != found.examined.hash:
        raise Conflict(f"{found.path} changed while it was read", hint="Run the import again.")
    if keep:
        return media.store(session, place.media, content, found.examined, filename=found.path.name).id
    return 0


def _lost(prepared: Prepared) -> list[dict[str, Any]]:
    return [
        {
            "path": str(one.path) if one.path else one.src,
            "address": one.src,
            "fate": "failed" if one.path else "missing",
            "id": None,
            "reason": one.reason,
        }
        for one in prepared.lost
    ]


def key_of(path: str) -> str:
    """A path of a link as this run remembers it: decoded, without the slash at its end."""
    return unquote(path).rstrip("/")


def resolve_references(
    session: Session, after: tuple[int, str], most: int, links: Mapping[str, int]
) -> tuple[int, str] | None:
    """Let up to `most` links of imported texts that led nowhere lead to posts that came in later.

    `after` is where the last call ended, `(0, "")` at first; None when there are no more. `links` are paths whose
    subjects are known; others are looked up.
    """
    where = (StoredReference.from_subject_id > after[0]) | (
        (StoredReference.from_subject_id == after[0]) & (StoredReference.href > after[1])
    )
    rows = session.execute(_DANGLING.where(where).limit(most)).all()
    resolver = SessionResolver(session)
    for from_id, href in rows:
        path = path_of(href)
        target = links.get(key_of(path)) or resolver.link(path)
        if target is not None:
            session.execute(
                update(StoredReference)
                .where(StoredReference.from_subject_id == from_id, StoredReference.href == href)
                .values(to_subject_id=target)
            )
    return (rows[-1].from_subject_id, rows[-1].href) if len(rows) == most else None
