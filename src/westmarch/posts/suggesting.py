"""Posts and pages that are offered to a writer who links to one."""

from collections.abc import Sequence

from sqlalchemy import case, func, or_, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.posts.models import HIDDEN, Byline, Post

_post, _byline = Post.__table__, Byline.__table__


def suggested(session: Reading, words: str, *, own: int | None, size: int) -> Sequence[NamedRow]:
    """Those whose titles hold the words, at first those that begin with them, then the newest.

    What readers do not see is there too; with `own` only that which names this author. A row has `title`, `path`,
    `kind` and `status`.
    """
    title = _post.c.title
    statement = select(title, _post.c.path, _post.c.kind, _post.c.status).where(_post.c.trashed_at.is_(None))
    if own is not None:
        mine = select(_byline.c.post_id).where(_byline.c.author_id == own)
        statement = statement.where(or_(_post.c.visible != HIDDEN, _post.c.id.in_(mine)))
    newest = _post.c.id.desc()
    if not words:
        return session.execute(statement.order_by(newest).limit(size)).all()
    # Beyond ASCII SQLite knows no small letters, so they are asked for in two spellings.
    spellings = ((title, words), (func.lower(title), words.lower()))
    begins = or_(*(text.startswith(looked, autoescape=True) for text, looked in spellings))
    holds = or_(*(text.contains(looked, autoescape=True) for text, looked in spellings))
    statement = statement.where(holds).order_by(case((begins, 0), else_=1), newest)
    return session.execute(statement.limit(size)).all()
