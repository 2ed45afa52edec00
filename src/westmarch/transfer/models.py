"""Imports, and what each of them made."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import Json, JsonObject, UTCDateTime

#: The kinds of what an import made that have addresses of their own: subjects.
SUBJECTS = ("post", "revised", "tag", "author", "topic", "book")


class ImportRun(Model):
    """One import: from where (`source`), and how many files had which fate.

    `ended_at` is null while it runs, and for ever where it was killed. `undone_at` is when it was last taken back.
    """

    __tablename__ = "import_run"
    __table_args__ = {"sqlite_autoincrement": True, "info": {"private": True}}

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    counts: Mapped[dict[str, int]] = mapped_column(Json(dict[str, int]), default=dict)


class ImportMade(Model):
    """Something that an import made: a `post`, `tag`, `author`, `topic` or `book` (ids of subjects), a file of `media`,
    or a `reading` of a book, which may have been there before.

    `revised` is a post or page that was there before and was brought up to date. A `link` is a redirect or an old
    address, of something that was there before too; `gone` is a subject that came in as one removed for good, and
    `options` are those of the site. `detail` tells of what can change without an event how it came in, and how it was
    before.
    """

    __tablename__ = "import_made"
    __table_args__ = (Index("ix_import_made_made_id", "made_id", "kind"), {"info": {"private": True}})

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    made_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    detail: Mapped[JsonObject] = mapped_column(Json(JsonObject), default=dict)
