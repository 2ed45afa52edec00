"""Pictures and files, and what is said of them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import UTCDateTime

#: The schema that brought `MediaDetail`.
SCHEMA = "0008"


class Media(Model):
    """A stored file, named by the `hash` of its content (hexadecimal BLAKE2b-256). Sizes are in bytes and in pixels."""

    __tablename__ = "media"
    __table_args__ = {"sqlite_autoincrement": True, "info": {"keys": ("hash",)}}

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    mime: Mapped[str] = mapped_column(String(100))
    extension: Mapped[str] = mapped_column(String(10))
    filename: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    alt: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def path(self) -> str:
        """The public path of the file."""
        return f"/media/{self.hash[:2]}/{self.hash[2:]}.{self.extension}"


class MediaDetail(Model):
    """What people add to a stored file: a caption, and whose upload it is (`account_id`; an import has nobody's)."""

    __tablename__ = "media_detail"

    media_id: Mapped[int] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"), primary_key=True)
    caption: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
