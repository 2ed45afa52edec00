"""`westmarch theme check`: whatever is wrong with a theme is found, with its place."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, Westmarch
from tests.conftest import ROOT
from westmarch.cli.theme_sources import Source, refused

PLAIN = ROOT / "tests" / "themes" / "plain"


@pytest.fixture
def themed(site: Path) -> Path:
    """A site that has the theme `plain`, with the default in use."""
    shutil.copytree(PLAIN, site / "themes" / "plain")
    return site


def written(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def faults(done: Outcome) -> set[tuple[str, int, str]]:
    return {
        (Path(remark["file"]).name, remark["line"], remark["message"])
        for remark in json.loads(done.out)["remarks"]
        if remark["wrong"]
    }


def test_the_themes_that_there_are_have_no_fault(westmarch: Westmarch, themed: Path) -> None:
    done = westmarch("--site", themed, "theme", "check")
    assert (done.status, done.out) == (0, "The theme default has no faults.\n")
    done = westmarch("--site", themed, "theme", "check", "plain")
    assert done.status == 0, done.out
    assert "The theme plain has no faults." in done.out


def test_a_name_that_no_theme_has_is_told(westmarch: Westmarch, themed: Path) -> None:
    done = westmarch("--site", themed, "theme", "check", "plane")
    assert (done.status, done.out) == (1, "")
    assert "Is plain meant?" in done.err


def test_faults_of_a_whole_theme_are_told_with_file_and_line(westmarch: Westmarch, themed: Path) -> None:
    written(
        themed / "themes" / "plain",
        {
            "home/tags.html": '{% extends "base.html" %}\n{% block main %}\n'
            '{{ tgas }}{{ words("archvie") }}\n{% endblock %}',
            "home/list.html": '{% extends "bse.html" %}',
            "parts.html": "{% macro paging(pages, words) %}{{ options.wide }}{% endmacro %}",
            "home/topics.html": "{% if %}",
            "home/topic.html": '{% extends "base.html" %}{% block main %}\n\n{{ posts[999].title }}{% endblock %}',
            "home/authors.html": '{% block main %}{{ options.wid }}{{ asset("plan.css") }}{% endblock %}',
            "posts/detial.html": "",
            "static/more.css": "a {\n  mask: url(icn.svg);\n}\n",
            "static/more.js": 'import "./parts/yaer.js";\n',
        },
    )
    done = westmarch("--site", themed, "theme", "check", "plain", "--json")
    assert done.status == 1
    found = faults(done)
    expected = {
        ("tags.html", 3, "home/tags.html does not receive 'tgas'. Is 'tags' meant?"),
        ("tags.html", 3, "There is no word 'archvie'. Is 'archive' meant?"),
        ("parts.html", 1, "parts.html does not receive 'options'."),
        ("list.html", 1, "There is no template 'bse.html'. Is 'base.html' meant?"),
        ("topics.html", 1, "Expected an expression, got 'end of statement block'"),
        ("topic.html", 3, "UndefinedError in home/topic.html: list object has no element 999"),
        ("authors.html", 1, "There is no option 'wid'. Is 'wide' meant?"),
        ("authors.html", 1, "There is no static file 'plan.css'. Is 'plain.css' meant?"),
        ("detial.html", 0, "Nothing uses this template: no original is called so. Is 'posts/detail.html' meant?"),
        ("more.css", 2, "It loads icn.svg, which is not there. Is 'icon.svg' meant?"),
        ("more.js", 1, "It loads ./parts/yaer.js, which is not there. Is 'parts/year.js' meant?"),
    }
    assert expected <= found, found - expected
    told = westmarch("--site", themed, "theme", "check", "plain").out
    assert f"WRONG {themed / 'themes' / 'plain' / 'home' / 'tags.html'}:3: " in told


@pytest.mark.parametrize(
    ("written_text", "told"),
    [
        ("<p style='color: red'>", "style=…"),
        ("<style>p {}</style>", "<style>"),
        ('<a onclick="x()">', "on…="),
        ("<script>x()</script>", "a script within the page"),
        ('<script src="https://example.org/x.js"></script>', "of another host"),
        ('<link rel="stylesheet" href="//example.org/x.css">', "of another host"),
        ("{{ heading | safe }}", "safe prints whatever it is given"),
    ],
)
@pytest.mark.unit
def test_what_browsers_will_refuse_is_told(written_text: str, told: str) -> None:
    text = f"{{# <style> #}}\n<!-- onload= -->\n{written_text}"
    assert not list(refused(Source("a.html", Path(), '<script type="application/ld+json">{}</script>', None)))
    (remark,) = refused(Source("error.html", Path("theme/error.html"), text, None))
    assert (remark.file, remark.line, remark.wrong) == ("theme/error.html", 3, True)
    assert told in remark.message


def test_an_own_file_without_original_is_told(westmarch: Westmarch, themed: Path) -> None:
    written(
        themed / "theme",
        {
            "home/fornt.html": "",
            "static/theem.css": "",
            "static/theme2.css": "body { mask: url(masks/icon.svg); }",
            "static/masks/icon.svg": "<svg/>",
            "static/fonts/own.ttf": "",
            "static/own.css": "",
            "words/fr.toml": '"archive" = "Archives"',
            "footer.html": "",
            "error.html": '{% include "footer.html" %}{{ asset("theme2.css") }}',
        },
    )
    done = westmarch("--site", themed, "theme", "check", "--json")
    assert faults(done) == {
        ("fornt.html", 0, "Nothing uses this template: no original is called so. Is 'home/front.html' meant?"),
        ("theem.css", 0, "Nothing uses this file: no original is called so. Is 'static/theme.css' meant?"),
    }


def test_a_broken_manifest_is_a_fault(westmarch: Westmarch, themed: Path) -> None:
    written(themed / "themes" / "plain", {"theme.toml": 'name = "plain"'})
    done = westmarch("--site", themed, "theme", "check", "plain")
    assert done.status == 1
    assert "theme.toml: description: it is missing" in done.out


def test_what_a_theme_does_not_bring_is_noted(westmarch: Westmarch, themed: Path) -> None:
    plain = themed / "themes" / "plain"
    (plain / "home" / "topics.html").unlink()
    done = westmarch("--site", themed, "theme", "check", "plain", "--json")
    notes = [remark["message"] for remark in json.loads(done.out)["remarks"] if not remark["wrong"]]
    assert done.status == 0
    assert any("come from the default: " in note and "home/topics.html" in note for note in notes)
    written(plain, {"base.html": "<!doctype html>{{ chrome.top }}"})
    done = westmarch("--site", themed, "theme", "check", "plain", "--json")
    assert any("It has no block body_class, head, main" in message for _, _, message in faults(done))


def test_the_sites_own_database_is_left_alone(westmarch: Westmarch, themed: Path) -> None:
    before = westmarch("--site", themed, "site", "show").out
    files = {path for path in themed.rglob("*") if path.is_file()}
    westmarch("--site", themed, "theme", "check", "plain")
    assert westmarch("--site", themed, "site", "show").out == before
    assert {path for path in themed.rglob("*") if path.is_file() and "westmarch.db" not in path.name} <= files
