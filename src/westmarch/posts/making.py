"""Making posts and pages: one, or several in one transaction, which share what they look up and what they count."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from westmarch.authors import actions as authors
from westmarch.db.types import now
from westmarch.errors import Invalid
from westmarch.events import actions as events
from westmarch.links import actions as links
from westmarch.links import paths
from westmarch.posts import counts, listings, meta, neighbours, revisions
from westmarch.posts.counts import NOWHERE, Listing
from westmarch.posts.drafts import Draft
from westmarch.posts.models import Byline, Post
from westmarch.site.options import Site
from westmarch.subjects import actions as subjects
from westmarch.subjects.names import fold
from westmarch.tags import actions as tags
from westmarch.topics import actions as topics

#: The longest title that is taken, in code points.
TITLE = 1_000

# Statements are built once: an import runs each of them for every post.
_INSERT = insert(Post.__table__)
_BYLINES = insert(Byline.__table__)


class Making:
    """Posts that are made one after the other in one transaction.

    What hangs on them and what they add to counts is written by `finish`, for all of them at once. Call it before
    anything else is done with one of them, and at the end.
    """

    def __init__(self, session: Session, site: Site, *, actor: str) -> None:
        self._session, self._site, self._actor = session, site, actor
        self._tags: dict[str, int | None] = {}
        self._authors: dict[str, int | None] = {}
        self._made: list[tuple[int, Draft, Listing]] = []

    def expect(self, tag_names: Iterable[str], author_names: Iterable[str]) -> None:
        """Look up at once the tags and authors that posts will have: those that are not there are made with a post."""
        if unknown := {name for name in tag_names if fold(name) not in self._tags}:
            self._tags |= tags.known(self._session, list(unknown))
        if unknown := {name for name in author_names if fold(name) not in self._authors}:
            self._authors |= authors.known(self._session, list(unknown))

    def create(self, draft: Draft) -> int:
        """Store a new post or page and return its id.

        Raises Invalid where a field cannot be taken, Conflict where its path belongs to another subject.
        """
        check(draft)
        session, moment = self._session, now()
        neighbours.lock(session)
        post_id = subjects.create(session, draft.kind)
        path = self._claim(post_id, draft, moment)
        revision_id = revision(session, post_id, draft, self._actor, moment)
        stored = columns(draft, revision_id, moment)
        listed_at = stored["published_at"] if draft.listed else None
        self.expect(draft.tags, draft.authors)
        tag_ids = tags.ensure(session, draft.tags, self._tags)
        after = Listing(listed_at, tuple(tag_ids), tuple(authors.ensure(session, draft.authors, self._authors)))
        neighbouring = neighbours.around(session, post_id, listed_at) if listed_at else (None, None)
        keys = {
            "id": post_id,
            "kind": draft.kind,
            "path": path,
            "previous_id": neighbouring[0],
            "next_id": neighbouring[1],
            "guid": draft.guid or uuid4().urn,
        }
        session.execute(_INSERT, keys | stored)
        neighbours.link(session, post_id, *neighbouring)
        if draft.topic:
            topics.place(session, post_id, topics.ensure(session, draft.topic, language=draft.language), draft.part)
            listings.number_of(session, post_id)
        if any(draft.meta):
            meta.store(session, post_id, draft.meta)
        lead(session, post_id, draft)
        self._made.append((post_id, draft, after))
        return post_id

    def finish(self) -> None:
        """Write what hangs on the posts that were made since the last call, and count them."""
        if not self._made:
            return
        session, made, self._made = self._session, self._made, []
        tags.hang(session, [(post_id, after.tags, after.at) for post_id, _, after in made])
        bylines = [row for post_id, _, after in made for row in _bylines(post_id, after)]
        if bylines:
            session.execute(_BYLINES, bylines)
        revisions.refer(session, [(post_id, draft.rendered) for post_id, draft, _ in made])
        counts.apply(session, [(NOWHERE, after) for _, _, after in made], self._site.zone)
        created = [(f"{draft.kind}.created", post_id) for post_id, draft, _ in made]
        events.record_all(session, created, actor=self._actor)

    def _claim(self, post_id: int, draft: Draft, moment: datetime) -> str:
        session, site = self._session, self._site
        if draft.path is not None:
            return links.claim(session, post_id, paths.parse(draft.path), new=True)
        wanted = usual(draft.kind, slug_of(draft), post_id, draft.published_at or moment, site)
        return links.claim_free(session, post_id, wanted, new=True)


def usual(kind: str, slug: str, post_id: int, at: datetime, site: Site) -> str:
    """The path of a new post or page as the site has them."""
    if kind == "page":
        return f"/{slug}/"
    day = at.astimezone(site.zone)
    return site.permalink.format(
        slug=slug, id=post_id, year=f"{day.year:04}", month=f"{day.month:02}", day=f"{day.day:02}"
    )


def _bylines(post_id: int, listing: Listing) -> list[dict[str, Any]]:
    return [
        {"post_id": post_id, "author_id": author_id, "rank": rank, "listed_at": listing.at}
        for rank, author_id in enumerate(listing.authors)
    ]


def check(draft: Draft) -> None:
    """Raises Invalid where a field of a draft cannot be taken."""
    if not draft.title.strip():
        raise Invalid("A post needs a title.", place="title")
    if len(draft.title) > TITLE:
        raise Invalid(f"A title has at most {TITLE} characters, this one {len(draft.title)}.", place="title")
    if draft.status == "scheduled" and draft.published_at is None:
        raise Invalid("A scheduled post needs a date.", place="date")


def revision(session: Session, post_id: int, draft: Draft, actor: str, moment: datetime) -> int:
    """Store the draft's text as a new revision and return the revision's id."""
    return revisions.add(
        session,
        post_id,
        kind=draft.status,
        title=draft.title,
        markdown=draft.markdown,
        language=draft.language,
        rendered=draft.rendered,
        by=actor,
        at=moment,
    )


def columns(draft: Draft, revision_id: int, moment: datetime) -> dict[str, Any]:
    """The columns of a post that the draft decides, with its revision published or waiting."""
    public = draft.status == "published"
    return {
        "title": draft.title,
        "slug": slug_of(draft),
        "summary": draft.summary,
        "excerpt_html": draft.rendered.excerpt_html,
        "language": draft.language,
        "minutes": draft.rendered.minutes,
        "status": draft.status,
        "unlisted": draft.unlisted,
        "pinned": draft.pinned,
        "published_at": draft.published_at or (moment if public else None),
        "updated_at": draft.updated_at,
        "published_revision_id": revision_id if public else None,
        "draft_revision_id": None if public else revision_id,
        "cover_id": draft.cover_id,
        "translation_group": draft.translation_group,
        "source_key": draft.source_key,
        "source_hash": draft.source_hash,
        "extra": draft.extra,
    }


def slug_of(draft: Draft) -> str:
    """The last segment of a path that is made for a draft."""
    return paths.slugify(draft.slug or draft.title)


def lead(session: Session, post_id: int, draft: Draft) -> None:
    """Let the draft's old addresses lead to the post."""
    for alias in draft.aliases:
        parts = urlsplit(alias)
        links.add_old(session, post_id, paths.parse(parts.path), query=parts.query)
