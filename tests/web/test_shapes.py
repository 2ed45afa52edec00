"""Pictures of any shape, titles of any length and what stands beside them keep their places in a real browser."""

import io
import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.serving import COMMAND, new_site, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SHAPES = {"tall": (400, 1600), "square": (800, 800), "wide": (1600, 300), "tiny": (30, 20)}
#: A title of almost 300 characters.
LONG = "A true and particular account of the great storm " * 6
PHONE = [(360, "light")]


def webp(size: tuple[int, int]) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "#2a5d67").save(content, "WEBP")
    return content.getvalue()


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served site whose posts have covers of all shapes, and titles of all lengths."""
    folder = tmp_path_factory.mktemp("posts")
    for number, (name, size) in enumerate(SHAPES.items(), start=1):
        (folder / f"{name}.webp").write_bytes(webp(size))
        (folder / f"{name}.md").write_text(
            f"---\ntitle: {name}\nslug: {name}\ndate: 2026-01-0{number}\ncover: {name}.webp\ncover_alt: A colour\n"
            "tags: [Colours]\n---\n"
            "A [link](https://example.org/) among words.\n\n> Said.\n>\n> <cite>Somebody</cite>\n"
        )
    for number, title in enumerate(("Newest", LONG, LONG.upper()), start=1):
        head = f"title: {title}\nslug: p{number}\ndate: 2025-01-0{9 - number}\ntags: [Colours]\npinned: {number == 1}"
        (folder / f"p{number}.md").write_text(f"---\n{head}\n---\nSome words.\n")
    site = new_site(tmp_path_factory.mktemp("shapes"), "--title", "Shapes")
    command = [*COMMAND, "--site", str(site), "import", "markdown", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    with serving(site) as server:
        yield server.url


@pytest.mark.parametrize("opened", [(360, "light"), (768, "light"), (1280, "light")], indirect=True)
def test_pictures_in_a_list_are_of_one_size_and_push_no_lines_apart(opened: "Page", shapes: str) -> None:
    opened.goto(shapes + "/")
    sizes = opened.eval_on_selector_all(
        ".entry-picture img", "all => all.map(it => [it.clientWidth, it.clientHeight].join('x'))"
    )
    assert len(sizes) == len(SHAPES)
    assert len(set(sizes)) == 1
    gaps = opened.eval_on_selector_all(
        ".entry:not(.longer) .entry-body",
        """all => all.map(it => Math.round(it.querySelector(".summary").getBoundingClientRect().top
            - it.querySelector("h3").getBoundingClientRect().bottom))""",
    )
    assert len(set(gaps)) == 1, gaps


@pytest.mark.parametrize("opened", [(360, "light"), (1280, "light")], indirect=True)
def test_no_cover_is_higher_than_the_window(opened: "Page", shapes: str) -> None:
    for name in SHAPES:
        opened.goto(f"{shapes}/{name}/")
        assert opened.eval_on_selector(".cover img", "it => it.clientHeight < innerHeight"), name


def test_the_longest_titles_of_neighbours_are_cut_after_five_lines(opened: "Page", shapes: str) -> None:
    opened.goto(shapes + "/p2/")
    lines = opened.eval_on_selector_all(
        ".thirds :is(strong, h3)",
        "all => all.map(it => Math.round(it.clientHeight / parseFloat(getComputedStyle(it).lineHeight)))",
    )
    assert max(lines) == 5


def test_links_in_summaries_can_be_told_from_words(opened: "Page", shapes: str) -> None:
    opened.goto(shapes + "/")
    lines = opened.eval_on_selector_all(".summary a", "all => all.map(it => getComputedStyle(it).textDecorationLine)")
    assert lines
    assert set(lines) == {"underline"}


def test_who_is_quoted_is_named_in_small_letters(opened: "Page", shapes: str) -> None:
    opened.goto(shapes + "/tall/")
    size = "it => parseFloat(getComputedStyle(it).fontSize)"
    assert opened.eval_on_selector("blockquote cite", size) < 0.8 * opened.eval_on_selector("blockquote", size)


def test_boxes_of_a_list_to_tick_off_stand_where_their_lines_do(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + "/brass-wheels/")
    offsets = opened.eval_on_selector_all(
        ".tasks input", "all => all.map(it => Math.round(it.offsetTop - it.parentElement.offsetTop))"
    )
    assert len(offsets) == 5
    assert len(set(offsets)) == 1


@pytest.mark.parametrize("opened", PHONE, indirect=True)
def test_the_line_beside_a_callout_is_not_the_edge_of_a_phone(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + "/specimen-sheet/")
    starts = opened.eval_on_selector_all(".callout", "all => all.map(it => it.getBoundingClientRect().left)")
    assert starts
    assert min(starts) >= 4


@pytest.mark.parametrize("opened", PHONE, indirect=True)
def test_sections_after_headings_of_lower_levels_begin_with_room(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + "/specimen-sheet/")
    room, text = opened.eval_on_selector(
        ".prose h6 + h2",
        "it => [parseFloat(getComputedStyle(it).marginTop), parseFloat(getComputedStyle(it).fontSize)]",
    )
    assert room > 1.5 * text


def test_a_list_in_a_list_keeps_its_lines_at_one_distance(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + "/writing-lists-tables-asides/")
    above = opened.eval_on_selector_all(
        ".prose > ul li > ul", "all => all.map(it => parseFloat(getComputedStyle(it).marginTop))"
    )
    between = opened.eval_on_selector(".prose > ul > li + li", "it => parseFloat(getComputedStyle(it).marginTop)")
    assert above
    assert set(above) == {between}


@pytest.mark.parametrize("opened", [(900, "light")], indirect=True)
def test_dates_in_the_margin_are_not_broken(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + "/brass-wheels/")
    lines = opened.eval_on_selector_all(".post-head time", "all => all.map(it => it.getClientRects().length)")
    assert lines == [1, 1]
