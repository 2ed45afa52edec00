"""The table of what was typed and not saved."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import UTCDateTime

#: The schema that brought it.
SCHEMA = "0010"


class Entry(Model):
    """What stands in a form that is open somewhere (`tab`), or was, as its account typed it and has not saved it.

    `base` is the version of the post that the form was opened on; of two states the one of the higher `sequence` is
    the newer. What was thrown away (`thrown_at`) can be taken back for a while. `fields` is a JSON object of texts,
    kept as text: it may hold what no JSON column takes, such as halves of characters. It is NULL once all of it was
    saved: what arrives late is known by that, and not kept again. `saved` is the version that the post had when this
    form was saved last just as it stood: a browser that got no answer saves once more, and finds by it what it made.
    """

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_account_id_at", "account_id", "at"),
        Index("ix_journal_post_id", "post_id"),
        {"info": {"private": True}},
    )

    tab: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"))
    base: Mapped[str] = mapped_column(String(64))
    saved: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int]
    device: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    title: Mapped[str] = mapped_column(Text)
    words: Mapped[int]
    size: Mapped[int]
    thrown_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    fields: Mapped[str | None] = mapped_column(Text)
