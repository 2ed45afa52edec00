"""The texts of Ghost: Lexical, Mobiledoc, their cards, and what older versions have."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.exports.ghost.writing import lexical, mobiledoc, node, paragraph, words
from westmarch.transfer.exports.ghost.cards import NAMES
from westmarch.transfer.exports.ghost.content import broken_lines, content
from westmarch.transfer.exports.ghost.lexical import DEEPEST
from westmarch.transfer.exports.html import to_markdown
from westmarch.transfer.items import FileWarning

pytestmark = pytest.mark.unit


def shown(**row: Any) -> tuple[str, list[str]]:
    """The text as it comes in, and what is told of it."""
    warnings: list[FileWarning] = []
    text, format_, _ = content(row, warnings)
    if format_ == "html":
        text, more = to_markdown(text)
        warnings += more
    return text, [one.message for one in warnings]


def of_nodes(*nodes: dict[str, Any]) -> str:
    """The HTML of a text in Lexical."""
    return content({"lexical": lexical(*nodes)}, [])[0]


def of_card(name: str, **payload: Any) -> str:
    """The HTML of a card, which is the same in both editors."""
    older = content({"mobiledoc": mobiledoc([10, 0], cards=[[name, payload]])}, [])[0]
    assert of_nodes(node(name, **payload)) == older
    return older


def test_lexical_has_all_marks_with_as_few_as_say_it() -> None:
    nodes = [words("a", 1), words("b", 3), words(" c "), words("d", 8 | 128), words("e", 16), words("f", 32 | 64 | 4)]
    assert of_nodes(paragraph(*nodes)) == (
        "<p><strong>a<em>b</em></strong> c <u><mark>d</mark></u><code>e</code><s><sub><sup>f</sup></sub></s></p>"
    )


def test_lexical_has_headings_quotations_links_and_lists_in_lists() -> None:
    inner = node("list", node("listitem", words("c"), value=1), listType="number", start=3)
    assert of_nodes(
        node("extended-heading", words("a"), tag="h3"),
        node("aside", words("b"), node("linebreak"), words("<b>")),
        node("list", node("listitem", words("b")), node("listitem", inner), listType="bullet"),
        node("list", node("listitem", words("d"), checked=True), listType="check"),
        paragraph(node("link", words("e", 1), url="__GHOST_URL__/x/?a=1&b", title="T")),
    ).split("\n") == [
        "<h3>a</h3>",
        "<blockquote><p>b<br>&lt;b&gt;</p></blockquote>",
        '<ul><li>b<ol start="3"><li>c</li></ol></li></ul>',
        "<ul><li>☑ d</li></ul>",
        '<p><a href="/x/?a=1&amp;b" title="T"><strong>e</strong></a></p>',
    ]


def test_mobiledoc_has_marks_lists_links_and_soft_returns() -> None:
    text = mobiledoc(
        [1, "h2", [[0, [], 0, "a"]]],
        [1, "p", [[0, [0], 0, "b"], [0, [1], 2, "c"], [1, [], 0, 0], [0, [2], 1, "<d>"]]],
        [3, "ol", [[[0, [], 0, "e"]], [[0, [], 0, "f"]]]],
        [1, "aside", [[0, [], 0, "g"]]],
        [2, "/content/images/h.png"],
        markups=[["strong"], ["em"], ["a", ["href", "__GHOST_URL__/i/", "rel", "nofollow"]]],
    )
    assert content({"mobiledoc": text}, [])[0].split("\n") == [
        "<h2>a</h2>",
        '<p><strong>b<em>c</em></strong><br><a href="/i/">&lt;d&gt;</a></p>',
        "<ol><li>e</li><li>f</li></ol>",
        "<blockquote><p>g</p></blockquote>",
        '<p><img src="/content/images/h.png" alt=""></p>',
    ]


@pytest.mark.parametrize(
    ("name", "payload", "expected"),
    [
        (
            "image",
            {"src": "/a.png", "alt": "A", "caption": "<i>W</i>", "href": "/b"},
            '<figure><a href="/b"><img src="/a.png" alt="A"></a><figcaption><i>W</i></figcaption></figure>',
        ),
        (
            "gallery",
            {"images": [{"src": "/a.png"}, {"src": "/b"}], "caption": "C"},
            '<p><img src="/a.png" alt=""></p><p><img src="/b" alt=""></p><p>C</p>',
        ),
        ("html", {"html": "<em>x</em>"}, "<em>x</em>"),
        (
            "bookmark",
            {"url": "https://x.example/", "metadata": {"title": "T", "description": "D", "publisher": "P"}},
            '<blockquote><p><a href="https://x.example/">T</a></p><p>D</p><p>P</p></blockquote>',
        ),
        ("embed", {"url": "https://youtu.be/x", "html": "<iframe></iframe>"}, "<p>https://youtu.be/x</p>"),
        (
            "embed",
            {"url": "https://x.com/a", "html": "<blockquote>Q</blockquote><script src='s'></script>"},
            "<blockquote>Q</blockquote>",
        ),
        (
            "embed",
            {"url": "https://a.example/", "html": "<iframe src='y'></iframe>", "metadata": {"title": "T"}},
            '<p><a href="https://a.example/">T</a></p>',
        ),
        ("callout", {"calloutEmoji": "💡", "calloutText": "<p>W</p>"}, "<blockquote><p>💡 W</p></blockquote>"),
        ("toggle", {"heading": "H", "content": "<p>C</p>"}, "<details><summary>H</summary><p>C</p></details>"),
        ("button", {"buttonText": "B", "buttonUrl": "/b"}, '<p><a href="/b">B</a></p>'),
        ("button", {"buttonText": "B", "buttonUrl": "javascript:x"}, "<p>B</p>"),
        ("file", {"src": "/f.pdf", "fileTitle": "F", "fileCaption": "C"}, '<p><a href="/f.pdf">F</a></p><p>C</p>'),
        ("video", {"src": "/v.mp4", "caption": "C"}, '<p><video src="/v.mp4" controls></video></p><p>C</p>'),
        ("audio", {"src": "/a.mp3", "title": "T"}, '<p>T</p><p><audio src="/a.mp3" controls></audio></p>'),
        (
            "header",
            {"header": "H", "subheader": "S", "buttonEnabled": True, "buttonText": "B", "buttonUrl": "/b"},
            '<h2>H</h2><p>S</p><p><a href="/b">B</a></p>',
        ),
        (
            "product",
            {"productTitle": "T", "productRatingEnabled": True, "productStarRating": 4, "productDescription": "D"},
            "<h4>T</h4><p>★★★★☆</p><p>D</p>",
        ),
        (
            "call-to-action",
            {"textValue": "<p>T</p>", "buttonText": "B", "buttonUrl": "/b", "showButton": True},
            '<hr><p>T</p><p><a href="/b">B</a></p><hr>',
        ),
        ("code", {"code": "a < b\n", "language": "Python"}, '<pre><code class="language-python">a &lt; b</code></pre>'),
        ("hr", {}, "<hr>"),
    ],
)
def test_cards_become_html(name: str, payload: dict[str, Any], expected: str) -> None:
    if name == "code":
        assert of_nodes(node("codeblock", **payload)) == expected
    assert of_card(name, **payload) == expected


def test_what_editors_within_cards_write_beside_words_is_left_out() -> None:
    caption = '<span style="white-space: pre-wrap;">A </span><a href="/x"><span>b</span></a>'
    marked = '<p dir="ltr"><b><strong style="white-space: pre-wrap;">C</strong></b><span>: d</span></p>'
    assert of_nodes(node("image", src="/a.png", caption=caption)) == (
        '<figure><img src="/a.png" alt=""><figcaption>A <a href="/x">b</a></figcaption></figure>'
    )
    assert of_card("callout", calloutText=marked) == "<blockquote><p><strong>C</strong>: d</p></blockquote>"
    assert of_card("toggle", heading="<span>H</span>", content=marked) == (
        "<details><summary>H</summary><p><strong>C</strong>: d</p></details>"
    )


def test_code_ends_where_a_line_breaks() -> None:
    assert of_nodes(paragraph(words("a", 16), node("linebreak"), words("b", 16))) == (
        "<p><code>a</code><br><code>b</code></p>"
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("paywall", "the mark behind which only members read is not brought over; the text is whole"),
        ("email", "a part for newsletters alone is not brought over"),
        ("signup", "a form to sign up is not brought over"),
    ],
)
def test_cards_for_members_are_left_out_and_told(name: str, told: str) -> None:
    assert shown(lexical=lexical(paragraph("a"), node(name, html="<p>x</p>"), paragraph("b"))) == ("a\n\nb", [told])


@pytest.mark.parametrize(
    "said", [{"web": {"nonMember": False, "memberSegment": "status:free"}}, {"showOnWeb": False, "showOnEmail": True}]
)
def test_cards_that_not_all_readers_saw_are_left_out_and_told(said: dict[str, Any]) -> None:
    told = ["a part that not all readers saw is not brought over"]
    assert shown(lexical=lexical(paragraph("a"), node("html", html="<p>x</p>", visibility=said))) == ("a", told)
    everyone = {"web": {"nonMember": True, "memberSegment": ""}, "email": {"memberSegment": ""}}
    assert shown(lexical=lexical(node("html", html="<p>x</p>", visibility=everyone))) == ("x", [])


def test_an_unknown_card_is_taken_as_ghost_rendered_it() -> None:
    text = lexical(paragraph("a"), node("hologram", hint="<b>"))
    assert shown(lexical=text, html="<p>a</p><p>Seen</p>") == (
        "a\n\nSeen",
        ["the card 'hologram' is not known here; the text came in as Ghost rendered it"],
    )


def test_an_unknown_card_that_ghost_did_not_render_comes_in_as_code() -> None:
    text, told = shown(lexical=lexical(paragraph("a"), node("hologram", hint="<b>")))
    assert "hint: <b>" in text
    assert told == ["the card 'hologram' is not known here; what it holds came in as code"]


def test_markdown_cards_stay_markdown_whose_lines_break() -> None:
    cards = [["markdown", {"markdown": "# A\n\nb\nc ==d==\n\n```\ne\nf\n```"}], ["card-markdown", {"markdown": "g"}]]
    alone = mobiledoc([10, 0], [10, 1], cards=cards)
    assert shown(mobiledoc=alone) == ("# A\n\nb  \nc ==d==\n\n```\ne\nf\n```\n\ng", [])
    beside = mobiledoc([1, "p", [[0, [], 0, "*h*"]]], [10, 1], cards=cards)
    assert shown(mobiledoc=beside) == ("\\*h\\*\n\ng", [])


def test_lists_tables_and_headings_of_markdown_are_left_as_they_are() -> None:
    for text in ("a\n- b\n- c", "# a\nb", "a | b\n--|--\n1 | 2", "[a]: /x\n[b]: /y", "> a\n\nb", "- a\n\n      code\n"):
        assert broken_lines(text) == text
    assert broken_lines("- a\n  b") == "- a  \n  b"
    assert broken_lines("> a\n> b") == "> a  \n> b"


def test_older_versions_have_html_or_markdown_alone() -> None:
    assert shown(html="<p>a <b>b</b></p>") == ("a **b**", [])
    assert shown(markdown="a *b*", html="<p>c</p>", mobiledoc=None) == ("a *b*", [])
    assert shown(plaintext="a\n\nb") == ("a\n\nb", [])
    assert shown() == ("", [])


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ("{", "the text cannot be read as Lexical: "),
        ("[" * 10_000, "the text cannot be read as Lexical: "),
        ('{"root": 1}', "the text cannot be read as Lexical: it is no Lexical of a version that is known"),
    ],
)
def test_a_text_that_cannot_be_read_is_what_ghost_rendered_or_comes_in_as_it_is(held: str, reason: str) -> None:
    text, (told,) = shown(lexical=held, html="<p>a</p>")
    assert text == "a"
    assert told.startswith(reason)
    text, _, broken = content({"lexical": held}, [])
    assert broken is not None
    assert broken.reason.startswith(reason)
    assert held.replace('"', "&quot;") in text.replace('"', "&quot;")


def test_words_that_stand_too_deep_stay() -> None:
    deep: dict[str, Any] = words("x")
    for _ in range(DEEPEST + 10):
        deep = node("link", deep, url="/a")
    assert "x" in of_nodes(paragraph(deep))
    nested: dict[str, Any] = node("list", node("listitem", words("y")))
    for _ in range(DEEPEST):
        nested = node("list", node("listitem", nested))
    assert "y" in of_nodes(nested)
    for _ in range(DEEPEST + 10):
        nested = node("layout", nested)
    assert "y" in of_nodes(nested)


@pytest.mark.parametrize("said", [None, 1, "x", [], {}, [[]], [1], [[10, 99]], [[1, "p", 5]], [[1, "p", [[0]]]], True])
def test_mobiledoc_of_any_shape_raises_nothing(said: Any) -> None:
    text, format_, _ = content({"mobiledoc": json.dumps({"version": "0.3.1", "sections": said, "cards": 3})}, [])
    assert isinstance(text, str)
    assert format_ in {"html", "markdown"}


_SAID = st.none() | st.booleans() | st.integers(-3, 10**400) | st.floats() | st.text(max_size=8)
_KEYS = st.sampled_from(
    ["type", "children", "text", "format", "src", "url", "images", "metadata", "markdown", "html", "start", "code"]
) | st.sampled_from(["productStarRating", "productRatingEnabled", "caption", "beforeImage", "buttonUrl", "listType"])
_NODES = st.recursive(
    st.dictionaries(_KEYS, _SAID | st.sampled_from(sorted(NAMES)), max_size=6),
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from([*sorted(NAMES), "list", "listitem", "paragraph", "link", "text", "quote", "odd"])},
        optional={
            "children": st.lists(inner, max_size=3) | _SAID,
            "images": st.lists(inner, max_size=2),
            "text": _SAID,
        },
    ),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(nodes=st.lists(_NODES | _SAID, max_size=4))
def test_lexical_of_any_shape_raises_nothing(nodes: list[Any]) -> None:
    text, format_, broken = content({"lexical": json.dumps({"root": {"children": nodes}})}, [])
    assert isinstance(text, str)
    assert format_ in {"html", "markdown"}
    assert broken is None
