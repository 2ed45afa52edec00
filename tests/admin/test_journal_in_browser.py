"""Nothing that is typed is lost, whatever ends: the browser, the server, the session, the network."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tests.accounts.people import account
from tests.admin.opened import Opens, Owned, opening, text_of, write_text
from tests.cli.test_doctor import write
from tests.conftest import CHROMIUM_ARGUMENTS, chromium_of_the_system
from tests.factories import post
from tests.quality.owning import database
from tests.serving import Serving, new_site, serving
from westmarch.accounts import sessions
from westmarch.accounts.models import AccountSession
from westmarch.configuration import load
from westmarch.journal.models import Entry
from westmarch.posts.models import Post

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

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


def test_what_is_typed_reaches_the_server_and_is_offered_when_it_is_opened_again(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "Typed and never saved")
    said(page, "Kept on the server")
    page.close()
    assert take(opens(NEW), "4 words") == "Typed and never saved"


def test_saving_leaves_nothing_to_be_offered(opens: Opens, house: House) -> None:
    page = opens(NEW)
    page.locator("[name=title]").fill("Saved")
    write_text(page, "Saved at last")
    said(page, "Kept on the server")
    page.keyboard.press("ControlOrMeta+s")
    said(page, "Saved at")
    typing(page, " and more")
    said(page, "Kept on the server")
    save(page)
    assert text_of(page) == "Saved at last and more"
    page.reload()
    page.locator(".cm-content").wait_for()
    page.wait_for_timeout(1000)
    assert page.locator("[data-offered]").count() == 0


BROWSER = """
import sys
from playwright.sync_api import sync_playwright

folder, chromium, url, name, secret, path, words, *arguments = sys.argv[1:]
with sync_playwright() as playwright:
    launched = {"executable_path": chromium, "args": arguments, "base_url": url}
    context = playwright.chromium.launch_persistent_context(folder, **launched)
    context.add_cookies([{"name": name, "value": secret, "url": url}])
    page = context.pages[0]
    page.goto(path)
    if words:
        page.locator(".cm-content").focus()
        page.route("**/admin/journal/*", lambda route: route.abort())
        for letter in words:
            page.keyboard.type(letter)
        print("typed", flush=True)
        page.wait_for_timeout(60_000)
    else:
        page.locator("[data-offered]").wait_for()
        page.get_by_role("link", name="Take it").click()
        page.locator("[data-told]").wait_for()
        page.locator(".cm-content").wait_for()
        print(page.evaluate("new FormData(document.querySelector('form[data-writing]')).get('markdown')"), flush=True)
    context.close()
"""


def kill_all(profile: Path) -> list[int]:
    """Kill the processes of the browser that has this profile, which Playwright begins in a group of their own."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"--user-data-dir={profile}\0".encode() in command:
            found.append(int(folder.name))
    for number in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    return found


def save(page: "Page") -> None:
    """Save by the button, which leads to the page of what is saved."""
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft").click()
    page.locator(".cm-content").wait_for()


def test_a_browser_that_is_killed_in_mid_typing_offers_the_text_though_the_server_never_got_it(
    browser: "Browser", house: House, nell: Owned, opens: Opens, tmp_path: Path
) -> None:
    path, words = posted(house), "Some words typed letter by letter, and killed"
    launched = browser.browser_type.executable_path
    script = tmp_path / "browser.py"
    script.write_text(BROWSER)
    common = (str(tmp_path / "profile"), chromium_of_the_system() or launched, house.url, *nell.cookie, path)
    more = (*CHROMIUM_ARGUMENTS, "--no-sandbox")
    first = subprocess.Popen(
        [sys.executable, str(script), *common, words, *more], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "typed\n"
    time.sleep(0.5)
    os.killpg(first.pid, signal.SIGKILL)
    killed = kill_all(tmp_path / "profile")
    assert killed
    first.wait(20)
    first.stdout.close()
    again = subprocess.run(
        [sys.executable, str(script), *common, "", *more], capture_output=True, text=True, timeout=180, check=False
    )
    assert again.stdout.strip().startswith(words), again.stdout + again.stderr


def test_a_server_that_is_killed_in_mid_typing_loses_nothing_it_has_acknowledged(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    write_text(page, "Before")
    said(page, "Kept on the server")
    house.kill()
    try:
        typing(page, " while it was away")
        said(page, "the site does not answer")
        page.get_by_role("button", name="Save draft").click()
        said(page, "the site does not answer")
        assert text_of(page) == "Before while it was away"
    finally:
        house.start()
    kept: list[str | None] = []
    write(house.site, lambda session: kept.extend(session.scalars(select(Entry.fields)).all()))
    assert any('"markdown":"Before' in (text or "") for text in kept)
    typing(page, ", and after")
    said(page, "Kept on the server")
    page.close()
    assert take(opens(page.url.removeprefix(house.url))) == "Before while it was away, and after"


def test_who_is_signed_out_in_mid_typing_keeps_it_and_goes_on_after_signing_in(
    opens: Opens, house: House, nell: Owned
) -> None:
    page = opens(posted(house))
    write_text(page, "Before")
    said(page, "Kept on the server")
    rows: list[dict[str, object]] = []

    def sign_out(session: Session) -> None:
        found = session.execute(select(AccountSession.__table__).where(AccountSession.account_id == nell.account_id))
        rows.extend(dict(row) for row in found.mappings())
        session.execute(delete(AccountSession).where(AccountSession.account_id == nell.account_id))

    write(house.site, sign_out)
    typing(page, " and signed out")
    said(page, "Signed out. Kept in this browser.")
    assert "/admin/sign-in/" in str(page.locator("[data-said] a").get_attribute("href"))
    with page.expect_response(lambda answer: answer.status == 401):
        page.get_by_role("button", name="Save draft").click()
    said(page, "Signed out. Kept in this browser.")
    assert text_of(page) == "Before and signed out"
    write(house.site, lambda session: session.execute(insert(AccountSession), rows))
    said(page, "Kept on the server")
    save(page)
    assert text_of(page) == "Before and signed out"


def test_without_a_network_it_is_kept_here_and_sent_when_there_is_one(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    page.locator(".cm-content").wait_for()
    page.context.set_offline(True)
    write_text(page, "Typed in a tunnel")
    said(page, "Kept in this browser: the site does not answer.")
    page.context.set_offline(False)
    said(page, "Kept on the server")


REFUSED = """
Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("refused", "SecurityError"); } });
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("refused", "SecurityError"); } });
"""


def test_where_the_browser_keeps_nothing_the_server_does_and_it_is_said(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    page.context.add_init_script(REFUSED)
    page.reload()
    write_text(page, "Kept by one alone")
    said(page, "This browser keeps nothing.")
    page.context.set_offline(True)
    typing(page, ", and then by none")
    said(page, "Kept nowhere")
    page.context.set_offline(False)
    said(page, "Kept on the server")


def test_a_database_that_is_locked_is_told_and_the_text_is_kept_here(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    page.locator(".cm-content").wait_for()
    page.route("**/admin/journal/*", lambda route: route.fulfill(status=503, body="locked"))
    write_text(page, "Typed behind a lock")
    said(page, "Kept in this browser: the site does not answer.")
    page.get_by_role("button", name="Save draft").click()
    said(page, "Kept in this browser: the site does not answer.")
    assert text_of(page) == "Typed behind a lock"
    page.unroute("**/admin/journal/*")
    said(page, "Kept on the server")


def test_two_tabs_see_each_other_and_both_changes_are_saved(opens: Opens, house: House) -> None:
    path = posted(house)
    one, other = opens(path), opens(path)
    present(one, "You have this open in another tab or window, too.")
    write_text(one, "Some words.\n\nThe first tab.")
    one.locator("[name=title]").fill("From the first")
    one.keyboard.press("ControlOrMeta+s")
    said(one, "Saved at")
    present(other, "You have saved this meanwhile, in another tab or window")
    other.locator("[name=standfirst]").fill("From the second")
    save(other)
    other.get_by_text("both changes are in").wait_for()
    assert text_of(other) == "Some words.\n\nThe first tab."
    assert other.locator("[name=title]").input_value() == "From the first"


def test_an_answer_that_is_lost_makes_no_second_post(opens: Opens, house: House) -> None:
    page, title = opens(NEW), f"Lost {time.time_ns()}"
    page.locator("[name=title]").fill(title)
    write_text(page, "Sent once")
    said(page, "Kept on the server")

    def lose(route: "Route") -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route(f"**{NEW}", lose)
    page.keyboard.press("ControlOrMeta+s")
    said(page, "the site does not answer")
    page.unroute(f"**{NEW}")
    typing(page, ", and again")
    page.keyboard.press("ControlOrMeta+s")
    said(page, "Saved at")
    assert re.search(r"/admin/posts/[0-9]+/$", page.url)
    assert text_of(page) == "Sent once, and again"
    titles: list[str] = []
    write(house.site, lambda session: titles.extend(session.scalars(select(Post.title))))
    assert titles.count(title) == 1


def test_what_others_saved_meanwhile_is_told_by_a_shortcut_too_and_taken_back(opens: Opens, house: House) -> None:
    path = posted(house)
    one = opens(path)
    write_text(one, "First.\n\nSecond.\n\nThird.")
    one.keyboard.press("ControlOrMeta+s")
    said(one, "Saved at")
    other = opens(path)
    other.locator(".cm-content").wait_for()
    typing(one, " More.")
    one.keyboard.press("ControlOrMeta+s")
    said(one, "Saved at")
    other.locator(".cm-content").focus()
    other.keyboard.press("ControlOrMeta+Home")
    other.keyboard.insert_text("Very ")
    other.keyboard.press("ControlOrMeta+s")
    toast = other.locator(
        ".toast", has_text="You had changed it meanwhile, in another tab or window: both changes are in."
    )
    toast.wait_for()
    assert text_of(other) == "Very First.\n\nSecond.\n\nThird. More."
    with other.context.expect_page() as beside:
        toast.get_by_role("link", name="Show what differs").click(modifiers=["ControlOrMeta"])
    beside.value.locator("ins", has_text="Very").wait_for()
    beside.value.locator("ins", has_text="More").wait_for()
    with other.expect_navigation():
        toast.get_by_role("button", name="Undo").click()
    other.locator(".cm-content").wait_for()
    assert text_of(other) == "First.\n\nSecond.\n\nThird. More."


def test_what_is_typed_in_a_tab_that_is_open_is_offered_when_it_is_closed(opens: Opens, house: House) -> None:
    path = posted(house)
    one = opens(path)
    write_text(one, "Typed here")
    said(one, "Kept on the server")
    other = opens(path)
    present(other, "You have this open in another tab or window, too.")
    assert other.locator("[data-offered]").count() == 1
    assert not other.locator("[data-offered]").is_visible()
    one.close()
    other.locator("[data-offered]").wait_for()
    assert take(other) == "Typed here"


def test_two_people_see_each_other_and_choose_where_both_changed_the_same(
    browser: "Browser", opens: Opens, house: House
) -> None:
    path = posted(house)
    name = f"Ada {house.site.parent.name[-1]}{time.time_ns() % 1000}"
    mine = opens(path)
    with opening(browser, house.signed_in(name, "editor"), timeout=60_000) as by_ada:
        hers = by_ada(path)
        present(mine, f"{name} has this open too.")
        write_text(hers, "Hers alone.")
        hers.keyboard.press("ControlOrMeta+s")
        said(hers, "Saved at")
        present(mine, f"{name} has saved this meanwhile.")
        write_text(mine, "Mine alone.")
        mine.get_by_role("button", name="Save draft").click()
        mine.get_by_role("heading", name="changed the same places").wait_for()
        mine.get_by_label("Both, yours first").check()
        mine.get_by_role("button", name="Put together what I chose").click()
        mine.get_by_text("what you chose is in").wait_for()
        assert text_of(mine) == "Mine alone.\n\nHers alone."
        assert mine.locator("[data-offered]").count() == 0


def present(page: "Page", words: str) -> None:
    page.locator("[data-presence]", has_text=words).wait_for()
