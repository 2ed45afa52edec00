"""What can be done with accounts, and what is refused."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import westmarch
from tests.accounts.people import HASH, account
from westmarch.accounts import actions, one_time_links, queries, sessions
from westmarch.accounts.models import AccountSession, OneTimeLink, Token
from westmarch.authors import actions as authors
from westmarch.db.database import Database
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid, NotFound, WestmarchError
from westmarch.events.actor import NOBODY
from westmarch.events.models import Event


async def named(db: Database, name: str) -> NamedRow:
    found = await db.read(queries.named, name)
    assert found is not None
    return found


def recorded(session: Reading) -> list[tuple[str, str, dict[str, Any]]]:
    return [(row.verb, row.actor, row.detail) for row in session.scalars(select(Event).order_by(Event.id))]


def change(session: Session, /, found: NamedRow, **other: Any) -> None:
    """Change some fields of an account; the others stay."""
    fields = {"name": found.name, "email": found.email or "", "role": found.role, "author_id": found.author_id}
    actions.change(session, found.id, **(fields | {"actor": "test"} | other))


async def test_an_account_is_made(db: Database) -> None:
    made = await db.write(
        actions.create, "  Nell   Ashdown ", "owner", email=" Nell@Example.org ", password_hash=HASH, actor="test"
    )
    found = await named(db, "NELL ASHDOWN")
    assert (found.id, found.name, found.email, found.role) == (made, "Nell Ashdown", "Nell@Example.org", "owner")
    assert (await named(db, "nell@example.ORG")).id == made
    detail = {"account": made, "name": "Nell Ashdown", "email": "Nell@Example.org", "role": "owner", "author_id": None}
    assert await db.read(recorded) == [("account.created", "test", detail)]


@pytest.mark.parametrize("name", ["trash", "Command  Line", "ＭＡＩＬ"])
async def test_nobody_is_called_what_the_log_calls_no_person(db: Database, name: str) -> None:
    with pytest.raises(Invalid, match="The log of events") as caught:
        await db.write(actions.create, name, "author", actor="test")
    assert caught.value.place == "name"
    with pytest.raises(Invalid, match="The log of events"):
        await db.write(actions.invite, name, "author", actor="test")
    found = await db.write(account, "Nell")
    with pytest.raises(Invalid, match="The log of events"):
        await db.write(change, found, name=name)


async def test_an_account_that_has_a_name_of_the_log_keeps_it(db: Database) -> None:
    found = await db.write(account, "Trash")
    await db.write(change, found, name="trash", email="nell@example.org")
    assert (await named(db, "trash")).email == "nell@example.org"


@pytest.mark.unit
def test_all_names_of_the_log_are_known() -> None:
    written = re.compile('(?:\\bactor=|^ACTOR = )"([^"]+)"', re.MULTILINE)
    source = Path(westmarch.__file__).parent
    found = {name for file in source.rglob("*.py") for name in written.findall(file.read_text())}
    assert found >= {"command line", "trash", "mail", "import", "schedule"}
    assert found <= NOBODY


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"name": ""}, "name"),
        ({"name": " \t "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "a\u2028b\u200e"}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b, c@d"}, "email"),
        ({"email": "a@b\r\nBcc: c@d"}, "email"),
        ({"email": "x" * 250 + "@example.org"}, "email"),
        ({"role": ""}, "role"),
        ({"role": "OWNER"}, "role"),
        ({"role": "god"}, "role"),
        ({"author_id": 4711}, "author"),
    ],
)
async def test_what_no_account_can_have_is_refused(db: Database, fields: dict[str, Any], place: str) -> None:
    wanted = {"name": "Nell", "role": "author", "actor": "test"} | fields
    with pytest.raises(Invalid) as refused:
        await db.write(actions.create, **wanted)
    assert refused.value.place == place
    made = await db.write(account, "Idris")
    with pytest.raises(Invalid) as refused:
        await db.write(change, made, **fields)
    assert refused.value.place == place


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"name": "nell"}, "name"),
        ({"name": "ＮＥＬＬ"}, "name"),
        ({"name": "nell@example.org"}, "name"),
        ({"email": "NELL@example.org"}, "email"),
    ],
)
async def test_neither_name_nor_email_is_that_of_another_account(
    db: Database, fields: dict[str, Any], place: str
) -> None:
    await db.write(account, "Nell", email="nell@example.org")
    with pytest.raises(Conflict) as refused:
        await db.write(actions.create, **({"name": "Idris", "role": "author", "actor": "test"} | fields))
    assert refused.value.place == place
    other = await db.write(account, "Idris")
    with pytest.raises(Conflict):
        await db.write(change, other, **fields)


async def test_two_at_once_do_not_get_the_same_name(db: Database) -> None:
    async def create(name: str) -> bool:
        try:
            await db.write(actions.create, name, "author", actor="test")
        except Conflict:
            return False
        return True

    assert sum(await asyncio.gather(*(create(name) for name in ("Nell", "nell", "NELL", "Nell ")))) == 1


async def test_a_byline_belongs_to_one_account(db: Database) -> None:
    author_id = await db.write(authors.create, "N. Ashdown")
    nell, idris = await db.write(account, "Nell", author_id=author_id), await db.write(account, "Idris")
    assert nell.author == "N. Ashdown"
    with pytest.raises(Conflict) as refused:
        await db.write(change, idris, author_id=author_id)
    assert "Nell" in refused.value.message
    await db.write(change, nell, name="Nell again")


async def test_a_change_tells_what_was_and_what_is(db: Database) -> None:
    found = await db.write(account, "Nell", "editor", email="nell@example.org")
    await db.write(change, found, name="Nell Ashdown", role="author")
    ((verb, _, detail),) = await db.read(recorded)
    assert verb == "account.changed"
    assert detail["changed"] == {"name": ["Nell", "Nell Ashdown"], "role": ["editor", "author"]}
    assert detail["account"] == found.id


async def test_a_change_of_nothing_is_none(db: Database) -> None:
    found = await db.write(account, "Nell")
    await db.write(change, found)
    assert await db.read(recorded) == []


async def test_the_spelling_of_a_name_can_be_changed(db: Database) -> None:
    found = await db.write(account, "nell")
    await db.write(change, found, name="Nell")
    assert (await named(db, "nell")).name == "Nell"


# The last owner


async def test_the_last_owner_stays_one_and_stays_in(db: Database) -> None:
    found = await db.write(account, "Nell", "owner")
    await db.write(account, "Idris", "editor")
    for refused in (lambda s: change(s, found, role="editor"), lambda s: actions.disable(s, found.id, actor="test")):
        with pytest.raises(Conflict):
            await db.write(refused)
    now_ = await named(db, "Nell")
    assert (now_.role, now_.disabled_at) == ("owner", None)


@pytest.mark.parametrize("fields", [{"password_hash": None}, {"disabled_at": now()}])
async def test_an_owner_who_cannot_sign_in_is_no_other_owner(db: Database, fields: dict[str, Any]) -> None:
    found = await db.write(account, "Nell", "owner")
    await db.write(account, "Idris", "owner", **fields)
    with pytest.raises(Conflict):
        await db.write(actions.disable, found.id, actor="test")


async def test_one_of_two_owners_may_go(db: Database) -> None:
    found = await db.write(account, "Nell", "owner")
    await db.write(account, "Idris", "owner")
    await db.write(change, found, role="editor")
    assert (await named(db, "Nell")).role == "editor"


async def test_two_owners_who_shut_each_other_out_at_once_do_not_both_succeed(db: Database) -> None:
    ids = [(await db.write(account, name, "owner")).id for name in ("Nell", "Idris")]

    async def disable(account_id: int) -> bool:
        try:
            await db.write(actions.disable, account_id, actor="test")
        except WestmarchError:
            return False
        return True

    assert sum(await asyncio.gather(*map(disable, ids))) == 1
    assert await db.read(queries.owner_exists)


# Shutting out, and new passwords


def open_all(session: Session, account_id: int) -> list[int]:
    """Sign an account in twice, give it tokens of each kind and two links; the ids of the sessions."""
    for number in range(2):
        sessions.begin(session, account_id, address="203.0.113.9", agent=f"device {number}")
    for kind in ("access", "refresh", "personal"):
        session.add(
            Token(account_id=account_id, kind=kind, hash=kind, hint=kind[:4], grant="g", name="", created_at=now())
        )
    one_time_links.make(session, account_id, "reset")
    one_time_links.make(session, account_id, "sign-in")
    return list(session.scalars(select(AccountSession.id).order_by(AccountSession.id)))


def left(session: Reading, account_id: int) -> tuple[list[int], set[str], int]:
    """Sessions, kinds of tokens that work, and links of an account."""
    open_ = select(AccountSession.id).where(AccountSession.account_id == account_id)
    tokens = select(Token.kind).where(Token.account_id == account_id, Token.revoked_at.is_(None))
    links = select(func.count()).select_from(OneTimeLink).where(OneTimeLink.account_id == account_id)
    return list(session.scalars(open_)), set(session.scalars(tokens)), session.scalar(links) or 0


async def test_whoever_is_disabled_is_out_everywhere(db: Database) -> None:
    found = await db.write(account, "Nell")
    await db.write(open_all, found.id)
    await db.write(actions.disable, found.id, actor="test")
    assert await db.read(left, found.id) == ([], set(), 0)
    await db.write(actions.disable, found.id, actor="test")
    await db.write(actions.enable, found.id, actor="test")
    await db.write(actions.enable, found.id, actor="test")
    assert await db.read(left, found.id) == ([], set(), 0)
    assert (await named(db, "Nell")).disabled_at is None
    assert [verb for verb, _, _ in await db.read(recorded)] == ["account.disabled", "account.enabled"]


async def test_a_new_password_ends_what_the_old_one_opened(db: Database) -> None:
    found = await db.write(account, "Nell")
    first, _ = await db.write(open_all, found.id)
    await db.write(actions.set_password, found.id, "another hash", actor="test", keep=first)
    assert await db.read(left, found.id) == ([first], {"personal"}, 0)
    changed = await named(db, "Nell")
    assert (changed.password_hash, changed.password_at > found.password_at) == ("another hash", True)
    events = await db.read(recorded)
    assert [verb for verb, _, _ in events] == ["account.password-changed"]
    assert "hash" not in str(events)


async def test_signing_out_elsewhere_leaves_this_device(db: Database) -> None:
    found = await db.write(account, "Nell")
    _, second = await db.write(open_all, found.id)
    assert await db.write(actions.sign_out, found.id, actor="test", keep=second) == 1
    assert await db.read(left, found.id) == ([second], {"personal"}, 2)
    assert await db.write(actions.sign_out, found.id, actor="test") == 1
    assert await db.write(actions.sign_out, found.id, actor="test") == 0


async def test_nobody_ends_the_session_of_another_account(db: Database) -> None:
    nell, idris = await db.write(account, "Nell"), await db.write(account, "Idris")
    first, _ = await db.write(open_all, nell.id)
    with pytest.raises(NotFound):
        await db.write(actions.end_session, idris.id, first, actor="test")
    await db.write(actions.end_session, nell.id, first, actor="test")
    with pytest.raises(NotFound):
        await db.write(actions.end_session, nell.id, first, actor="test")


@pytest.mark.parametrize("action", ["disable", "enable", "sign_out"])
async def test_of_an_account_that_there_is_none_of_nothing_is_done(db: Database, action: str) -> None:
    with pytest.raises(NotFound):
        await db.write(getattr(actions, action), 4711, actor="test")


# Lists


async def test_accounts_are_found_by_name_role_state_and_byline(db: Database) -> None:
    def fill(session: Session) -> None:
        account(session, "Nell", "owner", email="nell@example.org")
        account(session, "Idris", "editor", author_id=authors.create(session, "The 100% Captain"))
        account(session, "Mo", password_hash=None)
        account(session, "Old", disabled_at=now())

    await db.write(fill)

    async def names(**wanted: Any) -> list[str]:
        rows, total = await db.read(queries.find, **({"size": 10} | wanted))
        assert total >= len(rows)
        return [row.name for row in rows]

    assert await names() == ["Idris", "Mo", "Nell", "Old"]
    assert await names(sort="-name") == ["Old", "Nell", "Mo", "Idris"]
    assert await names(search="EXAMPLE") == ["Nell"]
    assert await names(search="100%") == ["Idris"]
    assert await names(search="%") == ["Idris"]
    assert await names(search="_") == []
    assert await names(role="editor") == ["Idris"]
    assert [await names(state=state) for state in queries.STATES] == [["Idris", "Nell"], ["Mo"], ["Old"]]
    assert await names(size=3, page=2) == ["Old"]
    assert await db.read(queries.counts) == {"active": 2, "invited": 1, "disabled": 1}
    for wrong in ({"sort": "password_hash"}, {"state": "x"}):
        with pytest.raises(Invalid):
            await names(**wrong)
