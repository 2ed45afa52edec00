"""The check on SQLite: a counter in the database file, asked without waiting."""

import asyncio
import logging
import sqlite3
from functools import partial

from sqlalchemy import URL
from sqlalchemy.dialects import sqlite

from westmarch.db.engines import sqlite_file
from westmarch.pagecache.check import Check, State
from westmarch.pagecache.journal import Journal, news, news_statement

logger = logging.getLogger(__name__)


class SQLiteCheck(Check):
    """Asks SQLite for `data_version`, which differs when another connection has committed.

    Once for each turn of the event loop: the flag is reset by a callback that is queued when the check is done, and the
    loop runs callbacks in their order. So a request that runs before that callback was queued, hence read from its
    socket, before the check.
    """

    def __init__(self, url: URL, journal: Journal) -> None:
        self._journal = journal
        # In autocommit, and no statement is ever left open: within a transaction data_version stands still.
        source = f"{sqlite_file(url).as_uri()}?mode=rw"
        self._connection = sqlite3.connect(source, uri=True, timeout=0, isolation_level=None)
        # What a stranger wrote may be no UTF-8. No page shows that, so it need only be unlike all that pages show.
        self._connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        self._connection.execute("PRAGMA query_only=ON").fetchall()
        self._cursor = self._connection.cursor()  # One for all: making another costs a tenth of the check.
        self._loop = asyncio.get_running_loop()
        self._news, self._since = news_statement(sqlite.dialect())
        self._version: int | None = None
        self._checked = False

    def at_once(self) -> bool:
        if not self._checked and self.anew():
            self._checked = True
            self._loop.call_soon(self._forget)
        return self._checked

    def anew(self) -> bool:
        self.asked += 1
        try:
            version = self._cursor.execute("PRAGMA data_version").fetchall()[0][0]
            if version != self._version:
                # The version first: what is committed in between is found again by the next check.
                rows = self._cursor.execute(self._news, self._since(self._journal.position)).fetchall()
                self._journal.take(news(rows))
                self._version = version
        except sqlite3.Error as error:
            logger.info("The page cache cannot ask the database now: %s", error)
            return False
        return True

    def _forget(self) -> None:
        self._checked = False

    async def wait(self) -> State:
        return State.BUSY  # Who waits has asked at once before.

    async def close(self) -> None:
        self._connection.close()
