"""The settings in a real browser: by mouse, by keyboard, on a phone, and without script."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.admin.opened import Opens, Owned, opening, owned_by_nell
from tests.cli.test_doctor import write
from tests.quality.test_axe import VIEWS, views
from tests.quality.test_axe import axe as axe
from westmarch.site.actions import change

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

pytestmark = pytest.mark.browser

NAVIGATION, LOOK, READING, SIDES = (f"/admin/settings/{name}/" for name in ("navigation", "look", "reading", "sides"))
MENU = [("First", "/archive/"), ("Second", "/tags/"), ("Third", "/topics/")]


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    with owned_by_nell(tmp_path_factory.mktemp("owned")) as made:
        yield made


@pytest.fixture
def opens(browser: "Browser", owned: Owned) -> Iterator[Opens]:
    """Pages of the admin, with the menu as it is at first."""
    menu = [{"title": title, "address": address} for title, address in MENU]
    write(owned.site, lambda session: change(session, {"navigation": menu, "sides": []}, actor="test"))
    with opening(browser, owned) as open_:
        yield open_


def titles(page: "Page") -> list[str]:
    return [field.input_value() for field in page.locator('.rows [name="title"]').all() if field.input_value()]


def menu(page: "Page", owned: Owned) -> list[str]:
    """The menu as readers see it."""
    page.goto(owned.url + "/")
    return page.locator("nav.menu a").all_inner_texts()


@pytest.mark.parametrize("width", [1280, 360])
def test_an_entry_is_moved_by_keyboard_and_the_site_follows(opens: Opens, owned: Owned, width: int) -> None:
    page = opens(NAVIGATION, width)
    page.get_by_role("button", name="Move Third up").focus()
    page.keyboard.press("Enter")
    assert titles(page) == ["First", "Third", "Second"]
    assert page.evaluate("document.activeElement.textContent.includes('Third')")
    assert page.get_by_text("Moved to place 2 of 3. Not saved yet.").is_visible()
    page.keyboard.press("Enter")
    assert titles(page) == ["Third", "First", "Second"]
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.wait_for_selector(".toast")
    assert menu(page, owned) == ["Third", "First", "Second"]


def test_an_entry_is_moved_by_dragging(opens: Opens) -> None:
    page = opens(NAVIGATION)
    page.locator(".handle").nth(0).drag_to(
        page.locator(".rows > li").nth(2), target_position={"x": 40, "y": 70}, steps=5
    )
    assert titles(page) == ["Second", "Third", "First"]
    page.get_by_role("button", name="Remove Third").click()
    page.wait_for_selector(".toast")
    assert titles(page) == ["Second", "First"]


def test_enter_in_a_field_saves_and_moves_nothing(opens: Opens, owned: Owned) -> None:
    page = opens(NAVIGATION)
    page.locator('[name="title"]').nth(1).fill("Changed")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast")
    assert menu(page, owned) == ["First", "Changed", "Third"]


@pytest.mark.parametrize("width", [1280, 360])
def test_without_script_buttons_move_entries_and_empty_rows_are_filled_in(
    opens: Opens, owned: Owned, width: int
) -> None:
    page = opens(NAVIGATION, width, script=False)
    page.get_by_role("button", name="Move Third up").click()
    assert titles(page) == ["First", "Third", "Second"]
    page.locator('[name="title"]').nth(3).fill("New")
    page.locator('[name="address"]').nth(3).fill("/authors/")
    page.get_by_role("button", name="Save", exact=True).last.click()
    assert menu(page, owned) == ["First", "Third", "Second", "New"]


def test_a_side_part_is_added_filled_in_and_shown(opens: Opens, owned: Owned) -> None:
    page = opens(SIDES)
    page.get_by_label("Part to add").select_option("text")
    page.get_by_role("button", name="Add").click()
    page.get_by_label("Title").fill("Hours")
    page.get_by_label("Text").fill("Open *always*.")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.wait_for_selector(".toast")
    page.goto(owned.url + "/")
    assert page.get_by_role("heading", name="Hours").is_visible()
    assert page.locator(".sides em").inner_text() == "always"


def test_another_accent_is_seen_at_once(opens: Opens, owned: Owned) -> None:
    page = opens(LOOK)
    before = page.locator(".shades").inner_text()
    page.locator("#f-accent").fill("#8b3a1f")
    page.wait_for_function("before => document.querySelector('.shades').innerText !== before", arg=before)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector(".toast")
    page.goto(owned.url + "/")
    assert page.locator('link[href*="accent.8b3a1f"]').count() == 1


def test_the_example_of_an_address_follows_what_is_typed(opens: Opens, owned: Owned) -> None:
    page = opens(READING)
    example = page.locator("output")
    assert example.inner_text() == f"{owned.url}/a-walk-by-the-sea/"
    page.locator("#f-permalink").fill("/notes/{id}/")
    assert example.inner_text() == f"{owned.url}/notes/128/"
    page.locator("#f-permalink").fill("notes")
    assert example.inner_text().startswith("no address")


@pytest.mark.parametrize("path", ["", "look/", "reading/", "navigation/", "sides/", "head/"])
def test_nothing_overflows_on_a_phone(opens: Opens, path: str) -> None:
    page = opens(f"/admin/settings/{path}", 360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator(".states [aria-current]").evaluate("tab => tab.getBoundingClientRect().right") <= 360


PAGES = [
    *(f"settings/{name}" for name in ("", "look/", "reading/", "navigation/", "sides/", "head/")),
    "health/",
    "events/",
]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(opens: Opens, owned: Owned, axe: str, path: str) -> None:
    sides = [{"part": "text", "text": "Words"}, {"part": "tags"}]
    write(owned.site, lambda session: change(session, {"sides": sides, "navigation": []}, actor="test"))
    page = opens(f"/admin/{path}")
    page.locator("details:not(.menu-of)").evaluate_all("all => all.forEach((each) => { each.open = true; })")
    assert views(page, axe, VIEWS[::2]) == []


@pytest.mark.parametrize("saves", [False, True])
def test_what_was_typed_is_not_left_by_mistake(opens: Opens, saves: bool) -> None:
    page = opens("/admin/settings/")
    asked: list[str] = []

    def answer(dialog: "Dialog") -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_label("Tagline").fill(f"Typed, and saved: {saves}")
    if saves:
        page.get_by_role("button", name="Save").click()
        page.wait_for_selector(".toast")
    page.get_by_role("link", name="Health", exact=True).click()
    if saves:
        page.wait_for_url("**/admin/health/")
    else:
        page.wait_for_timeout(300)
        assert page.url.endswith("/admin/settings/")
        assert page.get_by_label("Tagline").input_value() == "Typed, and saved: False"
    assert asked == ([] if saves else ["beforeunload"])


def test_an_order_that_was_changed_and_not_saved_is_warned_of_too(opens: Opens) -> None:
    page = opens(NAVIGATION)
    asked: list[str] = []

    def answer(dialog: "Dialog") -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.get_by_role("button", name="Move Third up").click()
    page.get_by_role("link", name="Health", exact=True).click()
    page.wait_for_url("**/admin/health/")
    assert asked == ["beforeunload"]


def test_what_is_saved_is_seen_at_once_on_the_site_and_in_the_admin(opens: Opens, owned: Owned) -> None:
    page = opens("/admin/settings/")
    before = page.get_by_label("Title", exact=True).input_value()
    page.get_by_label("Title", exact=True).fill("Another title")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector(".toast")
    assert page.locator(".bar .wordmark").inner_text() == "Another title"
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector(".toast")
    assert page.locator(".bar .wordmark").inner_text() == before
    page.goto(owned.url + "/")
    assert before in page.title()


@pytest.mark.parametrize("script", [True, False])
def test_a_form_of_somebody_who_was_signed_out_is_sent_once_more(opens: Opens, owned: Owned, *, script: bool) -> None:
    page = opens("/admin/tags/new/", 390, script=script)
    title = f"Kept {'with' if script else 'without'} script"
    page.get_by_label("Name").fill(title)
    page.context.clear_cookies()
    page.get_by_role("button", name="Make the tag").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert page.get_by_role("link", name="Sign in in another tab").get_attribute("target") == "_blank"
    name, secret = owned.cookie
    page.context.add_cookies([{"name": name, "value": secret, "url": owned.url}])
    page.reload()
    page.goto("/admin/tags/")
    page.get_by_role("link", name=title, exact=True).wait_for()
