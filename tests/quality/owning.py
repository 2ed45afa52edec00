"""A site as its first owner finds it: served, with the link that the program prints, in windows of some width."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import PostgreSQL
from tests.serving import new_site, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PASSWORD = "the tide is out again"
#: What a window is like: a desk with a mouse, and a phone that is touched.
DESK, PHONE = 1280, 390
_LINK = re.compile(r"http\S+(/admin/link/\S+/)")


@dataclass(slots=True)
class Windows:
    """Browsers of several people at one site; what a page's script or its policy complains of is kept."""

    browser: "Browser"
    url: str
    width: int
    script: bool = True
    complaints: list[str] = field(default_factory=list)
    _open: "list[BrowserContext]" = field(default_factory=list)

    def new(self) -> "Page":
        """A page in the browser of somebody who was never here."""
        phone = self.width < DESK
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": self.width, "height": 844 if phone else 900},
            is_mobile=phone,
            has_touch=phone,
            java_script_enabled=self.script,
            locale="en-GB",
            reduced_motion="reduce",  # A button that still moves under the mouse of a test is missed.
        )
        context.set_default_timeout(90_000)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", lambda said: self.complaints.append(said.text) if _is_fault(said.text) else None)
        self._open.append(context)
        return context.new_page()

    def close(self) -> None:
        """Close all of them."""
        for context in self._open:
            context.close()


def _is_fault(said: str) -> bool:
    """Whether a line of the console is more than that an address answered 4xx, which tests ask for."""
    return "Content Security Policy" in said or "Refused to" in said or "Error:" in said


@dataclass(frozen=True, slots=True)
class Owned:
    """A served site: its folder, the link for the first owner, and windows to look through."""

    site: Path
    link: str
    windows: Windows

    @property
    def url(self) -> str:
        """The address of the site, without a slash at the end."""
        return self.windows.url


@contextmanager
def owned(folder: Path, database: str, browser: "Browser", width: int, *, script: bool = True) -> Iterator[Owned]:
    """A new site on a database (SQLite where its address is empty), served until the block ends."""
    site = new_site(folder, *(("--database-url", database) if database else ()))
    with serving(site) as server:
        assert server.process.stdout is not None
        for line in server.process.stdout:
            if found := _LINK.search(line):
                break
        else:
            raise AssertionError("no link is printed for the first owner")
        windows = Windows(browser, server.url, width, script)
        try:
            yield Owned(site, found[1], windows)
        finally:
            windows.close()
        assert windows.complaints == []


@contextmanager
def database(kind: str, server: Callable[[], PostgreSQL]) -> Iterator[str]:
    """The address of an empty database of a kind; empty for SQLite, whose file lies in the site."""
    if kind == "sqlite":
        yield ""
        return
    name = server().create()
    try:
        yield server().url(name)
    finally:
        server().drop(name)


def sign_in_first(owned: Owned) -> "Page":
    """The page of the first owner, who comes by the link and sets a password."""
    page = owned.windows.new()
    page.goto(owned.link)
    page.get_by_role("button", name="Sign in as owner").click()
    set_password(page)
    return page


def set_password(page: "Page") -> None:
    """Set the first password on the page to which a link leads."""
    page.get_by_label("The new password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_url("**/admin/")


def go(page: "Page", name: str) -> None:
    """Go to a page of the admin by its entry in the rail, which a phone has behind a button."""
    menu = page.get_by_role("button", name="Menu")
    if menu.is_visible():
        menu.click()
    page.locator("#rail").get_by_role("link", name=name, exact=True).click()
    page.wait_for_load_state()


def press(page: "Page", name: str, said: str = "") -> None:
    """Press a button, and wait until the page tells that it was done."""
    page.get_by_role("button", name=name, exact=True).last.click()
    if said:
        page.locator(".toast", has_text=said).wait_for()


def status(page: "Page", path: str) -> int:
    """What an address answers to a reader in a window."""
    answer = page.goto(path)
    assert answer is not None
    return answer.status


def no_wider(page: "Page") -> None:
    """Nothing makes a page wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, (page.url, width)
