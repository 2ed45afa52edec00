"""Posts and pages, their bylines, related posts, the counts of the archive, and what is read most."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Computed, Date, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import Json, JsonObject, UTCDateTime

#: The schema that brought `PostMeta` and `PreviewLink`.
WRITING = "0010"
#: Values of `Post.visible`.
HIDDEN, UNLISTED, LISTED = 0, 1, 2


class Post(Model):
    """A post or a page. Readers see it by `visible` alone: hidden, unlisted (at its address only) or listed.

    `title`, `summary`, `excerpt_html`, `language` and `minutes` are those of the published revision (of the draft while
    there is none). `previous_id` and `next_id` are the listed neighbours in time.
    """

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("kind IN ('post', 'page')", name="kind"),
        CheckConstraint("status IN ('draft', 'scheduled', 'published')", name="status"),
        Index("ix_post_kind_visible_published_at", "kind", "visible", "published_at", "id"),
        Index("ix_post_status_published_at", "status", "published_at"),
        Index("ix_post_listing", "kind", "trashed_at", "language", "status", "unlisted", "draft_revision_id"),
        Index(
            "ix_post_pinned",
            "kind",
            "visible",
            "published_at",
            "id",
            sqlite_where=text("pinned = 1"),
            postgresql_where=text("pinned"),
        ),
        Index("ix_post_translation_group", "translation_group"),
        Index("ix_post_source_key", "source_key"),
        {
            "info": {
                "keys": (
                    "kind",
                    "visible",
                    "published_at",
                    "published_revision_id",
                    "previous_id",
                    "next_id",
                    "cover_id",
                    "translation_group",
                )
            }
        },
    )

    id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    excerpt_html: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(35))
    minutes: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(10))
    unlisted: Mapped[bool] = mapped_column(default=False)
    pinned: Mapped[bool] = mapped_column(default=False)
    trashed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    visible: Mapped[int] = mapped_column(
        SmallInteger,
        Computed(
            "CASE WHEN status <> 'published' OR trashed_at IS NOT NULL OR published_revision_id IS NULL THEN 0 "
            "WHEN unlisted THEN 1 ELSE 2 END",
            persisted=True,
        ),
    )
    published_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    draft_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    next_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("media.id"))
    translation_group: Mapped[str | None] = mapped_column(String(200))
    guid: Mapped[str] = mapped_column(Text)
    source_key: Mapped[str | None] = mapped_column(Text)
    source_hash: Mapped[str | None] = mapped_column(String(64))
    extra: Mapped[JsonObject] = mapped_column(Json(JsonObject), default=dict)


class Byline(Model):
    """An author of a post; `listed_at` as on a tagging."""

    __tablename__ = "byline"
    __table_args__ = (
        Index("ix_byline_author_id_listed_at", "author_id", "listed_at", "post_id"),
        {"info": {"keys": ("author_id", "post_id", "listed_at")}},
    )

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int]
    listed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Related(Model):
    """A listed post that somebody who read `post_id` may like, best first; kept by a follower."""

    __tablename__ = "related"
    __table_args__ = (Index("ix_related_other_id", "other_id"), {"info": {"keys": ("post_id", "other_id")}})

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))


class ArchiveCount(Model):
    """How many listed posts a month of the site's calendar holds: of the site (scope 0), of a tag or of an author."""

    __tablename__ = "archive_count"
    __table_args__ = {"info": {"keys": ("scope_id", "year", "posts")}}

    scope_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    posts: Mapped[int]


class PostMeta(Model):
    """What a post says of itself to search engines and on cards, where that is not its title and standfirst.

    A post that says nothing else has no row.
    """

    __tablename__ = "post_meta"
    __table_args__ = {"info": {"keys": ("post_id",)}}

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")


class PreviewLink(Model):
    """An address at which outsiders read the newest text of a post until it expires; `hash` is that of its secret."""

    __tablename__ = "preview_link"
    __table_args__ = (
        Index("ix_preview_link_post_id", "post_id"),
        {"sqlite_autoincrement": True, "info": {"private": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PostView(Model):
    """How often a post was read on a day of the site."""

    __tablename__ = "post_view"
    __table_args__ = (Index("ix_post_view_day", "day", "post_id", "views"), {"info": {"private": True}})

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    views: Mapped[int]


class PostReferrer(Model):
    """How often readers came to a post from another site on a day of this one; `host` is that site's name."""

    __tablename__ = "post_referrer"
    __table_args__ = (Index("ix_post_referrer_day", "day", "host", "views"), {"info": {"private": True}})

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    views: Mapped[int]


class MostRead(Model):
    """A post that was read much lately, most first from place 1; made from `post_view` by a task (views.py)."""

    __tablename__ = "most_read"
    __table_args__ = (Index("ix_most_read_post_id", "post_id"), {"info": {"keys": ("post_id",)}})

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
