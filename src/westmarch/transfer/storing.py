"""Storing files of a blog: a transaction leaves all of a file or nothing, and may hold several files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.posts import actions
from westmarch.posts.change import META_DESCRIPTION, META_TITLE
from westmarch.posts.drafts import Draft
from westmarch.posts.making import TITLE, Making
from westmarch.posts.meta import Meta
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.subjects.names import fold
from westmarch.text.rendered import Rendered
from westmarch.transfer import earlier, media, references, runs, versions, waiting
from westmarch.transfer.addresses import Addresses, answering, free, free_queries, hidden_lists, holders, untried
from westmarch.transfer.claims import Claims
from westmarch.transfer.comments import Comments
from westmarch.transfer.earlier import ACTOR, Stored, written
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
    within, storing = claims.within(), _Storing(session, place)
    storing.making.expect(
        [tag for entry, _, _ in batch for tag in entry.tags],
        [name for _, _, one in batch if isinstance(one, Prepared) for name in one.item.metadata.authors],
    )
    found = []
    for entry, stored_hash, prepared in batch:
        if isinstance(prepared, Failed):
            done = failed(entry, prepared.reason)
        else:
            done = storing.store(work(entry, prepared, stored_hash, within))
        claim(within, entry, done)
        found.append(done)
    storing.finish()
    return found


def store(session: Session, work: Work, place: Place, *, dry_run: bool) -> Done:
    """Make the file a post, bring its post up to date, or leave it alone, and say which.

    With `dry_run` the same is done and `DryRun` raised with the result, so that the transaction is rolled back.
    """
    storing = _Storing(session, place)
    done = storing.store(work, keep=not dry_run)
    storing.finish()
    if dry_run:
        row = replace(done.row, id=done.row.id if done.row.fate in {"updated", "unchanged", "conflict"} else None)
        media_rows = tuple(item | {"id": None if item["fate"] == "imported" else item["id"]} for item in done.media)
        raise DryRun(Done(row, media_rows))
    return done


class _Storing:
    """A transaction in which files are stored one after the other; `finish` writes what they share."""

    def __init__(self, session: Session, place: Place) -> None:
        self.session, self.place = session, place
        self.making = Making(session, place.site, actor=ACTOR)
        self.comments = Comments(session)
        self.made: list[runs.Made] = []

    def finish(self) -> None:
        """Write what hangs on the posts that were made, and what the run has to remember."""
        self.making.finish()
        self.comments.finish()
        if self.place.run is not None:
            runs.remember(self.session, self.place.run, self.made)

    def store(self, work: Work, *, keep: bool = True) -> Done:
        """What became of a file; without `keep` its media are not written."""
        session, place, entry, prepared = self.session, self.place, work.entry, work.prepared
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
        fate: Fate = "imported" if known is None else "updated"
        post_id = self._written(draft, prepared, known)
        if not self._with_comments(post_id, prepared, new=known is None):
            warnings.append(
                FileWarning(None, "its comments are not kept: run `westmarch db upgrade` and import it again")
            )
        new_media = tuple(one["id"] for one in rows if one["fate"] == "imported")
        self.made.append(runs.Made(post_id, known is None, new_media))
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

    def _written(self, draft: Draft, prepared: Prepared, known: Stored | None) -> int:
        """The post of a file, made or brought up to date, with what may be beside it."""
        if known is None:
            post_id = self.making.create(draft)
            versions.keep(self.session, post_id, prepared)
        else:
            self.making.finish()
            post_id = known.id
            actions.revise(self.session, post_id, draft, self.place.site, actor=ACTOR)
        if prepared.item.waiting is not None or prepared.item.trashed_at is not None:
            self.making.finish()
            waiting.keep(self.session, post_id, prepared, self.place.site)
        return post_id

    def _with_comments(self, post_id: int, prepared: Prepared, *, new: bool) -> bool:
        """Whether there was a place for the comments of a text, if it has any."""
        comments = prepared.item.comments
        return not comments or self.comments.keep(post_id, comments, new=new)


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
    title, status = about.title[:TITLE], about.status
    path, aliases = addresses
    if entry.address == "/":
        warnings.append(FileWarning(None, "its address is that of the front page, so it came in as a draft"))
        status = "draft"
    if len(about.title) > TITLE:
        warnings.append(FileWarning(None, f"the title was cut to {TITLE} characters"))
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
        meta=Meta(about.meta_title[:META_TITLE], about.meta_description[:META_DESCRIPTION]),
    )


def _cover_fields(prepared: Prepared) -> dict[str, Any]:
    """What templates are told of a cover: the words for it, and the address of one that did not come along."""
    about = prepared.item.metadata
    words = {"cover_alt": about.cover_alt} if about.cover_alt else {}
    return words if prepared.cover or not about.cover else words | {"cover": about.cover}
