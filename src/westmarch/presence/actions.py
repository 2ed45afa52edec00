"""Writing down who has a post open."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from westmarch.db.upsert import both
from westmarch.presence.models import Presence

#: How long a form is taken for open after it was seen last, and how long its row is left.
OPEN, LEFT = timedelta(seconds=15), timedelta(hours=1)

_SEES = {
    name: statement.on_conflict_do_update(
        index_elements=[Presence.tab],
        set_={"seen_at": statement.excluded.seen_at, "post_id": statement.excluded.post_id},
        where=Presence.account_id == statement.excluded.account_id,
    )
    for name, statement in both(Presence).items()
}


def see(session: Session, tab: str, post_id: int, account_id: int, *, moment: datetime) -> None:
    """Somebody has a post open in a form at a moment."""
    values = {"tab": tab, "post_id": post_id, "account_id": account_id, "seen_at": moment}
    session.execute(_SEES[session.get_bind().dialect.name], values)


def leave(session: Session, tab: str, account_id: int, *, moment: datetime) -> None:
    """A form was closed. Those go, too, whose browsers have not said so."""
    session.execute(delete(Presence).where(Presence.tab == tab, Presence.account_id == account_id))
    session.execute(delete(Presence).where(Presence.seen_at < moment - LEFT))
