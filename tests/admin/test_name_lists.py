"""Names in one field, with commas between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.admin import name_lists
from westmarch.errors import Invalid

pytestmark = pytest.mark.unit

NAMES = st.lists(st.text("ab \",'ü海", min_size=1).map(lambda name: " ".join(name.split())).filter(bool))


@pytest.mark.slow
@given(names=NAMES)
def test_names_that_are_written_are_read_again(names: list[str]) -> None:
    assert name_lists.read(name_lists.written(names), "tags") == tuple(names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Sea, Open sea, ", ("Sea", "Open sea")),
        ('"Bern, old town",Sea', ("Bern, old town", "Sea")),
        ('"He said ""yes"""', ('He said "yes"',)),
        ('5" disks, "Sea', ('5" disks', '"Sea')),
        ('"Sea" and land', ('"Sea" and land',)),
        (',, "", " ",', ()),
        ("", ()),
    ],
)
def test_names_are_read(text: str, names: tuple[str, ...]) -> None:
    assert name_lists.read(text, "tags") == names


def test_a_field_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid) as raised:
        name_lists.read('"' * (name_lists.LONGEST + 1), "tags")
    assert raised.value.place == "tags"


def test_a_field_of_quotes_is_read_in_no_time() -> None:
    assert len(name_lists.read('"a, ' * 10_000, "tags")) == 10_000
