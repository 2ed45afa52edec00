"""The lists of posts in a real browser: by keyboard and by mouse, at a desk and on a phone, and without script."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from tests.admin.opened import Opens, Owned, opening, owned_by_nell
from tests.cli.test_doctor import write
from tests.factories import SITE, day, post
from tests.quality.test_axe import audit
from tests.quality.test_axe import axe as axe
from westmarch.posts import actions

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

POSTS = "/admin/posts/"
NUMBER = 53


def furnish(session: Session) -> None:
    """More posts than a page shows, some with long names, in other scripts, and some in the trash."""
    for number in range(NUMBER):
        post(session, f"Post {number:02}", published_at=day(number), tags=("Tides",), authors=("Ann",))
    for title, language in (("潮汐與港口", "zh-Hant"), ("الميناء الذي يحفظ", "ar"), ("A" * 200, "en")):
        post(session, title, status="draft", language=language)
        actions.trash(session, post(session, title, language=language), SITE, actor="test")


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    with owned_by_nell(tmp_path_factory.mktemp("lists")) as made:
        write(made.site, furnish)
        yield made


@pytest.fixture
def opens(browser: "Browser", owned: Owned) -> Iterator[Opens]:
    with opening(browser, owned) as open_:
        yield open_


def selected(page: "Page") -> list[str]:
    """The titles of the rows that are selected."""
    return page.locator(".items tbody tr:has(.pick :checked) th > a").all_inner_texts()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_list_is_walked_and_selected_by_keyboard(opens: Opens, width: int) -> None:
    page = opens(f"{POSTS}?show=published", width)
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent") == "Post 51"
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    assert selected(page) == ["Post 51", "Post 50", "Post 49"]
    assert page.locator("[data-selected]").inner_text() == "3 selected"
    page.keyboard.press("Escape")
    assert selected(page) == []
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("jjx")
    assert page.locator("input[type=search]:focus").input_value() == "jjx"
    page.locator("tbody th > a").nth(1).focus()
    page.keyboard.press("e")
    page.wait_for_url("**/admin/posts/*/")


def test_shift_and_a_click_select_all_between(opens: Opens) -> None:
    page = opens(f"{POSTS}?show=published")
    boxes = page.locator(".pick input[name=id]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    assert selected(page) == ["Post 51", "Post 50", "Post 49", "Post 48"]
    boxes.nth(2).click()
    boxes.nth(3).click(modifiers=["Shift"])
    assert selected(page) == ["Post 51", "Post 48"]


def test_other_lists_count_what_is_selected_too(opens: Opens) -> None:
    page = opens("/admin/tags/")
    page.get_by_label("Select all").check()
    assert selected(page) == ["Tides"]
    assert page.locator("[data-selected]").inner_text() == "1 selected"
    page.keyboard.press("?")
    page.get_by_role("button", name="Clear").click()
    assert page.locator("[data-selected]").inner_text() == "None selected"
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url("**/admin/tags/*/")


@pytest.mark.parametrize("width", [1280, 390])
def test_all_on_the_page_and_all_that_match_are_selected(opens: Opens, width: int) -> None:
    page = opens(f"{POSTS}?show=published&sort=title", width)
    if width < 500:  # The head of the table is not there; rows are selected one by one.
        for box in page.locator(".pick input[name=id]").all():
            box.check()
    else:
        page.get_by_label("Select all").check()
    assert len(selected(page)) == 50
    every = page.get_by_label(f"All {NUMBER} that match")
    every.check()
    page.get_by_role("button", name="Unpublish").click()
    assert page.get_by_role("heading", name=f"Unpublish: {NUMBER} posts").is_visible()
    page.locator("main").get_by_role("button", name="Unpublish").click()
    assert f"{NUMBER} posts taken back to drafts." in page.locator(".toast").inner_text()
    assert page.url.endswith("?show=published&sort=title")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector(".items")
    assert page.url.endswith("?show=published&sort=title")
    assert page.locator(".count").inner_text().startswith(f"{NUMBER} posts")


@pytest.mark.parametrize("width", [1280, 390])
def test_without_script_rows_are_selected_and_pages_turned(opens: Opens, width: int) -> None:
    page = opens(f"{POSTS}?show=published&sort=title", width, script=False)
    page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="Previous").click()
    page.locator(".pick input[name=id]").nth(0).check()
    page.get_by_role("button", name="Add a tag").click()
    page.get_by_label("Tag").fill("Ebb")
    page.get_by_role("button", name="Add a tag").click()
    assert "1 post tagged." in page.locator(".toast").inner_text()
    page.get_by_role("button", name="Undo").click()
    assert "is off" in page.locator(".toast").inner_text()
    page.locator("tbody th > a").nth(0).click()
    page.get_by_role("link", name="Back to the list").click()
    assert "show=published&sort=title" in page.url


@pytest.mark.parametrize("path", [POSTS, f"{POSTS}?q=x&tag=tides", "/admin/pages/", "/admin/trash/"])
def test_nothing_is_wider_than_a_phone_and_axe_finds_nothing(opens: Opens, owned: Owned, axe: str, path: str) -> None:
    page = opens(path, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert audit(page, axe, owned.url + path) == []
