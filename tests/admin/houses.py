"""A served site whose server ends and comes again, with its owner's browser at the form of a post."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from tests.accounts.people import account
from tests.admin.opened import Opens, Owned, opening, text_of
from tests.cli.test_doctor import write
from tests.factories import post
from tests.quality.owning import database
from tests.serving import Serving, new_site, serving
from westmarch.accounts import sessions
from westmarch.configuration import load
from westmarch.journal.models import Entry

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NEW = "/admin/posts/new/"
KINDS = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
]


class House:
    """A site whose server can be killed and started again on the same port."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self._running = serving(site)
        self.server: Serving = self._running.__enter__()
        self.url = self.server.url

    def kill(self) -> None:
        """End the server as a lost machine would."""
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait(20)
        self._running.__exit__(None, None, None)

    def start(self) -> None:
        """Serve again where it was served."""
        self._running = serving(self.site, "--port", self.url.rpartition(":")[2])
        self.server = self._running.__enter__()

    def close(self) -> None:
        self._running.__exit__(None, None, None)

    def signed_in(self, name: str = "Nell", role: str = "owner") -> Owned:
        """Somebody who is signed in here."""
        made: list[tuple[str, int]] = []

        def sign_in(session: Session) -> None:
            who = account(session, name, role)
            made.append((sessions.begin(session, who.id, address="127.0.0.1", agent="test"), who.id))

        write(self.site, sign_in)
        secret, account_id = made[0]
        return Owned(self.url, self.site, (sessions.cookie_name(load(self.site).settings), secret), account_id)


@pytest.fixture(scope="module", params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with database(request.param, lambda: request.getfixturevalue("postgresql")) as address:
        options = ("--database-url", address) if address else ()
        made = House(new_site(tmp_path_factory.mktemp("house") / "site", *options))
        yield made
        made.close()


@pytest.fixture(scope="module")
def nell(house: House) -> Owned:
    return house.signed_in()


@pytest.fixture
def opens(browser: "Browser", house: House, nell: Owned) -> Iterator[Opens]:
    write(house.site, lambda session: session.execute(delete(Entry)))
    with opening(browser, nell, timeout=60_000) as open_:
        yield open_


def posted(house: House, title: str = "Ebb") -> str:
    """The path of the form of a new post."""
    made: list[int] = []
    write(house.site, lambda session: made.append(post(session, title, status="draft", published_at=None)))
    return f"/admin/posts/{made[0]}/"


def said(page: "Page", words: str) -> None:
    """Wait until the line below the text says so."""
    page.locator("[data-said]", has_text=words).wait_for()


def take(page: "Page", words: str = "") -> str:
    """Take what is offered; the text then."""
    page.locator("[data-offered]", has_text=words).get_by_role("link", name="Take it").click()
    page.locator("[data-told]", has_text="not saved yet").wait_for()
    page.locator(".cm-content").wait_for()
    return text_of(page)


def typing(page: "Page", words: str) -> None:
    page.locator(".cm-content").focus()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.insert_text(words)


def save(page: "Page") -> None:
    """Save by the button, which leads to the page of what is saved."""
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft").click()
    page.locator(".cm-content").wait_for()


def present(page: "Page", words: str) -> None:
    page.locator("[data-presence]", has_text=words).wait_for()
