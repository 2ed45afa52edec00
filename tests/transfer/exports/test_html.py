"""HTML to Markdown that says the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.text.markdown import render
from westmarch.text.sanitizer import sanitize
from westmarch.transfer.exports.html import to_markdown
from westmarch.transfer.exports.sameness import skeleton

pytestmark = pytest.mark.unit


def shown(markdown: str) -> str:
    return render(markdown).html


def warnings(html: str) -> list[str]:
    return [warning.message for warning in to_markdown(html)[1]]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<p>Text with <b>bold</b>, <i>slanted</i> and <code>code</code>.</p>",
            "Text with **bold**, *slanted* and `code`.",
        ),
        ("<h2>Title</h2><p>One.</p><p>Two.</p>", "## Title\n\nOne.\n\nTwo."),
        ('<p><a href="/a b">link</a></p>', "[link](</a b>)"),
        ("<ol start='5'><li>five</li><li>six</li></ol>", "5. five\n6. six"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ('<pre><code class="language-python">a &lt; b\n</code></pre>', "```python\na < b\n```"),
        ("<div class='x'><div><p>a</p></div>b</div>", "a\n\nb"),
        ("<p>a</p><p>&nbsp;</p><p>b</p>", "a\n\nb"),
        ("<p>intro</p><!--more--><p>rest</p>", "intro\n\n<!-- more -->\n\nrest"),
        ("<p>H<sub>2</sub>O</p>", "H<sub>2</sub>O"),
        ("<p>10&nbsp;km,\u202fso</p><p>\u3000中文</p>", "10\u00a0km,\u202fso\n\n\u3000中文"),
        ("<p>so... it -- went</p>", "so... it -- went"),
        ("<p>https://youtu.be/a_b-c?t=1&amp;x=2</p>", "https://youtu.be/a_b-c?t=1&x=2"),
        ('<iframe src="https://www.youtube.com/embed/abc"></iframe>', "https://www.youtube.com/watch?v=abc"),
    ],
)
def test_what_markdown_can_say_becomes_markdown(html: str, expected: str) -> None:
    assert to_markdown(html) == (expected, [])


def test_a_caption_becomes_the_title_of_its_picture() -> None:
    html = '<figure class="wp-caption"><img src="/a.png" alt="A"><figcaption>Some "words"</figcaption></figure>'
    text, told = to_markdown(html)
    assert told == []
    assert text.startswith("![A](/a.png ")
    assert "<figcaption>" in shown(text)


def test_a_title_that_repeats_the_name_of_a_picture_is_taken_off() -> None:
    assert to_markdown('<p><img src="/x/My_Cat-300x200.jpg" alt="" title="my cat"></p>') == (
        "![](/x/My_Cat-300x200.jpg)",
        [],
    )


@pytest.mark.parametrize(
    "html",
    [
        "<dl><dt>a</dt><dd>b</dd></dl>",
        "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
        '<table><thead><tr><th colspan="2">a</th></tr></thead><tbody><tr><td>b</td><td>c</td></tr></tbody></table>',
        "<p>中文<b>强调。</b>字</p>",
        "<details><summary>a</summary><p>b</p>\n\n<pre>c\n\n\nd</pre></details>",
        '<p dir="rtl">a</p>',
    ],
)
def test_what_markdown_would_lose_stays_html_and_is_told(html: str) -> None:
    text, told = to_markdown(f"<p>before</p>{html}<p>after</p>")
    assert text.startswith("before\n\n<")
    assert text.endswith(">\n\nafter")
    assert [warning.message.endswith("stays HTML: Markdown would lose something of it") for warning in told] == [True]
    assert skeleton(shown(text)) == skeleton(sanitize(f"<p>before</p>{html}<p>after</p>"))


@pytest.mark.parametrize(
    "text", ["1. one", "# no", "+ a", "$x$ and $y$", ":::note", "==a==", "~~a~~", "[a](b)", "&amp;amp;", "{.x}", "---"]
)
def test_signs_that_mean_something_in_markdown_stay_signs(text: str) -> None:
    html = f"<p>{text}</p>"
    made, _ = to_markdown(html)
    assert skeleton(shown(made)) == skeleton(sanitize(html))


def test_a_paragraph_that_begins_with_a_colon_explains_nothing() -> None:
    html = "<p>before</p><p>: after</p>"
    assert skeleton(shown(to_markdown(html)[0])) == skeleton(html)


def test_two_lists_stay_two() -> None:
    made, _ = to_markdown("<ul><li>a</li></ul><ul><li>b</li></ul>")
    assert shown(made).count("<ul>") == 2


def test_scripts_frames_and_forms_are_told() -> None:
    html = (
        '<script src="https://gist.github.com/ann/1f.js"></script><script>alert(1)</script>'
        '<iframe src="//maps.example/x"></iframe><form><button>Go</button></form>'
    )
    text, told = to_markdown(html)
    assert "[Gist ann/1f](https://gist.github.com/ann/1f)" in text
    assert "[maps.example](https://maps.example/x)" in text
    assert "alert" not in text
    assert [one.message for one in told] == [
        "the frame 'https://maps.example/x' became a link",
        "a script is not taken over",
        "<button> is not taken over",
        "<form> is not taken over",
    ]


def test_ten_thousand_elements_in_each_other_stay_html() -> None:
    html = "<div>" * 10_000 + "x"
    text, told = to_markdown(html)
    assert text == html
    assert len(told) == 1


_INLINE = st.recursive(
    st.text("ab *_`[]()<&>1.#-+!~=$:\"'|\\中。", min_size=1, max_size=8).map(
        lambda text: text.replace("&", "&amp;").replace("<", "&lt;")
    ),
    lambda inner: st.tuples(st.sampled_from(["b", "i", "code", "s", "sup"]), inner).map(
        lambda made: f"<{made[0]}>{made[1]}</{made[0]}>"
    ),
    max_leaves=4,
)
_BLOCK = st.tuples(
    st.sampled_from(["p", "h2", "blockquote", "ul", "pre"]), st.lists(_INLINE, min_size=1, max_size=3)
).map(
    lambda made: (
        "<ul>" + "".join(f"<li>{one}</li>" for one in made[1]) + "</ul>"
        if made[0] == "ul"
        else f"<{made[0]}>{' '.join(made[1])}</{made[0]}>"
    )
)


@pytest.mark.slow
@given(st.lists(_BLOCK, max_size=4).map("".join))
def test_any_html_shows_the_same_afterwards(html: str) -> None:
    made, _ = to_markdown(html)
    assert skeleton(shown(made)) == skeleton(sanitize(html))
