"""The manual in the demonstration site shows each way of writing twice: as source, and as it comes out."""

import re

import pytest

from tests.demo.demo_site import Text, texts

pytestmark = pytest.mark.unit

EXAMPLE = re.compile(r'^(`{3,})markdown title="You write"\n(.*?)\n\1\n', re.M | re.S)
MANUAL = [text for text in texts() if text.head.get("topic") == "Writing in Westmarch"]

SYNTAX = {
    "emphasis": r"(?<!\*)\*\w[^*\n]+\*(?!\*)",
    "strong": r"\*\*\w[^*\n]+\*\*",
    "strike": r"~~\w[^~]+~~",
    "mark": r"==\w[^=]+==",
    "subscript": r"\w~\w+~",
    "superscript": r"\w\^\w+\^",
    "line break": r"\\\n",
    "escape": r"\\\*",
    "heading": r"^#{3} ",
    "heading with an id": r"^#+ .* \{#\w+\}$",
    "link with a title": r'\]\(https://\S+ "[^"]+"\)',
    "link to a post": r"\]\(/[\w-]+/\)",
    "bare address": r"^[^<(\n]*[^<(]https://\w",
    "reference link": r"^\[\w+\]: https://",
    "quotation": r"^> \w",
    "smart marks": r"\"It isn.t .*--[^\"]*\.\.\.\" --- ",
    "abbreviation": r"^\*\[\w+\]: ",
    "rule": r"^\*\*\*$",
    "list": r"^- \w",
    "nested list": r"^  - \w",
    "ordered list with a start": r"^3\. ",
    "tasks": r"^- \[x\] .*\n(- .*\n)*- \[ \] ",
    "definitions": r"^\w.*\n: \w",
    "table with alignment": r"^\|:-+\|:-+:\|-+:\|$",
    "table with a caption": r"^::: figure .*\n\|",
    "footnote": r"^\[\^\w+\]: ",
    "footnote in place": r"\^\[\w",
    "callout with own title": r"^> \[!CAUTION\] \w",
    "callout block": r"^::: tip \w",
    "details": r"^::: details \w",
    "figure": r'^!\[[^\]]+\]\(\S+ "[^"]+"\)$',
    "wide figure": r"^!\[.*\{\.wide\}$",
    "full figure": r"^!\[.*\{\.full\}$",
    "figure of several": r"^::: figure .*\n!\[",
    "picture in a sentence": r"\w !\[.*\{width=24 height=24\}",
    "film address": r"^https://vimeo\.com/\d+$",
    "film": r"^::video\{url=",
    "code with file and marks": r'^```sql title="[^"]+" \{[\d,-]+\}$',
    "formula": r"\$T = ",
    "formula in brackets": r"\\\(g\\\)",
    "formula block": r"^\$\$$",
    "formula block in brackets": r"^\\\[$",
    "aligned": r"begin\{aligned\}",
    "matrix": r"begin\{pmatrix\}",
    "cases": r"begin\{cases\}",
    "attributes in a sentence": r"\]\{lang=ar dir=rtl\}",
    "attributes of a block": r"^\{\.small \.center\}$",
    "HTML": r"<kbd>",
    "HTML details": r"^<details>$",
    **{f"callout {kind}": rf"^> \[!{kind}\]" for kind in ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")},
}  # fmt: skip


@pytest.mark.parametrize("text", MANUAL, ids=lambda text: text.file.name)
def test_each_example_comes_out_right_below_its_source(text: Text) -> None:
    examples = list(EXAMPLE.finditer(text.body))
    assert examples
    for example in examples:
        assert text.body[example.end() :].startswith("\n" + example[2] + "\n")


@pytest.mark.parametrize("name", SYNTAX)
def test_the_manual_shows(name: str) -> None:
    examples = "\n\n".join(example[2] for text in MANUAL for example in EXAMPLE.finditer(text.body))
    assert re.search(SYNTAX[name], examples, re.M)


@pytest.mark.parametrize("mark", ["[[toc]]", "<!-- more -->", ":ocean: is :ocean:"])
def test_marks_that_cannot_stand_side_by_side_are_used_and_named(mark: str) -> None:
    bodies = "".join(text.body for text in MANUAL)
    name = mark.split(" is ")[0]
    assert f"`{name}`" in bodies
    assert bodies.replace(f"`{name}`", "").count(name) >= 1
