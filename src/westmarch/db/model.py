"""The class that all tables' models derive from, and the names of constraints."""

from typing import ClassVar

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import DeclarativeBase


class Model(DeclarativeBase):
    """A table. `Table.info` says what the change log does with it:

    `{"private": True}`: its rows are never logged; `{"keys": (names…)}`: these columns are logged with their values,
    before and after.
    """

    __table__: ClassVar[Table]
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
