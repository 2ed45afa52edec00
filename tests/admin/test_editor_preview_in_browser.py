"""The preview beside the text: soon there, only what differs put in, and scrolled in step."""

import pytest

from tests.admin.opened import Opens, write_text
from tests.admin.opened import opens as opens
from tests.admin.opened import owned as owned

pytestmark = pytest.mark.browser

NEW = "/admin/posts/new/"


def test_what_is_as_it_was_stays_in_the_preview(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "First\n\nSecond\n\nThird")
    page.get_by_role("button", name="Preview").last.click()
    frame = page.frame_locator("[data-preview] iframe")
    frame.locator("p", has_text="Third").evaluate("block => { block.kept = true; }")
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("New\n\n")
    frame.locator("p", has_text="New").wait_for()
    third = frame.locator("p", has_text="Third")
    assert third.evaluate("block => block.kept")
    assert third.get_attribute("data-line") == "7"


def test_both_sides_scroll_in_step(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "\n\n".join(f"## Part {number}\n\n" + "Some words of it. " * 20 for number in range(25)))
    page.get_by_role("button", name="Preview").last.click()
    frame = page.frame_locator("[data-preview] iframe")
    frame.get_by_role("heading", name="Part 24").wait_for()
    page.locator(".cm-content").press("Control+Home")
    page.wait_for_function("() => document.querySelector('.cm-scroller').scrollTop < 40")
    page.locator(".cm-scroller").hover()
    page.mouse.wheel(0, 2_500)
    page.wait_for_function("() => document.querySelector('[data-preview] iframe').contentWindow.scrollY > 800")
    page.wait_for_timeout(300)
    seen = """(() => {
      const top = document.querySelector(".cm-scroller").getBoundingClientRect().top;
      const lines = [...document.querySelectorAll(".cm-line")].filter((line) => line.getBoundingClientRect().top > top);
      return lines.find((line) => line.textContent.startsWith("##")).textContent;
    })()"""
    part = page.evaluate(seen).removeprefix("## ")
    place = frame.locator("h2").filter(has_text=part).first.evaluate("heading => heading.getBoundingClientRect().top")
    assert 0 <= place < 700, (part, place)
    page.locator("[data-preview] iframe").hover()
    page.mouse.wheel(0, -100_000)
    page.wait_for_function("() => document.querySelector('.cm-scroller').scrollTop < 40")
