"""Comments that came in with a text."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import UTCDateTime


class ImportedComment(Model):
    """A comment, pingback or trackback of another site below a post, as it was written there. No page shows it yet.

    `key` names it among those of its post, as `parent` the one that it answers. `content` is HTML that nobody has
    cleaned: whoever shows it has to.
    """

    __tablename__ = "imported_comment"
    __table_args__ = (
        UniqueConstraint("post_id", "key"),
        Index("ix_imported_comment_at", "at"),
        {"sqlite_autoincrement": True, "info": {"private": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(60))
    parent: Mapped[str | None] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime | None] = mapped_column(UTCDateTime)
