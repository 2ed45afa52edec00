"""No page of any kind bars anybody: axe finds nothing in four languages, both schemes, wide and narrow.

Pages of the same kinds have other words in each language, and no other colours: in each view they are seen in English.
"""

import json
from typing import TYPE_CHECKING

import pytest

from tests.quality.conftest import packaged
from tests.quality.sites import KINDS, LANGUAGES, Sites

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

#: The rules of axe that are about colours, which are all that a scheme changes.
COLOURS = ("color-contrast", "link-in-text-block")
View = tuple[int, str, tuple[str, ...]]
#: Widths and schemes, with the rules that axe holds the page to there (none named: all).
VIEWS: tuple[View, ...] = (
    (1280, "light", ()),
    (1280, "dark", COLOURS),
    (360, "dark", COLOURS),
    (360, "light", ()),
)
#: Runs axe in the page and gives back what it found, and what it could not decide of colours.
#: Single letters and signs are looked at like any other text, as every token of code is to be read. No text of the
#: theme stands on a shape that `::before` or `::after` makes. Left open may be what axe cannot point at: what is cut at
#: the edge of a box that scrolls, signs a pixel high, labels over a picture, which bring a ground of their own, and
#: what is drawn: covers, whose colours have a test (tests/books/test_covers.py), and the pictures of the years and of
#: views, in inks.
RUN = """async (only) => {
  const usual = axe._audit.checks["color-contrast"].options;
  const options = { ...usual, ignoreLength: true, ignoreUnicode: false, ignorePseudo: true };
  axe.configure({ checks: [{ id: "color-contrast", options }] });
  const wanted = { resultTypes: ["violations", "incomplete"], elementRef: true };
  if (only.length) wanted.runOnly = { type: "rule", values: only };
  const beyond = (element) => {
    const own = element.getBoundingClientRect();
    const drawn = ".video-title, .video-host, .jacket *, .years-picture *, .chart text";
    if (own.height < 4 || element.matches(drawn)) return true;
    for (let box = element.parentElement; box; box = box.parentElement) {
      const edge = box.getBoundingClientRect();
      const scrolls = getComputedStyle(box).overflowX !== "visible" && box.scrollWidth > box.clientWidth;
      if (scrolls && (own.left < edge.left || own.right > edge.right)) return true;
    }
    return false;
  };
  const found = await axe.run(document, wanted);
  const open = found.incomplete.filter((rule) => rule.id.startsWith("color-contrast"))
    .map((rule) => ({ ...rule, nodes: rule.nodes.filter((node) => !beyond(node.element)) }));
  return [...found.violations, ...open].flatMap((rule) => rule.nodes.map(
    (node) => `${rule.id}: ${node.html.slice(0, 160)}: ${node.failureSummary}`));
}"""

#: What script adds to the pages below.
ADDED = ".note-box, dialog.lightbox"


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe."""
    return packaged("axe-core/axe.min.js").read_text(encoding="utf-8")


def audit(page: "Page", axe: str, address: str, *, press: str = "", seen_in: tuple[View, ...] = VIEWS) -> list[str]:
    """What axe finds on a page in each view, with the view in front; before, what `press` selects is pressed."""
    page.set_viewport_size({"width": VIEWS[0][0], "height": 800})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(address)
    if press:
        page.locator(ADDED).first.wait_for(state="attached")  # A function to wait for would need `unsafe-eval`.
        page.locator(press).first.click()
    return views(page, axe, seen_in)


def views(page: "Page", axe: str, seen_in: tuple[View, ...] = VIEWS) -> list[str]:
    """What axe finds in each view of the page that is open."""
    page.evaluate(axe + ";0")  # The page's own Content-Security-Policy stays in force: it is for scripts of the page.
    found = []
    for width, scheme, only in seen_in:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        told: list[str] = page.evaluate(RUN, list(only))
        found += [f"{page.url} at {width} px, {scheme}: {each}" for each in told]
    return found


@pytest.mark.parametrize(
    ("language", "alike"),
    [
        pytest.param("en", VIEWS, id="en"),
        *(pytest.param(each, VIEWS[:1], id=each) for each in LANGUAGES[1:]),
        *(pytest.param(each, VIEWS, id=f"{each}, all", marks=pytest.mark.long) for each in LANGUAGES[1:]),
    ],
)
def test_axe_finds_nothing(page: "Page", sites: Sites, axe: str, language: str, alike: tuple[View, ...]) -> None:
    found = []
    for kind, address in sites.pages(language).items():
        found += audit(page, axe, address, seen_in=alike if kind in KINDS else VIEWS)
    with sites.broken() as address:
        found += audit(page, axe, address)
    assert found == [], json.dumps(found, indent=1, ensure_ascii=False)


@pytest.mark.parametrize(
    ("path", "press", "opened"),
    [
        ("/writing-lists-tables-asides/", ".fn a", ".note-box:popover-open"),
        ("/writing-pictures-films/", "button.zoom", "dialog.lightbox[open]"),
    ],
    ids=["note", "light box"],
)
def test_axe_finds_nothing_in_what_script_opens(
    page: "Page", sites: Sites, axe: str, path: str, press: str, opened: str
) -> None:
    found = audit(page, axe, sites.full + path, press=press)
    assert page.locator(opened).count()
    assert found == [], json.dumps(found, indent=1, ensure_ascii=False)
