"""Where each follower of the change log stands, and which process runs it."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import UTCDateTime


class Follower(Model):
    """A follower's durable position in the change log of `epoch`, and the lease of the process that runs it."""

    __tablename__ = "follower"
    __table_args__ = {"info": {"private": True}}

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32))
    position: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    leased_by: Mapped[str | None] = mapped_column(String(100))
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
