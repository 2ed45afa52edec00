"""The editor of texts in a real browser: keys, menus, what is pasted, and texts that are hard on it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from tests.admin.opened import Opens, Owned, owned_by_nell, text_of, write_text
from tests.admin.opened import opens as opens
from tests.cli.test_doctor import write
from tests.factories import post
from tests.quality.test_axe import RUN
from tests.quality.test_axe import axe as axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

NEW = "/admin/posts/new/"
#: Hands a piece of the clipboard to the editor, as a browser does. Tells whether the editor took it.
PASTE = """([types, shift]) => {
  const data = new DataTransfer();
  for (const [type, words] of Object.entries(types)) data.setData(type, words);
  const target = document.querySelector(".cm-content");
  return !target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def furnish(session: Session) -> None:
    post(session, "Tide [tables]", slug="tide-tables")
    post(session, "The lowest tide", slug="the-lowest-tide")


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    with owned_by_nell(tmp_path_factory.mktemp("owned")) as made:
        write(made.site, furnish)
        yield made


def chosen(page: "Page", text: str) -> None:
    """Write this, and choose what stands between `«` and `»`."""
    start, end = text.index("«"), text.index("»") - 1
    write_text(page, text.replace("«", "").replace("»", ""))
    page.keyboard.press("Control+Home")
    for _ in range(start):
        page.keyboard.press("ArrowRight")
    for _ in range(end - start):
        page.keyboard.press("Shift+ArrowRight")


def paste(page: "Page", **types: str) -> None:
    page.evaluate(PASTE, [{name.replace("_", "/"): words for name, words in types.items()}, False])


def test_keys_put_marks_around_words_and_take_them_away(opens: Opens) -> None:
    page = opens(NEW)
    for key, marked in (("b", "a **word** here"), ("i", "a *word* here"), ("e", "a `word` here")):
        chosen(page, "a «word» here")
        page.keyboard.press(f"Control+{key}")
        assert text_of(page) == marked
        page.keyboard.press(f"Control+{key}")
        assert text_of(page) == "a word here"
    chosen(page, "a «word» here")
    page.keyboard.press("Control+k")
    page.keyboard.type("/there/")
    assert text_of(page) == "a [word](/there/) here"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert text_of(page) == "a word here"


def test_lists_go_on_and_end(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "- one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("after")
    assert text_of(page) == "- one\n- two\n\nafter"
    write_text(page, "1. one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    assert text_of(page) == "1. one\n2. two"
    write_text(page, "- [x] one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    assert text_of(page) == "- [x] one\n- [ ] two"


def test_the_tab_key_leaves_the_editor(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "words")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('[role=toolbar]') !== null")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "I"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.editor') === null")
    assert text_of(page) == "words"


def test_two_brackets_offer_posts_by_their_titles(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "See ")
    page.keyboard.type("[[tide")
    page.get_by_role("option", name="Tide [tables]").wait_for()
    page.keyboard.press("Enter")
    path = text_of(page).partition("(")[2].rstrip(")")
    assert path.endswith("/tide-tables/")
    assert text_of(page) == f"See [Tide \\[tables\\]]({path})"


def test_a_slash_at_the_beginning_of_a_line_opens_the_menu(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "Before\n")
    page.keyboard.type("/tab")
    page.get_by_role("option", name="Table").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("Name")
    assert text_of(page) == "Before\n\n| Name | Second |\n|:------|:-------|\n|       |        |"
    write_text(page, "and/or /")
    assert page.locator(".cm-tooltip-autocomplete").count() == 0


def test_what_begins_no_name_of_the_menu_stays_as_it_was_typed(opens: Opens) -> None:
    page = opens(NEW)
    for typed in ("/opt", "/the", "/o/p", "/tbl"):
        write_text(page, "")
        page.keyboard.type(typed)
        page.locator(".cm-line", has_text=typed).wait_for()
        page.keyboard.press("Enter")
        page.keyboard.type("x")
        assert text_of(page) == f"{typed}\nx"
    write_text(page, "")
    page.keyboard.type("/numbered l")
    page.get_by_role("option", name="Numbered list").wait_for()
    page.get_by_role("option", name="Tasks").wait_for(state="detached")


@pytest.mark.parametrize(
    ("before", "after"), [("```\n", ""), ("~~~py\nx = 1\n", "\n~~~"), ("words\n\n    ", ""), ("$$\n", "\n$$")]
)
def test_nothing_is_offered_in_code(opens: Opens, before: str, after: str) -> None:
    page = opens(NEW)
    for typed in ("/", "/list", "[[tide"):
        write_text(page, before + after)
        for _ in after:
            page.keyboard.press("ArrowLeft")
        page.keyboard.type(typed)
        # Time for what would be offered to come; whatever comes first, Enter is a line's end.
        page.wait_for_timeout(400)
        assert page.locator(".cm-tooltip-autocomplete").count() == 0
        page.keyboard.press("Enter")
        assert text_of(page).startswith(f"{before}{typed}")


def test_nothing_is_offered_in_code_within_a_line(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "Write `x` here")
    for _ in "` here":
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("[[tide")
    page.wait_for_timeout(400)
    assert page.locator(".cm-tooltip-autocomplete").count() == 0
    page.keyboard.press("Enter")
    assert text_of(page).startswith("Write `x[[tide")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_toolbar_does_the_same_by_mouse_and_finger(opens: Opens, width: int) -> None:
    page = opens(NEW, width)
    write_text(page, "words")
    page.get_by_role("toolbar").get_by_role("button", name="Heading").click()
    assert text_of(page) == "## words"
    page.get_by_role("toolbar").get_by_role("button", name="Heading").click()
    assert text_of(page) == "### words"
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="Insert …").click()
    page.get_by_role("menuitem", name="Footnote").click()
    page.keyboard.type("A note.")
    assert text_of(page) == "### words[^1]\n\n[^1]: A note."
    for name, sample in {"Callout": "> [!NOTE]\n> Words", "Formula": "$$\nx^2\n$$", "Code": "```\ncode\n```"}.items():
        write_text(page, "")
        page.get_by_role("button", name="Insert …").click()
        page.get_by_role("menuitem", name=name).click()
        assert text_of(page) == sample


def test_an_address_pasted_on_words_makes_them_a_link(opens: Opens) -> None:
    page = opens(NEW)
    chosen(page, "the «sea» here")
    paste(page, text_plain="https://example.org/sea")
    assert text_of(page) == "the [sea](https://example.org/sea) here"


RICH = """<meta charset="utf-8"><b style="font-weight:normal"><h1>Tides</h1><p>A <b>strong</b> and
<i>leaning</i> <a href="https://example.org/">link</a>, <span style="font-weight:700">bold by style</span>,
H<sub>2</sub>O, <s>gone</s>.</p>
<ul><li>one</li><li>two<ul><li>inner</li></ul></li></ul><ol><li>first</li></ol>
<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>
<pre><code>x = 1</code></pre><img src="file:///C:/hill.png" alt="A hill"><script>alert(1)</script></b>"""


def test_rich_text_becomes_markdown(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "")
    paste(page, text_html=RICH, text_plain="Tides A strong …")
    made = text_of(page)
    for piece in (
        "## Tides\n\nA **strong** and *leaning* [link](https://example.org/), **bold by style**, H~2~O, ~~gone~~.",
        "- one\n- two\n  - inner", "1. first", "| a   | b   |", "| 1   | 2   |", "```\nx = 1\n```", "A hill",
    ):  # fmt: skip
        assert piece in made, made
    for lost in ("alert", "file:", "<"):
        assert lost not in made, made


def test_what_only_looks_rich_stays_plain(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "")
    html = "<meta charset='utf-8'><div style='color:red'><span>def</span> <span>tide():</span></div>"
    paste(page, text_html=html, text_plain="def tide():")
    assert text_of(page) == "def tide():"
    write_text(page, "```\n\n```")
    page.keyboard.press("ArrowUp")
    paste(page, text_html="<p><b>bold</b></p>", text_plain="bold")
    assert text_of(page) == "```\nbold\n```"


def test_find_opens_and_finds(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "one two\nthree two")
    page.keyboard.press("Control+f")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    page.locator(".cm-searchMatch").nth(1).wait_for()
    panel = page.locator(".cm-search")
    names = panel.get_by_role("button").evaluate_all("all => all.map((each) => each.ariaLabel || each.textContent)")
    assert names == ["Next", "Previous", "Select all", "Replace", "Replace all", "Close"]
    for name in ("Match case", "Pattern", "Whole words"):
        assert panel.get_by_role("checkbox", name=name, exact=True).is_visible()
    assert panel.get_by_role("textbox").evaluate_all("all => all.map((each) => each.placeholder)") == [
        "Find",
        "Replace with",
    ]
    page.keyboard.press("Escape")
    assert page.locator(".cm-search").count() == 0


def test_focus_leaves_nothing_but_the_text_until_escape(opens: Opens) -> None:
    page = opens(NEW)
    page.locator(".cm-content").wait_for()
    page.get_by_role("button", name="Focus").click()
    assert not page.locator(".rail").is_visible()
    assert not page.get_by_label("Slug").is_visible()
    assert page.locator(".cm-content").is_visible()
    page.keyboard.press("Escape")
    assert page.get_by_label("Slug").is_visible()


def test_an_input_method_composes(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "我在")
    asked = page.context.new_cdp_session(page)
    for part in ("h", "ha", "hai"):
        asked.send("Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)})
    asked.send("Input.insertText", {"text": "海边"})
    page.keyboard.type("!")
    assert text_of(page) == "我在海边!"


def test_each_line_has_its_own_direction(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "The sea\nكان البحر هادئا\nשלום")
    found = page.locator(".cm-line").evaluate_all("lines => lines.map((line) => getComputedStyle(line).direction)")
    assert found == ["ltr", "rtl", "rtl"]


@pytest.mark.parametrize(
    "text", ["Some *words* of a **tide**.\n\n" * 75_000, "word " * 100_000], ids=["2 MB", "a line"]
)
def test_hard_texts_stay_usable(opens: Opens, text: str) -> None:
    page = opens(NEW)
    page.locator(".cm-content").focus()
    # What a keyboard cannot do at once.
    page.evaluate("""async (text) => {
      const module = [...document.scripts].find((script) => script.src.includes("/writing.js")).src;
      const named = (await (await fetch(module)).text()).match(/"(\\.\\/writing\\/counting\\.js[^"]*)"/)[1];
      const source = await (await fetch(new URL(named, module))).text();
      const address = source.match(/"(\\.\\/text\\.js[^"]*)"/)[1];
      (await import(new URL(address, new URL(named, module)))).text.value = text;
    }""", text)  # fmt: skip
    page.keyboard.press("Control+Home")
    slowest = page.evaluate("""async () => {
      const content = document.querySelector(".cm-content"), took = [];
      for (let turn = 0; turn < 10; turn += 1) {
        const start = performance.now();
        document.execCommand("insertText", false, "x");
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        took.push(performance.now() - start);
      }
      return took.sort((one, other) => one - other)[5];
    }""")
    assert text_of(page) == "x" * 10 + text
    assert slowest < 2000, f"{slowest:.0f} ms"
    page.keyboard.press("Control+End")
    page.keyboard.type("end")
    assert text_of(page).endswith("end")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_editor(opens: Opens, axe: str, width: int, scheme: str) -> None:
    page = opens(NEW, width)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    write_text(
        page, "## One\n\nSome `code` and [a link](/x/), ==marked==\n\n> quoted $x^2$\n\n- item\n\n```python\nx\n```\n"
    )
    page.keyboard.press("Control+f")
    found = [_faults(page, axe)]
    page.keyboard.press("Escape")
    page.keyboard.type("/")
    page.get_by_role("option", name="Heading").wait_for()
    found.append(_faults(page, axe))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Insert …").click()
    found.append(_faults(page, axe))
    assert found == [[], [], []]


def _faults(page: "Page", axe: str) -> list[str]:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.evaluate("document.querySelector('[data-buttons]').style.position = 'static'")
    page.evaluate("scrollTo(0, 0)")
    page.evaluate(axe + ";0")
    found: list[str] = page.evaluate(RUN, [])
    return found


def test_a_title_is_one_line_and_enter_goes_on_to_the_text(opens: Opens) -> None:
    page = opens(NEW)
    page.locator("#f-title").press_sequentially("Spring tides")
    page.keyboard.press("Enter")
    page.keyboard.type("The moon pulls.")
    page.locator(".cm-content", has_text="The moon pulls.").wait_for()
    assert page.input_value("#f-title") == "Spring tides"
    page.locator("#f-title").fill("Spring\n tides, pasted")
    assert page.input_value("#f-title") == "Spring tides, pasted"


def test_what_is_saved_stays_in_sight_however_far_one_scrolls(opens: Opens) -> None:
    page = opens(NEW, 390)
    page.locator("#f-title").fill("Neap tides")
    said = page.locator("[data-said]", has_text="Kept on the server")
    said.wait_for()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    place = said.bounding_box()
    assert place
    assert 0 <= place["y"] < 844
