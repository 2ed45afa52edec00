"""Tags, and what they hang on."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import Json, UTCDateTime


class Tag(Model):
    """A name that gathers subjects. `synonyms` are other names that mean it; `post_count` counts the listed posts."""

    __tablename__ = "tag"
    __table_args__ = (Index("ix_tag_post_count", "post_count", "id"), {"info": {"keys": ("slug", "post_count")}})

    id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    path: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")
    synonyms: Mapped[list[str]] = mapped_column(Json(list[str]), default=list)
    post_count: Mapped[int] = mapped_column(default=0)


class Tagging(Model):
    """A tag on a subject. `listed_at` is when the subject was published, while readers find it in lists, else null."""

    __tablename__ = "tagging"
    __table_args__ = (
        Index("ix_tagging_tag_id_listed_at", "tag_id", "listed_at", "subject_id"),
        {"info": {"keys": ("tag_id", "subject_id", "listed_at")}},
    )

    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int]
    listed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
