"""Where a text holds code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.transfer.code_regions import CodeRegions
from westmarch.transfer.fences import fence

pytestmark = pytest.mark.unit


def code(text: str, *, indented: bool = True) -> str:
    """The text with everything that is no code as dots."""
    regions = CodeRegions(text, indented=indented)
    return "".join(char if char == "\n" or at in regions else "." for at, char in enumerate(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a `b` c", "..`b`.."),
        ("a ``b ` c`` d", "..``b ` c``.."),
        ("a ` b", "....."),
        ("a \\`b` c", "........"),
        ("```\nx\n```\ny", "```\nx\n```\n."),
        ("~~~~\n~~~\n~~~~\ny", "~~~~\n~~~\n~~~~\n."),
        ("```\nx", "```\nx"),
        ("- a\n  ```\n  x\n  ```\nb", "...\n  ```\n  x\n  ```\n."),
        ("> ```\n> x\n> ```\nb", "> ```\n> x\n> ```\n."),
        ("a\n\n    x\n    y\nb", ".\n\n    x\n    y\n."),
        ("a\n    x", ".\n....."),
        ("- a\n\n    x", "...\n\n....."),
        ("- a\n\n        x", "...\n\n        x"),
        ("a `b\n\nc` d", "....\n\n...."),
    ],
)
def test_code_is_found_where_it_is(text: str, expected: str) -> None:
    assert code(text) == expected


@pytest.mark.slow
@given(st.text(alphabet="`~ \n\\ab->1.\t", max_size=120))
def test_any_text_is_parted_into_ordered_regions(text: str) -> None:
    regions = CodeRegions(text)
    last = 0
    for block in regions.blocks:
        assert last <= block.start < block.end <= len(text)
        last = block.end
    for position in range(len(text)):
        end = regions.end(position)
        assert end is None or position < end <= len(text)


@pytest.mark.slow
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=80))
def test_a_fence_holds_any_code(content: str) -> None:
    written = fence(content, "python", title="a b", marked="1,3-4")
    assert code(written, indented=False) == written
    assert "\n".join(written.split("\n")[1:-1]) == "\n".join(
        row if row.strip() else row.rstrip() for row in content.split("\n")
    )
