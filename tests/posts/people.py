"""People who write: whoever does something to posts in tests, and what they do."""

from typing import Any

from sqlalchemy.orm import Session

from tests.accounts.people import account
from westmarch.accounts.rights import Role
from westmarch.accounts.who import SignedIn
from westmarch.db.database import Database
from westmarch.posts import editing
from westmarch.posts.change import Change
from westmarch.posts.edited import Edited, edited

#: An owner without a row: whoever looks at rights alone needs none.
OWNER = SignedIn(1, "Mona", "owner", None)


async def person(db: Database, name: str = "Nell", role: Role = "owner") -> SignedIn:
    """Somebody with an account and this role, as signed in."""

    def make(session: Session) -> int:
        return int(account(session, name, role).id)

    return SignedIn(await db.write(make), name, role, None)


async def again(db: Database, who: SignedIn) -> SignedIn:
    """The same one as at the next request: with the author that the account has got meanwhile."""
    from sqlalchemy import select

    from westmarch.accounts.models import Account

    author_id = await db.read(
        lambda session: session.scalar(select(Account.author_id).where(Account.id == who.account_id))
    )
    return SignedIn(who.account_id, who.name, who.role, author_id)


async def write(db: Database, who: SignedIn = OWNER, kind: Any = "post", **values: Any) -> int:
    """Write something new; its id."""
    wanted = {"title": "Tides", "markdown": "Some words.\n", "authors": ("Ada",)} | values
    return await editing.create(db, kind, Change(**wanted), who=who, actor=who.name)


async def change(db: Database, post_id: int, who: SignedIn = OWNER, **values: Any) -> list[int]:
    """Change a post; the events. `expected` and `wait` are those of `editing.change`."""
    further = {name: values.pop(name) for name in ("expected", "wait", "form") if name in values}
    return await editing.change(db, post_id, Change(**values), who=who, actor=who.name, **further)


async def stored(db: Database, post_id: int) -> Edited:
    """The post as it is."""
    found: Edited = await db.read(edited, post_id)
    return found
