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
