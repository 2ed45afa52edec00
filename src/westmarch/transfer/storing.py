"""Storing files of a blog: a transaction leaves all of a file or nothing, and may hold several files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.posts import actions
from westmarch.posts.drafts import Draft
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.subjects.names import fold
from westmarch.text.rendered import Rendered
from westmarch.transfer import comments, earlier, media, references, runs, versions, waiting
from westmarch.transfer.addresses import Addresses, answering, free, free_queries, hidden_lists, holders, untried
from westmarch.transfer.claims import Claims
from westmarch.transfer.earlier import ACTOR, written
from westmarch.transfer.items import Entry, FileWarning
from westmarch.transfer.origins import Origin
from westmarch.transfer.preparing import Failed, Prepared
from westmarch.transfer.report import Fate, FileRow
from westmarch.transfer.workers import Result


@dataclass(frozen=True, slots=True)
class Place:
    """Where things come from and go: the blog, the site's options, and the folder of media.

    `tags` holds the one spelling of each tag, by folded name; `run` is the number of the import, None where none is
    written down.
    """

    origin: Origin
    site: Site
    media: Path
    tags: Mapping[str, str]
    run: int | None = None


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


def work(entry: Entry, prepared: Prepared, stored_hash: str | None, claims: Claims) -> Work:
    """What is to be done with a file, by what the run knows. `stored_hash` is what was stored for it before."""
    claimed = claims.of_others(entry)
    fresh = stored_hash is None and entry.address not in {None, "/"} and not claimed
    return Work(entry, prepared, claimed, claims.links(prepared), fresh)


def claim(claims: Claims, entry: Entry, done: Done) -> None:
    """Let a file have its addresses, if it came in or was there before."""
    if done.row.id is not None or done.row.fate == "imported":
        claims.claim(entry, done.row.id)


def failed(entry: Entry, reason: str) -> Done:
    """What becomes of a file that cannot be stored."""
    return Done(FileRow(path=entry.key, kind=entry.kind, fate="failed", reason=reason))


def store_all(session: Session, batch: Sequence[Result], place: Place, claims: Claims) -> list[Done]:
    """Store files one after the other in one transaction, which costs one write to the disk, not one for each.

    Raises what `store` raises for the first that cannot be stored, and then nothing of the batch may stay.
    """
    within = claims.within()
    found = []
    for entry, stored_hash, prepared in batch:
        if isinstance(prepared, Failed):
            done = failed(entry, prepared.reason)
        else:
            done = store(session, work(entry, prepared, stored_hash, within), place, dry_run=False)
        claim(within, entry, done)
        found.append(done)
    return found


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
    known = None if work.fresh else earlier.of(session, entry, place.origin)
    renamed = None
    if known is None and not work.fresh:
        known, renamed = earlier.renamed(session, entry, prepared.item, place.origin)
    left_alone = earlier.left_alone(session, entry, prepared, known) if known else None
    if left_alone is not None:
        if renamed and left_alone.fate == "unchanged":
            left_alone = replace(left_alone, fate="updated", reason=f"the file was renamed; it was {renamed}")
        return Done(left_alone, tuple(media.lost(prepared)))
    assert prepared.rendered is not None
    warnings: list[FileWarning] = list(prepared.item.warnings)
    kept, rows = media.bring(session, prepared, place.media, keep=keep)
    post_id = known.id if known else None
    taken = untried(entry) if work.fresh else free(session, entry, work.claimed, post_id, warnings)
    if taken is None:
        return Done(_removed(entry), tuple(media.lost(prepared)))
    warnings += hidden_lists(taken)
    path, aliases = taken
    queries = entry.queries if work.fresh else free_queries(session, entry, post_id, warnings)
    draft = _draft(session, work, prepared.rendered, place, (path, (*aliases, *queries)), warnings)
    if prepared.cover is not None:
        draft = replace(draft, cover_id=kept[prepared.cover.hash] or None)
    if known is None:
        post_id = actions.create(session, draft, place.site, actor=ACTOR)
        versions.keep(session, post_id, prepared)
        fate: Fate = "imported"
    else:
        actions.revise(session, known.id, draft, place.site, actor=ACTOR)
        post_id, fate = known.id, "updated"
    if prepared.item.comments and not comments.keep(session, post_id, prepared.item.comments):
        warnings.append(FileWarning(None, "its comments are not kept: run `westmarch db upgrade` and import it again"))
    waiting.keep(session, post_id, prepared, place.site)
    if place.run is not None:
        new_media = [one["id"] for one in rows if one["fate"] == "imported"]
        runs.remember(session, place.run, post_id, new=known is None, media=new_media)
    broken = prepared.item.metadata.broken
    row = FileRow(
        path=entry.key,
        kind=draft.kind,
        fate="failed" if broken else fate,
        addresses=(*entry.old_addresses, *queries) if work.fresh else _answering(session, entry, post_id),
        id=post_id,
        reason=f"{broken.reason}; what could be read came in as a draft" if broken else "",
        line=broken.line if broken else None,
        warnings=tuple(warnings),
    )
    return Done(row, (*rows, *media.lost(prepared)))


def _answering(session: Session, entry: Entry, post_id: int) -> tuple[str, ...]:
    path = session.scalars(select(Post.path).where(Post.id == post_id)).one()
    return answering(entry, post_id, path, holders(session, [entry]))


def _removed(entry: Entry) -> FileRow:
    """The row for a file whose post was removed here for good: it does not come back."""
    reason = f"what was at {entry.address} was removed here for good"
    return FileRow(path=entry.key, kind=entry.kind, fate="skipped", reason=reason)


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
    title, status = about.title[: actions.TITLE], about.status
    path, aliases = addresses
    if entry.address == "/":
        warnings.append(FileWarning(None, "its address is that of the front page, so it came in as a draft"))
        status = "draft"
    if len(about.title) > actions.TITLE:
        warnings.append(FileWarning(None, f"the title was cut to {actions.TITLE} characters"))
    return Draft(
        kind=about.kind,
        title=title,
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
        source_key=place.origin.key(entry.key),
        source_hash=f"{prepared.source_hash}+{written(title, prepared.markdown)}",
        extra=about.extra | _cover_fields(prepared),
        aliases=aliases,
    )


def _cover_fields(prepared: Prepared) -> dict[str, Any]:
    """What templates are told of a cover: the words for it, and the address of one that did not come along."""
    about = prepared.item.metadata
    words = {"cover_alt": about.cover_alt} if about.cover_alt else {}
    return words if prepared.cover or not about.cover else words | {"cover": about.cover}
