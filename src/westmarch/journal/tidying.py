"""Forgetting what nobody wants any more: texts that were never saved, and forms that are long closed."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.errors import WestmarchError
from westmarch.journal import actions
from westmarch.journal.models import SCHEMA
from westmarch.ops import schema

#: How often, in seconds.
INTERVAL = 3600.0

logger = logging.getLogger(__name__)


def _tidy(session: Session, moment: datetime) -> None:
    if schema.reached(session, SCHEMA):
        actions.tidy(session, moment)


async def run(db: Database, clock: Callable[[], datetime]) -> None:
    """Tidy every hour until cancelled. A database that is away is asked again."""
    while True:
        try:
            await db.write(_tidy, clock())
        except WestmarchError as error:
            logger.warning("The journal has to wait: %s", error.message)
        await asyncio.sleep(INTERVAL)
