"""The posts and pages of a site with all that belongs to them, read for whatever format they go out in."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select

from westmarch.authors.models import Author
from westmarch.comments.models import ImportedComment
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.links.models import Link
from westmarch.media.models import Media
from westmarch.ops import schema
from westmarch.posts.meta import NOTHING, Meta
from westmarch.posts.meta import of as meta_of
from westmarch.posts.models import Byline, Post
from westmarch.subjects.models import Revision
from westmarch.tags.models import Tag, Tagging
from westmarch.topics.models import Part, Topic
from westmarch.transfer.comments import SCHEMA as COMMENTS_SCHEMA
from westmarch.transfer.out.catalogue import written

#: Posts read at once: memory does not grow with the site.
_CHUNK = 200

_POSTS = (
    select(
        Post.id,
        Post.kind,
        Post.slug,
        Post.path,
        Post.summary,
        Post.status,
        Post.unlisted,
        Post.pinned,
        Post.trashed_at,
        Post.published_at,
        Post.updated_at,
        Post.published_revision_id,
        Post.draft_revision_id,
        Post.translation_group,
        Post.guid,
        Post.extra,
        Post.title,
        Post.language,
        Topic.title.label("topic"),
        Part.rank.label("part"),
        Media.hash.label("cover_hash"),
        Media.extension.label("cover_extension"),
    )
    .outerjoin(Part, Part.subject_id == Post.id)
    .outerjoin(Topic, Topic.id == Part.topic_id)
    .outerjoin(Media, Media.id == Post.cover_id)
    .where(Post.id > bindparam("after"))
    .order_by(Post.id)
    .limit(_CHUNK)
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_TAGS = (
    select(Tagging.subject_id, Tag.name)
    .join(Tag, Tag.id == Tagging.tag_id)
    .where(Tagging.subject_id.in_(_IDS))
    .order_by(Tagging.subject_id, Tagging.rank)
)
_AUTHORS = (
    select(Byline.post_id, Author.name)
    .join(Author, Author.id == Byline.author_id)
    .where(Byline.post_id.in_(_IDS))
    .order_by(Byline.post_id, Byline.rank)
)
_OLD = (
    select(Link.subject_id, Link.path, Link.query)
    .where(Link.subject_id.in_(_IDS), Link.current.is_(False))
    .order_by(Link.subject_id, Link.id)
)
_COMMENTS = (
    select(
        ImportedComment.post_id,
        ImportedComment.key,
        ImportedComment.parent,
        ImportedComment.kind,
        ImportedComment.status,
        ImportedComment.author,
        ImportedComment.email,
        ImportedComment.url,
        ImportedComment.content,
        ImportedComment.at,
    )
    .where(ImportedComment.post_id.in_(_IDS))
    .order_by(ImportedComment.post_id, ImportedComment.id)
)
_TEXT = select(
    Revision.id, Revision.title, Revision.markdown, Revision.html, Revision.language, Revision.at, Revision.by
)
_TEXTS = _TEXT.where(Revision.id.in_(_IDS))
_EARLIER = _TEXT.where(Revision.subject_id == bindparam("id"), Revision.id.not_in(_IDS)).order_by(Revision.id)


@dataclass(frozen=True, slots=True)
class ExportedText:
    """A text of a post: the Markdown as it was written `at` a time, `by` somebody, and the stored HTML."""

    id: int
    title: str
    markdown: str
    html: str
    language: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ExportedComment:
    """A comment that once came in with a post, as it is stored: `content` is HTML that nobody has cleaned."""

    key: str
    parent: str | None
    kind: str
    status: str
    author: str
    email: str
    url: str
    content: str
    date: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPost:
    """A post or page with its names resolved.

    `text` is the published one, the draft while there is none; `waiting` is a draft beside a published text. `old` are
    the old addresses, percent-encoded, some with a query. `cover` is the public path of a picture.
    """

    id: int
    kind: str
    slug: str
    path: str
    old: tuple[str, ...]
    summary: str
    status: str
    unlisted: bool
    pinned: bool
    trashed_at: datetime | None
    published_at: datetime | None
    updated_at: datetime | None
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    topic: str | None
    part: int | None
    cover: str | None
    translation_group: str | None
    guid: str
    extra: dict[str, Any]
    text: ExportedText
    waiting: ExportedText | None
    comments: tuple[ExportedComment, ...]
    meta: Meta


def exported_posts(session: Reading) -> Iterator[ExportedPost]:
    """All posts and pages by id, those in the trash too; of each its newest text that counts."""
    after = 0
    while rows := session.execute(_POSTS, {"after": after}).all():
        yield from _chunk(session, rows)
        after = rows[-1].id


def earlier_texts(session: Reading, post: ExportedPost) -> list[ExportedText]:
    """The texts that a post has had before those that go out with it, the oldest first."""
    shown = [text.id for text in (post.text, post.waiting) if text is not None]
    return [_text(row) for row in session.execute(_EARLIER, {"id": post.id, "ids": shown})]


def count(session: Reading) -> int:
    """How many posts and pages go out."""
    return session.scalar(select(func.count()).select_from(Post)) or 0


def _chunk(session: Reading, rows: Sequence[NamedRow]) -> Iterator[ExportedPost]:
    ids = {"ids": [row.id for row in rows]}
    tags: dict[int, list[str]] = defaultdict(list)
    authors: dict[int, list[str]] = defaultdict(list)
    old: dict[int | None, list[str]] = defaultdict(list)
    for post_id, name in session.execute(_TAGS, ids):
        tags[post_id].append(name)
    for post_id, name in session.execute(_AUTHORS, ids):
        authors[post_id].append(name)
    comments: dict[int, list[ExportedComment]] = defaultdict(list)
    if schema.reached(session, COMMENTS_SCHEMA):
        for post_id, *values in session.execute(_COMMENTS, ids):
            comments[post_id].append(ExportedComment(*values))
    for subject_id, path, query in session.execute(_OLD, ids):
        old[subject_id].append(written(path, query))
    wanted = {one for row in rows for one in (row.published_revision_id, row.draft_revision_id) if one is not None}
    texts = {row.id: _text(row) for row in session.execute(_TEXTS, {"ids": list(wanted)})}
    metas = meta_of(session, ids["ids"])
    for row in rows:
        published, draft = texts.get(row.published_revision_id), texts.get(row.draft_revision_id)
        yield ExportedPost(
            id=row.id,
            kind=row.kind,
            slug=row.slug,
            path=row.path,
            old=tuple(old[row.id]),
            summary=row.summary,
            status=row.status,
            unlisted=row.unlisted,
            pinned=row.pinned,
            trashed_at=row.trashed_at,
            published_at=row.published_at,
            updated_at=row.updated_at,
            tags=tuple(tags[row.id]),
            authors=tuple(authors[row.id]),
            topic=row.topic,
            part=row.part,
            cover=_media_path(row.cover_hash, row.cover_extension),
            translation_group=row.translation_group,
            guid=row.guid,
            extra=row.extra,
            text=published or draft or _without_text(row),
            waiting=draft if published else None,
            comments=tuple(comments[row.id]),
            meta=metas.get(row.id, NOTHING),
        )


def _media_path(hash_: str | None, extension: str) -> str | None:
    return None if hash_ is None else f"/media/{hash_[:2]}/{hash_[2:]}.{extension}"


def _text(row: NamedRow) -> ExportedText:
    return ExportedText(row.id, row.title, row.markdown, row.html, row.language, row.at, row.by)


def _without_text(row: NamedRow) -> ExportedText:
    """What stands for the text of a post that another program wrote without one."""
    at = row.updated_at or row.published_at or datetime.min.replace(tzinfo=UTC)
    return ExportedText(0, row.title, "", "", row.language, at, "")
