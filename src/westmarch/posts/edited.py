"""Posts and pages as those who write them see them: the whole state that can be edited, and its version."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BindParameter, bindparam, select

from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.links.models import Link
from westmarch.links.paths import quote
from westmarch.media.models import Media
from westmarch.posts.drafts import Kind, Status
from westmarch.posts.meta import NOTHING, Meta
from westmarch.posts.meta import of as meta_of
from westmarch.posts.models import Byline, Post
from westmarch.subjects.models import Revision, Subject
from westmarch.subjects.version import version_of
from westmarch.tags.models import Tag, Tagging
from westmarch.topics.models import Part, Topic

#: What a post is to those who look at it: unlisted is published, and found at its address alone.
Shown = Literal["draft", "scheduled", "published", "unlisted"]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag of a post."""

    id: int
    slug: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Written:
    """An author of a post."""

    id: int
    slug: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class InTopic:
    """The place of a post in a topic: `part` is its rank there."""

    id: int
    slug: str
    title: str
    path: str
    part: int


@dataclass(frozen=True, slots=True)
class Cover:
    """The picture of a post. `alt` is what the post says of it, else what the picture itself has."""

    id: int
    path: str
    alt: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A post or page as it is now: the text that readers see, or the draft while they see none.

    `html` and `excerpt_html` are as they are stored, with marks for the site's own addresses. `waiting_id` is the
    revision of a published post's newer text that is not public. `revision_id` is None where another program wrote no
    text.
    """

    id: int
    kind: Kind
    title: str
    slug: str
    path: str
    standfirst: str
    markdown: str
    html: str
    excerpt_html: str
    language: str
    minutes: int
    status: Status
    unlisted: bool
    visible: int
    pinned: bool
    published_at: datetime | None
    updated_at: datetime | None
    created_at: datetime
    trashed_at: datetime | None
    tags: tuple[Tagged, ...]
    topic: InTopic | None
    authors: tuple[Written, ...]
    cover: Cover | None
    translation_group: str | None
    aliases: tuple[str, ...]
    extra: Mapping[str, Any]
    revision_id: int | None
    waiting_id: int | None
    meta: Meta = NOTHING

    @property
    def shown_status(self) -> Shown:
        """The status with unlisted as one of its own."""
        return "unlisted" if self.status == "published" and self.unlisted else self.status

    @property
    def waiting(self) -> bool:
        """Whether a newer text waits behind the one that readers see."""
        return self.waiting_id is not None

    @property
    def cover_alt(self) -> str:
        """What the post itself says of its cover."""
        found = self.extra.get("cover_alt")
        return found if isinstance(found, str) else ""

    @property
    def meta_title(self) -> str:
        """What search engines and cards are told in place of the title."""
        return self.meta.title

    @property
    def meta_description(self) -> str:
        """What search engines and cards are told in place of the standfirst."""
        return self.meta.description

    @property
    def version(self) -> str:
        """The version of the state: another one after each change of what can be edited, also by other programs."""
        moments = (self.published_at, self.updated_at, self.trashed_at)
        return version_of(
            [self.id, self.kind, self.title, self.slug, self.path, self.standfirst, self.language, self.revision_id],
            [self.status, self.unlisted, self.pinned, self.waiting_id, self.translation_group],
            [moment and moment.isoformat() for moment in moments],
            [[tag.id, tag.slug, tag.name] for tag in self.tags],
            [[author.id, author.slug, author.name] for author in self.authors],
            self.topic and [self.topic.id, self.topic.slug, self.topic.title, self.topic.part],
            self.cover and [self.cover.id, self.cover.alt],
            self.aliases,
            dict(self.extra),
            *([list(self.meta)] if any(self.meta) else ()),
        )


_post, _revision, _subject, _media = (model.__table__ for model in (Post, Revision, Subject, Media))
_part, _topic, _link = (model.__table__ for model in (Part, Topic, Link))
_tag, _tagging, _author, _byline = (model.__table__ for model in (Tag, Tagging, Author, Byline))

_SHOWN = (
    select(
        _post.c.id, _post.c.kind, _post.c.title, _post.c.slug, _post.c.path, _post.c.summary, _post.c.excerpt_html,
        _post.c.language, _post.c.minutes, _post.c.status, _post.c.unlisted, _post.c.visible, _post.c.pinned,
        _post.c.published_at, _post.c.updated_at, _post.c.trashed_at, _post.c.translation_group, _post.c.extra,
        _post.c.published_revision_id, _post.c.draft_revision_id, _subject.c.created_at,
        _post.c.cover_id, _media.c.hash, _media.c.extension, _media.c.alt, _media.c.width, _media.c.height,
        _topic.c.id.label("topic_id"), _topic.c.slug.label("topic_slug"), _topic.c.title.label("topic_title"),
        _topic.c.path.label("topic_path"), _part.c.rank,
    )
    .select_from(_post)
    .join(_subject, _subject.c.id == _post.c.id)
    .outerjoin(_media, _media.c.id == _post.c.cover_id)
    .outerjoin(_part, _part.c.subject_id == _post.c.id)
    .outerjoin(_topic, _topic.c.id == _part.c.topic_id)
)  # fmt: skip
_WRITTEN = select(_revision.c.id, _revision.c.markdown, _revision.c.html)
_TAGS = (
    select(_tagging.c.subject_id, _tag.c.id, _tag.c.slug, _tag.c.name, _tag.c.path)
    .select_from(_tagging)
    .join(_tag, _tag.c.id == _tagging.c.tag_id)
    .order_by(_tagging.c.subject_id, _tagging.c.rank, _tag.c.id)
)
_AUTHORS = (
    select(_byline.c.post_id, _author.c.id, _author.c.slug, _author.c.name, _author.c.path)
    .select_from(_byline)
    .join(_author, _author.c.id == _byline.c.author_id)
    .order_by(_byline.c.post_id, _byline.c.rank, _author.c.id)
)
_OLD = (
    select(_link.c.subject_id, _link.c.path, _link.c.query)
    .where(_link.c.current.is_(False))
    .order_by(_link.c.subject_id, _link.c.path, _link.c.query)
)
# A list of ids is written into a statement anew each time, so for one post there are statements of their own.
_id: BindParameter[int] = bindparam("id")
_ids: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)
_ROW = (
    _SHOWN.add_columns(_revision.c.markdown, _revision.c.html)
    .outerjoin(_revision, _revision.c.id == _post.c.published_revision_id)
    .where(_post.c.id == _id)
)
_TEXT = _WRITTEN.where(_revision.c.id == _id)
_TAGS_OF = _TAGS.where(_tagging.c.subject_id == _id)
_AUTHORS_OF = _AUTHORS.where(_byline.c.post_id == _id)
_OLD_OF = _OLD.where(_link.c.subject_id == _id)
_ROWS = _SHOWN.where(_post.c.id.in_(_ids))
_TEXTS = _WRITTEN.where(_revision.c.id.in_(_ids))
_TAGS_OF_MANY = _TAGS.where(_tagging.c.subject_id.in_(_ids))
_AUTHORS_OF_MANY = _AUTHORS.where(_byline.c.post_id.in_(_ids))
_OLD_OF_MANY = _OLD.where(_link.c.subject_id.in_(_ids))


def edited(session: Reading, post_id: int) -> Edited:
    """The post or page with its text. Raises NotFound for another id.

    It takes five statements, and one more for the text of a draft.
    """
    values = {"id": post_id}
    row = session.execute(_ROW, values).one_or_none()
    if row is None:
        raise NotFound(f"There is no post {post_id}.")
    text: NamedRow | None = row
    if row.published_revision_id is None:
        text = session.execute(_TEXT, {"id": row.draft_revision_id}).one_or_none()
    return _edited(
        row,
        text,
        session.execute(_TAGS_OF, values).all(),
        session.execute(_AUTHORS_OF, values).all(),
        session.execute(_OLD_OF, values).all(),
        meta_of(session, [post_id]).get(post_id, NOTHING),
    )


def edited_many(session: Reading, ids: Sequence[int], *, texts: bool = False) -> list[Edited]:
    """The posts and pages with these ids that exist, in this order; Markdown and HTML only with `texts`.

    It takes six statements whatever their number, and one more for the texts.
    """
    if not ids:
        return []
    rows = {row.id: row for row in session.execute(_ROWS, {"ids": list(ids)})}
    if not rows:
        return []
    values = {"ids": list(rows)}
    shown = {row.id: row.published_revision_id or row.draft_revision_id for row in rows.values()}
    wanted = [revision_id for revision_id in shown.values() if revision_id is not None] if texts else []
    written = {row.id: row for row in session.execute(_TEXTS, {"ids": wanted})} if wanted else {}
    tags = _by_first(session.execute(_TAGS_OF_MANY, values))
    authors = _by_first(session.execute(_AUTHORS_OF_MANY, values))
    old = _by_first(session.execute(_OLD_OF_MANY, values))
    meta = meta_of(session, list(rows))
    return [
        _edited(
            rows[each],
            written.get(shown[each]),
            tags.get(each, ()),
            authors.get(each, ()),
            old.get(each, ()),
            meta.get(each, NOTHING),
        )
        for each in ids
        if each in rows
    ]


def _by_first(rows: Iterable[NamedRow]) -> dict[int, list[NamedRow]]:
    found: dict[int, list[NamedRow]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _edited(
    row: NamedRow,
    text: NamedRow | None,
    tags: Sequence[NamedRow],
    authors: Sequence[NamedRow],
    old: Sequence[NamedRow],
    meta: Meta,
) -> Edited:
    topic = None
    if row.topic_id is not None:
        topic = InTopic(row.topic_id, row.topic_slug, row.topic_title, row.topic_path, row.rank)
    return Edited(
        id=row.id,
        kind=row.kind,
        title=row.title,
        slug=row.slug,
        path=row.path,
        standfirst=row.summary,
        markdown="" if text is None else text.markdown or "",
        html="" if text is None else text.html or "",
        excerpt_html=row.excerpt_html,
        language=row.language,
        minutes=row.minutes,
        status=row.status,
        unlisted=row.unlisted,
        visible=row.visible,
        pinned=row.pinned,
        published_at=row.published_at,
        updated_at=row.updated_at,
        created_at=row.created_at,
        trashed_at=row.trashed_at,
        tags=tuple(Tagged(*each[1:]) for each in tags),
        topic=topic,
        authors=tuple(Written(*each[1:]) for each in authors),
        cover=_cover(row),
        translation_group=row.translation_group,
        aliases=tuple(quote(each.path) + (f"?{each.query}" if each.query else "") for each in old),
        extra=row.extra,
        revision_id=row.published_revision_id or row.draft_revision_id,
        waiting_id=row.draft_revision_id if row.published_revision_id is not None else None,
        meta=meta,
    )


def _cover(row: NamedRow) -> Cover | None:
    if row.cover_id is None:
        return None
    own = row.extra.get("cover_alt")
    alt = own if isinstance(own, str) and own else row.alt
    return Cover(row.cover_id, f"/media/{row.hash[:2]}/{row.hash[2:]}.{row.extension}", alt, row.width, row.height)
