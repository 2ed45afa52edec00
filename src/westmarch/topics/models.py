"""Topics, and their parts in order."""

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model


class Topic(Model):
    """An ordered course with an introduction. `post_count` counts the listed parts."""

    __tablename__ = "topic"
    __table_args__ = {"info": {"keys": ("slug", "post_count")}}

    id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    path: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35))
    introduction_markdown: Mapped[str] = mapped_column(Text, default="")
    introduction_html: Mapped[str] = mapped_column(Text, default="")
    post_count: Mapped[int] = mapped_column(default=0)


class Part(Model):
    """A subject's place in a topic. `number` counts the listed parts from one, null for others."""

    __tablename__ = "part"
    __table_args__ = (
        UniqueConstraint("subject_id"),
        Index("ix_part_topic_id_number", "topic_id", "number"),
        {"info": {"keys": ("topic_id", "subject_id", "number")}},
    )

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    rank: Mapped[int]
    number: Mapped[int | None]
