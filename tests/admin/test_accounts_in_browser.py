"""People sign in, set passwords and invite others in a real browser, at both widths, by keyboard and without script."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy.orm import Session

from tests.accounts.people import PASSWORD, account
from tests.cli.test_doctor import write
from tests.quality.test_axe import VIEWS, audit
from tests.quality.test_axe import axe as axe
from tests.serving import new_site, serving
from westmarch.accounts import one_time_links, sessions
from westmarch.configuration import load

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser


class Served(NamedTuple):
    """A served site with an owner: its address and folder, and the cookie of the owner on some device."""

    url: str
    site: Path
    cookie: tuple[str, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    site = new_site(tmp_path_factory.mktemp("served") / "site")
    secrets: list[str] = []

    def fill(session: Session) -> None:
        owner = account(session, "Nell", "owner", email="nell@example.org")
        secrets.append(sessions.begin(session, owner.id, address="127.0.0.1", agent="curl/8"))
        account(session, "Idris", "editor")
        account(session, "A name that is as long as a name may be, which few names are, but some of them " + "x" * 20)

    write(site, fill)
    with serving(site) as server:
        yield Served(server.url, site, (sessions.cookie_name(load(site).settings), secrets[0]))


Opens = Callable[..., "BrowserContext"]


@pytest.fixture
def opens(browser: "Browser", served: Served) -> Iterator[Opens]:
    """`opens(width=…, script=…, owner=…)` is a browser of its own."""
    contexts = []

    def open_(width: int = 1280, *, script: bool = True, owner: bool = False) -> "BrowserContext":
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
        contexts.append(context)
        if owner:
            name, secret = served.cookie
            context.add_cookies([{"name": name, "value": secret, "url": served.url}])
        return context

    yield open_
    for context in contexts:
        context.close()


def no_wider(page: "Page") -> None:
    """Nothing makes the page wider than its window."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("width", "script"), [(1280, True), (360, True), (1280, False), pytest.param(360, False, marks=pytest.mark.long)]
)
def test_from_an_invitation_to_being_shut_out(opens: Opens, served: Served, width: int, script: bool) -> None:
    owner = opens(width, script=script, owner=True).new_page()
    name = f"Ann {width} {script}"
    owner.goto(served.url + "/admin/accounts/")
    owner.get_by_role("link", name="Invite somebody").click()
    owner.get_by_label("Name").fill(name)
    owner.get_by_label("Role").select_option("author")
    owner.get_by_role("button", name="Invite").click()
    link = owner.locator(".secret").inner_text()
    assert link.startswith(served.url + "/admin/link/")
    if script:
        no_wider(owner)

    ann = opens(width, script=script).new_page()
    ann.goto(link)
    ann.get_by_role("button", name=f"Sign in as {name}").click()
    assert ann.url == served.url + "/admin/me/password/"
    ann.get_by_label("The new password").fill("the tide is in")
    ann.get_by_label("The same again").fill("the tide is out")
    ann.get_by_role("button", name="Set the password").click()
    assert "two different passwords" in ann.get_by_role("alert").inner_text()
    ann.get_by_label("The new password").fill("the tide is out")
    ann.get_by_label("The same again").fill("the tide is out")
    ann.get_by_role("button", name="Set the password").click()
    assert ann.url == served.url + "/admin/"
    ann.goto(served.url + "/admin/accounts/")
    assert "Not allowed" in ann.locator("main").inner_text()

    ann.goto(served.url + "/admin/me/")
    if script:
        no_wider(ann)
    ann.context.clear_cookies()
    ann.goto(served.url + "/admin/me/")
    assert ann.url.startswith(served.url + "/admin/sign-in/?next=")
    ann.get_by_label("Name or e-mail").fill(name)
    ann.get_by_label("Password").fill("wrong")
    ann.get_by_role("button", name="Sign in").click()
    assert "The name or the password is wrong." in ann.get_by_role("alert").inner_text()
    ann.get_by_label("Password").fill("the tide is out")
    ann.keyboard.press("Enter")
    ann.wait_for_url(served.url + "/admin/me/")

    owner.goto(served.url + "/admin/accounts/")
    owner.get_by_role("link", name=name).click()
    owner.get_by_role("button", name="Disable").click()
    assert "is disabled since" in owner.locator("main").inner_text()
    ann.reload()
    assert ann.url.startswith(served.url + "/admin/sign-in/")


def test_somebody_signs_in_and_out_by_keyboard(opens: Opens, served: Served) -> None:
    page = opens().new_page()
    page.goto(served.url + "/admin/")
    page.locator("[name=name]:focus").wait_for()  # The first field has the focus.
    page.keyboard.type("nell@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(served.url + "/admin/")
    page.locator("summary", has_text="Nell").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").press("Enter")
    page.wait_for_url(served.url + "/admin/sign-in/")
    page.go_back()
    page.reload()
    assert "/admin/sign-in/" in page.url


def test_a_page_of_another_site_can_send_no_form(opens: Opens, served: Served) -> None:
    """By another name of the same machine, whose pages are of another site; its form has the owner's cookie nowhere."""
    context = opens(owner=True)
    page = context.new_page()
    action = f"{served.url}/admin/me/sessions/end-others/"
    form = f"<form method='post' action='{action}'><button>Win</button></form>"
    elsewhere = served.url.replace("127.0.0.1", "localhost") + "/elsewhere"
    page.route("**/elsewhere", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto(elsewhere)
    with page.expect_response(action) as answered:
        page.get_by_role("button").click()
    assert answered.value.status == 403


def test_axe_finds_nothing(opens: Opens, served: Served, axe: str) -> None:
    links: list[str] = []

    def make(session: Session) -> None:
        found = account(session, "For axe")
        links.extend(one_time_links.make(session, found.id, kind) for kind in ("invitation", "reset", "sign-in"))

    write(served.site, make)
    outside = opens().new_page()
    found = []
    for path in ("/admin/sign-in/", "/admin/forgotten/", "/admin/link/x/", *(f"/admin/link/{link}/" for link in links)):
        found += audit(outside, axe, served.url + path)
    inside = opens(owner=True).new_page()
    for path in (
        "me/",
        "me/password/",
        "accounts/",
        "accounts/?q=nobody",
        "accounts/new/",
        "accounts/1/",
        "accounts/2/",
    ):
        found += audit(inside, axe, f"{served.url}/admin/{path}", seen_in=VIEWS[::2])
    assert found == []


def test_no_page_is_wider_than_a_phone(opens: Opens, served: Served) -> None:
    page = opens(360, owner=True).new_page()
    for path in ("me/", "me/password/", "accounts/", "accounts/new/", "accounts/1/", "accounts/3/"):
        page.goto(f"{served.url}/admin/{path}")
        no_wider(page)
    page = opens(360).new_page()
    for path in ("sign-in/", "forgotten/", "link/x/"):
        page.goto(f"{served.url}/admin/{path}")
        no_wider(page)
        assert re.search(r"\S", page.locator("h1").inner_text())
