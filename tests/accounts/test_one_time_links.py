"""One-time links: they work once, within their time, for accounts that may sign in."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.accounts.people import account
from westmarch.accounts import actions, one_time_links, queries, sessions
from westmarch.accounts.models import OneTimeLink
from westmarch.accounts.one_time_links import LAST, Kind
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.errors import Gone


def use(session: Session, secret: str) -> one_time_links.Used:
    return one_time_links.use(session, secret, address="203.0.113.9", agent="Firefox")


@pytest.mark.parametrize("kind", list(LAST))
async def test_a_link_signs_in_once(db: Database, kind: Kind) -> None:
    made = await db.write(account, "Nell", password_hash=None)
    secret = await db.write(one_time_links.make, made.id, kind)
    assert (await db.read(one_time_links.find, secret)).name == "Nell"
    used = await db.write(use, secret)
    assert (used.account_id, used.kind) == (made.id, kind)
    who = await sessions.account_of(db, used.secret)
    assert who is not None
    assert who.name == "Nell"
    with pytest.raises(Gone):
        await db.write(use, secret)
    with pytest.raises(Gone):
        await db.read(one_time_links.find, secret)


async def test_a_link_that_is_used_twice_at_once_works_once(db: Database) -> None:
    made = await db.write(account, "Nell")
    secret = await db.write(one_time_links.make, made.id, "sign-in")

    async def tried() -> bool:
        try:
            await db.write(use, secret)
        except Gone:
            return False
        return True

    assert sum(await asyncio.gather(*(tried() for _ in range(5)))) == 1


@pytest.mark.parametrize("kind", list(LAST))
async def test_a_link_ends_with_its_time(db: Database, kind: Kind) -> None:
    made = await db.write(account, "Nell")
    secret = await db.write(one_time_links.make, made.id, kind)

    def age(session: Session, by: timedelta) -> None:
        session.execute(update(OneTimeLink).values(expires_at=now() + LAST[kind] - by))

    await db.write(age, LAST[kind] - timedelta(minutes=1))
    await db.read(one_time_links.find, secret)
    await db.write(age, LAST[kind])
    with pytest.raises(Gone):
        await db.read(one_time_links.find, secret)
    with pytest.raises(Gone):
        await db.write(use, secret)


async def test_a_new_link_takes_the_place_of_the_one_before(db: Database) -> None:
    made = await db.write(account, "Nell")
    first = await db.write(one_time_links.make, made.id, "reset")
    other = await db.write(one_time_links.make, made.id, "sign-in")
    second = await db.write(one_time_links.make, made.id, "reset")
    with pytest.raises(Gone):
        await db.write(use, first)
    await db.write(use, second)
    await db.write(use, other)


async def test_who_is_disabled_has_no_link(db: Database) -> None:
    made = await db.write(account, "Nell")
    await db.write(actions.disable, made.id, actor="test")
    secret = await db.write(one_time_links.make, made.id, "reset")
    with pytest.raises(Gone):
        await db.write(use, secret)


@pytest.mark.parametrize("secret", ["", "x", "é" * 500, "a\0b", "half \ud800"])
async def test_a_secret_that_is_none_is_no_fault(db: Database, secret: str) -> None:
    with pytest.raises(Gone):
        await db.write(use, secret)


async def test_the_secret_is_not_kept(db: Database) -> None:
    made = await db.write(account, "Nell")
    secret = await db.write(one_time_links.make, made.id, "reset")
    kept = await db.read(lambda session: session.scalars(select(OneTimeLink.hash)).one())
    assert secret not in kept
    assert len(secret) >= 43


async def test_only_the_session_of_a_link_came_by_it(db: Database) -> None:
    made = await db.write(account, "Nell")

    def begin(session: Session) -> str:
        return sessions.begin(session, made.id, address="", agent="")

    before = await sessions.account_of(db, await db.write(begin))
    used = await db.write(use, await db.write(one_time_links.make, made.id, "reset"))
    by_link = await sessions.account_of(db, used.secret)
    assert before is not None
    assert by_link is not None
    assert before.session_id is not None
    assert by_link.session_id is not None
    since = now() - one_time_links.SETTING
    assert await db.read(queries.came_by_link, by_link.session_id, since)
    assert not await db.read(queries.came_by_link, before.session_id, since)
    assert not await db.read(queries.came_by_link, by_link.session_id, now())
    await db.write(actions.set_password, made.id, "hash", actor="test", keep=by_link.session_id)
    assert not await db.read(queries.came_by_link, by_link.session_id, since)


def test_the_address_of_a_link_is_below_that_of_the_site() -> None:
    assert one_time_links.address("https://example.org/blog", "s") == "https://example.org/blog/admin/link/s/"
