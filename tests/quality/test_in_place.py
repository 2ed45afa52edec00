"""The catalogue and the search in a browser: choices swapped in place, suggestions, the keyboard, and no script."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.quality.sites import Sites

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def site(sites: Sites, page: "Page") -> Iterator[str]:
    """The address of the demonstration in English; nothing that the browser complains of is let pass."""
    complaints: list[Any] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sites.pages("en")
    yield sites.full
    assert complaints == []


def told(page: "Page", count: str) -> None:
    """Wait until the page says so many, and not seventeen for seven."""
    page.locator("#w-told b", has_text=re.compile(rf"^\s*{count}")).wait_for()


def focused(page: "Page") -> str:
    found: str = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    return found


def test_a_choice_is_swapped_in_with_its_address_focus_and_announcement(site: str, page: "Page") -> None:
    page.goto(site + "/books/", wait_until="networkidle")
    page.evaluate("window.same = true; status_ = document.getElementById('w-told')")
    page.focus("#w-tag-novels")
    page.keyboard.press("Enter")
    told(page, "17 books")
    assert (page.url, focused(page)) == (site + "/books/?tag=novels", "w-tag-novels")
    # What screen readers listen to is the same element with other words.
    assert page.evaluate("window.same && status_ === document.getElementById('w-told')")
    page.fill("#w-q", "alice")
    page.keyboard.press("Enter")
    told(page, "2 books")
    assert page.url == site + "/books/?q=alice&tag=novels"
    page.click("details.sorts summary")
    page.click("details.sorts a[href*='sort=title']")
    page.wait_for_url("**sort=title")
    page.locator("details.sorts summary", has_text="title").wait_for()
    assert "title" in focused(page)
    page.go_back()
    page.go_back()
    told(page, "17 books")
    assert (page.url, page.input_value("#w-q")) == (site + "/books/?tag=novels", "")
    assert page.evaluate("window.same")
    page.click(".book a >> nth=0")
    page.locator(".book-page").wait_for()
    page.go_back()
    told(page, "17 books")


def test_what_was_chosen_stands_above_the_results_on_a_phone(site: str, page: "Page") -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site + "/books/?tag=novels", wait_until="networkidle")
    assert page.locator(".facets a:visible").count() == 0
    page.click(".facets summary")
    page.click("#w-language-en")
    told(page, "7 books")
    assert page.locator(".chosen a > :first-child").all_inner_texts() == ["Novels", "English"]
    page.click(".chosen a >> nth=0")
    page.wait_for_url(lambda url: url == site + "/books/?language=en")
    told(page, "7 books")


def test_suggestions_are_a_combobox_and_results_are_walked_by_arrows(site: str, page: "Page") -> None:
    page.goto(site + "/search/", wait_until="networkidle")
    field = page.locator("#w-q")
    field.focus()
    page.locator("#w-q[role=combobox]").wait_for()
    field.press_sequentially("clo")
    offers = page.locator(".find .offers [role=option]")
    offers.first.wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == offers.first.get_attribute("id")
    assert offers.first.get_attribute("aria-selected") == "true"
    field.press("Escape")
    assert (field.get_attribute("aria-expanded"), field.input_value()) == ("false", "clo")
    field.press_sequentially("ck")
    field.press("Enter")
    told(page, r"\d+ results")
    assert page.url == site + "/search/?q=clock"
    assert field.get_attribute("role") == "combobox"
    titles = page.locator(".found h3 a")
    field.press("ArrowDown")
    assert focused(page) == titles.nth(0).inner_text()
    page.keyboard.press("ArrowDown")
    assert focused(page) == titles.nth(1).inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert focused(page) == "w-q"


def test_a_suggestion_is_taken_by_enter(site: str, page: "Page") -> None:
    page.goto(site + "/", wait_until="networkidle")
    page.keyboard.press("/")
    page.locator(".seek input[role=combobox]").wait_for()
    page.keyboard.type("candide")
    page.locator(".seek .offers [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/books/candide-ou-loptimisme/")


def test_the_field_in_the_head_is_on_the_line_of_the_menu(site: str, page: "Page") -> None:
    page.goto(site + "/books/")
    middle = "(it) => { const box = it.getBoundingClientRect(); return box.top + box.height / 2; }"
    field, item = (page.locator(at).first.evaluate(middle) for at in (".seek input", ".menu a"))
    assert abs(field - item) <= 1


def test_all_of_it_works_without_script(site: str, browser: "Browser") -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(site + "/books/")
    page.click("#w-tag-novels")
    page.fill("#w-q", "alice")
    page.keyboard.press("Enter")
    told(page, "2 books")
    assert page.url == site + "/books/?q=alice&tag=novels"
    page.goto(site + "/search/?q=clock")
    page.click("#w-kind-post")
    page.click("details.sorts summary")
    page.click("details.sorts li:last-child a")
    assert page.url == site + "/search/?q=clock&kind=post&sort=newest"
    context.close()
