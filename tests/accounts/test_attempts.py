"""Limits on guessing: they hold whoever guesses, and nobody else."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.accounts.people import PASSWORD, account
from westmarch.accounts import attempts, credentials
from westmarch.accounts.addresses import network
from westmarch.accounts.attempts import Limit
from westmarch.accounts.models import Attempt
from westmarch.db.database import Database
from westmarch.errors import TooMany


async def fail(db: Database, name: str = "Nell", address: str = "203.0.113.9", times: int = 1) -> int:
    """Count attempts as if nobody had to wait between them; how many were counted until one was refused."""
    for done in range(times):
        try:
            await db.write(attempts.count, attempts.limits(name, address))
        except TooMany:
            return done
    return times


async def test_after_some_attempts_one_has_to_wait(db: Database) -> None:
    assert await fail(db, times=30) == 10
    with pytest.raises(TooMany) as refused:
        await db.read(attempts.require, attempts.limits("Nell", "203.0.113.9"))
    assert refused.value.retry_after == 1
    assert refused.value.status == 429


async def test_the_wait_grows_and_has_an_end() -> None:
    limit = Limit("k", 3, 60)
    assert [limit.wait(failures) for failures in (0, 2, 3, 4, 5, 8, 9, 1_000)] == [0, 0, 1, 2, 4, 32, 60, 60]


async def test_another_address_is_not_held(db: Database) -> None:
    await fail(db, times=30)
    await db.write(account)
    found = await credentials.by_password(db, "Nell", PASSWORD, "198.51.100.1")
    assert found.name == "Nell"


async def test_a_thousand_addresses_do_not_keep_the_owner_out(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("westmarch.accounts.credentials.asyncio.sleep", sleep)
    await db.write(account)

    def flood(session: Session) -> None:
        for number in range(30):
            attempts.count(session, attempts.limits("Nell", f"10.0.0.{number}"))
        key = attempts.limits("Nell", "")[2].key
        session.execute(update(Attempt).where(Attempt.key == key, Attempt.failures == 30).values(failures=1_000))

    await db.write(flood)
    assert (await credentials.by_password(db, "nell", PASSWORD, "198.51.100.1")).name == "Nell"
    assert slept == [attempts.SLOWEST]


async def test_an_address_that_tries_many_names_has_to_wait(db: Database) -> None:
    done = [await fail(db, f"name {number}") for number in range(60)]
    assert sum(done) == 50
    assert await fail(db, "name 1", "198.51.100.1") == 1


async def test_spellings_of_a_name_are_one_name(db: Database) -> None:
    names = ("Nell", "NELL", " nell ", "ｎｅｌｌ")
    assert sum([await fail(db, names[number % 4]) for number in range(20)]) == 10


async def test_neighbours_in_a_network_of_ipv6_are_one_address(db: Database) -> None:
    done = [await fail(db, address=f"2001:db8:1:2:{number:x}::1") for number in range(20)]
    assert sum(done) == 10
    assert await fail(db, address="2001:db8:1:3::1") == 1


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:0db8:0:1::", "2001:db8:0:1::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_what_counts_as_one_address(address: str, counted: str) -> None:
    assert network(address) == counted


async def test_who_waits_may_try_again_and_whoever_signs_in_begins_anew(db: Database) -> None:
    await db.write(account)
    await fail(db, times=12)

    def later(session: Session) -> None:
        session.execute(update(Attempt).values(last_at=Attempt.last_at))
        for row in session.scalars(select(Attempt)):
            row.last_at -= timedelta(seconds=2)

    await db.write(later)
    await credentials.by_password(db, "Nell", PASSWORD, "203.0.113.9")
    assert await fail(db, times=30) == 10


async def test_one_who_has_an_account_cannot_forget_the_attempts_of_the_address(db: Database) -> None:
    await db.write(account)
    for number in range(40):
        await fail(db, f"name {number}")
    await credentials.by_password(db, "Nell", PASSWORD, "203.0.113.9")
    assert sum([await fail(db, f"other {number}") for number in range(20)]) == 10


async def test_attempts_at_once_are_all_counted(db: Database) -> None:
    done = await asyncio.gather(*(fail(db) for _ in range(30)))
    assert sum(done) == 10


async def test_what_was_long_ago_is_forgotten(db: Database) -> None:
    await fail(db, times=30)

    def age(session: Session) -> None:
        for row in session.scalars(select(Attempt)):
            row.last_at -= attempts.FORGOTTEN + timedelta(minutes=1)

    await db.write(age)
    assert await fail(db, "other", "198.51.100.1") == 1
    assert await db.read(lambda session: session.scalar(select(func.count()).select_from(Attempt))) == 3
    assert await fail(db, times=30) == 10


async def test_neither_names_nor_addresses_are_kept(db: Database) -> None:
    await fail(db)
    keys = await db.read(lambda session: session.scalars(select(Attempt.key)).all())
    assert len(keys) == 3
    assert all(len(key) == 64 for key in keys)
