"""Who asks."""

from typing import Any

from pydantic import Field
from sqlalchemy import select
from starlette.types import ASGIApp

from westmarch.accounts.models import Account
from westmarch.accounts.rights import Right, Role
from westmarch.accounts.who import SignedIn
from westmarch.api import replies
from westmarch.api.door import Ask
from westmarch.api.replies import Made
from westmarch.api.shapes import Byline, Moment, Told
from westmarch.authors.models import Author
from westmarch.db.sessions import Reading
from westmarch.errors import Unauthenticated
from westmarch.web.surface import Surface

_account, _author = Account.__table__, Author.__table__


class Me(Told):
    """The account that asks."""

    id: int
    name: str
    email: str | None
    role: Role
    author: Byline | None = Field(description="The author that the account writes as.")
    rights: list[str] = Field(description="What it may do by this token.")
    scopes: list[str] | None = Field(description="What narrows the token.")
    created_at: Moment


async def read_me(ask: Ask) -> ASGIApp:
    """The account that asks, and what it may do by the token that it sends."""
    return await replies.read(ask, "", _me, ask.surface, ask.somebody)


def _me(session: Reading, _surface: Surface, who: SignedIn) -> Made:
    found = session.execute(
        select(_account.c.email, _account.c.created_at, _author.c.slug, _author.c.name)
        .select_from(_account)
        .outerjoin(_author, _author.c.id == _account.c.author_id)
        .where(_account.c.id == who.account_id)
    ).one_or_none()
    if found is None:
        raise Unauthenticated("The account is gone.")
    value: dict[str, Any] = {
        "id": who.account_id,
        "name": who.name,
        "email": found.email,
        "role": who.role,
        "author": None if found.slug is None else {"slug": found.slug, "name": found.name},
        "rights": [right.value for right in Right if who.may(right)],
        "scopes": None if who.scopes is None else sorted(who.scopes),
        "created_at": found.created_at,
    }
    return value, "", ()
