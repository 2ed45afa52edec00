"""Every page of the admin in a browser, as its owner: axe, phones, fingers and the keyboard."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.quality.admin_walk import Admin
from tests.quality.admin_walk import admin as admin
from tests.quality.test_axe import RUN
from tests.quality.test_axe import axe as axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

pytestmark = pytest.mark.browser

DESK: "ViewportSize" = {"width": 1280, "height": 900}
PHONE: "ViewportSize" = {"width": 360, "height": 844}
#: Whatever can have the focus, and is seen.
STOPS = """() => [...document.querySelectorAll(
  'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex="0"]'
)].filter((each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true }))"""
#: Links and buttons must be large enough for a finger, or have room around them (WCAG 2.5.8); axe leaves that out
#: unless it is asked.
SIZE = "target-size"
ASK_FOR_SIZE = f'axe.configure({{ rules: [{{ id: "{SIZE}", enabled: true }}] }})'
#: Focusable elements that do not show that they have the focus. A key was pressed before, so the browser shows it;
#: of the editor of texts the frame does.
UNSEEN = f"""() => ({STOPS})().filter((element) => {{
  element.focus();
  if (document.activeElement !== element) return true;
  const frame = element.isContentEditable && element.closest(".editor");
  if (frame && getComputedStyle(frame).boxShadow !== "none") return false;
  const {{ outlineStyle, outlineWidth }} = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return outlineStyle === "none" || outlineWidth === "0px" || !box.width || !box.height;
}}).map((element) => element.outerHTML.slice(0, 160))"""


@dataclass(slots=True)
class Looked:
    """What was found on the pages."""

    axe: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    small: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def looked(admin: Admin, browser: "Browser", axe: str) -> Iterator[Looked]:
    """All of what a browser finds on one page of each route, wide in light and narrow in dark."""
    found = Looked()
    page = opened(admin, browser, "/admin/")
    page.context.on("weberror", lambda error: found.complaints.append(f"{page.url}: {error.error}"))
    page.context.on("console", lambda said: found.complaints.extend(complaint(said)))
    for address in admin.walked["owner"].one_of_each():
        if address.endswith("/report/"):
            continue  # A document of its own, in which no script runs: not that of axe either.
        page.set_viewport_size(DESK)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(admin.url + address)
        page.evaluate(axe)  # The page's own Content-Security-Policy stays in force: it is for scripts of the page.
        found.axe += [f"{address}: {each}" for each in page.evaluate(RUN, [])]
        page.keyboard.press("Tab")
        found.unseen += [f"{address}: {html}" for html in page.evaluate(UNSEEN)]
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        page.evaluate("scrollTo(0, 0)")
        page.evaluate(ASK_FOR_SIZE)
        told = page.evaluate(RUN, [])
        found.axe += [f"{address} on a phone, dark: {each}" for each in told if not each.startswith(SIZE)]
        found.small += [f"{address}: {each}" for each in told if each.startswith(SIZE)]
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found.wide += [f"{address}: {over} px too wide"] if over > 0 else []
    yield found
    page.context.close()


def complaint(said: "ConsoleMessage") -> list[str]:
    """What the browser says is wrong; to its advice on forms belongs that a passphrase wants the name of somebody."""
    return [f"{said.page.url if said.page else ''}: {said.text}"] if said.type in ("error", "warning") else []


def listed(found: list[str]) -> str:
    return json.dumps(found, indent=1, ensure_ascii=False)


def test_axe_finds_nothing_on_any_page(looked: Looked) -> None:
    assert looked.axe == [], listed(looked.axe)


def test_no_page_is_wider_than_a_phone(looked: Looked) -> None:
    assert looked.wide == [], listed(looked.wide)


def test_all_controls_are_large_enough_for_a_finger(looked: Looked) -> None:
    assert looked.small == [], listed(looked.small)


def test_all_controls_show_that_they_have_the_focus(looked: Looked) -> None:
    assert looked.unseen == [], listed(looked.unseen)


def test_no_page_makes_the_browser_complain(looked: Looked) -> None:
    assert looked.complaints == [], listed(looked.complaints)


def test_the_first_stop_of_the_keyboard_skips_to_the_content(admin: Admin, browser: "Browser") -> None:
    page = opened(admin, browser, "/admin/posts/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    assert skip.evaluate("link => link === document.activeElement")
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["width"] > 24
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.context.close()


def test_the_keyboard_comes_to_each_control_of_the_form_of_a_post(admin: Admin, browser: "Browser") -> None:
    page = opened(admin, browser, "/admin/posts/new/")
    wanted = page.evaluate(f"({STOPS})().length")
    assert wanted > 20
    reached = set()
    for _ in range(wanted + 10):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(f"({STOPS})().indexOf(document.activeElement)"))
    assert set(range(wanted)) - reached == set()
    page.context.close()


def opened(admin: Admin, browser: "Browser", path: str) -> "Page":
    """A page of the admin in a window of its own, as the owner."""
    name, _, value = admin.cookies["owner"].partition("=")
    context = browser.new_context(viewport=DESK)
    context.set_default_timeout(90_000)
    context.add_cookies([{"name": name, "value": value, "url": admin.url}])
    page = context.new_page()
    page.goto(admin.url + path)
    return page
