"""The revisions of a post as those who write it look through them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from westmarch.accounts.who import SignedIn
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.posts import ownership
from westmarch.posts.edited import Edited, edited
from westmarch.subjects.models import Revision

#: So many revisions stand on a page, and ids are no larger.
SIZE, LARGEST_ID = 50, 2**31 - 1

_revision = Revision.__table__
_SHORT = (
    _revision.c.id, _revision.c.kind, _revision.c.title, _revision.c.language, _revision.c.words, _revision.c.by,
    _revision.c.at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class History:
    """A page of a post's revisions, the newest first: rows of id, kind, title, language, words, by and at.

    `older` is the revision next in age to the last of them, if there is one; `total` counts all pages.
    """

    post: Edited
    rows: Sequence[NamedRow]
    older: NamedRow | None
    total: int


def of(session: Reading, post_id: int, who: SignedIn, *, page: int = 1) -> History:
    """A page of the revisions of a post that somebody may change. Raises NotFound, Refused."""
    post = _post(session, post_id, who)
    mine = _revision.c.subject_id == post_id
    total = session.scalar(select(func.count()).select_from(_revision).where(mine)) or 0
    if page < 1 or (page - 1) * SIZE >= max(total, 1):
        raise NotFound("There is no such page of revisions.")
    newest = select(*_SHORT).where(mine).order_by(_revision.c.id.desc())
    rows = session.execute(newest.offset((page - 1) * SIZE).limit(SIZE + 1)).all()
    return History(post, rows[:SIZE], rows[SIZE] if len(rows) > SIZE else None, total)


@dataclass(frozen=True, slots=True)
class Text:
    """A revision with its text."""

    id: int
    kind: str
    title: str
    markdown: str
    language: str
    words: int
    by: str
    at: datetime


def texts(session: Reading, post_id: int, ids: Sequence[int], who: SignedIn) -> tuple[Edited, list[Text]]:
    """A post, and revisions of it in the order of `ids`. Raises NotFound, also for those of another post; Refused."""
    post = _post(session, post_id, who)
    found = {}
    for each in set(ids):
        found[each] = text(session, post_id, each)
    return post, [found[each] for each in ids]


def text(session: Reading, post_id: int, revision_id: int) -> Text:
    """A revision of a post. Raises NotFound, also where it is one of another post."""
    row = None
    if 0 < revision_id <= LARGEST_ID:
        columns = (_revision.c.id, _revision.c.kind, _revision.c.title, _revision.c.markdown, _revision.c.language)
        more = (_revision.c.words, _revision.c.by, _revision.c.at)
        mine = (_revision.c.id == revision_id, _revision.c.subject_id == post_id)
        row = session.execute(select(*columns, *more).where(*mine)).one_or_none()
    if row is None:
        raise NotFound(
            f"This post has no revision {revision_id} any more.", hint="Drafts are thinned out as they grow old."
        )
    return Text(*row)


def _post(session: Reading, post_id: int, who: SignedIn) -> Edited:
    if post_id > LARGEST_ID:
        raise ownership.missing(post_id)
    post = edited(session, post_id)
    ownership.editable(who, post)
    return post
