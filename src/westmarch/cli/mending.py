"""What `westmarch doctor --mend` mends: triggers, missing indexes, posts' paths and stored counts."""

from collections.abc import Callable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.books import counts as book_counts
from westmarch.books.models import SCHEMA as BOOKS
from westmarch.changes import triggers
from westmarch.cli.checks import comparable, tried
from westmarch.cli.tables import Differences
from westmarch.db.database import Database
from westmarch.links.models import Link
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema
from westmarch.ops.findings import Finding
from westmarch.posts.actions import recount
from westmarch.posts.models import Post
from westmarch.site.queries import current


async def mend_all(db: Database) -> list[Finding]:
    """Mend what can be, each kind in a transaction of its own; what cannot be mended, and why."""
    found = []
    for name, mend in MENDS.items():
        found += await tried(f"mending {name}", db.write(mend))
    return found


def mend_triggers(session: Session) -> None:
    """Make the triggers anew where one is missing or old; followers then begin anew, for they may have missed rows."""
    connection = session.connection()
    if comparable(connection) and triggers.faults(connection, metadata):
        triggers.renew(connection, metadata)


def mend_indexes(session: Session) -> None:
    """Make the indexes that are missing. Raises Conflict where what is stored contradicts one."""
    connection = session.connection()
    for index in Differences(connection).indexes if comparable(connection) else ():
        index.create(connection)


def mend_paths(session: Session) -> None:
    """Give posts the paths that their links say."""
    path = select(Link.path).where(Link.subject_id == Post.id, Link.current).scalar_subquery()
    session.execute(
        update(Post).where(Post.path != path).values(path=path).execution_options(synchronize_session=False)
    )


def mend_counts(session: Session) -> None:
    """Make counts, neighbours and numbers of parts what the posts and books say."""
    recount(session, current(session))
    if schema.reached(session, BOOKS):
        book_counts.mend(session)


#: What is mended, in this order.
MENDS: Mapping[str, Callable[[Session], None]] = {
    "triggers": mend_triggers,
    "indexes": mend_indexes,
    "links": mend_paths,
    "stored counts": mend_counts,
}
