"""Which values the fields of a post take."""

from typing import Any

import pytest

from westmarch.errors import Invalid
from westmarch.posts.change import UNSET, Change, Slug, checked

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " \t "),
        ("title", "x" * 1_001),
        ("title", "a\x07b"),
        ("slug", "x" * 1_001),
        ("standfirst", "x" * 2_001),
        ("markdown", "x" * 3_000_001),
        ("markdown", "a\0b"),
        ("markdown", "half \ud800"),
        ("language", "english please"),
        ("language", ""),
        ("part", -1),
        ("part", 1_000_001),
        ("tags", ("x",) * 51),
        ("tags", ("x" * 201,)),
        ("authors", ("x",) * 21),
        ("aliases", ("old",)),
        ("aliases", ("//elsewhere.example/",)),
        ("aliases", ("/old/#part",)),
        ("aliases", tuple(f"/{n}/" for n in range(201))),
        ("extra", {"a": float("nan")}),
        ("extra", {"a": 2**60}),
        ("extra", {"a": object()}),
        ("extra", {1: "a"}),
        ("extra", {"a": "x" * 50_001}),
        ("translation_group", "x" * 201),
        ("cover_alt", "x" * 2_001),
    ],
)
def test_what_cannot_be_taken_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(Invalid) as raised:
        checked(Change(**{field: value}))
    assert raised.value.place == field


def test_values_that_lie_too_deep_are_refused() -> None:
    deep: Any = 1
    for _ in range(30):
        deep = [deep]
    with pytest.raises(Invalid, match="deep"):
        checked(Change(extra={"a": deep}))


def test_lines_are_made_of_what_was_typed() -> None:
    found = checked(Change(title="  Ebb \n and\tflood ", tags=(" Sea ", "", "  "), topic=" ", aliases=("/a/", "/a/")))
    assert (found.title, found.tags, found.topic, found.aliases) == ("Ebb and flood", ("Sea",), None, ("/a/",))


def test_slugs_stay_slugs_and_what_is_not_given_stays_so() -> None:
    found = checked(Change(tags=(Slug("sea"), "Sea")))
    assert isinstance(found.tags, tuple)
    assert [type(tag) for tag in found.tags] == [Slug, str]
    assert found.title is UNSET
    assert list(found.given()) == ["tags"]
