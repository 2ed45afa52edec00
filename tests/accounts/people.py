"""People for tests: accounts with a password, and a reader who is signed in as one of them."""

from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from sqlalchemy import insert
from sqlalchemy.orm import Session

from westmarch.accounts import queries, sessions
from westmarch.accounts.models import Account
from westmarch.db.rows import NamedRow
from westmarch.db.types import now
from westmarch.subjects.names import fold

if TYPE_CHECKING:
    from tests.readers import Reader

PASSWORD = "sea to the horizon"
#: As few rounds and as little memory as there may be: what is tested is no hashing.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def account(session: Session, /, name: str = "Nell", role: str = "author", **fields: Any) -> NamedRow:
    """An account that signs in by `PASSWORD`, but for what `fields` say. Nobody has made it: there is no event."""
    moment = now()
    stored: dict[str, Any] = {"password_hash": HASH, "password_at": moment, "created_at": moment} | fields
    if email := stored.get("email"):
        stored["email_folded"] = fold(email)
    made = insert(Account).values(name=name, folded=fold(name), role=role, **stored).returning(Account.id)
    found = queries.by_id(session, session.execute(made).scalar_one())
    assert found is not None
    return found


async def signed_in(reader: "Reader", name: str = "Nell", role: str = "owner", **fields: Any) -> int:
    """Make an account and sign the reader in as it, without its password; returns its id."""

    def make(session: Session) -> tuple[int, str]:
        account_id = account(session, name, role, **fields).id
        return account_id, sessions.begin(session, account_id, address="127.0.0.1", agent="test")

    account_id, secret = await reader.db.write(make)
    reader.client.cookies.set(sessions.cookie_name(reader.app.state.settings), secret)
    return account_id
