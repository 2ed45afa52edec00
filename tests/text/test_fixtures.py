"""The fixtures of markdown-it: where they bear on us, and everything in them safe."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.text.safety import faults
from westmarch.text.markdown import render

pytestmark = pytest.mark.unit


def cases(path: Path) -> list[tuple[str, str, str]]:
    """Title, Markdown and HTML of each case of a fixture: a title, then both between lines with a dot."""
    parts = re.split(r"^\.[ \t]*$\n?", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [(parts[i].strip(), parts[i + 1], parts[i + 2]) for i in range(0, len(parts) - 2, 3)]


@pytest.mark.slow
def test_every_fixture_renders_to_safe_html(inputs: Callable[[str], Path]) -> None:
    found = [case for path in sorted(inputs("markdown-it-fixtures").glob("*.md")) for case in cases(path)]
    assert len(found) > 700
    for _, markdown, _ in found:
        rendered = render(markdown)
        assert not rendered.plain
        assert faults(rendered.html) == []


# Ours are paired over the whole paragraph, whatever marks lie between; one that is alone at its head still opens.
_OUR_OWN_WAY = {
    "Should not match quotes on different levels:",
    "Smartquotes should not overlap with other tags:",
    "Should try and find matching quote in this case:",
    "Should be escapable:",
    "Should not replace entities:",
}


def test_quotation_marks_agree_with_markdown_it(inputs: Callable[[str], Path]) -> None:
    found = cases(inputs("markdown-it-fixtures") / "smartquotes.md")
    differ = {
        title
        for title, markdown, html in found
        if render(markdown).html.strip() != html.strip().replace("&quot;", '"').replace(" />", ">")
    }
    assert len(found) > 15
    assert differ == _OUR_OWN_WAY


def test_what_is_struck_through_agrees_with_markdown_it(inputs: Callable[[str], Path]) -> None:
    found = cases(inputs("markdown-it-fixtures") / "strikethrough.md")
    differ = {
        title for title, markdown, html in found if render(markdown).html.strip() != html.strip().replace("&quot;", '"')
    }
    assert differ == {"Coverage: single tilde"}  # a subscript here
