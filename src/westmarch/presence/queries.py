"""Who has a post open."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from westmarch.accounts.models import Account
from westmarch.db.sessions import Reading
from westmarch.presence.actions import OPEN
from westmarch.presence.models import Presence


class Other(NamedTuple):
    """Somebody who has a post open; the same account in another form is one too."""

    account_id: int
    name: str


def tabs(session: Reading, account_id: int, moment: datetime) -> list[str]:
    """The forms that an account has open at a moment, of whichever post."""
    there = (Presence.account_id == account_id, Presence.seen_at > moment - OPEN)
    return list(session.scalars(select(Presence.tab).where(*there).order_by(Presence.tab)))


def others(session: Reading, post_id: int, tab: str, moment: datetime) -> list[Other]:
    """Who has a post open beside the form `tab` at a moment, by name."""
    statement = select(Account.id, Account.name).join(Presence, Presence.account_id == Account.id).distinct()
    there = (Presence.post_id == post_id, Presence.tab != tab, Presence.seen_at > moment - OPEN)
    return [Other(*row) for row in session.execute(statement.where(*there).order_by(Account.name, Account.id)).all()]
