"""What the engines raise, told apart: what a person can be told, and what may be tried again."""

import sqlite3

from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from westmarch.errors import Conflict, Invalid, Unavailable, Unreadable, WestmarchError

#: What a statement may raise for reasons outside of the program; `told` says what it means.
#: (The driver of SQLite raises the last two for half a surrogate pair and for an integer of more than 64 bits.)
FAULTS = (DBAPIError, sqlite3.Error, PoolTimeout, UnicodeEncodeError, OverflowError)

#: serialization_failure, deadlock_detected, and unique_violation: another write came first, so look again and go on.
_TRANSIENT = frozenset({"40001", "40P01", "23505"})


def sqlstate(error: DBAPIError) -> str:
    """PostgreSQL's five-letter code of an error, empty where there is none."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def transient(error: DBAPIError) -> bool:
    """Whether running the whole transaction again can do.

    It can after DDL: each connection's first execution of a statement prepared before fails once. (That error
    comes without its code, hence the class.)
    """
    outdated = isinstance(error.orig, AsyncAdapt_asyncpg_dbapi.InvalidCachedStatementError)
    return outdated or sqlstate(error) in _TRANSIENT


def away(error: OSError) -> Unavailable:
    """The error of a server that does not answer."""
    why = str(error) or "it does not answer"
    return Unavailable(
        "The database cannot be reached.", hint=f"Is the server running, and is database_url right? ({why})"
    )


def silent(seconds: float | None) -> Unavailable:
    """The error of a server that took a statement and gave no answer in time."""
    return Unavailable(
        f"The database has not answered within {seconds or 0:g} seconds.",
        hint="Does PostgreSQL hang, or has it too much to do? pg_stat_activity shows what it does.",
    )


def told(error: Exception) -> WestmarchError | None:
    """An engine's error as one that says what to do, or None where it is a fault of the program."""
    if isinstance(error, PoolTimeout):
        return Unavailable("The database has too much to do.", hint="Try again in a moment.")
    if isinstance(error, UnicodeEncodeError):
        return Invalid("A text holds half a character (a lone surrogate).", hint="Write the character anew.")
    if isinstance(error, OverflowError):
        return Invalid("A number is too large.")
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _told_sqlite(cause)
    return _told_postgresql(error) if isinstance(error, DBAPIError) else None


_LOCKED = "The database is locked by another process."
_FULL = "The disk is full."
_READONLY = "The database cannot be written."

_SQLITE: dict[str, tuple[str, str]] = {
    "SQLITE_BUSY": (_LOCKED, "Wait until it has finished; `lsof westmarch.db` shows who holds it."),
    "SQLITE_LOCKED": (_LOCKED, "Wait until it has finished."),
    "SQLITE_READONLY": (
        _READONLY,
        "Give the user who runs the program write permission on the folder of the site and on westmarch.db*.",
    ),
    "SQLITE_FULL": (_FULL, "Free some space; nothing of this write was kept."),
    "SQLITE_CANTOPEN": (
        "The database cannot be opened.",
        "Check that the folder of the site and westmarch.db exist and can be written; `westmarch init` makes a site.",
    ),
    "SQLITE_IOERR": ("The disk cannot be read or written.", "Look at the system's log, and at the space that is left."),
    "SQLITE_CORRUPT": ("The database is damaged.", "Restore the newest copy; `westmarch doctor` checks it."),
    "SQLITE_NOTADB": ("The file is no database.", "Restore the newest copy of westmarch.db."),
}


def _told_sqlite(error: sqlite3.Error) -> WestmarchError | None:
    name = str(getattr(error, "sqlite_errorname", ""))
    for prefix, (message, hint) in _SQLITE.items():
        if name.startswith(prefix):
            return Unavailable(message, hint=hint)
    if isinstance(error, sqlite3.OperationalError):  # These have no code of their own.
        if str(error).startswith("Could not decode to UTF-8"):
            return Unreadable(str(error).rpartition(" with text ")[2].strip("'"), "text in UTF-8")
        if "no such table" in str(error):
            return _no_tables()
        if "no such column" in str(error) or "has no column named" in str(error):
            return _another_schema()
    if name in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_FOREIGNKEY"}:
        return _contradicts()
    return None


def _no_tables() -> Unavailable:
    return Unavailable(
        "The database has not all tables of Westmarch's.",
        hint="Run `westmarch db upgrade`; where that has nothing to do, `westmarch db check` says what is missing.",
    )


def _another_schema() -> Unavailable:
    return Unavailable(
        "The database has another schema than this version.", hint="`westmarch db check` says where they differ."
    )


def _contradicts() -> Conflict:
    return Conflict(
        "This contradicts what is stored: a name is taken, or something that it refers to is gone.",
        hint="Look at the newest state and try again.",
    )


#: By the first letters of the code (https://www.postgresql.org/docs/current/errcodes-appendix.html), longest first.
_POSTGRESQL: dict[str, tuple[str, str]] = {
    "25006": (_READONLY, "This PostgreSQL server is read-only (a standby?)."),
    "28": ("The database server refuses us.", "Check user and password in database_url."),
    "3D000": ("The database server refuses us.", "Check the name of the database in database_url."),
    "42501": ("The database server refuses us.", "Give the user of database_url the rights on the tables."),
    "40": ("Another write was in the way.", "Try again."),
    "55P03": (_LOCKED, "Wait until it has finished; pg_stat_activity shows who holds it."),
    "53100": (_FULL, "Free some space on PostgreSQL's machine; nothing of this write was kept."),
    "53": ("The database server is out of space, memory or connections.", "Look at PostgreSQL's log."),
    "57014": ("The database server broke the statement off.", "Look at its statement_timeout."),
    "57P": ("The database server went away.", "Is PostgreSQL running?"),
    "58": ("The disk of the database server cannot be read or written.", "Look at PostgreSQL's log."),
    "08": ("The database server went away.", "Is PostgreSQL running?"),
}


def _told_postgresql(error: DBAPIError) -> WestmarchError | None:
    state = "08" if error.connection_invalidated else sqlstate(error)
    for prefix, (message, hint) in _POSTGRESQL.items():
        if state.startswith(prefix):
            return Unavailable(message, hint=hint)
    if state == "42P01":
        return _no_tables()
    if state == "42703":
        return _another_schema()
    if state in {"23503", "23505"}:
        return _contradicts()
    if state.startswith("22"):
        return Invalid("A value cannot be stored.", hint=str(error.orig)[:200])
    return None
