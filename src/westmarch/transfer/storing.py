"""Storing one file of a blog: one transaction, which leaves all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.events.models import Event
from westmarch.posts import actions
from westmarch.posts.drafts import Draft
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.subjects.names import fold
from westmarch.text.rendered import Rendered
from westmarch.transfer import media, references
from westmarch.transfer.addresses import Addresses, free, leads_to, untried
from westmarch.transfer.items import Entry, FileWarning, Item
from westmarch.transfer.preparing import Prepared
from westmarch.transfer.report import Fate, FileRow

#: Who did it, in revisions and events.
ACTOR = "import"
#: Events of others after which a post is no longer what the import left: its address may change, that is no edit.
_EDITS = ("created", "updated", "published", "withdrawn", "trashed", "restored")

_COLUMNS = select(Post.source_key, Post.id, Post.source_hash, Post.kind, Post.path, Post.title, Post.trashed_at)
_STORED = _COLUMNS.where(Post.source_key.in_(bindparam("keys", expanding=True)))
_STORED_ONE = _COLUMNS.where(Post.source_key == bindparam("key")).order_by(Post.id).limit(1)


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
        return Done(left_alone, tuple(media.lost(prepared)))
    assert prepared.rendered is not None
    warnings: list[FileWarning] = list(prepared.item.warnings)
    kept, rows = media.bring(session, prepared, place.media, keep=keep)
    post_id = known.id if known else None
    taken = untried(entry) if work.fresh else free(session, entry, work.claimed, post_id, warnings)
    if taken is None:
        return Done(_removed(entry), tuple(media.lost(prepared)))
    draft = _draft(session, work, prepared.rendered, place, taken, warnings)
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
    return Done(row, (*rows, *media.lost(prepared)))


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
    return any(leads_to(session, address, known.id) for address in item.metadata.addresses)


def _draft(
    session: Session,
    work: Work,
    rendered: Rendered,
    place: Place,
    addresses: Addresses,
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
        rendered=replace(rendered, references=references.resolved(session, rendered, work.links)),
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
