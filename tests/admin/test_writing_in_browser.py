"""The form of a post in a real browser: what script adds, and that nothing of it is needed."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from tests.admin.opened import Opens, Owned, opening, owned_by_nell
from tests.cli.test_doctor import write
from tests.factories import post
from tests.quality.test_axe import COLOURS, RUN
from tests.quality.test_axe import axe as axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

pytestmark = pytest.mark.browser

NEW = "/admin/posts/new/"


def furnish(session: Session) -> None:
    post(session, "Ebb", tags=("Sea", "Bern, old town"))


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    with owned_by_nell(tmp_path_factory.mktemp("owned")) as made:
        write(made.site, furnish)
        yield made


@pytest.fixture
def opens(browser: "Browser", owned: Owned) -> Iterator[Opens]:
    with opening(browser, owned, timeout=60_000) as open_:
        yield open_


def fill(page: "Page", **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)


def said(page: "Page", words: str) -> None:
    """Wait until the line below the text says so."""
    page.locator("[data-said]", has_text=words).wait_for()


def test_words_are_counted_while_one_types(opens: Opens) -> None:
    page = opens(NEW)
    said(page, "0 words")
    fill(page, markdown="Three small words")
    said(page, "3 words · Not saved yet.")


def test_control_and_s_save_without_losing_the_place(opens: Opens) -> None:
    page = opens(NEW)
    fill(page, title="Saved by keys", markdown="One two three")
    page.locator("[name=markdown]").evaluate("area => { area.focus(); area.setSelectionRange(4, 7); }")
    page.keyboard.press("Control+s")
    said(page, "Saved at")
    assert re.search(r"/admin/posts/\d+/$", page.url)
    held = page.evaluate("[document.activeElement.name, document.activeElement.selectionStart]")
    assert held == ["markdown", 4]
    assert page.locator("[name=slug]").input_value() == "saved-by-keys"
    fill(page, markdown="One two three four")
    page.keyboard.press("Control+s")
    said(page, "Saved at")
    page.reload()
    assert page.locator("[name=markdown]").input_value() == "One two three four"


def test_what_control_and_s_cannot_save_comes_back_with_the_reason(opens: Opens) -> None:
    page = opens(NEW)
    fill(page, markdown="Typed")
    page.keyboard.press("Control+s")
    page.locator("#f-title-fault").wait_for()
    assert page.locator("[name=markdown]").input_value() == "Typed"


def test_who_leaves_with_something_unsaved_is_asked(opens: Opens) -> None:
    page = opens(NEW)
    asked: list[str] = []

    def stay(dialog: "Dialog") -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    page.goto("/admin/tags/")
    page.goto(NEW)
    assert asked == []
    page.locator("[name=title]").press_sequentially("Tides")
    page.goto("/admin/tags/")
    assert asked == ["beforeunload"]


def test_the_preview_opens_beside_the_text_and_follows_it(opens: Opens) -> None:
    page = opens(NEW)
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text))
    fill(page, title="Tides", markdown="Some *words*.", tags='Sea, "Bern, old town"')
    page.get_by_role("button", name="Preview").click()
    frame = page.frame_locator("[data-preview] iframe")
    frame.locator(".prose em", has_text="words").wait_for()
    assert frame.locator(".tags a").all_inner_texts() == ["Sea", "Bern, old town"]
    fill(page, markdown="Other **words**.")
    frame.locator(".prose strong", has_text="words").wait_for()
    boxes = [page.locator(each).bounding_box() for each in ("[name=markdown]", "[data-preview]")]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[1]["x"] >= boxes[0]["x"] + boxes[0]["width"]
    assert reported == [], "the console is for faults"


def test_tags_are_offered_behind_each_comma(opens: Opens) -> None:
    page = opens(NEW)
    field = page.locator("[name=tags]")
    field.press_sequentially("New, ")
    offered = page.locator("datalist#tags option").evaluate_all("options => options.map((option) => option.value)")
    assert offered == ['New, "Bern, old town"', "New, Sea"]


def test_all_of_it_works_without_script(opens: Opens) -> None:
    page = opens(NEW, 390, script=False)
    fill(page, title="Without script", markdown="Some *words*.")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview").click()
    assert opened.value.locator(".prose em").inner_text() == "words"
    page.get_by_role("button", name="Publish", exact=True).click()
    page.wait_for_url(re.compile(r"/admin/posts/\d+/$"))
    assert "Published" in page.locator(".toast").inner_text()


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_the_form(opens: Opens, axe: str, width: int) -> None:
    page = opens(NEW, width)
    fill(page, title=f"Looked at {width}", markdown="كان البحر هادئا\n\n在海边散步", tags="海")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.wait_for_url(re.compile(r"/admin/posts/\d+/$"))
    address = page.url
    fill(page, markdown="Newer.")
    page.get_by_role("button", name="Save draft", exact=True).click()
    page.locator("[data-kept]").wait_for()
    page.locator(".toast .close").click()
    page.get_by_role("button", name="Preview").click()
    page.frame_locator("[data-preview] iframe").locator(".prose").wait_for()
    faults = [_faults(page, axe)]
    fill(page, language="no language")
    page.get_by_role("button", name="Publish changes", exact=True).click()
    page.locator("#f-language:focus").wait_for()  # The page goes there once it is loaded.
    faults.append(_faults(page, axe))
    other = page.context.new_page()
    other.goto(address)
    page.goto(address)
    other.locator("[name=title]").fill("Theirs")
    other.get_by_role("button", name="Publish changes", exact=True).click()
    other.locator(".toast").wait_for()
    fill(page, title="Mine")
    page.get_by_role("button", name="Publish changes", exact=True).click()
    page.locator("#meanwhile").wait_for()
    faults.append(_faults(page, axe))
    assert faults == [[], [], []]


def _faults(page: "Page", axe: str) -> list[str]:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    # The bar of the admin stays above, and axe does not look through it, nor through the buttons at the window's foot:
    # those are looked at where they have their place in the page.
    page.evaluate("document.querySelector('[data-buttons]').style.position = 'static'")
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(axe + ";0")
    page.emulate_media(color_scheme="dark")
    dark: list[str] = page.evaluate(RUN, list(COLOURS))
    page.emulate_media(color_scheme="light")
    light: list[str] = page.evaluate(RUN, [])
    return [*dark, *light]


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_done_with_a_text_stays_in_reach_and_a_refused_field_has_the_focus(opens: Opens, width: int) -> None:
    page = opens(NEW, width)
    assert page.evaluate("document.activeElement.name") == "title"
    publish = page.get_by_role("button", name="Publish", exact=True)
    seen = publish.bounding_box()
    assert seen
    assert seen["y"] + seen["height"] <= 900
    page.fill("#f-title", "Slack")
    page.get_by_role("button", name="Schedule").click()
    page.locator(".refusal").wait_for()
    assert page.evaluate("document.activeElement.name") == "published_at"


def test_a_picture_is_chosen_and_taken_away_without_numbers(opens: Opens) -> None:
    page = opens(NEW)
    assert not page.locator("#f-cover_id").is_visible()
    none = page.get_by_role("button", name="No picture")
    assert not none.is_visible()
    page.evaluate("""() => {
        const field = document.querySelector("#f-cover_id");
        field.value = "7";
        field.dispatchEvent(new Event("change", { bubbles: true }));
    }""")
    none.click()
    assert page.input_value("#f-cover_id") == ""
    assert not none.is_visible()
    bare = opens(NEW, script=False)
    assert bare.locator("#f-cover_id").is_visible()
