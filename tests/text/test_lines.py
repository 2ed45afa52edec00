"""In a preview each block tells the line that it is made of; what is stored tells none."""

import re

import pytest

from westmarch.text import worker
from westmarch.text.markdown import render

pytestmark = pytest.mark.unit

TEXT = """\
# One

Two lines
of words.

- first
- second

```python
x = 1
```

$$
x^2
$$

| a |
|---|
| b |

> [!NOTE]
> Careful.

***

<div>raw</div>

![A hill.](/media/aa/b.webp "Twice.")
"""


def marked(html: str) -> list[tuple[str, int]]:
    return [(tag, int(line)) for tag, line in re.findall(r'<([a-z0-9]+)[^>]* data-line="(\d+)"', html)]


def test_blocks_tell_their_lines() -> None:
    found = marked(render(TEXT, lines=True).html)
    for each in [
        ("h2", 1), ("p", 3), ("ul", 6), ("li", 6), ("li", 7), ("figure", 9), ("div", 13), ("div", 17), ("aside", 21),
        ("hr", 24), ("div", 26), ("figure", 28),
    ]:  # fmt: skip
        assert each in found, (each, found)
    assert [line for _, line in found] == sorted(line for _, line in found)


def test_nothing_that_is_stored_tells_them() -> None:
    written = '<p data-line="7">By hand</p>\n\n' + TEXT
    assert "data-line" not in render(written).html
    assert "data-line" not in render(TEXT, lines=True).excerpt_html


def test_but_for_the_lines_a_preview_is_what_is_stored() -> None:
    shown = render(TEXT, lines=True)
    assert re.sub(r' data-line="\d+"', "", shown.html) == render(TEXT).html
    assert shown.text == render(TEXT).text


def test_long_texts_tell_them_too() -> None:
    made = worker.composed({"text": "word\n\nword", "language": "en", "lines": True})
    assert marked(made["html"]) == [("p", 1), ("p", 3)]
