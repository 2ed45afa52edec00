"""How pages are set, as Chromium computes it: languages, fingers, print."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

#: Finger-sized, in CSS pixels.
TARGET = 44
ENGLISH, CHINESE, ARABIC = (
    "/leap-second/",
    "/%E5%85%AB%E6%9C%88%E5%8D%81%E5%85%AB%E6%BD%AE/",
    "/%D8%A7%D9%84%D8%AB%D8%A7%D9%86%D9%8A%D8%A9-%D8%A7%D9%84%D9%83%D8%A8%D9%8A%D8%B3%D8%A9/",
)


def computed(page: "Page", selector: str, name: str) -> str:
    value = page.eval_on_selector(selector, "(it, name) => getComputedStyle(it)[name]", name)
    return str(value)


def number(page: "Page", selector: str, name: str) -> float:
    return float(computed(page, selector, name).removesuffix("px"))


def ems(page: "Page", selector: str) -> tuple[float, float]:
    """Width and line height of a paragraph, in its font's size."""
    size = number(page, selector, "fontSize")
    return number(page, selector, "width") / size, number(page, selector, "lineHeight") / size


def test_a_line_of_latin_has_66_characters_or_so(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + ENGLISH)
    width, leading = ems(opened, ".prose > p")
    assert (round(width, 1), round(leading, 2)) == (33, 1.6)
    characters = opened.eval_on_selector_all(
        ".prose > p",
        """all => all.map((p) => {
            const range = document.createRange();
            range.selectNodeContents(p);
            const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.bottom / 8))).size;
            return lines > 3 ? p.textContent.length / lines : 0;
        }).filter(Boolean)""",
    )
    assert 58 <= sum(characters) / len(characters) <= 72


def test_a_line_of_chinese_has_38_to_42_signs_and_air(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + CHINESE)
    width, leading = ems(opened, ".prose > p")
    assert 38 <= width <= 42
    assert round(leading, 2) == 1.75
    assert computed(opened, ".prose > p", "textAlign") == "justify"
    assert computed(opened, ".prose > p", "textAutospace") != "no-autospace"


def test_latin_words_among_chinese_are_never_spaced_to_fill_a_line(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + CHINESE)
    assert computed(opened, ".prose > p", "textAlign") == "justify"
    assert computed(opened, ".prose > p", "textJustify") == "auto"
    assert computed(opened, ".prose blockquote p", "textAlign") == "start"


@pytest.mark.parametrize("path", [CHINESE, ARABIC])
def test_no_letters_are_spaced_where_none_may_be(opened: "Page", demonstration: str, path: str) -> None:
    opened.goto(demonstration + path)
    spaced = opened.eval_on_selector_all(
        "body *",
        """all => all.filter((it) => /^(zh|ar)/.test(it.closest("[lang]").lang) && it.textContent.trim()
            && !["normal", "0px"].includes(getComputedStyle(it).letterSpacing)
        ).map((it) => it.outerHTML.slice(0, 80))""",
    )
    assert spaced == []


@pytest.mark.parametrize(("path", "language", "face"), [("/", "zh", "Songti SC"), ("/", "ar", "Noto Naskh Arabic")])
def test_a_title_in_another_script_has_its_face_in_a_list(
    opened: "Page", demonstration: str, path: str, language: str, face: str
) -> None:
    opened.goto(demonstration + path)
    assert face in computed(opened, f".entry [lang={language}] h3", "fontFamily")
    assert face not in computed(opened, ".entry .meta", "fontFamily")


def test_words_are_broken_by_the_rules_of_their_language(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + ENGLISH)
    assert computed(opened, ".prose > p", "hyphens") == "auto"
    assert (
        computed(opened, ".prose table", "hyphens") == "manual" or computed(opened, ".prose table", "hyphens") == "none"
    )
    assert computed(opened, ".prose code", "hyphens") == "none"


def test_figures_stand_below_each_other_in_tables_and_lists_of_dates(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + ENGLISH)
    assert "tabular-nums" in computed(opened, ".prose td", "fontVariantNumeric")
    opened.goto(demonstration + "/archive/")
    assert "tabular-nums" in computed(opened, ".dated time", "fontVariantNumeric")


@pytest.mark.parametrize("path", ["/", "/archive/", "/tags/", "/topics/", "/brass-wheels/", ARABIC, "/nothing/"])
def test_what_is_pressed_is_as_large_as_a_finger(browser: "Browser", demonstration: str, path: str) -> None:
    """Links within a sentence are left out, as WCAG 2.5.8 does; they have the height of their line."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(demonstration + path, wait_until="networkidle")
    small = page.evaluate(
        """(least) => [...document.querySelectorAll("a[href], button, summary")].filter((it) => {
            const box = it.getBoundingClientRect();
            const shown = it.checkVisibility({ opacityProperty: true, contentVisibilityAuto: true });
            const within = it.closest(
                ".prose :is(p, li, dd, td), .standfirst, .summary, .side-text, .site-foot .plainly"
            );
            return shown && !within && !it.matches(".skip, [tabindex='-1']") && box.height < least;
        }).map((it) => [it.outerHTML.slice(0, 120), it.getBoundingClientRect().height])""",
        TARGET - 0.5,
    )
    context.close()
    assert small == []


def test_print_leaves_out_what_needs_a_hand_and_tells_where_links_lead(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + "/brass-wheels/", wait_until="networkidle")
    opened.eval_on_selector(
        ".prose > p",
        """p => p.insertAdjacentHTML(
            "beforeend", '<a class=out href="https://example.org/x">there</a> <a class=in href="/">here</a>'
        )""",
    )
    opened.emulate_media(media="print", color_scheme="dark")
    for gone in (".menu", ".tools", ".toc", ".after", ".copy", ".anchor", ".back", ".site-foot nav"):
        assert opened.locator(gone).first.is_hidden(), gone
    for kept in (".wordmark", "h1", ".cover img", ".prose > p", "figure.code", ".footnotes"):
        assert opened.locator(kept).first.is_visible(), kept
    after = "it => getComputedStyle(it, '::after').content"
    assert "https://example.org/x" in opened.eval_on_selector(".out", after)
    assert opened.eval_on_selector(".in", after) == "none"
    assert computed(opened, "body", "backgroundColor") in ("oklch(1 0 0)", "rgb(255, 255, 255)")
    assert computed(opened, "figure.code pre", "whiteSpaceCollapse") == "preserve"
    assert computed(opened, "figure.code pre", "textWrapMode") == "wrap"
    assert computed(opened, ".prose h2", "breakAfter") == "avoid"
    assert computed(opened, ".cover", "breakInside") == "avoid"


def test_a_printed_list_has_no_parts_beside_it_and_no_heading_on_two_pages(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + "/")
    opened.emulate_media(media="print")
    assert opened.locator(".sides").is_hidden()
    assert opened.locator(".entry").first.is_visible()
    assert computed(opened, "h3", "breakInside") == "avoid"


def test_a_printed_post_has_numbered_pages(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + "/leap-second/", wait_until="networkidle")
    document = opened.pdf(prefer_css_page_size=True, format="A4")
    assert document.startswith(b"%PDF")
    assert 2 <= document.count(b"/Type /Page\n") + document.count(b"/Type /Page ") <= 6


def test_forced_colours_keep_what_is_marked_marked(browser: "Browser", demonstration: str) -> None:
    context = browser.new_context(forced_colors="active", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(demonstration + "/leap-second/", wait_until="networkidle")
    assert number(page, ".highlight .hll", "borderInlineStartWidth") == 3
    assert number(page, ".callout", "borderInlineStartWidth") >= 2
    context.close()
