"""HTML of texts for other programs."""

import pytest

from westmarch.text.markdown import render
from westmarch.transfer.out.undressed import undressed

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("## A", '<h2 id="a">A</h2>\n'),
        ('```python title="a.py"\nx = "<"\n```',
         '<p><code>a.py</code></p>\n<pre><code class="language-python">x = "&lt;"</code></pre>\n'),
        ("a\n*b*\n**c**\\\nd\n\n- e\n  f\n- g",
         "<p>a <em>b</em> <strong>c</strong><br>d</p>\n<ul> <li>e f</li>\n<li>g</li>\n</ul>\n"),
        ("```\nx\n```", "<pre><code>x</code></pre>\n"),
        ('<figure class="code">a</figure>\n\n```\nx\n```',
         '<figure class="code">a</figure>\n<pre><code>x</code></pre>\n'),
    ],
)  # fmt: skip
def test_what_only_our_theme_shows_is_left_out(markdown: str, expected: str) -> None:
    assert undressed(render(markdown).html) == expected
