"""The tables of all public paths, and of those that were asked for and lead nowhere."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import UTCDateTime


class Link(Model):
    """A path (with one declared query, or none) and what it leads to: a subject, or another address.

    `path` is percent-decoded and in NFC; `folded` is what different spellings of it share (see `paths.fold`).
    Of the links of one subject exactly one is `current`; the others answer with a redirect to it.
    """

    __tablename__ = "link"
    __table_args__ = (
        UniqueConstraint("path", "query"),
        Index("ix_link_folded", "folded", "query"),
        Index(
            "ix_link_subject_id_current",
            "subject_id",
            unique=True,
            sqlite_where=text("current = 1"),
            postgresql_where=text("current"),
        ),
        Index("ix_link_subject_id", "subject_id"),
        CheckConstraint("(subject_id IS NULL) <> (address IS NULL)", name="one_target"),
        {"sqlite_autoincrement": True, "info": {"keys": ("path", "query", "folded", "subject_id")}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(String(200), default="")
    folded: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    address: Mapped[str | None] = mapped_column(Text)
    current: Mapped[bool] = mapped_column(default=False)
    permanent: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MissedPath(Model):
    """A path without a link that readers asked for, how often, and from where they came last."""

    __tablename__ = "missed_path"
    __table_args__ = (Index("ix_missed_path_hits", "hits"), {"info": {"private": True}})

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    hits: Mapped[int]
    referrer: Mapped[str] = mapped_column(Text, default="")
    first_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
