"""Letters that wait to be sent, and those that were."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import UTCDateTime


class Letter(Model):
    """A letter in plain text. It waits while `due_at` is set; `body` is emptied when it is sent, as it may hold a link.

    `fault` is what the server said last; a letter without `due_at` and `sent_at` has been given up.
    """

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_due_at", "due_at"),
        {"sqlite_autoincrement": True, "info": {"private": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    fault: Mapped[str] = mapped_column(Text, default="")
