"""The options that an owner sets."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from westmarch.site.options import Site

pytestmark = pytest.mark.unit


def test_each_option_has_a_default_that_is_valid_and_a_description() -> None:
    assert Site.model_validate(Site().model_dump()) == Site()
    assert [name for name, field in Site.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timezone", "Europe/Kyiv"),
        ("language", "zh-Hant-TW"),
        ("permalink", "/{year}/{month}/{day}/{slug}.html"),
        ("permalink", "/p/{id}/"),
        ("permalink", "/блог/{slug}/"),
        ("accent", "#A0b1C2"),
        ("theme", "two-columns_2"),
        ("theme_options", {"plain": {"wide": True, "columns": 2, "motto": "Ad rem"}}),
        (
            "navigation",
            [{"title": "Start", "address": "/"}, {"title": "Elsewhere", "address": "https://example.org/x"}],
        ),
    ],
)
def test_what_can_be_set(option: str, value: Any) -> None:
    assert Site.model_validate({option: value}).model_dump(mode="json")[option] == value


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("title", ""),
        ("title", " \u3000"),
        ("navigation", [{"title": " ", "address": "/about/"}]),
        ("title", "x" * 201),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("timezone", "Europe"),
        ("timezone", "../../etc/passwd"),
        ("timezone", "/etc/localtime"),
        ("timezone", "a\0b"),
        ("language", "english please"),
        ("permalink", "{slug}"),
        ("permalink", "/fixed/"),
        ("permalink", "/admin/{slug}/"),
        ("permalink", "/API/{year}/{slug}/"),
        ("permalink", "//{slug}"),
        ("permalink", "/{slug"),
        ("permalink", "/{title}/{slug}/"),
        ("permalink", "/{slug!r}/"),
        ("permalink", "/{slug:>999999999}/"),
        ("permalink", "/{slug.__class__}/{slug}"),
        ("permalink", "/{{slug}}/"),
        ("theme", "../theme"),
        ("theme", "Plain"),
        ("theme", ""),
        ("theme_options", {"plain": {"wide": 0.5}}),
        ("theme_options", {"plain": "wide"}),
        ("theme_options", []),
        ("accent", "red"),
        ("accent", "#12345"),
        ("posts_per_page", 0),
        ("feed_items", 100_000),
        ("navigation", [{"address": "/about/"}]),
        ("navigation", [{"title": "Trap", "address": "javascript:alert(1)"}]),
        ("navigation", [{"title": "Trap", "address": "//example.org"}]),
        ("navigation", [{"title": "Trap", "address": "/\\example.org"}]),
        ("navigation", [{"title": "Trap", "address": "/\t/example.org"}]),
        ("navigation", [{"title": "Trap\n", "address": "/"}]),
        ("navigation", [{"title": "Trap", "address": "///example.org"}]),
        ("permalink", '/{slug}"><script>/'),
        ("permalink", "/a b/{slug}/"),
        ("permalink", "/../{slug}/"),
        ("permalink", "/{slug}/\n"),
        ("title", "a\nb"),
        ("tagline", "a\0b"),
        ("footer", "a\u2028b"),
        ("copyright", "\udcff"),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_set(option: str, value: Any) -> None:
    with pytest.raises(ValidationError) as failure:
        Site.model_validate({option: value})
    assert failure.value.errors()[0]["loc"][0] == option


def test_the_zone_is_an_object() -> None:
    assert Site(timezone="Asia/Tokyo").zone == ZoneInfo("Asia/Tokyo")


# The parts beside the list of the front page


def sides(value: Any) -> Any:
    """The parts as they are stored and shown."""
    return Site.model_validate({"sides": value}).model_dump(mode="json")["sides"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("about,tags, archives ", [{"part": "about"}, {"part": "tags"}, {"part": "archives"}]),
        ("", []),
        ([], []),
        (["most-read", {"part": "tags", "count": 3}], [{"part": "most-read"}, {"part": "tags", "count": 3}]),
        ([{"part": "about", "title": "Me", "text": "*I*"}], [{"part": "about", "title": "Me", "text": "*I*"}]),
        (
            [{"part": "text", "text": "a"}, {"part": "text", "text": "b"}],
            [{"part": "text", "text": "a"}, {"part": "text", "text": "b"}],
        ),
        (
            [{"part": "links", "links": [{"title": "Elsewhere", "address": "https://example.org/"}]}],
            [{"part": "links", "links": [{"title": "Elsewhere", "address": "https://example.org/"}]}],
        ),
    ],
)
def test_side_parts_are_named_alone_or_with_what_they_have(value: Any, expected: Any) -> None:
    assert sides(value) == expected
    assert sides(expected) == expected


@pytest.mark.parametrize(
    ("value", "place", "message"),
    [
        ("about,tagz", ("sides", 1, "part"), "'most-read'"),
        ("about,,tags", ("sides", 1, "part"), "'most-read'"),
        ("tags,tags", ("sides",), "the part tags is there twice"),
        ([{"part": "tags", "links": [{"title": "a", "address": "/a/"}]}], ("sides", 0), "the part tags has no links"),
        ([{"part": "feeds", "count": 3}], ("sides", 0), "the part feeds has no count"),
        ([{"part": "text", "text": " "}], ("sides", 0), "the part text needs text"),
        (["links"], ("sides", 0), "the part links needs links"),
        ([{"part": "tags", "count": 21}], ("sides", 0, "count"), "20"),
        ([{"part": "tags", "count": 0}], ("sides", 0, "count"), "1"),
        ([{"part": "about", "text": "x" * 10_001}], ("sides", 0, "text"), "10000"),
        ([{"part": "about", "title": "a\nb"}], ("sides", 0, "title"), "a single line is needed"),
        ([{"part": "about", "colour": "red"}], ("sides", 0, "colour"), "not permitted"),
        (
            ["about", {"part": "links", "links": [{"title": "a", "address": "javascript:alert(1)"}]}],
            ("sides", 1, "links", 0, "address"),
            "is no address",
        ),
        ([{"part": "text", "text": "a"}] * 21, ("sides",), "20"),
        (7, ("sides",), "tuple"),
    ],
)
def test_side_parts_that_cannot_be_name_their_place(value: Any, place: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        sides(value)
    error = refusal.value.errors()[0]
    assert error["loc"] == place
    assert message in error["msg"]
