"""Nothing that is typed is lost, whatever ends: the browser, the server, the session, the network."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tests.admin.houses import NEW, House, posted, said, save, take, typing
from tests.admin.houses import house as house
from tests.admin.houses import nell as nell
from tests.admin.houses import opens as opens
from tests.admin.opened import Opens, Owned, text_of, write_text
from tests.cli.test_doctor import write
from tests.conftest import CHROMIUM_ARGUMENTS, chromium_of_the_system
from westmarch.accounts.models import Account, AccountSession
from westmarch.journal.models import Entry
from westmarch.posts.models import Post

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response, Route

pytestmark = pytest.mark.browser


def test_what_is_typed_reaches_the_server_and_is_offered_when_it_is_opened_again(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "Typed and never saved")
    said(page, "Kept on the server")
    page.close()
    assert take(opens(NEW), "4 words") == "Typed and never saved"


@pytest.mark.long_on_postgresql
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
        page.locator("[data-said]").filter(has_text="· Kept in this browser: the site does not answer.").wait_for()
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
        said(page, "the site does not answer. “Save draft” was not done: press it again then.")
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
    said(page, "Signed out. Kept in this browser. “Save draft” was not done: press it again then.")
    assert text_of(page) == "Before and signed out"
    write(house.site, lambda session: session.execute(insert(AccountSession), rows))
    said(page, "not saved. “Save draft” was not done: press it again.")
    save(page)
    assert text_of(page) == "Before and signed out"


@pytest.mark.long_on_postgresql
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


@pytest.mark.long_on_postgresql
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


@contextlib.contextmanager
def held(house: House) -> Iterator[None]:
    """Somebody else writes, and does not come to an end: whoever would write as Nell does has to wait."""
    holds, ends = threading.Event(), threading.Event()

    def hold(session: Session) -> None:
        session.execute(select(Account.id).with_for_update()).all()
        holds.set()
        ends.wait(120)

    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(write, house.site, hold)
        try:
            assert holds.wait(60)
            yield
        finally:
            ends.set()
            writing.result()


def test_a_database_that_is_locked_for_long_is_told_and_the_text_is_kept_here(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    page.locator(".cm-content").wait_for()
    with held(house):
        write_text(page, "Typed behind a lock")
        said(page, "Kept in this browser: the site")
        assert text_of(page) == "Typed behind a lock"
    said(page, "Kept on the server")


def test_a_database_that_takes_nothing_is_told(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    page.locator(".cm-content").wait_for()
    page.route("**/admin/journal/*", lambda route: route.fulfill(status=503, body="full"))
    write_text(page, "Typed beside a full disk")
    said(page, "Kept in this browser: the site cannot keep it at this moment.")
    page.get_by_role("button", name="Save draft").click()
    said(page, "Kept in this browser: the site cannot keep it at this moment.")
    page.unroute("**/admin/journal/*")
    said(page, "Kept on the server")


def kept_with(words: str) -> "Callable[[Response], bool]":
    """Whether an answer is one to a text that ends so and was kept on the server."""
    return lambda answer: (
        "/admin/journal/" in answer.url and answer.ok and f'{words}"' in (answer.request.post_data or "")
    )


@pytest.mark.long_on_postgresql
def test_what_is_typed_is_sent_within_two_seconds_of_the_browsers_clock(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    page.clock.install()
    page.reload()
    page.locator(".cm-content").wait_for()
    page.clock.pause_at(page.evaluate("Date.now()") + 300_000)  # However long the way there takes.
    for words in ("first", " second", " third"):  # Nothing is awaited but the answer to the one before.
        typing(page, words)
        with page.expect_response(kept_with(words)):
            page.clock.run_for(2000)
        page.clock.run_for(1)
    said(page, "Kept on the server")


@pytest.mark.long_on_postgresql
def test_a_browser_whose_clock_is_wrong_keeps_it_too(opens: Opens, house: House) -> None:
    path = posted(house)
    page = opens(path)
    page.clock.install(time=0)
    page.reload()
    write_text(page, "Typed in the year 1970")
    said(page, "Kept on the server")
    page.clock.set_system_time("2099-01-01T00:00:00Z")
    with page.expect_response(kept_with("in 2099")):
        typing(page, " and in 2099")
    said(page, "Kept on the server")
    page.close()
    assert take(opens(path)) == "Typed in the year 1970 and in 2099"


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("way", ["reload", "back"])
def test_reload_and_the_back_button_bring_what_is_saved_and_offer_what_was_typed(
    opens: Opens, house: House, way: str
) -> None:
    path = posted(house)
    page = opens(path)
    page.locator("[name=title]").fill("Another title")
    write_text(page, "Typed and left")
    said(page, "Kept on the server")
    if way == "reload":
        page.reload()
    else:
        page.goto("/admin/")
        page.go_back()
    page.locator("[data-offered]").wait_for()
    assert page.locator("[name=title]").input_value() == "Ebb"
    assert take(page) == "Typed and left"
    assert page.locator("[name=title]").input_value() == "Another title"


@pytest.mark.long_on_postgresql
def test_the_back_button_after_saving_makes_no_second_post(opens: Opens, house: House) -> None:
    page, title = opens(NEW), f"Back {time.time_ns()}"
    page.locator("[name=title]").fill(title)
    write_text(page, "Saved once")
    save(page)
    page.go_back()
    page.locator(".cm-content").wait_for()
    assert text_of(page) in ("", "Saved once")
    titles: list[str] = []
    write(house.site, lambda session: titles.extend(session.scalars(select(Post.title))))
    assert titles.count(title) == 1


@pytest.mark.long_on_postgresql
def test_a_browser_without_room_says_so_and_the_server_keeps_it(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    page.locator(".cm-content").wait_for()
    asked = page.context.new_cdp_session(page)
    asked.send("Storage.overrideQuotaForOrigin", {"origin": house.url, "quotaSize": 1})
    write_text(page, "No room here")
    said(page, "Kept on the server")
    said(page, "This browser keeps nothing.")
    page.context.set_offline(True)
    typing(page, " or there")
    said(page, "Kept nowhere")
    asked.send("Storage.overrideQuotaForOrigin", {"origin": house.url})
    typing(page, ".")
    said(page, "Kept in this browser: the site does not answer.")
    page.context.set_offline(False)
    said(page, "Kept on the server")


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


@pytest.mark.long_on_postgresql
def test_what_the_server_does_not_take_is_offered_from_the_browser(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    page.context.route("**/admin/journal/*", lambda route: route.fulfill(status=503))
    write_text(page, "Kept here alone")
    page.get_by_label("Standfirst").fill("In short")
    said(page, "Kept in this browser: the site cannot keep it at this moment.")
    page.reload()
    page.get_by_text("Not saved: 3 words").filter(has_text="in this browser alone").wait_for()
    page.locator(".cm-content").wait_for()
    page.get_by_role("button", name="Take it").click()
    assert text_of(page) == "Kept here alone"
    assert page.get_by_label("Standfirst").input_value() == "In short"
    said(page, "Kept in this browser")
    assert page.locator("[data-offered]").count() == 0
    page.context.unroute("**/admin/journal/*")
    save(page)
    assert text_of(page) == "Kept here alone"


@pytest.mark.long_on_postgresql
def test_a_text_that_was_taken_is_offered_again_when_its_page_is_loaded_once_more(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    write_text(page, "Taken, and not saved")
    said(page, "Kept on the server")
    page.reload()
    page.get_by_role("link", name="Take it").click()
    said(page, "Kept on the server")
    page.reload()
    assert take(page) == "Taken, and not saved"


@pytest.mark.long_on_postgresql
def test_a_server_that_is_slow_to_keep_is_not_said_to_have_kept(opens: Opens, house: House) -> None:
    page = opens(posted(house))
    held: list[Route] = []

    def hold(route: "Route") -> None:
        held.append(route)

    write_text(page, "Kept")
    said(page, "Kept on the server")
    page.route("**/admin/journal/*", hold)
    typing(page, " and more")
    said(page, "Kept in this browser, not saved yet.")
    for route in held:
        route.continue_()
    page.unroute("**/admin/journal/*")
    said(page, "Kept on the server")
