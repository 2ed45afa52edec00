"""Revisions, preview links, and what is seen of a post elsewhere, in a real browser."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.orm import Session

from tests.admin.opened import Opens, Owned, opening, owned_by_nell, text_of
from tests.cli.test_doctor import write
from tests.factories import SITE, draft, post
from tests.quality.test_axe import RUN
from tests.quality.test_axe import axe as axe
from westmarch.posts import actions

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

OLD = "# Tides\n\nThe tide comes in slowly.\n\n- one\n- two\n" + "\nMore of it.\n" * 12
NEW = "# Tides\n\nThe tide goes out slowly.\n\n- one\n- two\n- three\n" + "\nMore of it.\n" * 12


def furnish(session: Session) -> None:
    post_id = post(session, "Tides", OLD, status="draft", summary="In short.")
    actions.revise(session, post_id, draft("Tides & currents", NEW, status="draft", slug="tides"), SITE, actor="test")
    post(session, "Ebb")


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    with owned_by_nell(tmp_path_factory.mktemp("owned")) as made:
        write(made.site, furnish)
        yield made


@pytest.fixture
def opens(browser: "Browser", owned: Owned) -> Iterator[Opens]:
    with opening(browser, owned, timeout=60_000) as open_:
        yield open_


def here(page: "Page") -> str:
    """Where the draft is edited."""
    page.goto("/admin/posts/?q=Tides")
    found = page.get_by_role("link", name=re.compile("Tides")).last.get_attribute("href")
    assert found
    return found


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("script", [True, False])
def test_an_older_text_is_looked_at_and_restored_and_that_is_undone(opens: Opens, width: int, script: bool) -> None:
    page = opens("/admin/", width, script=script)
    path = here(page)
    page.goto(path)
    page.get_by_role("link", name="Revisions").click()
    page.get_by_role("link", name="What changed").first.click()
    assert page.locator(".compared del").all_inner_texts() == ["comes", "in"]
    assert page.locator(".compared ins").all_inner_texts() == ["goes", "out", "- three"]
    page.get_by_role("button", name="Restore the older one").click()
    assert page.url.endswith(path)
    assert page.locator("[name=title]").input_value() == "Tides"
    page.get_by_role("button", name="Undo").click()
    assert page.locator("[name=title]").input_value() == "Tides & currents"


def test_what_is_seen_elsewhere_follows_what_is_typed(opens: Opens) -> None:
    page = opens("/admin/posts/new/")
    page.get_by_text("In search engines and on cards").click()
    page.locator("[name=title]").fill("Low tide")
    seen(page, "[data-seen-title]", "Low tide")
    page.locator(".cm-content").focus()
    page.keyboard.insert_text("# A heading\n\nIt **begins** [here](/x/).\n")
    seen(page, "[data-seen-words]", "It begins here.")
    page.locator("[name=meta_title]").fill("x" * 61)
    seen(page, "[data-seen-title]", "x" * 61)
    page.locator(".so-long.over", has_text="This has 61.").wait_for()
    page.locator("[name=meta_description]").fill("<b>Told</b> there")
    seen(page, "[data-seen-words]", "<b>Told</b> there")
    assert text_of(page).startswith("# A heading")


def test_a_title_of_sixty_characters_is_seen_whole_as_a_result_of_a_search(opens: Opens) -> None:
    page = opens("/admin/posts/new/")
    page.get_by_text("In search engines and on cards").click()
    title = "Slack water at noon, and what the moon has to do with it all"
    assert len(title) == 60
    page.locator("[name=title]").fill(title)
    seen(page, ".found [data-seen-title]", title)
    cut = "(line) => line.firstElementChild.getBoundingClientRect().bottom - line.getBoundingClientRect().bottom"
    assert page.locator(".found .seen-title").evaluate(cut) <= 1


def test_on_a_phone_the_two_revisions_are_chosen_in_one_line(opens: Opens) -> None:
    page = opens("/admin/", 390)
    page.goto(f"{here(page)}revisions/")
    row = page.locator("tbody tr").first
    boxes = [each.bounding_box() for each in row.locator("input").all()]
    older, newer = boxes[0], boxes[1]
    assert older
    assert newer
    assert abs(older["y"] - newer["y"]) < 2
    label = row.locator("td[data-label=older]").bounding_box()
    assert label
    assert abs(older["y"] + older["height"] / 2 - label["y"] - label["height"] / 2) < 2
    words = row.locator("td[data-label=words]")
    assert words.evaluate("(cell) => cell.getClientRects().length + (cell.offsetHeight > 30)") == 1


def seen(page: "Page", places: str, words: str) -> None:
    """Wait until all of these places say so."""
    for place in page.locator(places).all():
        place.filter(has_text=re.compile(f"^{re.escape(words)}$")).wait_for()


def test_what_becomes_of_the_address_is_said_while_a_slug_is_typed(opens: Opens) -> None:
    page = opens("/admin/")
    page.goto(here(page))
    said = page.locator("[data-address]")
    assert "and stays." in said.inner_text()
    page.locator("[name=slug]").fill("ebb")
    page.get_by_text("Its address becomes /ebb-2/. /ebb/ belongs to something else, so it gets a number.").wait_for()


def test_the_date_is_told_by_the_clock_of_who_writes(opens: Opens) -> None:
    for zone, told in (("Asia/Tokyo", "By your clock: Jan 2, 2030, 6:30"), ("UTC", "")):
        page = opens("/admin/posts/new/", timezone_id=zone, locale="en-US")
        page.get_by_label("Date").fill("2030-01-01T21:30")
        hint = page.locator("#f-published_at-hint", has_text=told)
        hint.wait_for()
        assert ("By your clock" in hint.inner_text()) == bool(told)


def test_an_outsider_opens_a_preview_link(opens: Opens, browser: "Browser") -> None:
    page = opens("/admin/")
    page.goto(here(page))
    page.get_by_role("link", name="Preview links").click()
    page.get_by_label("It works for").select_option("30")
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("code.secret").inner_text()
    page.get_by_role("button", name="Copy").wait_for()
    outsider = browser.new_context()
    shown = outsider.new_page()
    path = re.sub(r"^https?://[^/]+", page.url.partition("/admin/")[0], link)
    answer = shown.goto(path)
    assert answer
    assert answer.status == 200
    assert "This is a preview." in shown.locator(".banner").inner_text()
    page.get_by_role("button", name="Revoke").first.click()
    again = shown.goto(path)
    assert again
    assert again.status == 404
    outsider.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    opens: Opens, axe: str, width: int, scheme: str
) -> None:
    page = opens("/admin/", width, color_scheme=scheme)
    path = here(page)
    for address in (f"{path}revisions/", f"{path}previews/", path):
        look(page, axe, address)
    page.goto(f"{path}revisions/")
    compared = page.get_by_role("link", name="What changed").first.get_attribute("href")
    assert compared
    look(page, axe, compared)


def look(page: "Page", axe: str, path: str) -> None:
    page.goto(path)
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    wide: Any = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, path
    page.evaluate(axe + ";0")
    assert page.evaluate(RUN, []) == [], path
