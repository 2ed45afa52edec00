"""One's own tokens in the admin: made, shown once, used, revoked."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.requests import HTTPConnection

from tests.accounts.people import account, signed_in
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts import personal, sessions, tokens
from westmarch.accounts.bearer import bearer
from westmarch.accounts.models import Token
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.db.types import now
from westmarch.errors import Unauthenticated

PATH = "/admin/me/tokens/"
SECRET = re.compile(r"wmp_[A-Za-z0-9_-]{43}")


async def made(reader: Reader, **form: str) -> str:
    """The token that the form makes."""
    given = {"name": "Deploys", "scope-read": "1", "scope-write": "1", "lasts": "30"} | form
    answer = await reader.client.post(PATH, data=given)
    assert answer.status_code == 200, answer.text
    (secret,) = SECRET.findall(answer.text)
    return str(secret)


async def by(reader: Reader, token: str) -> SignedIn:
    """Who asks by a token."""
    app = SimpleNamespace(state=SimpleNamespace(db=reader.db))
    scope: dict[str, Any] = {"type": "http", "app": app, "headers": [(b"authorization", b"Bearer " + token.encode())]}
    who = await bearer(HTTPConnection(scope))
    assert who is not None
    return who


async def kept(reader: Reader) -> list[Any]:
    """The tokens in the database."""
    return list(await reader.db.read(lambda session: session.execute(select(Token.__table__)).all()))


async def test_a_token_is_shown_once_and_lets_a_program_in(reader: Reader) -> None:
    await signed_in(reader, "Nell", role="editor")
    token = await made(reader)
    asks = await by(reader, token)
    assert (asks.name, asks.scopes) == ("Nell", frozenset({"read", "write"}))
    page = await reader.page(PATH)
    assert token not in page
    assert token[:8] in page
    assert "Deploys" in page
    assert token not in repr(await kept(reader))


async def test_a_token_gives_no_more_than_the_role(reader: Reader) -> None:
    await signed_in(reader, "Nell", role="contributor")
    asks = await by(reader, await made(reader, **{"scope-admin": "1", "role": "owner", "account_id": "1"}))
    assert {right for right in Right if asks.may(right)} == {Right.SIGN_IN, Right.WRITE}


async def test_a_token_that_is_revoked_lets_nobody_in(reader: Reader) -> None:
    await signed_in(reader, "Nell", role="author")
    token = await made(reader)
    (row,) = await kept(reader)
    answer = await reader.client.post(f"{PATH}{row.id}/revoke/")
    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    with pytest.raises(Unauthenticated):
        await by(reader, token)
    assert "Deploys" not in await reader.page(PATH)


async def test_a_token_ends_when_it_was_to_end(reader: Reader) -> None:
    await signed_in(reader, "Nell", role="author")
    token = await made(reader, lasts="30")
    (row,) = await kept(reader)
    assert timedelta(days=29) < row.expires_at - now() <= timedelta(days=30)
    await reader.do(lambda session: session.execute(update(Token).values(expires_at=now())) and None)
    with pytest.raises(Unauthenticated):
        await by(reader, token)
    assert "Ended" in await reader.page(PATH)


async def test_a_token_may_have_no_end(reader: Reader) -> None:
    await signed_in(reader, "Nell", role="author")
    await made(reader, lasts="")
    (row,) = await kept(reader)
    assert row.expires_at is None


async def test_a_token_of_somebody_else_is_not_revoked(reader: Reader) -> None:
    other = await reader.do(account, "Idris")
    token = await reader.do(personal.make, other.id, "Theirs", ("read",), None, actor="Idris")
    await signed_in(reader, "Nell", role="owner")
    (row,) = await kept(reader)
    for number in (row.id, 999_999, 2**31, 2**80):
        assert (await reader.client.post(f"{PATH}{number}/revoke/")).status_code == 404
    assert (await by(reader, token)).name == "Idris"
    assert "Theirs" not in await reader.page(PATH)


async def test_what_a_password_has_opened_is_listed_and_can_be_ended(reader: Reader) -> None:
    nell = await reader.do(account)
    granted = await reader.do(tokens.begin, nell, ("read",), actor="Nell")
    renewed = await reader.do(tokens.refresh, granted.refresh)
    assert renewed is not None
    secret = await reader.do(sessions.begin, nell.id, address="", agent="")
    reader.client.cookies.set(sessions.cookie_name(reader.app.state.settings), secret)
    page = await reader.page(PATH)
    assert renewed.refresh[:8] in page
    assert granted.refresh[:8] not in page
    row = next(row for row in await kept(reader) if row.hint == renewed.refresh[:8])
    assert (await reader.client.post(f"{PATH}{row.id}/revoke/")).status_code == 303
    with pytest.raises(Unauthenticated):
        await by(reader, renewed.access)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": ""}, "A token needs a name"),
        ({"name": "x" * 101}, "100 characters at most"),
        ({"name": "a\u202eb"}, "of one line"),
        ({"scope-read": "", "scope-write": ""}, "Choose what it may do"),
        ({"lasts": "9999999"}, "Choose how long it lasts"),
        ({"lasts": "-1"}, "Choose how long it lasts"),
    ],
)
async def test_a_refused_form_comes_back_as_it_was(reader: Reader, form: dict[str, str], words: str) -> None:
    await signed_in(reader, "Nell", role="author")
    given = {"name": "My <b>token</b>", "scope-read": "1", "scope-write": "1", "lasts": "365"} | form
    answer = await reader.client.post(PATH, data=given)
    assert answer.status_code == 422
    assert words in answer.text
    assert "<b>token" not in answer.text
    if "name" not in form:
        assert "My &lt;b&gt;token&lt;/b&gt;" in answer.text
    if "lasts" not in form:
        assert '<option value="365" selected>' in answer.text
    assert not await kept(reader)


async def test_no_more_tokens_than_a_hundred_are_made(reader: Reader) -> None:
    account_id = await signed_in(reader, "Nell", role="author")
    for number in range(personal.MOST):
        await reader.do(personal.make, account_id, f"Token {number}", ("read",), None, actor="Nell")
    answer = await reader.client.post(PATH, data={"name": "One more", "scope-read": "1", "lasts": "30"})
    assert answer.status_code == 422
    assert "100 tokens already" in answer.text


async def test_nobody_sees_the_page_without_signing_in(reader: Reader) -> None:
    assert (await reader.get(PATH)).status_code == 303
    assert (await reader.client.post(PATH, data={"name": "x", "scope-read": "1"})).status_code in (401, 403)
    nell = await reader.do(account)
    token = await reader.do(personal.make, nell.id, "A token", ("admin",), None, actor="Nell")
    assert (await reader.get(PATH, authorization=f"Bearer {token}")).status_code == 303
