"""Pictures that are pasted, dropped or chosen while one writes: brought into the library, and asked for their words."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.admin.opened import Opens, text_of, write_text
from tests.admin.opened import opens as opens
from tests.admin.opened import owned as owned
from tests.media.pictures import picture
from tests.quality.test_axe import RUN
from tests.quality.test_axe import axe as axe

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

NEW = "/admin/posts/new/"
#: Pastes or drops files on the editor.
HAND = """([what, files]) => {
  const data = new DataTransfer();
  for (const [name, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
  const target = document.querySelector(".cm-content"), box = target.getBoundingClientRect();
  const more = { bubbles: true, cancelable: true, clientX: box.left + 30, clientY: box.top + 30 };
  const [Kind, held] = what === "paste" ? [ClipboardEvent, "clipboardData"] : [DragEvent, "dataTransfer"];
  target.dispatchEvent(new Kind(what, { ...more, [held]: data }));
}"""


def hand(page: "Page", what: str, *files: tuple[str, bytes]) -> None:
    page.evaluate(HAND, [what, [[name, list(content)] for name, content in files]])


def until(page: "Page", pattern: str) -> None:
    """Wait until the text is like this."""
    page.wait_for_function(
        "(like) => new RegExp(like).test(new FormData(document.querySelector('form[data-writing]')).get('markdown'))",
        arg=pattern,
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_a_pasted_picture_is_asked_for_its_words_and_put_into_the_text(opens: Opens, axe: str, width: int) -> None:
    page = opens(NEW, width)
    write_text(page, "Before\nAfter")
    page.keyboard.press("ArrowUp")
    hand(page, "paste", ("hill.png", picture(size=(40, 30), colour="red" if width > 400 else "lime")))
    dialog = page.get_by_role("dialog", name="What does the picture show?")
    dialog.get_by_label("In words").fill("A [red] hill")
    page.evaluate(axe + ";0")
    assert page.evaluate(RUN, []) == []
    dialog.get_by_role("button", name="Insert", exact=True).click()
    until(page, "media")
    assert re.fullmatch(r"Before\n\n!\[A \\\[red\\\] hill\]\(/media/\S+\.\w+\)\n\nAfter", text_of(page)), text_of(page)
    page.get_by_role("button", name="Preview").last.click()
    frame = page.frame_locator("[data-preview] iframe")
    assert frame.locator("figure img").get_attribute("alt") == "A [red] hill"


def test_dropped_pictures_come_one_after_the_other(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "")
    hand(
        page,
        "drop",
        ("one.png", picture(size=(8, 5))),
        ("two.png", picture(size=(8, 6))),
        ("three.png", picture(size=(8, 7))),
    )
    page.get_by_label("In words").fill("One")
    page.keyboard.press("Enter")
    page.get_by_text("three.png").first.wait_for()
    page.get_by_role("dialog").get_by_text("two.png").wait_for()
    page.get_by_role("button", name="It only decorates").click()
    page.get_by_role("dialog").get_by_text("three.png").wait_for()
    page.get_by_role("button", name="Cancel").click()
    until(page, r"One\]\([^]*!\[\]\(")
    page.wait_for_function("() => document.querySelectorAll('.coming').length === 0")
    assert text_of(page).count("![") == 2


def test_a_picture_that_did_not_arrive_keeps_its_place_and_is_sent_again(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "Before")
    page.context.set_offline(True)
    hand(page, "paste", ("far.png", picture(size=(9, 5))))
    page.get_by_label("In words").fill("Far")
    page.keyboard.press("Enter")
    fault = page.get_by_role("alert").filter(has_text="did not arrive: the site does not answer")
    fault.wait_for()
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Well ")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    until(page, r"^Well Before\n\n!\[Far\]")
    hand(page, "paste", ("page.png", b"<!doctype html><script>"))
    page.get_by_role("button", name="Insert", exact=True).click()
    page.get_by_role("alert").filter(has_text="It is a page of HTML").wait_for()
    page.get_by_role("button", name="Leave it out").click()
    assert page.locator(".coming").count() == 0
    assert "page.png" not in text_of(page)


def test_what_is_published_while_a_picture_is_on_its_way_has_it(opens: Opens) -> None:
    page = opens(NEW)
    held: list[Route] = []

    def hold(route: "Route") -> None:
        held.append(route)

    page.locator("[name=title]").fill("With a picture")
    write_text(page, "Before")
    page.route("**/admin/media/", hold)
    hand(page, "paste", ("slow.png", picture(size=(9, 6))))
    page.get_by_label("In words").fill("Slow")
    with page.expect_request("**/admin/media/"):
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("A picture is on its way: waiting for it").wait_for()
    held[0].continue_()
    page.get_by_text("Published. Readers see it now.").wait_for()
    assert re.fullmatch(r"Before\n\n!\[Slow\]\(/media/\S+\)", text_of(page))


def test_nothing_is_published_without_a_picture_that_did_not_arrive(opens: Opens) -> None:
    page = opens(NEW)
    page.locator("[name=title]").fill("Without a picture")
    write_text(page, "Before")
    page.route("**/admin/media/", lambda route: route.abort())
    hand(page, "paste", ("lost.png", picture(size=(9, 7))))
    page.get_by_label("In words").fill("Lost")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Try again").wait_for()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("A picture did not arrive: try again, or leave it out. “Publish” was not done.").wait_for()
    page.get_by_role("button", name="Leave it out").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("Published. Readers see it now.").wait_for()


def test_a_picture_of_the_library_is_chosen(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "")
    hand(page, "paste", ("known.png", picture(size=(12, 5))))
    page.get_by_label("In words").fill("Known")
    page.keyboard.press("Enter")
    until(page, "Known")
    write_text(page, "Again")
    page.get_by_role("button", name="Insert …").click()
    page.get_by_role("menuitem", name="Picture from the library").click()
    page.get_by_role("dialog").get_by_role("link", name="known.png").click()
    until(page, r"^Again\n\n!\[Known\]\(/media/")
