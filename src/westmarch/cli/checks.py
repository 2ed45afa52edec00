"""What `westmarch doctor` looks at. Each check is a plain function that tells its findings; none changes anything."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import aliased

from westmarch.books import counts as book_counts
from westmarch.books import mentioned
from westmarch.books.models import SCHEMA as BOOKS
from westmarch.changes import triggers as change_triggers
from westmarch.cli.tables import Differences
from westmarch.cli.values import unreadable
from westmarch.db.database import Database
from westmarch.db.engines import parse_url
from westmarch.db.sessions import Reading
from westmarch.errors import Unreadable, WestmarchError
from westmarch.links.models import Link
from westmarch.media.models import Media
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema
from westmarch.ops.checks import TOLD, clock, followers_keep_up, told
from westmarch.ops.findings import Finding
from westmarch.posts import counts, listings
from westmarch.posts.models import Post
from westmarch.settings import Settings
from westmarch.site.queries import current

MEND = "westmarch doctor --mend"
BY_HAND = "restore the newest copy of the database, or change it by hand; no command mends this"
RIGHT = "write a right value by sqlite3 or psql; for an option of the site: westmarch site set"
VALUES = "write a right value where the check of values names it, and look again"
LOG = "mend what else is wrong and look again; WESTMARCH_LOG_LEVEL=debug shows the traceback"

T = TypeVar("T")

logger = logging.getLogger(__name__)


def comparable(connection: Connection) -> bool:
    """Whether the database has the newest schema: only that one can be compared with the models."""
    return schema.version(connection) == schema.HEAD


def tables(connection: Connection) -> Iterator[Finding]:
    """Tables and indexes are those of this version."""
    if not comparable(connection):
        yield Finding("tables", sound=True, message=f"Tables and triggers are compared from schema {schema.HEAD} on.")
        return
    found = Differences(connection)
    yield from told("tables", found.of_tables(), "Tables are those of this version.", BY_HAND)
    yield from told("indexes", found.of_indexes(), "No index is missing.", MEND)


def triggers(connection: Connection) -> Iterator[Finding]:
    """Triggers are those of this version."""
    if not comparable(connection):
        return
    faults = change_triggers.faults(connection, metadata)
    yield from told("triggers", faults, "Triggers are those of this version.", MEND)


def engine(connection: Connection) -> Iterator[Finding]:
    """SQLite finds its file and its references sound. (PostgreSQL looks after its own.)"""
    if connection.dialect.name != "sqlite":
        return
    rows = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check(10)"))]
    faults = [] if rows == ["ok"] else rows
    faults += [
        f"Row {row[1]} of {row[0]} refers to a row of {row[2]} that is gone."
        for row in connection.execute(text("PRAGMA foreign_key_check"))
    ]
    yield from told("database", faults, "SQLite finds its file sound.", "restore the newest copy of the database")


def values(connection: Connection) -> Iterator[Finding]:
    """Every moment and every JSON can be read."""
    faults = list(unreadable(connection))
    yield from told("values", faults, "Stored values can be read.", RIGHT)


def stored_counts(session: Reading) -> Iterator[Finding]:
    """Counts, neighbours, listings and numbers of parts are what the posts and books say."""
    faults = counts.faults(session, current(session).zone) + listings.faults(session)
    if schema.reached(session, BOOKS):
        faults += book_counts.faults(session)
    yield from told("stored counts", faults, "Counts, neighbours and parts are right.", MEND)


def media_files(session: Reading, folder: Path) -> Iterator[Finding]:
    """Each file of the media table is in the folder, in its size."""
    faults = []
    for row in session.execute(select(Media.hash, Media.extension, Media.filename, Media.size)):
        path = folder / row.hash[:2] / f"{row.hash[2:]}.{row.extension}"
        if not path.is_file():
            faults.append(f"{path} ({row.filename}) is missing.")
        elif path.stat().st_size != row.size:
            faults.append(f"{path} ({row.filename}) has {path.stat().st_size} bytes in place of {row.size}.")
    yield from told("media", faults, "All files are there.", "restore the folder media/, or import again")


def books_named(session: Reading) -> Iterator[Finding]:
    """Each book that a text names by its number is in the catalogue. One that is not is no fault: it may come yet."""
    if not schema.reached(session, BOOKS):
        return
    missing = [number for number, _ in mentioned.missing(session)]
    message = "All books that texts name are in the catalogue."
    if missing:
        more = f" and {len(missing) - TOLD} more" if len(missing) > TOLD else ""
        message = f"Texts name books that the catalogue lacks: {', '.join(missing[:TOLD])}{more}. They show the number."
    yield Finding("books", sound=True, message=message)


def links_lead(session: Reading) -> Iterator[Finding]:
    """Each post's path is its current link, and no link leads to a post that has none."""
    link = aliased(Link)
    rows = session.execute(
        select(Post.id, Post.path, link.path.label("current"))
        .outerjoin(link, (link.subject_id == Post.id) & link.current)
        .where(link.path.is_distinct_from(Post.path))
    )
    faults = [f"Post {row.id} has the path {row.path}, and its current link is {row.current}." for row in rows]
    yield from told("links", faults, "Every post answers at its path.", MEND)


#: The checks of the database's structure, by the name of what each looks at.
STRUCTURE: dict[str, Callable[[Connection], Iterator[Finding]]] = {
    "tables": tables,
    "triggers": triggers,
    "database": engine,
}
#: The checks of what is stored.
DATA: dict[str, Callable[[Reading], Iterator[Finding]]] = {
    "stored counts": stored_counts,
    "links": links_lead,
    "books": books_named,
    "followers": followers_keep_up,
    "clock": clock,
}


async def of_database(url: str, *, stored: bool) -> list[Finding]:
    """The checks of structure; where `stored`, also whether each value can be read."""
    checks = STRUCTURE | {"values": values} if stored else STRUCTURE
    found = []
    for name, check in checks.items():
        found += await tried(name, schema.with_connection(parse_url(url), _all(check)))
    return found


async def of_data(db: Database, settings: Settings) -> list[Finding]:
    """The checks of what is stored."""
    checks = DATA | {"media": partial(media_files, folder=settings.media_folder)}
    found = []
    for name, check in checks.items():
        found += await tried(name, db.read(_all(check)))
    return found


def _all(check: Callable[[T], Iterator[Finding]]) -> Callable[[T], list[Finding]]:
    """The check as a function that is done when it returns, while its connection is open."""
    return lambda asked: list(check(asked))


async def tried(check: str, work: Awaitable[list[Finding] | None]) -> list[Finding]:
    """What a check or a mending finds; that it fails is a finding too, and does not hide what the others find."""
    try:
        return await work or []
    except Unreadable as error:
        return [Finding(check, sound=False, message=error.message, mend=VALUES)]
    except WestmarchError as error:
        return [Finding(check, sound=False, message=error.message, mend=error.hint or LOG)]
    except Exception as error:  # see above
        logger.debug("The check of %s failed.", check, exc_info=True)
        message = f"The check failed ({type(error).__name__})."
        return [Finding(check, sound=False, message=message, mend=LOG)]
