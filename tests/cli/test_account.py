"""`westmarch account`, and the link for the first owner that `init` and `serve` print."""

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from sqlalchemy import create_engine, text

from tests.cli.conftest import Outcome, Westmarch
from tests.serving import serving
from westmarch.configuration import load

Typed = Callable[[str], None]

PASSWORD = "sea to the horizon"
LINK = re.compile(r"^\s*(http\S+/admin/link/\S+/)$", re.MULTILINE)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """`typed(text)` stands on standard input."""

    def put(words: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(words))

    return put


def accounts(westmarch: Westmarch, site: Path) -> dict[str, dict[str, Any]]:
    """The accounts by name, as `account list --json` tells them."""
    return {row["name"]: row for row in json.loads(westmarch("--site", site, "account", "list", "--json").out)}


def rows(site: Path, statement: str) -> list[Any]:
    """What a statement finds in the database of a site on SQLite."""
    with create_engine(load(site).settings.database_url).connect() as connection:
        return list(connection.execute(text(statement)))


def refused(outcome: Outcome, message: str) -> bool:
    """Whether a command has done nothing, and said why in words."""
    return (outcome.status, outcome.out) == (1, "") and message in outcome.err


def test_an_account_is_added_with_a_password_from_standard_input(
    westmarch: Westmarch, site_on_each: Path, typed: Typed
) -> None:
    typed(PASSWORD + "\n")
    done = westmarch(
        "--site", site_on_each, "account", "add", "Nell", "--email", "nell@example.org", "--role", "owner",
        "--password-stdin",
    )  # fmt: skip
    assert (done.status, done.err) == (0, "")
    assert "Nell can sign in" in done.out
    nell = accounts(westmarch, site_on_each)["Nell"]
    assert (nell["role"], nell["email"], nell["password"]) == ("owner", "nell@example.org", True)


def test_an_account_is_no_owner_unless_that_is_said(westmarch: Westmarch, site: Path, typed: Typed) -> None:
    typed(PASSWORD)
    assert westmarch("--site", site, "account", "add", "Nell", "--password-stdin").status == 0
    assert accounts(westmarch, site)["Nell"]["role"] == "author"


def test_without_a_terminal_a_password_is_not_asked_for(westmarch: Westmarch, site: Path, typed: Typed) -> None:
    typed(PASSWORD)
    outcome = westmarch("--site", site, "account", "add", "Nell")
    assert outcome.status == 1
    assert "--password-stdin" in outcome.err


@pytest.mark.parametrize(
    ("given", "told"),
    [("", "8 characters"), ("short", "8 characters"), ("x" * 2_000, "1,000 characters"), ("Nell Ashdown", "name"),
     ("aaaaaaaaaaa", "again and again")],
)  # fmt: skip
def test_a_bad_password_is_refused_before_anything_is_made(
    westmarch: Westmarch, site: Path, typed: Typed, given: str, told: str
) -> None:
    typed(given)
    outcome = westmarch("--site", site, "account", "add", "Nell Ashdown", "--password-stdin")
    assert outcome.status == 1
    assert told in outcome.err
    assert set(accounts(westmarch, site)) == {"owner"}


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("Owner",), 1),
        (("Nell", "--email", "no address"), 1),
        (("Nell", "--role", "king"), 2),
        (("",), 1),
        (("a\x00b",), 1),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    westmarch: Westmarch, site: Path, typed: Typed, arguments: tuple[str, ...], status: int
) -> None:
    typed(PASSWORD)
    outcome = westmarch("--site", site, "account", "add", *arguments, "--password-stdin")
    assert outcome.status == status
    assert "fault of the program" not in outcome.err
    assert set(accounts(westmarch, site)) == {"owner"}


def test_a_password_is_nowhere_to_be_read(westmarch: Westmarch, site: Path, typed: Typed) -> None:
    typed(PASSWORD)
    done = westmarch("--site", site, "account", "add", "Nell", "--password-stdin")
    assert PASSWORD not in done.out + done.err
    (kept,) = rows(site, "SELECT password_hash FROM account WHERE name = 'Nell'")
    assert kept[0].startswith("$argon2id$")
    assert PASSWORD not in repr(rows(site, "SELECT * FROM event"))


def test_somebody_invited_comes_in_by_a_link(westmarch: Westmarch, site_on_each: Path) -> None:
    done = westmarch("--site", site_on_each, "account", "invite", "Idris", "--role", "editor")
    assert done.status == 0
    assert LINK.fullmatch(done.out.strip())
    assert "within 7 days" in done.err
    assert "sent" not in done.err
    assert accounts(westmarch, site_on_each)["Idris"]["password"] is False


def test_a_link_is_mailed_too_where_there_is_a_mail_server(
    westmarch: Westmarch, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WESTMARCH_SMTP_URL", "smtp://127.0.0.1:2525")
    done = westmarch("--site", site, "account", "invite", "Idris", "--email", "idris@example.org")
    assert "It is sent to idris@example.org" in done.err
    ((recipient, body),) = rows(site, "SELECT recipient, body FROM letter")
    assert recipient == "idris@example.org"
    assert done.out.strip() in body


def test_a_link_lets_somebody_in_who_is_known_by_name_or_address(westmarch: Westmarch, site: Path) -> None:
    westmarch("--site", site, "account", "invite", "Idris", "--email", "idris@example.org")
    for name in ("Idris", "IDRIS", "idris@example.org"):
        assert LINK.fullmatch(westmarch("--site", site, "account", "link", name).out.strip())
    events = rows(site, "SELECT actor FROM event WHERE verb = 'account.link-made'")
    assert [row.actor for row in events] == ["command line"] * 3


@pytest.mark.parametrize("command", ["link", "disable", "enable", "sign-out"])
def test_an_unknown_account_is_told_with_what_to_do(westmarch: Westmarch, site: Path, command: str) -> None:
    outcome = westmarch("--site", site, "account", command, "Nobody")
    assert refused(outcome, "There is no account 'Nobody'")
    assert "westmarch account list" in outcome.err


def test_a_new_password_takes_the_place_of_the_old_one(westmarch: Westmarch, site: Path, typed: Typed) -> None:
    typed(PASSWORD)
    westmarch("--site", site, "account", "add", "Nell", "--password-stdin")
    before = rows(site, "SELECT password_hash FROM account WHERE name = 'Nell'")
    typed("another that is long\n")
    done = westmarch("--site", site, "account", "password", "nell", "--password-stdin")
    assert done.out == "Nell has a new password, and is signed out everywhere.\n"
    assert rows(site, "SELECT password_hash FROM account WHERE name = 'Nell'") != before


def test_a_disabled_account_gets_no_link_until_it_is_enabled(westmarch: Westmarch, site: Path) -> None:
    westmarch("--site", site, "account", "invite", "Idris")
    assert westmarch("--site", site, "account", "disable", "Idris").out == "Idris is disabled.\n"
    assert accounts(westmarch, site)["Idris"]["disabled_at"] is not None
    assert refused(westmarch("--site", site, "account", "link", "Idris"), "Idris is disabled.")
    assert westmarch("--site", site, "account", "enable", "Idris").status == 0
    assert westmarch("--site", site, "account", "link", "Idris").status == 0


def test_the_last_owner_is_not_disabled(westmarch: Westmarch, site: Path, typed: Typed) -> None:
    typed(PASSWORD)
    westmarch("--site", site, "account", "add", "Nell", "--role", "owner", "--password-stdin")
    assert refused(westmarch("--site", site, "account", "disable", "Nell"), "The last owner cannot be shut out.")


def test_signing_out_ends_sessions(westmarch: Westmarch, site: Path) -> None:
    assert westmarch("--site", site, "account", "sign-out", "owner").out == "owner is signed out everywhere.\n"


def test_the_list_says_how_each_stands(westmarch: Westmarch, site: Path) -> None:
    westmarch("--site", site, "account", "invite", "Idris", "--email", "idris@example.org")
    lines = westmarch("--site", site, "account", "list").out.splitlines()
    assert lines == [
        "author       Idris <idris@example.org>  (never signed in, no password yet)",
        "owner        owner  (never signed in, no password yet)",
    ]


# The first owner


def test_a_new_site_has_an_owner_without_a_password_and_a_link_for_them(
    westmarch: Westmarch, tmp_path: Path, database_url: str
) -> None:
    done = westmarch(
        "--site", tmp_path / "site", "init", "--database-url", database_url, "--url", "https://example.org/blog"
    )
    (link,) = LINK.findall(done.out)
    assert link.startswith("https://example.org/blog/admin/link/")
    assert accounts(westmarch, tmp_path / "site")["owner"]["password"] is False


def printed(site: Path, *arguments: str) -> tuple[list[str], str]:
    """The links that a server prints at its start, and its log."""
    with serving(site, *arguments) as server:
        assert server.process.stdout is not None
        with urlopen(f"{server.url}/healthz"):  # It has said all that it says at its start.
            server.process.terminate()
        links = LINK.findall(server.process.stdout.read())
        server.stopped()
    return links, server.log.read_text(encoding="utf-8")


def test_a_server_prints_a_fresh_link_as_long_as_no_owner_was_there(westmarch: Westmarch, site: Path) -> None:
    (first,), log = printed(site)
    (second,), _ = printed(site, "--workers", "2")
    assert first != second
    assert "/admin/link/" not in log
    assert rows(site, "SELECT count(*) FROM one_time_link WHERE used_at IS NULL") == [(3,)]


def test_a_server_prints_no_link_where_an_owner_has_a_password(westmarch: Westmarch, site: Path, typed: Typed) -> None:
    typed(PASSWORD)
    westmarch("--site", site, "account", "add", "Nell", "--role", "owner", "--password-stdin")
    assert printed(site)[0] == []


def test_a_site_from_before_there_were_accounts_gets_an_owner_when_it_is_served(site: Path) -> None:
    with create_engine(load(site).settings.database_url).begin() as connection:
        connection.execute(text("DELETE FROM account"))
    links, _ = printed(site)
    assert len(links) == 1
    assert rows(site, "SELECT name, role FROM account") == [("owner", "owner")]
