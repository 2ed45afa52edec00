"""Handing letters to a real mail server."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from tests.mail.servers import CERTIFICATE, PASSWORD, USER, mail_server
from westmarch.mail.delivery import Outgoing, Server, Undelivered, deliver, message, server
from westmarch.settings import Settings

pytestmark = pytest.mark.unit

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def letter(recipient: str = "nell@example.org", subject: str = "A subject", body: str = "Some words.\n") -> Outgoing:
    """A letter of one moment."""
    return Outgoing(7, recipient, subject, body, AT)


def at(port: int, *, scheme: str = "smtp", password: str | None = None, sender: str = "site@example.org") -> Server:
    """The server of the settings of a site."""
    credentials = f"{USER}:{quote(password, safe='')}@" if password else ""
    url = SecretStr(f"{scheme}://{credentials}127.0.0.1:{port}")
    found = server(Settings(site=Path("/nowhere"), smtp_url=url, mail_from=sender))
    assert found is not None
    return found


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate of the tests' servers is believed, as an operator has it believed."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


async def test_a_letter_arrives_as_it_was_written() -> None:
    with mail_server() as mails:
        await deliver(at(mails.port), letter(subject="Ein Gruß", body="Grüße: https://example.org/\n.\n.end\n"))
    (arrived,) = mails.letters
    assert mails.recipients == ["nell@example.org"]
    assert (arrived["from"], arrived["to"], arrived["subject"]) == ("site@example.org", "nell@example.org", "Ein Gruß")
    assert arrived.get_content().replace("\r\n", "\n") == "Grüße: https://example.org/\n.\n.end\n"
    assert arrived["auto-submitted"] == "auto-generated"
    assert arrived["date"].datetime == AT


async def test_a_letter_that_is_sent_twice_is_known_for_the_same() -> None:
    with mail_server() as mails:
        for _ in range(2):
            await deliver(at(mails.port), letter())
    first, second = (each["message-id"] for each in mails.letters)
    assert first == second
    assert first.endswith("@example.org>")


async def test_the_sender_may_have_a_name() -> None:
    with mail_server() as mails:
        await deliver(at(mails.port, sender="Über, uns <site@example.org>"), letter())
    assert mails.letters[0]["from"].addresses[0].display_name == "Über, uns"


async def test_a_password_goes_over_an_encrypted_connection(trusted: None) -> None:
    with mail_server(tls="starttls", asks=True) as mails:
        await deliver(at(mails.port, password=PASSWORD), letter())
    assert (mails.users, mails.encrypted) == ([USER], [True])


async def test_a_connection_may_be_encrypted_from_its_beginning(trusted: None) -> None:
    with mail_server(tls="smtps", asks=True) as mails:
        await deliver(at(mails.port, scheme="smtps", password=PASSWORD), letter())
    assert (mails.users, mails.encrypted) == ([USER], [True])


async def test_a_password_is_not_sent_where_nothing_is_encrypted() -> None:
    with mail_server(asks=True) as mails, pytest.raises(Undelivered):
        await deliver(at(mails.port, password=PASSWORD), letter())
    assert not mails.users


@pytest.mark.parametrize(("tls", "scheme"), [("starttls", "smtp"), ("smtps", "smtps")])
async def test_a_password_is_not_sent_to_whom_nobody_vouches_for(tls: str, scheme: str) -> None:
    with mail_server(tls=tls, asks=True) as mails, pytest.raises(Undelivered) as refused:
        await deliver(at(mails.port, scheme=scheme, password=PASSWORD), letter())
    assert not mails.users
    assert "certificate" in refused.value.fault.lower()
    assert not refused.value.for_good


async def test_what_is_offered_without_a_password_is_encrypted_whoever_it_is() -> None:
    with mail_server(tls="starttls") as mails:
        await deliver(at(mails.port), letter())
    assert mails.encrypted == [True]


async def test_a_wrong_password_is_no_fault_of_the_letter(trusted: None) -> None:
    with mail_server(tls="starttls", asks=True) as mails, pytest.raises(Undelivered) as refused:
        await deliver(at(mails.port, password="another"), letter())
    assert refused.value.fault.startswith("535 ")
    assert not refused.value.for_good
    assert "another" not in refused.value.fault


@pytest.mark.parametrize(("answer", "for_good"), [("550 No such user", True), ("450 Greylisted", False)])
async def test_a_refused_recipient_is_told_with_the_servers_words(answer: str, for_good: bool) -> None:
    with mail_server() as mails:
        mails.refuses["nell@example.org"] = answer
        with pytest.raises(Undelivered) as refused:
            await deliver(at(mails.port), letter())
    assert (refused.value.fault, refused.value.for_good) == (answer, for_good)


@pytest.mark.parametrize(("answer", "for_good"), [("554 Spam", True), ("452 Disk full", False)])
async def test_a_refused_letter_is_told_with_the_servers_words(answer: str, for_good: bool) -> None:
    with mail_server() as mails:
        mails.refuses_data = answer
        with pytest.raises(Undelivered) as refused:
            await deliver(at(mails.port), letter())
    assert (refused.value.fault, refused.value.for_good) == (answer, for_good)


async def test_a_server_that_is_away_is_told() -> None:
    with mail_server() as mails:
        pass
    with pytest.raises(Undelivered) as refused:
        await deliver(at(mails.port), letter())
    assert not refused.value.for_good


@pytest.mark.parametrize("recipient", ["jürgen@example.org", "nell@bücher.example"])
async def test_addresses_of_other_letters_are_taken(recipient: str) -> None:
    with mail_server() as mails:
        await deliver(at(mails.port), letter(recipient))
    assert mails.recipients in ([recipient], ["nell@xn--bcher-kva.example"])


@pytest.mark.parametrize("words", ["a\r\nBcc: all@example.org", "a\nX: y", "a\rX: y"])
def test_no_header_can_be_brought_in(words: str) -> None:
    for made in (letter(subject=words), letter(recipient=f"{words}@example.org")):
        with pytest.raises(ValueError, match=r"linefeed|invalid|header|expected|CR"):
            message(at(25), made)


def test_a_password_is_not_shown() -> None:
    assert "secret-word" not in repr(at(25, password="secret-word"))


def test_ports_follow_from_the_kind_of_connection() -> None:
    for url, port in (("smtp://example.org", 587), ("smtps://example.org", 465), ("smtp://example.org:2525", 2525)):
        found = server(Settings(site=Path("/nowhere"), smtp_url=SecretStr(url)))
        assert found is not None
        assert found.port == port


def test_without_the_setting_there_is_no_server() -> None:
    assert server(Settings(site=Path("/nowhere"))) is None
