"""The log of changes, and other programs at the same database."""

import pytest

from tests.changes.logged import Log
from tests.shells import holding, shell
from westmarch.db.database import Database

__all__ = ["holding", "log", "shell"]


@pytest.fixture
async def log(db: Database) -> Log:
    """The log, of which what the migrations wrote is seen already."""
    log = Log(db)
    await log.new()
    return log
