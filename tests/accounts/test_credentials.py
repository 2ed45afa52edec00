"""Who signs in by name and password."""

import time

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from tests.accounts.people import HASH, PASSWORD, account
from westmarch.accounts import actions, attempts, credentials, passwords, queries
from westmarch.accounts.credentials import WrongCredentials
from westmarch.db.database import Database

HERE = "203.0.113.9"


@pytest.mark.parametrize("name", ["Nell", "nell", " NELL ", "nell@example.org", "Nell@Example.ORG"])
async def test_somebody_signs_in_by_name_or_email_however_it_is_spelled(db: Database, name: str) -> None:
    made = await db.write(account, email="Nell@example.org")
    assert (await credentials.by_password(db, name, PASSWORD, HERE)).id == made.id


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("Nell", "wrong password"),
        ("Nobody", PASSWORD),
        ("", PASSWORD),
        ("Nell", ""),
        ("Nell", PASSWORD + "\0"),
        ("Nell\0", "wrong"),
        ("Ne%", PASSWORD),
        ("x" * 100_000, PASSWORD),
        ("Nell", "x" * 100_000),
        ("Gone", PASSWORD),
        ("Invited", PASSWORD),
        ("Invited", ""),
    ],
)
async def test_all_else_is_wrong_in_the_same_words(db: Database, name: str, password: str) -> None:
    def fill(session: Session) -> None:
        account(session, "Nell", "owner")
        actions.disable(session, account(session, "Gone").id, actor="test")
        account(session, "Invited", password_hash=None)

    await db.write(fill)
    with pytest.raises(WrongCredentials) as refused:
        await credentials.by_password(db, name, password, HERE)
    assert refused.value.message == "The name or the password is wrong."


@pytest.mark.long_on_postgresql
@pytest.mark.usefixtures("passwords_at_full_cost")
async def test_a_wrong_name_takes_as_long_as_a_wrong_password(db: Database) -> None:
    kept = await passwords.made(PASSWORD)
    await db.write(account, password_hash=kept)

    async def least(name: str) -> float:  # In time of the processor: whatever else runs has no part in it.
        times = []
        for number in range(4):
            started = time.process_time()
            with pytest.raises(WrongCredentials):
                await credentials.by_password(db, name, "wrong password", f"198.51.100.{number}")
            times.append(time.process_time() - started)
        return min(times)

    await least("warm")
    known, unknown = await least("Nell"), await least("Nobody")
    assert 0.4 < unknown / known < 2.5


@pytest.mark.usefixtures("passwords_at_full_cost")
async def test_a_hash_by_old_parameters_is_made_anew(db: Database) -> None:
    made = await db.write(account)
    assert made.password_hash == HASH
    await credentials.by_password(db, "Nell", PASSWORD, HERE)
    renewed = await db.read(queries.by_id, made.id)
    assert renewed is not None
    assert renewed.password_hash != HASH
    assert not passwords.outdated(renewed.password_hash)
    assert renewed.password_at == made.password_at
    await credentials.by_password(db, "Nell", PASSWORD, HERE)


async def test_whose_password_was_changed_meanwhile_does_not_come_in_by_the_old_one(db: Database) -> None:
    await db.write(account)
    right = await credentials.by_password(db, "Nell", PASSWORD, HERE)
    await db.write(credentials.require_unchanged, right)
    await db.write(actions.set_password, right.id, HASH, actor="test")
    with pytest.raises(WrongCredentials):
        await db.write(credentials.require_unchanged, right)


async def test_whoever_is_disabled_meanwhile_does_not_come_in(db: Database) -> None:
    await db.write(account, "Own", "owner")
    await db.write(account)
    right = await credentials.by_password(db, "Nell", PASSWORD, HERE)
    await db.write(actions.disable, right.id, actor="test")
    with pytest.raises(WrongCredentials):
        await db.write(credentials.require_unchanged, right)


async def test_a_password_that_was_changed_meanwhile_stays(db: Database) -> None:
    made = await db.write(account)
    other = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("another password")
    await db.write(actions.set_password, made.id, other, actor="test")
    await db.write(credentials._right, attempts.limits("Nell", HERE), made.id, HASH, "renewed")
    found = await db.read(queries.by_id, made.id)
    assert found is not None
    assert found.password_hash == other
