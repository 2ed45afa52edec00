"""One's own account: name, e-mail, password, and the devices on which one is signed in."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.accounts.people import PASSWORD, account, signed_in
from tests.admin.test_accounts import letters, sends
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts import queries, sessions
from westmarch.accounts.models import AccountSession
from westmarch.db.rows import NamedRow
from westmarch.events.models import Event

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


async def one(reader: Reader, name: str = "Nell") -> NamedRow:
    found = await reader.db.read(queries.named, name)
    assert found is not None
    return found


def other_device(session: Session, account_id: int, agent: str = FIREFOX) -> str:
    return sessions.begin(session, account_id, address="198.51.100.1", agent=agent)


async def test_one_changes_ones_own_name_and_email(reader: Reader) -> None:
    await signed_in(reader, "Nell", "contributor")
    answer = await reader.client.post(
        "/admin/me/", data={"name": "Nell Ashdown", "email": "nell@example.org", "password": PASSWORD}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/me/")
    page = await reader.page("/admin/me/")
    assert 'value="Nell Ashdown"' in page
    assert 'value="nell@example.org"' in page
    assert (await one(reader, "nell ashdown")).email == "nell@example.org"


async def test_a_form_raises_nobodys_role_and_changes_nobody_else(reader: Reader) -> None:
    other = await reader.do(account, "Idris", "owner")
    account_id = await signed_in(reader, "Nell", "contributor")
    before = await one(reader)
    hidden = {
        "role": "owner", "id": str(other.id), "account_id": str(other.id), "author_id": "1", "author": "new",
        "password_hash": "x", "disabled_at": "", "password": "the tide is out", "created_at": "2000-01-01",
    }  # fmt: skip
    answer = await reader.client.post("/admin/me/", data={"name": "Nell Ashdown", "email": "", **hidden})
    assert answer.status_code == 303
    after = await one(reader, "Nell Ashdown")
    assert after.id == account_id
    changed = {key for key in before._fields if getattr(before, key) != getattr(after, key)}
    assert changed == {"name", "folded"}
    assert (await one(reader, "Idris")) == other


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "", "email": "<i>@x"}, "An account needs a name."),
        ({"name": "idris", "email": ""}, "Another account has this name."),
        ({"name": "<b>", "email": "nobody"}, "This is no e-mail address."),
        ({"name": "x" * 5_000, "email": ""}, "100 characters at most"),
        ({}, "An account needs a name."),
    ],
)
async def test_what_cannot_be_taken_comes_back_with_the_reason(
    reader: Reader, fields: dict[str, str], message: str
) -> None:
    await reader.do(account, "Idris")
    await signed_in(reader)
    answer = await reader.client.post("/admin/me/", data={"x": "y"} | fields)
    assert answer.status_code == 422
    assert message in answer.text
    assert 'aria-invalid="true"' in answer.text
    for value in fields.values():
        escaped = value.replace("<", "&lt;").replace(">", "&gt;")
        assert f'value="{escaped}"' in answer.text


# Another e-mail address


async def test_another_email_needs_the_password(reader: Reader) -> None:
    await signed_in(reader, email="nell@example.org")
    form = {"name": "Nell", "email": "else@example.org"}
    for password, message in (
        ("", "Another e-mail address needs your password."),
        ("wrong", "This is not your password."),
    ):
        answer = await reader.client.post("/admin/me/", data={**form, "password": password})
        assert answer.status_code == 422
        assert message in answer.text
        assert 'value="else@example.org"' in answer.text
        assert 'value="wrong"' not in answer.text
    assert (await one(reader)).email == "nell@example.org"
    assert (await reader.client.post("/admin/me/", data={**form, "password": PASSWORD})).status_code == 303
    assert (await one(reader)).email == "else@example.org"


async def test_another_name_alone_needs_no_password(reader: Reader) -> None:
    await signed_in(reader, email="nell@example.org")
    answer = await reader.client.post("/admin/me/", data={"name": "Nell Ashdown", "email": " nell@example.org "})
    assert answer.status_code == 303
    assert (await one(reader, "Nell Ashdown")).email == "nell@example.org"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/admin/me/", {"name": "Nell", "email": "else@example.org", "password": "wrong"}),
        ("/admin/me/password/", {"password": "the tide is out", "again": "the tide is out", "old": "wrong"}),
    ],
)
async def test_whoever_guesses_the_password_has_to_wait(reader: Reader, path: str, form: dict[str, str]) -> None:
    await signed_in(reader)
    answers = [await reader.client.post(path, data=form) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


async def test_without_a_password_another_email_needs_none(reader: Reader) -> None:
    await signed_in(reader, password_hash=None)
    assert 'name="password"' not in await reader.page("/admin/me/")
    answer = await reader.client.post("/admin/me/", data={"name": "Nell", "email": "nell@example.org"})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("email", "told"), [("else@example.org", "another e-mail address"), ("", "no e-mail address any")]
)
async def test_the_old_address_is_told_of_another_one(reader: Reader, email: str, told: str) -> None:
    await signed_in(reader, email="nell@example.org")
    sends(reader)
    await reader.client.post("/admin/me/", data={"name": "Nell", "email": email, "password": PASSWORD})
    ((recipient, subject, body),) = await letters(reader)
    assert recipient == "nell@example.org"
    assert "Another e-mail address for Nell" in subject
    assert told in body
    assert "else@example.org" not in body
    await reader.client.post("/admin/me/", data={"name": "Nell Ashdown", "email": email})
    assert len(await letters(reader)) == 1, "the name alone is told to nobody"


# The password


async def test_a_new_password_needs_the_old_one(reader: Reader) -> None:
    await signed_in(reader)
    form = {"password": "the tide is out", "again": "the tide is out"}
    for old in ("", "wrong password"):
        answer = await reader.client.post("/admin/me/password/", data={**form, "old": old})
        assert answer.status_code == 422
        assert "This is not the old password." in answer.text
    answer = await reader.client.post("/admin/me/password/", data={**form, "old": PASSWORD})
    assert answer.status_code == 303
    sign_in = {"name": "Nell", "password": "the tide is out"}
    reader.client.cookies.clear()
    assert (await reader.client.post("/admin/sign-in/", data=sign_in)).status_code == 303


@pytest.mark.parametrize(
    ("password", "again", "message"),
    [
        ("short", "short", "8 characters at least"),
        ("x" * 1_001, "x" * 1_001, "1,000 characters at most"),
        ("the tide is out", "the tide is in", "two different passwords"),
        ("Nell Ashdown", "Nell Ashdown", "first that is guessed"),
        ("", "", "8 characters at least"),
    ],
)
async def test_a_bad_new_password_is_refused_and_never_shown(
    reader: Reader, password: str, again: str, message: str
) -> None:
    await signed_in(reader, "Nell Ashdown")
    form = {"password": password, "again": again, "old": PASSWORD}
    answer = await reader.client.post("/admin/me/password/", data=form)
    assert answer.status_code == 422
    assert message in answer.text
    assert PASSWORD not in answer.text
    assert answer.text.count('type="password"') == answer.text.count('value="" autocomplete=') == 3


async def test_a_new_password_signs_all_other_devices_out(reader: Reader) -> None:
    account_id = await signed_in(reader)
    other = await reader.do(other_device, account_id)
    form = {"password": "the tide is out", "again": "the tide is out", "old": PASSWORD}
    await reader.client.post("/admin/me/password/", data=form)
    assert "Other devices were signed out." in await reader.page("/admin/me/")
    assert await sessions.account_of(reader.db, other) is None
    assert (await reader.get("/admin/me/")).status_code == 200
    verbs = await reader.db.read(lambda session: session.scalars(select(Event.verb)).all())
    assert verbs == ["account.password-changed"]


async def test_an_account_without_a_password_sets_its_first_one(reader: Reader) -> None:
    await signed_in(reader, password_hash=None)
    assert 'name="old"' not in await reader.page("/admin/me/password/")
    form = {"password": "the tide is out", "again": "the tide is out"}
    answer = await reader.client.post("/admin/me/password/", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/")
    page = await reader.page("/admin/")
    assert "The password is set." in page
    assert "Other devices" not in page


# Devices


async def test_devices_are_listed_and_each_can_be_signed_out(reader: Reader) -> None:
    account_id = await signed_in(reader)
    secret = await reader.do(other_device, account_id)
    page = await reader.page("/admin/me/")
    assert "Firefox 150 on Linux" in page
    assert "198.51.100.1" in page
    assert page.count("this device") == 1
    assert page.count("/end/") == 1, "one's own device is signed out by the other button"
    found = await sessions.account_of(reader.db, secret)
    assert found is not None
    answer = await reader.client.post(f"/admin/me/sessions/{found.session_id}/end/")
    assert answer.status_code == 303
    assert await sessions.account_of(reader.db, secret) is None
    assert "Firefox 150" not in await reader.page("/admin/me/")


async def test_all_other_devices_are_signed_out_at_once(reader: Reader) -> None:
    account_id = await signed_in(reader)
    for _ in range(3):
        await reader.do(other_device, account_id)
    assert "Sign out everywhere else" in await reader.page("/admin/me/")
    await reader.client.post("/admin/me/sessions/end-others/")
    left = await reader.db.read(lambda session: session.scalars(select(AccountSession.agent)).all())
    assert left == ["test"]
    assert "Sign out everywhere else" not in await reader.page("/admin/me/")


async def test_nobody_signs_somebody_else_out_by_a_number(reader: Reader) -> None:
    other = await reader.do(account, "Idris")
    secret = await reader.do(other_device, other.id)
    found = await sessions.account_of(reader.db, secret)
    assert found is not None
    await signed_in(reader, "Nell", "owner")
    for number in (found.session_id, 0, 2**31, 10**30):
        assert (await reader.client.post(f"/admin/me/sessions/{number}/end/")).status_code == 404
    assert await sessions.account_of(reader.db, secret) is not None


async def test_what_a_device_calls_itself_is_text(reader: Reader) -> None:
    account_id = await signed_in(reader)
    await reader.do(other_device, account_id, "<script>alert(1)</script>\0" + "x" * 1_000)
    page = await reader.page("/admin/me/")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_the_page_takes_few_statements(reader: Reader) -> None:
    await signed_in(reader)
    await reader.page("/admin/me/")  # The site's options are read where something has changed.
    await reader.page("/admin/me/")
    assert len([statement for statement in reader.statements if statement.startswith("SELECT")]) <= 4
