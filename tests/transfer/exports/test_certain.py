"""Blocks of HTML of which it is known beforehand that Markdown can say them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from westmarch.text.sanitizer import sanitize
from westmarch.transfer.exports import blocks
from westmarch.transfer.exports.certain import is_certain
from westmarch.transfer.exports.html import _converted, _show

pytestmark = pytest.mark.unit

LINK = '<a href="https://a.example/x_y/?a=1&amp;b=2#c">'


@pytest.mark.parametrize(
    "html",
    [
        '<p>Words, and "more" - it\'s 12:30; 5.5% (or so)... Ends: well!</p>',
        f"<p>With <strong>bold</strong>, <em>slanted</em>, <code>a*b_c|d</code> and {LINK}the link</a>.<br>\nOn</p>",
        "<p>one\ntwo &amp; three</p>",
        "<p>中文，字。</p>",
        '<h2 class="" id="a">Title of 2020</h2>',
        "<ul>\n<li>one</li>\n<li>two <em>three</em></li></ul>",
        '<blockquote class=""><p>said</p></blockquote>',
        '<figure class=""><img src="/a_b-1.png" alt="A b" width="3"><figcaption>Words</figcaption></figure>',
        f'<p>{LINK}<img src="https://a.example/a.jpg" alt=""></a></p>',
        '<pre class=""><code class="language-python">def f(x):\n\n    return x &lt; *b*\n</code></pre>',
        "<hr>",
        '<p id="1140" class="">Words <a href="heldpiecex12z#b">and more</a>, <code id="a1">x</code></p>',
        '<ol id="x"><li id="fn1">one</li></ol>',
    ],
)
def test_what_most_texts_are_made_of_is_certain(html: str) -> None:
    assert is_certain(html)
    assert _show(_converted([html], careful=False), [html])


@pytest.mark.parametrize(
    "text",
    [
        "1. one", "1) one", "- a", "# a", "> a", ": a", "a  b", " a", "a ", "[a](b)", "$5 or $6", "a_b_c", "2*3*4",
        ":smile:", "www.a.example", "a@b.example", "&amp;copy;", "{.a}", "a|b", "~~a~~", "==a==", "a\\b", "<em> a</em>",
        "<em>a.</em>b", "a<em>b</em>", "<em>a</em><em>b</em>", '<a href="javascript:x">a</a>', "<sub>a</sub>",
    ],
)  # fmt: skip
def test_what_may_mean_something_in_markdown_is_not(text: str) -> None:
    assert not is_certain(f"<p>{text}</p>")


_PIECES = [*"aBé中1.,-:;!?'\"()/%…“”#*_$~=+|", "10", "x.", "[x]", "&amp;", "&lt;", "&nbsp;", "<br>"]
_TEXT = st.lists(st.sampled_from([*_PIECES, " ", " ", "  ", "\n"]), min_size=1, max_size=8).map("".join)
_HELD = 'a href="heldpiece0z"'
_MARKED = st.tuples(st.sampled_from(["strong", "em", "b", "i", "code", LINK[1:-1], _HELD]), _TEXT).map(
    lambda made: f"<{made[0]}>{made[1]}</{made[0].split()[0]}>"
)
_LINE = st.lists(_TEXT | _MARKED, min_size=1, max_size=4).map("".join)
_IMG = st.tuples(_TEXT, st.sampled_from(["/a.png", "https://a.example/b_c(1).jpg", "heldpiece0z"])).map(
    lambda made: f'<img src="{made[1]}" alt="{made[0]}" class="">'.replace("<br>", "")
)
_BLOCK = st.one_of(
    st.tuples(st.sampled_from(["p", "p id='a1-b_c'", "h2", "h5 id='2'", "blockquote"]), _LINE).map(
        lambda made: f"<{made[0]}>{made[1]}</{made[0].split()[0]}>"
    ),
    _LINE.map(lambda line: f"<blockquote><p>{line}</p>\n</blockquote>"),
    st.tuples(st.sampled_from(["ul", "ol"]), st.lists(_LINE, min_size=1, max_size=3)).map(
        lambda made: f"<{made[0]} id='fn'>\n{''.join(f'<li id=fn1>{one}</li>' for one in made[1])}</{made[0]}>"
    ),
    st.tuples(
        st.sampled_from(["", " id='a'", ' class="language-python"', ' class="language-latex"']), _TEXT, _TEXT
    ).map(lambda made: f"<pre><code{made[0]}>{made[1]}\n{made[2]}</code></pre>".replace("<br>", "`")),
    st.tuples(_IMG, _LINE).map(lambda made: f"<figure>{made[0]}<figcaption>{made[1]}</figcaption></figure>"),
    _IMG.map(lambda img: f"<p>{LINK}{img}</a></p>"),
)


@pytest.mark.slow
@settings(max_examples=400)
@given(_BLOCK)
def test_what_is_certain_shows_the_same_as_markdown(html: str) -> None:
    for block in blocks.split(sanitize(html)):
        if is_certain(block):
            assert _show(_converted([block], careful=False), [block]), block
