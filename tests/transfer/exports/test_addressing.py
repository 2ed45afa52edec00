"""Slugs from what an export says."""

import pytest

from westmarch.transfer.exports import addressing

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("said", "A title"), "said"),
        (("", "A title"), "a-title"),
        (("---", "…", "日本"), "日本"),
        (("", "!"), "untitled"),
    ],
)
def test_a_slug_is_made_of_the_first_name_that_has_letters(names: tuple[str, ...], expected: str) -> None:
    assert addressing.slug(*names) == expected
