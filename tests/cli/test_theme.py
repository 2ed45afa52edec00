"""`westmarch theme`: choosing a theme, its options, and files of one's own."""

import json
import re
import shutil
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import Westmarch
from tests.conftest import ROOT
from tests.serving import serving
from westmarch.web.theme import DEFAULT

PLAIN = ROOT / "tests" / "themes" / "plain"


@pytest.fixture
def themed(site: Path) -> Path:
    """A site that has the theme `plain`, with the default in use."""
    shutil.copytree(PLAIN, site / "themes" / "plain")
    return site


def test_themes_are_listed_with_where_they_are_from(westmarch: Westmarch, themed: Path) -> None:
    (themed / "themes" / "torn").mkdir()
    (themed / "themes" / "torn" / "theme.toml").write_text('name = "torn"')
    done = westmarch("--site", themed, "theme", "list")
    assert done.status == 0
    default, plain, torn = done.out.splitlines()[1:]
    assert default.split()[:3] == ["default", "yes", "Westmarch"]
    assert str(themed / "themes" / "plain") in plain
    assert "Black on white" in plain
    assert "BROKEN" in torn
    assert "theme.toml: description: it is missing" in torn
    listed = json.loads(westmarch("--site", themed, "theme", "list", "--json").out)
    assert [(theme["name"], theme["in_use"]) for theme in listed] == [
        ("default", True),
        ("plain", False),
        ("torn", False),
    ]


def test_a_theme_that_is_in_use_and_gone_is_listed_as_broken(westmarch: Westmarch, themed: Path) -> None:
    westmarch("--site", themed, "theme", "use", "plain")
    shutil.rmtree(themed / "themes" / "plain")
    listed = json.loads(westmarch("--site", themed, "theme", "list", "--json").out)
    assert listed[1]["in_use"]
    assert listed[1]["broken"] == "No theme is called 'plain'."


def test_another_theme_is_used_and_the_way_back_is_told(westmarch: Westmarch, themed: Path) -> None:
    (themed / "theme" / "error.html").write_text("own")
    done = westmarch("--site", themed, "theme", "use", "plain")
    assert done.status == 0
    assert done.out.splitlines()[:2] == ["theme = plain", "Before it was default; back: westmarch theme use default"]
    assert "replace those of this theme too: error.html" in done.out
    assert westmarch("--site", themed, "site", "show", "theme").out == "theme = plain\n"
    assert westmarch("--site", themed, "theme", "use", "plain").out.splitlines()[0] == "theme = plain"


@pytest.mark.parametrize("command", [("theme", "use"), ("site", "set", "theme")])
def test_a_name_that_no_theme_has_is_refused(westmarch: Westmarch, themed: Path, command: tuple[str, ...]) -> None:
    done = westmarch("--site", themed, *command, "plane")
    assert done.status == 1
    assert "No theme is called 'plane'. Is plain meant?" in done.err
    assert "There are: default, plain." in done.err
    assert westmarch("--site", themed, "site", "show", "theme").out == "theme = default\n"


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("theme.toml", "name =", "theme.toml cannot be read"),
        ("home/list.html", "{% if %}", "home/list.html, line 1: "),
        ("home/list.html", "\udcff", "home/list.html is not in UTF-8"),
        ("static/plain.js", 'import "./plain.js";', "plain.js → plain.js"),
    ],
)
def test_a_broken_theme_is_not_used(westmarch: Westmarch, themed: Path, file: str, text: str, told: str) -> None:
    (themed / "themes" / "plain" / file).write_text(text, encoding="utf-8", errors="surrogateescape")
    done = westmarch("--site", themed, "theme", "use", "plain")
    assert done.status == 1
    assert told in done.err
    assert westmarch("--site", themed, "site", "show", "theme").out == "theme = default\n"


def test_options_are_shown_set_and_reset(westmarch: Westmarch, themed: Path) -> None:
    assert westmarch("--site", themed, "theme", "use", "plain").status == 0
    assert westmarch("--site", themed, "theme", "set", "wide", "yes").out == "wide = true\n"
    assert westmarch("--site", themed, "theme", "set", "newest", "7").out == "newest = 7\n"
    shown = json.loads(westmarch("--site", themed, "theme", "show", "--json").out)
    values = {option["name"]: (option["value"], option["set"]) for option in shown["options"]}
    assert values["wide"] == (True, True)
    assert values["newest"] == (7, True)
    assert values["motto"] == ("", False)
    assert values["reading_time"] == (True, False)
    told = westmarch("--site", themed, "theme", "show", "newest").out
    assert "newest = 7  (set)" in told
    assert "A whole number from 0 to 20; default 3." in told
    assert "; default empty." in westmarch("--site", themed, "theme", "show", "motto").out
    assert westmarch("--site", themed, "theme", "reset", "newest").out == "newest = 3\n"
    stored = json.loads(westmarch("--site", themed, "site", "show", "theme_options", "--json").out)
    assert stored == {"theme_options": {"plain": {"wide": True}}}
    assert westmarch("--site", themed, "theme", "reset").status == 0
    assert json.loads(westmarch("--site", themed, "site", "show", "theme_options", "--json").out) == {
        "theme_options": {}
    }


def test_options_of_one_theme_stay_while_another_is_in_use(westmarch: Westmarch, themed: Path) -> None:
    westmarch("--site", themed, "theme", "set", "reading_time", "false")
    westmarch("--site", themed, "theme", "use", "plain")
    westmarch("--site", themed, "theme", "set", "reading_time", "true")
    westmarch("--site", themed, "theme", "use", "default")
    assert "reading_time = false  (set)" in westmarch("--site", themed, "theme", "show").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("set", "contents_from", "101"), "a whole number from 0 to 100 is needed, not 101"),
        (("set", "scheme", "sepia"), "one of system, light, dark is needed, not 'sepia'"),
        (("set", "colour", "red"), "The theme default has no option 'colour'"),
        (("show", "colour"), "There are: scheme, reading_time"),
        (("reset", "colour"), "The theme default has no option 'colour'"),
    ],
)
def test_what_cannot_be_set_is_told(westmarch: Westmarch, themed: Path, arguments: tuple[str, ...], told: str) -> None:
    done = westmarch("--site", themed, "theme", *arguments)
    assert (done.status, done.out) == (1, "")
    assert told in done.err


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ('{"default": {"scheme": "sepia"}}', "one of system, light, dark is needed"),
        ('{"default": {"colour": 1}}', "The theme default has no option 'colour'"),
        ('{"plane": {"wide": true}}', "No theme is called 'plane'"),
    ],
)
def test_options_of_themes_are_held_to_their_limits_as_options_of_the_site_too(
    westmarch: Westmarch, themed: Path, value: str, told: str
) -> None:
    done = westmarch("--site", themed, "site", "set", "theme_options", value)
    assert done.status == 1
    assert told in done.err


def test_themes_and_options_are_switched_while_a_server_runs(westmarch: Westmarch, themed: Path) -> None:
    def shown(path: str = "/") -> str:
        return httpx2.get(running.url + path, timeout=20, trust_env=False).text

    with serving(themed) as running:
        first = shown()
        assert "/static/theme." in first
        assert westmarch("--site", themed, "theme", "use", "plain").status == 0
        second = shown()
        assert "/static/plain." in second
        assert "/static/theme." not in second
        assert "/static/plain." in shown("/none/")
        assert westmarch("--site", themed, "theme", "set", "motto", "Ad rem").status == 0
        assert "<em>Ad rem</em>" in shown()
        # A page that somebody has open keeps its style.
        sheet = re.findall(r'"(/static/theme[^"]+css)"', first)[0]
        assert httpx2.get(running.url + sheet, timeout=20, trust_env=False).status_code == 200
        assert westmarch("--site", themed, "theme", "use", "default").status == 0
        assert shown() == first


def test_a_file_is_copied_once_and_again_only_by_force(westmarch: Westmarch, themed: Path) -> None:
    copied = themed / "theme" / "home" / "front.html"
    assert westmarch("--site", themed, "theme", "copy", "home/front.html").status == 0
    assert copied.read_bytes() == (DEFAULT / "home" / "front.html").read_bytes()
    copied.write_text("own")
    done = westmarch("--site", themed, "theme", "copy", "home/front.html")
    assert done.status == 1
    assert "is there already" in done.err
    assert copied.read_text() == "own"
    assert westmarch("--site", themed, "theme", "copy", "home/front.html", "--force").status == 0
    assert copied.read_bytes() == (DEFAULT / "home" / "front.html").read_bytes()


def test_the_file_is_that_of_the_theme_in_use(westmarch: Westmarch, themed: Path) -> None:
    westmarch("--site", themed, "theme", "use", "plain")
    assert westmarch("--site", themed, "theme", "copy", "static/plain.css").status == 0
    assert (themed / "theme" / "static" / "plain.css").read_bytes() == (PLAIN / "static" / "plain.css").read_bytes()
    listed = westmarch("--site", themed, "theme", "copy").out.splitlines()
    assert "static/plain.css  (yours is in use)" in listed
    assert "home/front.html" in listed
    assert "theme.toml" not in listed


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("home/frnt.html", "Is home/front.html meant?"),
        ("../westmarch.toml", "The theme has no file"),
        ("home", "no file"),
    ],
)
def test_what_the_theme_does_not_have_is_not_copied(westmarch: Westmarch, themed: Path, name: str, told: str) -> None:
    done = westmarch("--site", themed, "theme", "copy", name)
    assert done.status == 1
    assert told in done.err
