"""The pages of accounts: an owner invites, changes, shuts out and lets in; nobody else does."""

import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.accounts.people import PASSWORD, account, signed_in
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts import one_time_links, queries, sessions
from westmarch.accounts.letters import with_link
from westmarch.accounts.models import AccountSession, OneTimeLink
from westmarch.authors import actions as authors
from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.types import now
from westmarch.events.models import Event
from westmarch.mail.models import Letter

ACCOUNTS = "/admin/accounts/"
IDRIS = {"name": "Idris", "email": "idris@example.org", "role": "author", "author": "new"}


async def one(reader: Reader, name: str) -> NamedRow:
    found = await reader.db.read(queries.named, name)
    assert found is not None
    return found


async def invite(reader: Reader, **fields: str) -> httpx2.Response:
    return await reader.client.post(ACCOUNTS + "new/", data=IDRIS | fields)


def link_in(page: str) -> str:
    found = re.search(r"https://example\.org(/admin/link/[\w-]+/)", page)
    assert found is not None
    return found[1]


def sends(reader: Reader) -> None:
    """Let the site have a mail server."""
    settings = reader.app.state.settings
    smtp = SecretStr("smtp://127.0.0.1:2525")
    reader.app.state.settings = settings.model_copy(update={"smtp_url": smtp})


async def letters(reader: Reader) -> list[tuple[str, str, str]]:
    rows = await reader.db.read(lambda session: session.scalars(select(Letter).order_by(Letter.id)).all())
    return [(row.recipient, row.subject, row.body) for row in rows]


async def test_somebody_is_invited_comes_in_and_sets_a_password(reader: Reader) -> None:
    await signed_in(reader)
    assert 'action="/admin/accounts/new/"' in await reader.page(ACCOUNTS + "new/")
    answer = await invite(reader)
    assert answer.status_code == 200
    link = link_in(answer.text)
    secret = link.split("/")[-2]
    assert secret not in await reader.page(ACCOUNTS), "it is shown once"
    made = await one(reader, "Idris")
    assert (made.role, made.author, made.password_hash) == ("author", "Idris", None)
    reader.client.cookies.clear()
    assert "You are invited to" in await reader.page(link)
    await reader.client.post(link)
    form = {"password": "the tide is out", "again": "the tide is out"}
    assert (await reader.client.post("/admin/me/password/", data=form)).status_code == 303
    reader.client.cookies.clear()
    answer = await reader.client.post("/admin/sign-in/", data={"name": "idris@example.org", "password": form["again"]})
    assert answer.status_code == 303
    assert (await reader.get(ACCOUNTS)).status_code == 403
    events = await reader.db.read(lambda s: [(row.verb, row.actor) for row in s.scalars(select(Event))])
    assert [pair for pair in events if pair[0].startswith("account")] == [
        ("account.invited", "Nell"),
        ("account.signed-in", "Idris"),
        ("account.password-changed", "Idris"),
        ("account.signed-in", "Idris"),
    ]
    told = str(await reader.db.read(lambda s: [row.detail for row in s.scalars(select(Event))]))
    assert secret not in told
    assert "argon2" not in told


async def test_an_invitation_is_mailed_where_a_server_is_set(reader: Reader) -> None:
    await signed_in(reader)
    sends(reader)
    answer = await invite(reader)
    assert "on its way to idris@example.org" in answer.text
    ((recipient, subject, body),) = await letters(reader)
    assert recipient == "idris@example.org"
    assert "Your account at" in subject
    assert "https://example.org" + link_in(answer.text) in body
    answer = await invite(reader, name="Mo", email="")
    assert "Hand this link to Mo" in answer.text
    assert len(await letters(reader)) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "An account needs a name."),
        ({"name": "nell"}, "Another account has this name."),
        ({"email": "nobody"}, "This is no e-mail address."),
        ({"role": "god"}, "A role is one of"),
        ({"role": ""}, "A role is one of"),
        ({"author": "4711"}, "There is no such author."),
        ({"author": "x"}, "There is no such author."),
        ({"author": "9" * 30}, "There is no such author."),
        ({"author": "-1"}, "There is no such author."),
        ({"author": "²"}, "There is no such author."),
        ({"name": "\u202ename"}, "one line of letters"),
    ],
)
async def test_what_cannot_be_taken_comes_back_and_nothing_is_made(
    reader: Reader, fields: dict[str, str], message: str
) -> None:
    await signed_in(reader)
    answer = await invite(reader, **fields)
    assert answer.status_code == 422
    assert message in answer.text
    assert 'aria-invalid="true"' in answer.text or "author" in fields or "role" in fields
    assert f'value="{(IDRIS | fields)["email"]}"' in answer.text
    assert len(await reader.db.read(queries.every)) == 1
    assert await reader.db.read(lambda session: session.scalars(select(Author)).all()) == []


async def test_hostile_text_stays_text(reader: Reader) -> None:
    await signed_in(reader)
    name = '<script>alert("1")</script>'
    answer = await invite(reader, name=name, email="")
    assert answer.status_code == 200
    for page in (answer.text, await reader.page(ACCOUNTS), await reader.page(f"{ACCOUNTS}2/")):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


async def test_a_byline_is_an_author_of_nobody_else(reader: Reader) -> None:
    taken = await reader.do(authors.create, "Ann")
    free = await reader.do(authors.create, "Bob")
    await signed_in(reader, author_id=taken)
    page = await reader.page(ACCOUNTS + "new/")
    assert ">Bob</option>" in page
    assert ">Ann</option>" not in page
    assert (await invite(reader, author=str(taken))).status_code == 422
    assert (await invite(reader, author=str(free))).status_code == 200
    assert (await one(reader, "Idris")).author == "Bob"
    assert (await invite(reader, name="Mo", email="", author="")).status_code == 200
    assert (await one(reader, "Mo")).author is None


# Changing


async def test_an_owner_changes_what_somebody_may_do(reader: Reader) -> None:
    await signed_in(reader)
    made = await reader.do(account, "Idris", "contributor")
    path = f"{ACCOUNTS}{made.id}/"
    assert 'value="Idris"' in await reader.page(path)
    answer = await reader.client.post(path, data={"name": "Idris B", "email": "", "role": "editor", "author": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, ACCOUNTS)
    found = await one(reader, "idris b")
    assert (found.id, found.role) == (made.id, "editor")


async def test_a_refused_change_comes_back_as_it_was_typed(reader: Reader) -> None:
    await signed_in(reader)
    made = await reader.do(account, "Idris", "contributor")
    form = {"name": "Idris <b>", "email": "x y", "role": "editor", "author": ""}
    answer = await reader.client.post(f"{ACCOUNTS}{made.id}/", data=form)
    assert answer.status_code == 422
    assert 'value="Idris &lt;b&gt;"' in answer.text
    assert 'value="x y"' in answer.text
    assert '<option value="editor" selected>' in answer.text
    assert await one(reader, "Idris") == made


async def test_the_last_owner_can_neither_step_down_nor_be_shut_out(reader: Reader) -> None:
    account_id = await signed_in(reader)
    path = f"{ACCOUNTS}{account_id}/"
    answer = await reader.client.post(path, data={"name": "Nell", "email": "", "role": "editor", "author": ""})
    assert answer.status_code == 422
    assert "no owner" in answer.text
    answer = await reader.client.post(path + "disable/")
    assert answer.headers["location"] == path
    assert "The last owner cannot be shut out." in await reader.page(path)
    found = await one(reader, "Nell")
    assert (found.role, found.disabled_at) == ("owner", None)


async def test_somebody_is_shut_out_and_let_in_again(reader: Reader) -> None:
    await signed_in(reader)
    made = await reader.do(account, "Idris")
    secret = await reader.do(lambda session: sessions.begin(session, made.id, address="::1", agent="curl/8"))
    path = f"{ACCOUNTS}{made.id}/"
    assert "curl/8" in await reader.page(path)
    await reader.client.post(path + "disable/")
    assert await sessions.account_of(reader.db, secret) is None
    page = await reader.page(path)
    assert "This account is disabled since" in page
    assert f'action="{path}link/"' not in page
    answer = await reader.client.post(path + "link/")
    assert answer.headers["location"] == path
    await reader.client.post(path + "enable/")
    assert (await one(reader, "Idris")).disabled_at is None


async def test_somebody_is_signed_out_everywhere(reader: Reader) -> None:
    await signed_in(reader)
    made = await reader.do(account, "Idris")
    await reader.do(lambda session: sessions.begin(session, made.id, address="::1", agent="curl/8"))
    await reader.client.post(f"{ACCOUNTS}{made.id}/sign-out/")
    left = await reader.db.read(lambda session: session.scalars(select(AccountSession.account_id)).all())
    assert made.id not in left


async def test_a_link_for_a_new_password_is_shown_once(reader: Reader) -> None:
    await signed_in(reader)
    made = await reader.do(account, "Idris")
    path = f"{ACCOUNTS}{made.id}/"
    first = link_in((await reader.client.post(path + "link/")).text)
    second = link_in((await reader.client.post(path + "link/")).text)
    assert second.split("/")[-2] not in await reader.page(path)
    reader.client.cookies.clear()
    assert (await reader.get(first)).status_code == 410
    assert "set a new password" in await reader.page(second)
    kinds = await reader.db.read(lambda session: session.scalars(select(OneTimeLink.kind)).all())
    assert kinds == ["reset"]


@pytest.mark.parametrize("number", [0, 4711, 2**31, 10**30])
async def test_an_account_that_there_is_none_of_is_not_found(reader: Reader, number: int) -> None:
    await signed_in(reader)
    form = {"name": "x", "email": "", "role": "author", "author": ""}
    assert (await reader.get(f"{ACCOUNTS}{number}/")).status_code == 404
    assert (await reader.client.post(f"{ACCOUNTS}{number}/", data=form)).status_code == 404
    for action in ("disable", "enable", "sign-out", "link"):
        assert (await reader.client.post(f"{ACCOUNTS}{number}/{action}/")).status_code == 404


# The list


async def test_the_list_filters_searches_and_sorts(reader: Reader) -> None:
    await signed_in(reader, email="nell@example.org")
    await reader.do(account, "Idris", "editor")
    await reader.do(account, "Mo", password_hash=None)

    async def names(query: str) -> list[str]:
        return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', await reader.page(ACCOUNTS + query))

    assert await names("") == ["Idris", "Mo", "Nell"]
    assert await names("?sort=-name") == ["Nell", "Mo", "Idris"]
    assert await names("?role=editor") == ["Idris"]
    assert await names("?state=invited") == ["Mo"]
    assert await names("?q=EXAMPLE.org") == ["Nell"]
    assert await names("?q=nobody") == []
    assert await names("?role=god") == []
    for query in ("?page=0", "?page=x", "?page=" + "9" * 40):
        await names(query)
    for query in ("?sort=password_hash", "?state=x"):
        assert (await reader.get(ACCOUNTS + query)).status_code == 422


async def test_a_long_list_has_pages_and_takes_few_statements(reader: Reader) -> None:
    await signed_in(reader)

    def many(session: Session) -> None:
        for number in range(120):
            account(session, f"Person {number:03}")

    await reader.do(many)
    page = await reader.page(ACCOUNTS + "?page=2&role=author")
    assert "Person 050" in page
    assert "Person 049" not in page
    assert "role=author&amp;page=3" in page
    assert len(reader.statements) <= 8


# Whoever has forgotten the password


async def ask(reader: Reader, name: str) -> httpx2.Response:
    return await reader.client.post("/admin/forgotten/", data={"name": name})


async def test_the_old_address_is_told_where_an_owner_changes_it(reader: Reader) -> None:
    await signed_in(reader)
    other = await reader.do(account, "Idris", email="idris@example.org")
    sends(reader)
    form = {"name": "Idris", "email": "else@example.org", "role": "author"}
    assert (await reader.client.post(f"{ACCOUNTS}{other.id}/", data=form)).status_code == 303
    assert [letter[0] for letter in await letters(reader)] == ["idris@example.org"]


async def test_without_a_mail_server_the_page_says_where_a_link_is_had(reader: Reader) -> None:
    await reader.do(account, email="nell@example.org")
    assert "westmarch account link NAME" in await reader.page("/admin/forgotten/")
    assert (await ask(reader, "Nell")).status_code == 200
    assert await letters(reader) == []


async def test_a_letter_with_a_link_goes_to_the_account_and_all_names_get_the_same_answer(reader: Reader) -> None:
    def fill(session: Session) -> None:
        account(session, "Nell", email="nell@example.org")
        account(session, "No address")
        account(session, "Gone", email="gone@example.org", disabled_at=now())

    await reader.do(fill)
    sends(reader)
    answers = [await ask(reader, name) for name in ("Nell", "Nobody", "No address", "Gone")]
    assert len({(answer.status_code, answer.text) for answer in answers}) == 1
    ((recipient, _, body),) = await letters(reader)
    assert recipient == "nell@example.org"
    link = link_in(body)
    assert "The old one works until then" in await reader.page(link)
    assert (await reader.client.post(link)).headers["location"] == "/admin/me/password/"


async def test_asking_for_a_letter_ends_no_link_that_was_handed_to_somebody(reader: Reader) -> None:
    def fill(session: Session) -> str:
        made = account(session, "Nell", email="nell@example.org")
        secret = one_time_links.make(session, made.id, "reset")
        long_ago = update(OneTimeLink).values(created_at=now() - timedelta(minutes=10))
        session.execute(long_ago)
        return secret

    secret = await reader.do(fill)
    sends(reader)
    await ask(reader, "Nell")
    assert len(await letters(reader)) == 1
    assert (await reader.get(f"/admin/link/{secret}/")).status_code == 200


async def test_nobody_is_flooded_with_letters(reader: Reader) -> None:
    await reader.do(account, email="nell@example.org")
    sends(reader)
    codes = [(await ask(reader, "Nell")).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]
    assert len(await letters(reader)) == 1


async def test_asking_for_letters_keeps_nobody_from_signing_in(reader: Reader) -> None:
    await reader.do(account, email="nell@example.org")
    sends(reader)
    for _ in range(8):
        await ask(reader, "Nell")
    answer = await reader.client.post("/admin/sign-in/", data={"name": "Nell", "password": PASSWORD})
    assert answer.status_code == 303


@pytest.mark.parametrize("kind", list(one_time_links.LAST))
def test_a_letter_holds_its_link_in_a_line_of_its_own(kind: Any) -> None:
    subject, text = with_link(kind, site="A\nsite", name="Nell", address="https://example.org/admin/link/x/")
    assert "\n" not in subject
    assert "https://example.org/admin/link/x/" in text.splitlines()
    assert {"sign-in": "one day", "invitation": "7 days", "reset": "one hour"}[kind] in text
