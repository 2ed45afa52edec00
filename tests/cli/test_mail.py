"""`westmarch mail`."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, Westmarch
from tests.mail.servers import mail_server


def refused(outcome: Outcome, message: str) -> bool:
    """Whether a command has done nothing, and said why in words."""
    return (outcome.status, outcome.out) == (1, "") and message in outcome.err


def test_the_outbox_is_told(westmarch: Westmarch, site_on_each: Path) -> None:
    done = westmarch("--site", site_on_each, "mail", "status")
    assert done.out.startswith("Server: none, so nothing is sent: set smtp_url\n")
    assert "0 waiting, 0 sent, 0 given up" in done.out
    told = json.loads(westmarch("--site", site_on_each, "mail", "status", "--json").out)
    assert (told["server"], told["waiting"], told["lost"]) == (None, 0, [])


def test_a_letter_is_tried(westmarch: Westmarch, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as mails:
        monkeypatch.setenv("WESTMARCH_SMTP_URL", f"smtp://127.0.0.1:{mails.port}")
        done = westmarch("--site", site, "mail", "test", "nell@example.org")
    assert done.out == f"smtp://127.0.0.1:{mails.port} has taken a letter to nell@example.org.\n"
    assert mails.recipients == ["nell@example.org"]


def test_what_a_mail_server_says_against_a_letter_is_told(
    westmarch: Westmarch, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as mails:
        mails.refuses["gone@example.org"] = "550 No such user"
        monkeypatch.setenv("WESTMARCH_SMTP_URL", f"smtp://127.0.0.1:{mails.port}")
        assert refused(westmarch("--site", site, "mail", "test", "gone@example.org"), "550 No such user")
        assert refused(westmarch("--site", site, "mail", "test", "a@b\nBcc: c@d"), "no e-mail address")


def test_without_a_mail_server_nothing_is_tried(westmarch: Westmarch, site: Path) -> None:
    assert refused(westmarch("--site", site, "mail", "test", "nell@example.org"), "No mail server is set.")
