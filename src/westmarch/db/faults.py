"""What the engines raise, told apart: what a person can be told, and what may be tried again."""

import sqlite3

from sqlalchemy.exc import DBAPIError

from westmarch.errors import Invalid, Unavailable, WestmarchError

#: serialization_failure, deadlock_detected, and a prepared statement outdated by DDL: the whole function may run again.
TRANSIENT = frozenset({"40001", "40P01", "0A000"})


def sqlstate(error: DBAPIError) -> str:
    """PostgreSQL's five-letter code of an error, empty where there is none."""
    cause = error.orig
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or "")


def transient(error: DBAPIError) -> bool:
    """Whether running the whole transaction again can do."""
    return sqlstate(error) in TRANSIENT


def away(error: OSError) -> WestmarchError:
    """The error of a server that does not answer."""
    return Unavailable(
        "The database cannot be reached.", hint=f"Is the server running, and is database_url right? ({error})"
    )


def told(error: DBAPIError) -> WestmarchError | None:
    """An engine's error as one that says what to do, or None where it is a fault of the program."""
    if isinstance(error.orig, sqlite3.Error):
        return _told_sqlite(error.orig)
    return _told_postgresql(sqlstate(error), error)


_SQLITE: dict[str, tuple[str, str]] = {
    "SQLITE_BUSY": (
        "The database is locked by another process.",
        "Wait until it has finished; `lsof westmarch.db` shows who holds it.",
    ),
    "SQLITE_READONLY": (
        "The database cannot be written.",
        "Give the user who runs the program write permission on the folder of the site and on westmarch.db*.",
    ),
    "SQLITE_FULL": ("The disk is full.", "Free some space; nothing of this write was kept."),
    "SQLITE_CANTOPEN": (
        "The database cannot be opened.",
        "Check that the folder of the site exists and can be read and written.",
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
    if isinstance(error, sqlite3.OperationalError) and "no such table" in str(error):
        return _no_tables()
    return None


def _no_tables() -> Unavailable:
    return Unavailable("The database has no tables of Westmarch's.", hint="Run `westmarch db upgrade`.")


def _told_postgresql(state: str, error: DBAPIError) -> WestmarchError | None:
    if error.connection_invalidated or state.startswith(("08", "57P")) or isinstance(error.orig, OSError):
        return Unavailable("The database server went away.", hint="Is PostgreSQL running?")
    if state.startswith("53"):
        return Unavailable("The database server is out of space or connections.", hint="Look at PostgreSQL's log.")
    if state == "25006":
        return Unavailable("The database cannot be written.", hint="This PostgreSQL server is read-only (a standby?).")
    if state == "42P01":
        return _no_tables()
    if state in {"28P01", "28000", "3D000"}:
        return Unavailable("The database server refuses us.", hint="Check user, password and name in database_url.")
    if state in TRANSIENT:
        return Unavailable("Another write was in the way.", hint="Try again.")
    if state.startswith("22") or "invalid UTF" in str(error.orig):
        return Invalid("A value cannot be stored.", hint=str(error.orig))
    return None
