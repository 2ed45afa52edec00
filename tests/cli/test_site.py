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
        ("sides", "about,tagz", "The option sides.1.part cannot be set so: it is one of 'about', 'tags', 'archives'"),
        ("sides", "tags,tags", "The option sides cannot be set so: the part tags is there twice."),
        ("sides", '[{"part": "text"}]', "The option sides.0 cannot be set so: the part text needs text."),
        ("sides", '{"part": "text"}', "The option sides cannot be set so: a list is needed."),
        ("sides", '["tags"', "The value of sides is not JSON"),
        pytest.param("navigation", "[" * 50_000, "The value of navigation is not JSON", id="brackets"),
        pytest.param("navigation", f"[{'9' * 5_000}]", "The value of navigation is not JSON", id="digits"),
        ("title", " ", "The option title cannot be set so: it has nothing but spaces."),
        ("colour", "red", "The site has no option 'colour'"),
    ],
)
def test_what_cannot_be_set_is_told(westmarch: Westmarch, site: Path, name: str, value: str, told: str) -> None:
    before = westmarch("--site", site, "site", "show").out
    done = westmarch("--site", site, "site", "set", name, value)
    assert done.status == 1
    assert told in done.err
    assert westmarch("--site", site, "site", "show").out == before


def test_side_parts_are_set_by_their_names(westmarch: Westmarch, site: Path) -> None:
    done = westmarch("--site", site, "site", "set", "sides", "about, tags,archives")
    assert (done.status, done.out) == (0, "sides = about,tags,archives\n")
    assert westmarch("--site", site, "site", "show", "sides").out == done.out
    assert westmarch("--site", site, "site", "set", "sides", "").out == "sides = \n"


@pytest.mark.parametrize(
    "value",
    [
        '["tags", {"part": "text", "title": "Hello", "text": "Über *uns*"}]',
        '["tags", {part = "text", title = "Hello", text = "Über *uns*"}]',
        '[[sides]]\npart = "tags"\n\n[[sides]]\npart = "text"\ntitle = "Hello"\ntext = "Über *uns*"\n',
    ],
)
def test_side_parts_with_details_are_shown_a_part_a_line(westmarch: Westmarch, site: Path, value: str) -> None:
    done = westmarch("--site", site, "site", "set", "sides", value)
    shown = '[\n  "tags",\n  {"part": "text", "title": "Hello", "text": "Über *uns*"}\n]'
    assert (done.status, done.out) == (0, f"sides = {shown}\n")
    assert westmarch("--site", site, "site", "set", "sides", shown).out == done.out
    listed = json.loads(westmarch("--site", site, "site", "show", "sides", "--json").out)
    assert [side["part"] for side in listed["sides"]] == ["tags", "text"]


def test_an_unknown_option_is_not_shown(westmarch: Westmarch, site: Path) -> None:
    done = westmarch("--site", site, "site", "show", "colour")
    assert done.status == 1
    assert "There are: title, " in done.err
