"""What `westmarch doctor --mend` mends: triggers, stored counts, and posts' paths, in one transaction."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.changes import triggers
from westmarch.links.models import Link
from westmarch.migrations.metadata import metadata
from westmarch.posts.actions import recount
from westmarch.posts.models import Post
from westmarch.site.queries import current


def mend_all(session: Session) -> None:
    """Make triggers those of this version, counts what the posts say, and posts' paths what their links say."""
    mend_triggers(session)
    path = select(Link.path).where(Link.subject_id == Post.id, Link.current).scalar_subquery()
    session.execute(
        update(Post).where(Post.path != path).values(path=path).execution_options(synchronize_session=False)
    )
    recount(session, current(session))


def mend_triggers(session: Session) -> None:
    """Make the triggers anew where one is missing or old; followers then begin anew, for they may have missed rows."""
    connection = session.connection()
    if triggers.faults(connection, metadata):
        triggers.renew(connection, metadata)
