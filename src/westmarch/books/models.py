"""The catalogue: books, who wrote them, the series they stand in and their tags; and what the owner reads."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Double, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import Json, JsonObject, UTCDateTime

#: The schema that brought these tables.
SCHEMA = "0006"
#: Values of `Reading.status`.
TO_READ, READING, READ = "to-read", "reading", "read"


class Series(Model):
    """Books that follow one another. `book_count` counts those of the catalogue."""

    __tablename__ = "series"
    __table_args__ = {"info": {"keys": ("slug", "book_count")}}

    id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    path: Mapped[str] = mapped_column(Text)
    book_count: Mapped[int] = mapped_column(default=0)


class Book(Model):
    """A book of the catalogue. `book_id` is its number there, given by the source; `id` is the subject's.

    `title` is the whole one, `title_plain` the one without the series that stands in it. `isbn10` and `isbn13` are as
    given; `isbn_key` is the book's ISBN in 13 digits, by which any form of it is found, and `isbn_valid` says that the
    check digits of all that was given are right. `year` may lie before Christ (-750). `series_number` is as given
    (`1-3`, `2.5`), `series_order` sorts by it. `extra` holds the fields of the source that have no column.
    """

    __tablename__ = "book"
    __table_args__ = (
        Index("ix_book_isbn_key", "isbn_key"),
        Index("ix_book_series_id", "series_id", "series_order", "book_id"),
        {"info": {"keys": ("book_id", "slug", "isbn_key", "series_id", "cover_id")}},
    )

    id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    book_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    title: Mapped[str] = mapped_column(Text)
    title_plain: Mapped[str] = mapped_column(Text)
    original_title: Mapped[str | None] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    path: Mapped[str] = mapped_column(Text)
    year: Mapped[int | None]
    language: Mapped[str | None] = mapped_column(String(35))
    isbn10: Mapped[str | None] = mapped_column(Text)
    isbn13: Mapped[str | None] = mapped_column(Text)
    isbn_key: Mapped[str | None] = mapped_column(String(13))
    isbn_valid: Mapped[bool] = mapped_column(default=False)
    description_markdown: Mapped[str] = mapped_column(Text, default="")
    description_html: Mapped[str] = mapped_column(Text, default="")
    rating: Mapped[float | None] = mapped_column(Double)
    ratings_count: Mapped[int | None] = mapped_column(BigInteger)
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("media.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    series_number: Mapped[str | None] = mapped_column(Text)
    series_order: Mapped[float | None] = mapped_column(Double)
    extra: Mapped[JsonObject] = mapped_column(Json(JsonObject), default=dict)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Writer(Model):
    """Who wrote books, or edited, translated or drew for them. `book_count` counts those of the catalogue."""

    __tablename__ = "writer"
    __table_args__ = {"info": {"keys": ("slug", "book_count")}}

    id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    path: Mapped[str] = mapped_column(Text)
    book_count: Mapped[int] = mapped_column(default=0)


class BookWriter(Model):
    """A writer of a book. `role` is what the source calls it (`Translator`), empty for an author."""

    __tablename__ = "book_writer"
    __table_args__ = (
        Index("ix_book_writer_writer_id", "writer_id", "book_id"),
        {"info": {"keys": ("writer_id", "book_id")}},
    )

    book_id: Mapped[int] = mapped_column(ForeignKey("book.id", ondelete="CASCADE"), primary_key=True)
    writer_id: Mapped[int] = mapped_column(ForeignKey("writer.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int]
    role: Mapped[str] = mapped_column(Text, default="")


class BookTag(Model):
    """A tag of books. Its slug is as the source gave it: two that differ only in case are two tags."""

    __tablename__ = "book_tag"
    __table_args__ = (
        Index("ix_book_tag_book_count", "book_count", "id"),
        {"sqlite_autoincrement": True, "info": {"keys": ("slug", "book_count")}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    book_count: Mapped[int] = mapped_column(default=0)


class BookTagging(Model):
    """A tag on a book."""

    __tablename__ = "book_tagging"
    __table_args__ = (
        Index("ix_book_tagging_tag_id", "tag_id", "book_id"),
        {"info": {"keys": ("tag_id", "book_id")}},
    )

    book_id: Mapped[int] = mapped_column(ForeignKey("book.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("book_tag.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int]


class Reading(Model):
    """That the owner reads a book, has read it or wants to: one row for each time. `rating` is of 5, in quarters."""

    __tablename__ = "reading"
    __table_args__ = (
        CheckConstraint("status IN ('to-read', 'reading', 'read')", name="status"),
        Index("ix_reading_status", "status", "finished_on", "id"),
        Index("ix_reading_book_id", "book_id"),
        {"sqlite_autoincrement": True, "info": {"keys": ("book_id", "status", "finished_on")}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(10))
    started_on: Mapped[date | None] = mapped_column(Date)
    finished_on: Mapped[date | None] = mapped_column(Date)
    rating: Mapped[float | None] = mapped_column(Double)
    review_markdown: Mapped[str] = mapped_column(Text, default="")
    review_html: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
