"""The scanner of tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.transfer.items import Body, FileWarning
from westmarch.transfer.template_tags import Dialect, expand, tags

pytestmark = pytest.mark.unit

PIECES = [
    "{%",
    "%}",
    "{{",
    "}}",
    "raw",
    "endraw",
    "box",
    "endbox",
    "known",
    " ",
    "\n",
    "-",
    "`",
    "```\n",
    "x",
    "{",
    "}",
    "%",
]
DIALECT = Dialect(
    lambda tag, _: "K" if tag.name == "known" else None,
    {"raw": lambda block, _: block.content, "box": lambda block, _: f"[{block.content}]"},
    frozenset({"raw"}),
    code_is_text=False,
)


def expanded(text: str, dialect: Dialect = DIALECT) -> tuple[str, list[tuple[int | None, str]]]:
    warnings: list[FileWarning] = []
    found = expand(Body(text, 10), dialect, warnings)
    return found.text, [(warning.line, warning.message) for warning in warnings]


def test_known_tags_and_blocks_are_replaced() -> None:
    assert expanded("a {% known %} {% box %}b {% known %}{% endbox %}") == ("a K [b K]", [])


def test_nothing_in_raw_is_a_tag() -> None:
    assert expanded("{% raw %}{% known %}{{ x }}{% endbox %}{% endraw %}") == ("{% known %}{{ x }}{% endbox %}", [])


def test_unknown_tags_stay_and_are_reported_with_their_line() -> None:
    text, warnings = expanded("a\n{% odd x %}\n{{ y }}\n{% endodd %}")
    assert text == "a\n{% odd x %}\n{{ y }}\n{% endodd %}"
    assert [line for line, _ in warnings] == [11, 12]


def test_tags_may_run_over_lines() -> None:
    assert expanded("{%\n  box\n  a\n%}x{%\n endbox\n%}") == ("[x]", [])


def test_a_block_without_an_end_stays_and_is_reported() -> None:
    text, warnings = expanded("{% box %} {% known %}")
    assert text == "{% box %} K"
    assert "never closed" in warnings[0][1]


def test_hyphens_take_the_space_beside_a_tag() -> None:
    assert expanded("a \n {%- known -%} \n b")[0] == "aKb"


def test_tags_in_code_are_text_where_a_dialect_says_so() -> None:
    dialect = Dialect(DIALECT.replace, DIALECT.blocks, DIALECT.verbatim, code_is_text=True)
    assert expanded("`{% known %}` {% known %}\n```\n{% odd %}\n```\n", dialect) == (
        "`{% known %}` K\n```\n{% odd %}\n```\n", [],
    )  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_expansion_never_raises_and_loses_nothing_unknown(pieces: list[str]) -> None:
    text = "".join(pieces)
    nothing = Dialect(lambda _tag, _: None, {}, frozenset(), code_is_text=False)
    assert expanded(text, nothing)[0] == text
    expanded(text)
    for tag in tags(Body(text)):
        assert text[tag.start : tag.end].startswith("{")


@pytest.mark.slow
def test_a_text_of_nothing_but_openings_is_read_in_one_pass() -> None:
    for piece in ("{%", "{{", "{% box %}", "{% raw %}", "{% endbox %}", "{% box %}{% endraw %}"):
        expanded(piece * 4_000)
