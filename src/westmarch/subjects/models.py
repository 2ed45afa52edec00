"""Subjects, the revisions of their text, and the references from one to another."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import Json, UTCDateTime


class Subject(Model):
    """Whatever can be linked to, tagged or discussed. Ids are never used again; the row stays."""

    __tablename__ = "subject"
    __table_args__ = {"sqlite_autoincrement": True, "info": {"keys": ("kind",)}}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    purged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Revision(Model):
    """One state of a subject's text: the Markdown as written, and all that was made of it by `renderer`."""

    __tablename__ = "revision"
    __table_args__ = (
        Index("ix_revision_subject_id", "subject_id", "id"),
        {"sqlite_autoincrement": True, "info": {"keys": ("subject_id",)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    markdown: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    excerpt_html: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    toc: Mapped[list[tuple[int, str, str]]] = mapped_column(Json(list[tuple[int, str, str]]))
    words: Mapped[int]
    minutes: Mapped[int]
    renderer: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(35))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Reference(Model):
    """A link in a subject's text: the address as written, and the subject that it led to when it was rendered."""

    __tablename__ = "reference"
    __table_args__ = (
        Index("ix_reference_to_subject_id", "to_subject_id"),
        Index("ix_reference_href", "href"),
        {"info": {"keys": ("from_subject_id", "to_subject_id", "href")}},
    )

    from_subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    href: Mapped[str] = mapped_column(Text, primary_key=True)
    to_subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
