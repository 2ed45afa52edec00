"""What the renderer makes of the demonstration site and of the examples in docs/writing.md."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from PIL import Image

from tests.demo.demo_site import DEMO, Text, texts
from westmarch.links.paths import slugify
from westmarch.text.attributes import ALLOWED, CLASSES
from westmarch.text.markdown import render
from westmarch.text.rendered import Picture, Rendered

pytestmark = pytest.mark.unit

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "writing.md"
FENCE = re.compile(r"^(`{3,})markdown\n(.*?)\n\1$", re.M | re.S)
IN_PICTURE = re.compile(r'(\]\(|poster=")\.\./pictures/')
LISTINGS = ("/archive/", "/topics/", "/tags/", "/authors/")
BOOKS = json.loads((DEMO / "books.json").read_bytes())
#: The addresses of the books that the demonstration brings: by what they are called, and by their numbers.
BOOK_ADDRESSES = {f"/books/{slugify(book['title'])}/" for book in BOOKS} | {
    f"/isbn/{book['isbn13']}/" for book in BOOKS if book.get("isbn13")
}
# What would be left in the words of a page if a way of writing had not been understood.
LEFTOVERS = re.compile(r"""^:::|\{[.#:]|\[!|\[\[|\]\(|::video|~~|==|\*\*|\[\^|\^\[|"|\B'|'\B|:[a-z_]{3,}:""", re.M)


class Site:
    """Knows the demonstration site's own addresses and pictures."""

    def __init__(self) -> None:
        self.paths = [text.path for text in texts()]
        self.paths += [path for text in texts() for path in text.head.get("aliases", [])]

    def link(self, href: str) -> int | None:
        path = unquote(href)
        return self.paths.index(path) + 1 if path in self.paths else None

    def picture(self, src: str) -> Picture | None:
        file = DEMO / "pictures" / src.removeprefix("/media/")
        if not file.is_file():
            return None
        with Image.open(file, formats=["WEBP"]) as picture:
            return Picture(picture.width, picture.height)


def rendered(markdown: str, language: str = "en") -> Rendered:
    """The text with its pictures where an import would have put them; code keeps its examples as they are."""
    lines, fence = [], ""
    for line in markdown.split("\n"):
        mark = re.match(r" *(`{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip() == fence:
            fence = ""
        elif not fence:
            line = IN_PICTURE.sub(r"\1/media/", line)
        lines.append(line)
    return render("\n".join(lines), language=language, resolver=Site())


def words(html: str) -> str:
    """The text of a page without its code and formulas."""
    without = re.sub(r"<(pre|code|math|script)\b.*?</\1>", "", html, flags=re.S)
    return re.sub(r"<[^>]+>", "", without)


@pytest.fixture(scope="module", params=texts(), ids=lambda text: text.file.name)
def page(request: pytest.FixtureRequest) -> tuple[Text, Rendered]:
    text: Text = request.param
    return text, rendered(text.body, text.head["language"])


def test_nothing_is_reported_and_nothing_kept_as_plain_text(page: tuple[Text, Rendered]) -> None:
    _, result = page
    assert result.warnings == ()
    assert not result.plain


def test_no_mark_is_left_in_the_words(page: tuple[Text, Rendered]) -> None:
    _, result = page
    assert not LEFTOVERS.findall(words(result.html))
    assert "math-source" not in result.html


def test_each_picture_has_its_size_and_comes_from_the_site(page: tuple[Text, Rendered]) -> None:
    _, result = page
    for picture in re.findall(r"<img [^>]*>", result.html):
        assert 'src="\ufdd0/media/' in picture
        assert " title=" not in picture
        assert "alt=" in picture
        if 'alt=""' not in picture:
            assert "width=" in picture


def test_internal_links_are_known_to_the_resolver(page: tuple[Text, Rendered]) -> None:
    _, result = page
    others = [one.href for one in result.references if one.subject_id is None and not one.href.startswith(LISTINGS)]
    assert {unquote(href) for href in others} <= BOOK_ADDRESSES


def test_there_is_an_excerpt_without_figures_and_code(page: tuple[Text, Rendered]) -> None:
    _, result = page
    assert 10 < len(words(result.excerpt_html)) < 1200
    assert not re.search(r"<(figure|img|pre|h\d|nav)\b", result.excerpt_html)


@pytest.mark.parametrize(
    ("slug", "quotation"),
    [("writing-words", "“It isn’t ‘late’,” she said"), ("die-minute-mit-einundsechzig-sekunden", "„Bulletin C“")],
)
def test_quotation_marks_are_those_of_the_language(slug: str, quotation: str) -> None:
    text = next(one for one in texts() if one.head["slug"] == slug)
    assert quotation in words(rendered(text.body, text.head["language"]).html)


KINDS = ("note", "tip", "important", "warning", "caution")
EXAMPLES = {
    "figure": r"<figure[^>]*><img [^>]*><figcaption>",
    "wide": r'<figure class="wide"><img',
    "full": r'<figure class="full"><img',
    "group": r'<figure class="wide"><p><img [^>]*><img',
    "table in a figure": r"<figure><div class=\"table\".*?<figcaption>",
    "film": r'data-embed="https://(player\.vimeo\.com|www\.youtube-nocookie\.com)/',
    "poster": r'data-embed=[^>]+><img src="\ufdd0/media/film-strip\.webp"',
    "file": r'<span class="file">busiest\.sql</span>',
    "marked lines": r'<span class="hll">',
    "formula": r"<math>",
    "formula block": r'<math display="block">',
    "aligned": r"<mtable[^>]*>",
    "tasks": r'<ul class="tasks"><li><label><input type="checkbox" checked',
    "definitions": r"<dt>Spring tide</dt>\s*<dd>",
    "footnote": r'<li id="fn-2">',
    "abbreviation": r'<abbr title="Coordinated Universal Time">UTC</abbr>',
    "contents": r'<div class="contents"',
    "details": r"<details class=\"fold\"><summary>Why is",
    "raw details": r"<details>\s*<summary>The same as <code>",
    "ruby": r"<ruby>潮<rt>",
    "mark": r"<mark>marked</mark>",
    "subscript": r"H<sub>2</sub>O",
    "superscript": r"10<sup>9</sup>",
    "strike": r"<s>struck out</s>",
    "numbers": r'<td class="n">28\.9841</td>',
    "start": r'<ol start="3">',
    "own id": r'<h4 id="fourth">',
    "language": r'<span[^>]* lang="ar"',
    "class": r'<p class="small center">',
    "emoji": "🌊",
    **{
        f"callout {kind}": rf'<aside class="callout {kind}"'
        for kind in ("note", "tip", "important", "warning", "caution")
    },
}


@pytest.fixture(scope="module")
def manual() -> str:
    parts = [rendered(text.body).html for text in texts() if text.head.get("topic") == "Writing in Westmarch"]
    return re.sub(r">\s+<", "><", "".join(parts))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_manual_makes(name: str, manual: str) -> None:
    assert re.search(EXAMPLES[name], manual)


@pytest.mark.parametrize("example", [found[2] for found in FENCE.finditer(REFERENCE.read_text(encoding="utf-8"))])
def test_each_example_of_the_reference_is_understood(example: str) -> None:
    result = rendered(example)
    assert result.warnings == ()
    assert result.html
    assert not LEFTOVERS.findall(words(result.html))


@pytest.mark.parametrize("name", sorted(ALLOWED | CLASSES | {*KINDS, "details", "figure"}))
def test_the_reference_names_each_attribute_class_and_container(name: str) -> None:
    reference = REFERENCE.read_text(encoding="utf-8")
    assert f"`{name}`" in reference or f"::: {name} " in reference
