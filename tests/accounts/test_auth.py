"""`/auth` over HTTP: as FastAPI's page drives it, as RFC 6749 and 7009 have it, and whatever else is sent."""

import asyncio
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.accounts.people import PASSWORD, account
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts import passwords
from westmarch.accounts.models import Account, Attempt, Token

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def sent(reader: Reader, path: str = "/auth", /, **form: str) -> Any:
    """The answer to a form."""
    return await reader.client.post(path, data=form)


async def signed_in(reader: Reader, **more: str) -> dict[str, Any]:
    """What Nell's program gets for her password."""
    await reader.do(account)
    answer = await sent(reader, username="Nell", password=PASSWORD, **more)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def refused(answer: httpx2.Response, error: str, status: int = 400) -> bool:
    """Whether an answer refuses as RFC 6749 (5.2) has it."""
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert set(told) == {"error", "error_description"}
    return (answer.status_code, told["error"]) == (status, error)


async def test_a_password_gives_tokens(reader: Reader) -> None:
    told = await signed_in(reader, grant_type="password")
    assert set(told) == {"access_token", "refresh_token", "token_type", "expires_in", "scope"}
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("bearer", 3600, "read write admin")


async def test_what_fastapis_page_sends_is_taken(reader: Reader) -> None:
    await reader.do(account)
    form = {"grant_type": "password", "username": "Nell", "password": PASSWORD, "scope": ""}
    form |= {"client_id": "string", "client_secret": "string"}
    answer = await reader.client.post("/auth", data=form, headers={"authorization": "Basic Og=="})
    assert answer.status_code == 200


async def test_the_answer_is_kept_nowhere(reader: Reader) -> None:
    await reader.do(account)
    answer = await sent(reader, username="Nell", password=PASSWORD)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    assert answer.headers["content-type"] == "application/json"
    assert "etag" not in answer.headers
    assert "set-cookie" not in answer.headers


async def test_only_the_scopes_that_are_asked_for_are_given(reader: Reader) -> None:
    assert (await signed_in(reader, scope="write read write"))["scope"] == "write read"


async def test_a_scope_that_is_none_is_refused(reader: Reader) -> None:
    await reader.do(account)
    assert refused(await sent(reader, username="Nell", password=PASSWORD, scope="read root"), "invalid_scope")


async def test_wrong_credentials_are_an_invalid_grant_whatever_is_wrong(reader: Reader) -> None:
    await reader.do(account)
    wrong = (("Nell", "wrong password"), ("Nobody", PASSWORD), ("Nell", "x" * 5_000), ("N" * 9_000, "x"))
    answers = [await sent(reader, username=name, password=password) for name, password in wrong]
    assert all(refused(answer, "invalid_grant") for answer in answers)
    assert len({answer.text for answer in answers}) == 1


async def test_a_disabled_account_is_answered_as_a_wrong_password(reader: Reader) -> None:
    await reader.do(account)
    await reader.do(lambda session: session.execute(update(Account).values(disabled_at=Account.created_at)) and None)
    assert refused(await sent(reader, username="Nell", password=PASSWORD), "invalid_grant")


async def test_a_wrong_name_costs_a_hash_too(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes: list[str | None] = []
    verified = passwords._verified

    def counting(password: str, kept: str | None) -> bool:
        hashes.append(kept)
        return verified(password, kept)

    monkeypatch.setattr(passwords, "_verified", counting)
    await sent(reader, username="Nobody", password="wrong password")
    assert hashes == [None]


async def test_guessing_is_slowed_down_as_at_the_page_for_signing_in(reader: Reader) -> None:
    await reader.do(account)
    answers = [await sent(reader, username="Nell", password="wrong password") for _ in range(12)]
    assert refused(answers[0], "invalid_grant")
    assert refused(answers[-1], "slow_down", 429)
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert await reader.do(lambda session: session.scalar(select(Attempt.failures).limit(1)))


@pytest.mark.parametrize("missing", ["username", "password"])
async def test_a_missing_field_is_an_invalid_request(reader: Reader, missing: str) -> None:
    form = {"grant_type": "password", "username": "Nell", "password": "x"}
    for without in (form | {missing: ""}, {name: value for name, value in form.items() if name != missing}):
        answer = await sent(reader, **without)
        assert refused(answer, "invalid_request")
        assert missing in answer.json()["error_description"]


@pytest.mark.parametrize("kind", ["client_credentials", "authorization_code", "Password", "implicit", "x" * 5_000])
async def test_another_grant_type_is_refused(reader: Reader, kind: str) -> None:
    assert refused(await sent(reader, grant_type=kind, username="Nell", password="x"), "unsupported_grant_type")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"username": "Nell", "password": "x"}', "application/json"),
        (b"username=Nell&password=x", ""),
        (b"username=Nell&password=x", "text/plain"),
        (
            b'--b\r\nContent-Disposition: form-data; name="username"\r\n\r\nNell\r\n--b--',
            "multipart/form-data; boundary=b",
        ),
        (b"", FORM["content-type"]),
        (b"username=Nell&username=Idris&password=x", FORM["content-type"]),
        (b"username=Nell&password=x&password=y", FORM["content-type"]),
        (b"username=Nell&password=x&scope=read&scope=admin", FORM["content-type"]),
        (b"username=\xff\xfe&password=x", FORM["content-type"]),
        (b"username=%ff&password=x", FORM["content-type"]),
        (b"username=%ed%a0%80&password=x", FORM["content-type"]),
        (b"username=%00&password=x", FORM["content-type"]),
        (b"username=Nell&password=" + b"x" * 20_000, FORM["content-type"]),
        (b"&".join(b"a%d=" % number for number in range(30)), FORM["content-type"]),
        (b"username[]=Nell&password[]=x", FORM["content-type"]),
        (b"=&=&&&;;", FORM["content-type"]),
    ],
)
@pytest.mark.parametrize("path", ["/auth", "/auth/refresh", "/auth/revoke"])
async def test_a_body_that_is_no_such_form_is_an_invalid_request(
    reader: Reader, path: str, body: bytes, kind: str
) -> None:
    answer = await reader.client.post(path, content=body, headers={"content-type": kind})
    assert refused(answer, "invalid_request")


@given(body=st.binary(max_size=200), path=st.sampled_from(("/auth", "/auth/refresh", "/auth/revoke")))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_body_is_a_fault_of_ours(reader: Reader, body: bytes, path: str) -> None:
    answer = await reader.client.post(path, content=b"username=N&password=" + body, headers=FORM)
    assert answer.status_code in (400, 429)


async def test_credentials_in_the_query_are_not_taken(reader: Reader) -> None:
    await reader.do(account)
    answer = await reader.client.post("/auth", params={"username": "Nell", "password": PASSWORD}, headers=FORM)
    assert refused(answer, "invalid_request")


@pytest.mark.parametrize("path", ["/auth", "/auth/refresh", "/auth/revoke"])
async def test_nothing_but_post_is_answered(reader: Reader, path: str) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW"):
        answer = await reader.ask(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST"), method


@pytest.mark.parametrize("path", ["/auth", "/auth/refresh"])
async def test_a_refresh_token_gives_new_tokens_once(reader: Reader, path: str) -> None:
    told = await signed_in(reader, scope="read")
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    answer = await sent(reader, path, **form)
    assert answer.status_code == 200
    assert answer.json()["scope"] == "read"
    assert answer.json()["refresh_token"] != told["refresh_token"]
    assert refused(await sent(reader, path, **form), "invalid_grant")


async def test_a_refresh_token_that_is_none_is_an_invalid_grant(reader: Reader) -> None:
    told = await signed_in(reader)
    for secret in ("wmr_" + "A" * 43, told["access_token"], told["refresh_token"][:-1], "ä", "'--"):
        assert refused(await sent(reader, "/auth/refresh", refresh_token=secret), "invalid_grant")


async def test_revoking_ends_a_token_and_says_the_same_of_unknown_ones(reader: Reader) -> None:
    told = await signed_in(reader)
    for secret in (told["refresh_token"], told["refresh_token"], "wmr_" + "A" * 43, "foreign", "ä"):
        answer = await sent(reader, "/auth/revoke", token=secret, token_type_hint="access_token")
        assert (answer.status_code, answer.json()) == (200, {})
    assert refused(await sent(reader, "/auth/refresh", refresh_token=told["refresh_token"]), "invalid_grant")
    living = await reader.do(lambda session: session.scalars(select(Token.id).where(Token.revoked_at.is_(None))).all())
    assert not living


async def test_a_flood_of_forged_tokens_writes_nothing(reader: Reader) -> None:
    with reader._counted():
        await asyncio.gather(
            *(
                sent(reader, path, refresh_token="wmr_" + "A" * 43, token="wma_" + "A" * 43)
                for path in ("/auth/refresh", "/auth/revoke")
            )
        )
        statements = list(reader.statements)
    assert statements
    assert not [each for each in statements if each.startswith(("UPDATE", "INSERT", "DELETE"))]
