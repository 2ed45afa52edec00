"""What the database knows of an index."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import UTCDateTime


class IndexGeneration(Model):
    """An index, by name. `generation` grows with each commit of it: pages made from its answers depend on this row.

    `epoch` and `position` are those of the change log that the newest commit holds: an index with less is an old copy.
    """

    __tablename__ = "index_generation"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    generation: Mapped[int] = mapped_column(default=0)
    documents: Mapped[int] = mapped_column(default=0)
    epoch: Mapped[str] = mapped_column(String(32), default="")
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
