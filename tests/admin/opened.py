"""The admin of a served site in a real browser, as its owner."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sqlalchemy.orm import Session

from tests.accounts.people import account
from tests.cli.test_doctor import write
from tests.serving import new_site, serving
from westmarch.accounts import sessions
from westmarch.configuration import load

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: `opens(path, width=…, script=…)` is a page of the admin.
Opens = Callable[..., "Page"]


class Owned(NamedTuple):
    """A served site: its address, its folder, and the cookie and the account of its owner."""

    url: str
    site: Path
    cookie: tuple[str, str]
    account_id: int


@contextmanager
def owned_by_nell(folder: Path) -> Iterator[Owned]:
    """A new site in a folder, served."""
    site = new_site(folder / "site")
    made: list[tuple[str, int]] = []

    def sign_in(session: Session) -> None:
        owner = account(session, "Nell", role="owner")
        made.append((sessions.begin(session, owner.id, address="127.0.0.1", agent="test"), owner.id))

    write(site, sign_in)
    secret, account_id = made[0]
    with serving(site) as server:
        yield Owned(server.url, site, (sessions.cookie_name(load(site).settings), secret), account_id)


@contextmanager
def opening(browser: "Browser", owned: Owned, *, timeout: int = 30_000) -> Iterator[Opens]:
    """What opens pages of the admin, each in a window of its own; an error of a script fails the test."""
    contexts = []

    def open_(path: str, width: int = 1280, *, script: bool = True, **more: Any) -> "Page":
        context = browser.new_context(
            base_url=owned.url, viewport={"width": width, "height": 900}, java_script_enabled=script, **more
        )
        context.set_default_timeout(timeout)
        contexts.append(context)
        name, secret = owned.cookie
        context.add_cookies([{"name": name, "value": secret, "url": owned.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()


# Fixtures of the files that try the editor, which takes its time


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    """A new site of the file's own."""
    with owned_by_nell(tmp_path_factory.mktemp("owned")) as made:
        yield made


@pytest.fixture
def opens(browser: "Browser", owned: Owned) -> Iterator[Opens]:
    """What opens pages of that site."""
    with opening(browser, owned, timeout=60_000) as open_:
        yield open_


def write_text(page: "Page", markdown: str) -> None:
    """Write the text of a form, in its editor."""
    page.locator(".cm-content").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    if markdown:
        page.keyboard.insert_text(markdown)


def text_of(page: "Page") -> str:
    """The text of a form as it would be sent."""
    sent: str = page.evaluate("new FormData(document.querySelector('form[data-writing]')).get('markdown')")
    return sent.replace("\r\n", "\n")
