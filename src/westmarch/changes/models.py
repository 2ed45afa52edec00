"""The change log and the epoch of the database."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import UTCDateTime


class Change(Model):
    """One row that changed, written by a trigger.

    `position` orders changes by when they became visible: on SQLite, which has one writer, it equals `id`; on
    PostgreSQL it is given at the end of the transaction. The other columns hold JSON texts: `row_key` the primary key
    as a list, `columns` the names of what changed (null: all), `old` and `new` the primary key and the declared key
    columns before and after, as the engine writes them (SQLite has 0 and 1 for false and true).
    """

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_position", "position", unique=True),
        {"sqlite_autoincrement": True, "info": {"private": True}},
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    position: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    format: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    table_name: Mapped[str] = mapped_column(String(63))
    operation: Mapped[str] = mapped_column(String(10))
    row_key: Mapped[str | None] = mapped_column(Text)
    columns: Mapped[str | None] = mapped_column(Text)
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=text("CURRENT_TIMESTAMP"))


class Epoch(Model):
    """One row with a random name for this history of changes: a restored or copied database gets another one."""

    __tablename__ = "epoch"
    __table_args__ = {"info": {"private": True}}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
