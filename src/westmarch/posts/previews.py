"""Links by which outsiders read the newest text of a post before it is public, until a moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from westmarch.accounts import secrets
from westmarch.accounts.models import Account
from westmarch.accounts.who import SignedIn
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, NotFound
from westmarch.events import actions as events
from westmarch.posts import changing
from westmarch.posts.models import PreviewLink

#: How long a link may last, as forms name it.
LASTS: Mapping[str, timedelta] = {str(days): timedelta(days=days) for days in (1, 7, 30)}
#: So many links of a post may work at once.
MOST = 20

_link, _account = PreviewLink.__table__, Account.__table__
_OF = (
    select(_link.c.id, _link.c.created_at, _link.c.expires_at, _account.c.name)
    .select_from(_link)
    .join(_account, _account.c.id == _link.c.account_id)
    .where(
        _link.c.post_id == bindparam("post_id"),
        _link.c.expires_at > bindparam("moment"),
        _account.c.disabled_at.is_(None),
    )
    .order_by(_link.c.id.desc())
)
_BEHIND = (
    select(_link.c.post_id, _link.c.expires_at)
    .select_from(_link)
    .join(_account, _account.c.id == _link.c.account_id)
    .where(_link.c.hash == bindparam("hash"), _account.c.disabled_at.is_(None))
)


class Behind(NamedTuple):
    """What a link leads to, and until when."""

    post_id: int
    until: datetime


def make(session: Session, post_id: int, lasts: str, *, who: SignedIn, actor: str, moment: datetime) -> str:
    """Make a link to a post and return its secret: only its hash is kept.

    Raises NotFound, Refused, Invalid for another time than there is to choose, and Conflict where there are too many.
    """
    post = changing.held(session, post_id, who, None)
    if post.trashed_at is not None:
        raise Conflict(f"This {post.kind} is in the trash: nobody is shown it.", hint="Restore it first.")
    if lasts not in LASTS:
        raise Invalid("Choose how long the link is to work.", place="lasts")
    session.execute(delete(PreviewLink).where(PreviewLink.expires_at <= moment))
    number = session.scalar(select(func.count()).select_from(_link).where(_link.c.post_id == post_id)) or 0
    if number >= MOST:
        raise Conflict(f"There are {MOST} links already.", hint="First revoke one that nobody needs any more.")
    secret, until = secrets.new(), moment + LASTS[lasts]
    values = {"account_id": who.account_id, "hash": secrets.hashed(secret), "created_at": moment, "expires_at": until}
    session.add(PreviewLink(post_id=post_id, **values))
    detail = {"until": until.isoformat()}
    events.record(session, f"{post.kind}.preview-made", actor=actor, subject_id=post_id, detail=detail)
    return secret


def of(session: Reading, post_id: int, moment: datetime) -> Sequence[NamedRow]:
    """The links of a post that work at a moment, the newest first: id, created_at, expires_at, and who made it."""
    return session.execute(_OF, {"post_id": post_id, "moment": moment}).all()


def revoke(session: Session, post_id: int, link_id: int, *, who: SignedIn, actor: str) -> None:
    """End a link at once, whoever made it. Raises NotFound, also for a link to another post, and Refused."""
    post = changing.held(session, post_id, who, None)
    gone = delete(PreviewLink).where(PreviewLink.id == link_id, PreviewLink.post_id == post_id)
    if session.execute(gone.returning(PreviewLink.id)).first() is None:
        raise NotFound("There is no such link any more.")
    events.record(session, f"{post.kind}.preview-revoked", actor=actor, subject_id=post_id)


def behind(session: Reading, secret: str, moment: datetime) -> Behind | None:
    """The post to which a secret leads at a moment; None where it does not, or whoever made it has no account now."""
    row = session.execute(_BEHIND, {"hash": secrets.hashed(secret)}).one_or_none()
    return Behind(row.post_id, row.expires_at) if row is not None and row.expires_at > moment else None
