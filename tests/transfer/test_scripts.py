"""Scripts of elsewhere in a text."""

from pathlib import Path

import pytest

from tests.transfer.reading import read, told
from westmarch.text.markdown import render
from westmarch.transfer import scripts

pytestmark = pytest.mark.unit

GIST = '<script src="https://gist.github.com/ann/0a1b2c.js"></script>'
LINK = "[Gist ann/0a1b2c](https://gist.github.com/ann/0a1b2c)"


def converted(text: str) -> tuple[str, list[str]]:
    """The text, and what was told."""
    messages: list[str] = []
    return scripts.convert(text, lambda message, _: messages.append(message)), messages


@pytest.mark.parametrize(
    "script",
    [
        GIST,
        "<script src='//gist.github.com/ann/0a1b2c.js'></script>",
        '<SCRIPT type="text/javascript" src="https://gist.github.com/ann/0a1b2c.js?file=a.py"> </SCRIPT>',
        "<script src=https://gist.github.com/ann/0a1b2c.js></script>",
    ],
)
def test_a_gist_becomes_a_link_to_it(script: str) -> None:
    assert converted(f"Before {script} after") == (f"Before {LINK} after", [])


@pytest.mark.parametrize("text", [f"{GIST}\n", f"<div>\n{GIST}\n</div>\n", f"Words\n{GIST}\nwords"])
def test_a_gist_is_a_link_wherever_it_stood(text: str) -> None:
    assert '<a href="https://gist.github.com/ann/0a1b2c"' in render(converted(text)[0]).html


def test_code_that_shows_a_script_stays() -> None:
    text = f"`{GIST}`\n\n```html\n{GIST}\n```\n"
    assert converted(text) == (text, [])


@pytest.mark.parametrize(
    ("src", "shown"),
    [
        ("https://x.example/a.js", "<https://x.example/a.js>"),
        ("//x.example/a.js", "<https://x.example/a.js>"),
        ("/a.js", "`/a.js`"),
        ("https://gist.github.com.x.example/ann/1.js", "<https://gist.github.com.x.example/ann/1.js>"),
        ("javascript:alert(1)", "`javascript:alert(1)`"),
    ],
)
def test_of_another_script_the_address_stays_and_is_told(src: str, shown: str) -> None:
    text, messages = converted(f'x <script src="{src}"></script>')
    assert text == f"x {shown}"
    assert messages == [f"the script '{src}' is not taken over; its address stays"]


@pytest.mark.parametrize(
    ("program", "name"), [("jekyll", "_posts/2020-01-01-a.md"), ("hexo", "source/_posts/a.md"), ("plain", "a.md")]
)
def test_scripts_are_told_with_their_line_whatever_the_program(tmp_path: Path, program: str, name: str) -> None:
    text = f"---\ntitle: A\ndate: 2020-01-01\n---\n\n{GIST}\n\n<script src='/x.js'></script>\n"
    (item,) = read(tmp_path, {name: text}, program).values()
    assert item.body == f"{LINK}\n\n`/x.js`\n"
    assert told(item) == [(8, "the script '/x.js' is not taken over; its address stays")]
