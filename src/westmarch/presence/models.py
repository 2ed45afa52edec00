"""The table of open forms."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import UTCDateTime


class Presence(Model):
    """A form (`tab`) in which somebody has a post open; `seen_at` goes on while the browser is there."""

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_post_id_seen_at", "post_id", "seen_at"), {"info": {"private": True}})

    tab: Mapped[str] = mapped_column(String(64), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
