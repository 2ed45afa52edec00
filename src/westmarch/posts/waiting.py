"""The newer text of a published post that readers do not see yet."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select

from westmarch.db.sessions import Reading
from westmarch.posts.edited import Edited
from westmarch.subjects.models import Revision


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text of a published post that is not public yet: what it says, who wrote it, and when."""

    title: str
    markdown: str
    language: str
    by: str
    at: datetime


_revision = Revision.__table__
_TEXT = select(_revision.c.title, _revision.c.markdown, _revision.c.language, _revision.c.by, _revision.c.at).where(
    _revision.c.id == bindparam("id")
)


def of(session: Reading, post: Edited) -> Waiting | None:
    """The newer text of a published post that is not public, or None."""
    row = session.execute(_TEXT, {"id": post.waiting_id}).one_or_none() if post.waiting_id else None
    return None if row is None else Waiting(*row)


def latest(session: Reading, post: Edited) -> Edited:
    """The post with its newest text, as those who write it go on with it; `html` stays that of the public one."""
    found = of(session, post)
    if found is None:
        return post
    return replace(post, title=found.title, markdown=found.markdown, language=found.language)
