"""Tokens: who asks by them, how grants are renewed and how they end."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from tests.accounts.people import HASH, account
from westmarch.accounts import actions, personal, tokens
from westmarch.accounts.bearer import bearer
from westmarch.accounts.models import Account, Token
from westmarch.accounts.rights import Right
from westmarch.accounts.secrets import hashed, new
from westmarch.accounts.tokens import Granted
from westmarch.accounts.who import SignedIn
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Conflict, NotFound, Unauthenticated
from westmarch.events.models import Event

ALL = ("read", "write", "admin")


async def granted(db: Database, scopes: tuple[str, ...] = ALL, *, role: str = "author") -> Granted:
    """A grant for a new account."""

    def begin(session: Session) -> Granted:
        return tokens.begin(session, account(session, role=role), scopes, actor="Nell")

    return await db.write(begin)


async def who(db: Database, *authorization: bytes, query: bytes = b"") -> SignedIn | None:
    """Who asks, by what stands in the header Authorization."""
    headers = [(b"authorization", each) for each in authorization]
    app = SimpleNamespace(state=SimpleNamespace(db=db))
    scope: dict[str, Any] = {"type": "http", "app": app, "headers": headers, "query_string": query, "path": "/"}
    return await bearer(HTTPConnection(scope))


async def by(db: Database, token: str) -> SignedIn | None:
    """Who asks by a token."""
    return await who(db, b"Bearer " + token.encode())


async def holder(db: Database, token: str) -> int:
    """The id of the account that a token is for."""
    who = await by(db, token)
    assert who is not None
    return who.account_id


async def is_let_in(db: Database, token: str) -> bool:
    """Whether a token still lets anybody in."""
    try:
        return await by(db, token) is not None
    except Unauthenticated:
        return False


def set_of(session: Session, token: str, /, **values: Any) -> None:
    """Change what is kept of a token."""
    session.execute(update(Token).where(Token.hash == hashed(token)).values(**values))


def verbs(session: Reading) -> Sequence[str]:
    """What was recorded."""
    return session.scalars(select(Event.verb).order_by(Event.id)).all()


async def test_a_token_says_who_asks_and_what_for(db: Database) -> None:
    made = await granted(db, ("read", "write"), role="editor")
    asks = await by(db, made.access)
    assert asks is not None
    assert (asks.name, asks.role, asks.token, asks.session_id) == ("Nell", "editor", made.access[:8], None)
    assert asks.may(Right.EDIT_ALL)
    assert not asks.may(Right.REDIRECT)


async def test_a_scope_gives_no_more_than_the_role(db: Database) -> None:
    asks = await by(db, (await granted(db, ("admin",), role="contributor")).access)
    assert asks is not None
    assert {right for right in Right if asks.may(right)} == {Right.SIGN_IN, Right.WRITE}


async def test_nobody_asks_where_there_is_no_token(db: Database) -> None:
    assert await who(db) is None


async def test_a_token_in_the_query_is_not_taken(db: Database) -> None:
    made = await granted(db)
    assert await who(db, query=f"access_token={made.access}&token={made.access}".encode()) is None


@pytest.mark.parametrize("scheme", [b"bearer ", b"BEARER ", b"Bearer   "])
async def test_the_scheme_is_spelled_as_one_likes(db: Database, scheme: bytes) -> None:
    made = await granted(db)
    assert await who(db, scheme + made.access.encode()) is not None


async def test_what_is_no_token_of_ours_is_refused(db: Database) -> None:
    made = await granted(db)
    access = made.access.encode()
    for given in (
        (b"Bearer " + new("wma_").encode(),),
        (b"Bearer " + access[:-1],),
        (b"Bearer " + access + b"A",),
        (b"Bearer " + access.swapcase(),),
        (b"Bearer " + made.refresh.encode(),),
        (b"Bearer",),
        (b"Bearer ",),
        (b"",),
        (access,),
        (b"Basic " + access,),
        (b"Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",),
        (b"Bearer \xff\xfe",),
        (b"Bearer " + b"A" * 100_000,),
        (b"Bearer " + access, b"Bearer " + access),
        (b"Bearer " + access + b", Bearer " + access,),
        (b"Bearer " + hashed(made.access).encode(),),
    ):
        with pytest.raises(Unauthenticated) as refused:
            await who(db, *given)
        assert 'error="invalid_token"' in refused.value.challenge


async def test_a_token_ends_at_its_time(db: Database) -> None:
    made = await granted(db)
    await db.write(set_of, made.access, expires_at=now())
    assert not await is_let_in(db, made.access)


async def test_a_token_of_a_disabled_account_is_refused(db: Database) -> None:
    made = await granted(db)
    await db.write(lambda session: session.execute(update(Account).values(disabled_at=now())) and None)
    assert not await is_let_in(db, made.access)
    assert await db.write(tokens.refresh, made.refresh) is None


async def test_tokens_are_kept_as_hashes(db: Database) -> None:
    made = await granted(db)
    rows = await db.read(lambda session: session.execute(select(Token.__table__)).all())
    kept = repr(rows)
    assert made.access not in kept
    assert made.refresh not in kept
    assert {row.hint for row in rows} == {made.access[:8], made.refresh[:8]}


async def test_use_is_written_down_once_in_a_while(db: Database) -> None:
    made = await granted(db)

    def used(session: Reading) -> Any:
        return session.scalar(select(Token.used_at).where(Token.kind == "access"))

    await by(db, made.access)
    first = await db.read(used)
    await by(db, made.access)
    assert first == await db.read(used)
    await db.write(set_of, made.access, used_at=first - timedelta(hours=1))
    await by(db, made.access)
    assert await db.read(used) > first


async def test_a_refresh_token_gives_new_ones_and_is_used_up(db: Database) -> None:
    made = await granted(db, ("read",))
    renewed = await db.write(tokens.refresh, made.refresh)
    assert renewed is not None
    assert renewed.scopes == ("read",)
    assert len({made.access, made.refresh, renewed.access, renewed.refresh}) == 4
    assert await is_let_in(db, renewed.access)
    assert await db.write(tokens.refresh, made.refresh) is None
    assert await db.write(tokens.refresh, renewed.refresh) is not None


async def test_a_refresh_token_that_comes_again_later_ends_the_whole_grant(db: Database) -> None:
    made = await granted(db)
    renewed = await db.write(tokens.refresh, made.refresh)
    assert renewed is not None
    await db.write(set_of, made.refresh, used_at=now() - timedelta(minutes=1))
    assert await db.write(tokens.refresh, made.refresh) is None
    for token in (made.access, renewed.access):
        assert not await is_let_in(db, token)
    assert await db.write(tokens.refresh, renewed.refresh) is None
    assert (await db.read(verbs))[-1] == "token.came-twice"


async def test_a_grant_that_ends_leaves_the_others_of_its_account(db: Database) -> None:
    made = await granted(db)

    def another(session: Session) -> Granted:
        row = session.execute(select(Account.id, Account.password_at)).one()
        return tokens.begin(session, row, ALL, actor="Nell")

    other = await db.write(another)
    await db.write(tokens.revoke, made.refresh)
    assert not await is_let_in(db, made.access)
    assert await is_let_in(db, other.access)


async def test_of_many_refreshes_at_once_one_wins_and_its_tokens_are_good(db: Database) -> None:
    made = await granted(db)
    answers = await asyncio.gather(*(db.write(tokens.refresh, made.refresh) for _ in range(12)))
    won = [answer for answer in answers if answer is not None]
    assert len(won) == 1
    assert await is_let_in(db, won[0].access)
    assert await db.write(tokens.refresh, won[0].refresh) is not None


async def test_what_is_renewed_while_the_grant_ends_does_not_outlive_it(db: Database) -> None:
    made = await granted(db)
    account_id = await db.read(lambda session: session.scalar(select(Account.id)))
    assert account_id is not None
    for _ in range(10):
        renewing, _ = await asyncio.gather(
            db.write(tokens.refresh, made.refresh), db.write(actions.sign_out, account_id, actor="Nell")
        )
        if renewing is not None:
            assert not await is_let_in(db, renewing.access)
            assert await db.write(tokens.refresh, renewing.refresh) is None
        assert not await is_let_in(db, made.access)
        made = await db.write(
            lambda session: tokens.begin(
                session, session.execute(select(Account.id, Account.password_at)).one(), ALL, actor="Nell"
            )
        )


async def test_a_new_password_ends_grants_and_leaves_personal_tokens(db: Database) -> None:
    made = await granted(db)
    account_id = await holder(db, made.access)
    own = await db.write(personal.make, account_id, "Deploys", ("read",), None, actor="Nell")
    await db.write(actions.set_password, account_id, HASH, actor="Nell")
    assert not await is_let_in(db, made.access)
    assert await db.write(tokens.refresh, made.refresh) is None
    assert await is_let_in(db, own)


async def test_an_account_that_was_disabled_and_enabled_has_no_tokens(db: Database) -> None:
    made = await granted(db, role="editor")
    account_id = await holder(db, made.access)
    own = await db.write(personal.make, account_id, "Deploys", ("read",), None, actor="Nell")
    await db.write(actions.disable, account_id, actor="Idris")
    await db.write(actions.enable, account_id, actor="Idris")
    for token in (own, made.access):
        assert not await is_let_in(db, token)


async def test_whoever_opens_a_grant_was_seen(db: Database) -> None:
    await granted(db)
    assert await db.read(lambda session: session.scalar(select(Account.seen_at))) is not None


async def test_a_refresh_token_ends_after_thirty_days(db: Database) -> None:
    made = await granted(db)
    until = await db.read(lambda session: session.scalar(select(Token.expires_at).where(Token.kind == "refresh")))
    assert until is not None
    assert timedelta(days=29, hours=23) < until - now() <= timedelta(days=30)
    await db.write(set_of, made.refresh, expires_at=now())
    assert await db.write(tokens.refresh, made.refresh) is None


async def test_an_access_token_refreshes_nothing(db: Database) -> None:
    made = await granted(db)
    assert await db.write(tokens.refresh, made.access) is None


async def test_revoking_an_access_token_leaves_its_grant(db: Database) -> None:
    made = await granted(db)
    await db.write(tokens.revoke, made.access)
    assert not await is_let_in(db, made.access)
    assert await db.write(tokens.refresh, made.refresh) is not None


async def test_no_grant_is_opened_for_a_password_that_was_changed_meanwhile(db: Database) -> None:
    row = await db.write(account)
    await db.write(lambda session: session.execute(update(Account).values(password_at=now())) and None)
    with pytest.raises(Conflict):
        await db.write(tokens.begin, row, ALL, actor="Nell")


async def test_what_has_run_out_is_deleted(db: Database) -> None:
    made = await granted(db)
    await db.write(set_of, made.access, expires_at=now())
    await db.write(tokens.refresh, made.refresh)
    hints = await db.read(lambda session: session.scalars(select(Token.hint)).all())
    assert made.access[:8] not in hints
    assert made.refresh[:8] in hints


async def test_a_token_of_another_account_is_not_ended(db: Database) -> None:
    await granted(db)
    other = await db.write(account, "Idris")
    token_id = await db.read(lambda session: session.scalar(select(Token.id)))
    assert token_id is not None
    with pytest.raises(NotFound):
        await db.write(tokens.end, other.id, token_id, actor="Idris")


async def test_what_becomes_of_tokens_is_recorded(db: Database) -> None:
    made = await granted(db)
    await db.write(tokens.refresh, made.refresh)
    await db.write(tokens.revoke, made.access)
    assert list(await db.read(verbs)) == ["token.granted", "token.revoked"]
    recorded = await db.read(lambda session: session.execute(select(Event.__table__)).all())
    assert recorded[-1].token == made.access[:8]
    assert made.access not in repr(recorded)
