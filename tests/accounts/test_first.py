"""The first owner of a site, and the link by which they come in."""

from typing import Any

from sqlalchemy import func, select

from tests.accounts.people import account
from westmarch.accounts import first, one_time_links, queries
from westmarch.accounts.models import OneTimeLink
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Gone


async def link(db: Database) -> first.First | None:
    """A link for the first owner."""
    return await db.write(first.link, actor="command line")


async def works(db: Database, secret: str) -> bool:
    """Whether a link still lets somebody in."""
    try:
        return bool(await db.read(one_time_links.find, secret))
    except Gone:
        return False


async def used(db: Database, secret: str) -> None:
    """Come in by a link."""
    await db.write(one_time_links.use, secret, address="127.0.0.1", agent="test")


async def test_a_site_without_accounts_gets_an_owner_without_a_password(db: Database) -> None:
    made = await link(db)
    assert made is not None
    assert await works(db, made.secret)
    (owner,) = await db.read(queries.every)
    assert (owner.name, owner.role, owner.password_hash) == (made.name, "owner", None)


async def test_links_from_before_go_on_to_work_until_one_is_used(db: Database) -> None:
    made = [await link(db) for _ in range(3)]
    secrets = [each.secret for each in made if each is not None]
    assert [await works(db, secret) for secret in secrets] == [True, True, True]
    assert len(await db.read(queries.every)) == 1
    await used(db, secrets[1])
    assert [await works(db, secret) for secret in secrets] == [False, False, False]


async def test_no_link_is_made_once_an_owner_was_there(db: Database) -> None:
    made = await link(db)
    assert made is not None
    await used(db, made.secret)
    assert await link(db) is None


async def test_no_link_is_made_where_an_owner_has_a_password(db: Database) -> None:
    def links(session: Reading) -> Any:
        return session.scalar(select(func.count(OneTimeLink.id)))

    await db.write(account, "Nell", "owner")
    assert await link(db) is None
    assert await db.read(links) == 0


async def test_a_disabled_owner_is_not_waited_for(db: Database) -> None:
    await db.write(account, "Nell", "owner", disabled_at=now())
    assert await link(db) is None


async def test_authors_are_no_owners(db: Database) -> None:
    await db.write(account, "Nell", "author")
    assert await link(db) is None
    await db.write(account, "Idris", "owner", password_hash=None, password_at=None)
    made = await link(db)
    assert made is not None
    assert made.name == "Idris"
