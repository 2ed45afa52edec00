"""`westmarch site show|set`."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Westmarch


def test_an_option_that_is_set_is_shown(westmarch: Westmarch, site_on_each: Path) -> None:
    assert westmarch("--site", site_on_each, "site", "set", "title", "Höhe und Weite").status == 0
    assert westmarch("--site", site_on_each, "site", "show", "title").out == "title = Höhe und Weite\n"
    shown = json.loads(westmarch("--site", site_on_each, "site", "show", "--json").out)
    assert shown["title"] == "Höhe und Weite"


def test_a_list_is_set_as_json_and_shown_so(westmarch: Westmarch, site: Path) -> None:
    menu = '[{"title": "About", "address": "/about/"}]'
    done = westmarch("--site", site, "site", "set", "navigation", menu)
    assert (done.status, done.out) == (0, f"navigation = {menu}\n")
    assert westmarch("--site", site, "site", "show", "navigation").out == done.out


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("posts_per_page", "0", "The option posts_per_page cannot be set so: a number from 1 on is needed."),
        ("posts_per_page", "many", "The option posts_per_page cannot be set so: a whole number is needed."),
        ("language", "english please", "a tag looks like en, de or zh-Hant"),
        ("accent", "red", "a colour looks like #1f6f8b"),
        ("navigation", '[{"title": "x", "address": "x"}]', "is no address; one looks like /about/"),
        ("navigation", '{"title": "x"}', "a list is needed"),
        ("timezone", "Mars/Base", "no time zone is called 'Mars/Base'"),
        ("navigation", "[oops", "The value of navigation is not JSON"),
        ("colour", "red", "The site has no option 'colour'"),
    ],
)
def test_what_cannot_be_set_is_told(westmarch: Westmarch, site: Path, name: str, value: str, told: str) -> None:
    before = westmarch("--site", site, "site", "show").out
    done = westmarch("--site", site, "site", "set", name, value)
    assert done.status == 1
    assert told in done.err
    assert westmarch("--site", site, "site", "show").out == before


def test_an_unknown_option_is_not_shown(westmarch: Westmarch, site: Path) -> None:
    done = westmarch("--site", site, "site", "show", "colour")
    assert done.status == 1
    assert "There are: title, " in done.err
