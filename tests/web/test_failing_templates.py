"""A template of a site that fails is told to the log, and the package's own page answers."""

import logging
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.factories import post
from tests.readers import Reader
from westmarch.app import create_app
from westmarch.settings import Settings
from westmarch.site import actions as site_actions

FAILING = {
    "syntax": ("home/topics.html", "{% extends 'base.html' %}\n{% if %}", 2, "TemplateSyntaxError"),
    "an unknown name": ("home/topics.html", "\n\n{{ nothing }}", 3, "UndefinedError"),
    "an unknown part of a row": ("home/topics.html", "\n{{ topics[0].colour }}", 2, "UndefinedError"),
    "a missing template": ("home/topics.html", "\n{% extends 'none.html' %}", 2, "TemplateNotFound"),
    "a missing static file": ("home/topics.html", "{{ asset('none.css') }}", 1, "KeyError"),
    "a division": ("home/topics.html", "{{ 1 / 0 }}", 1, "ZeroDivisionError"),
    "itself": ("home/topics.html", "{% include 'home/topics.html' %}", 1, "RecursionError"),
    "what all pages extend": ("base.html", "\n{{ nothing }}", 2, "UndefinedError"),
    "what all pages share": ("chrome.html", "{% set head %}\n{{ nothing }}{% endset %}", 2, "UndefinedError"),
    "what pages import": ("parts.html", "{% macro %}", 1, "TemplateSyntaxError"),
}


def own(settings_site: Path, name: str, text: str) -> Path:
    file = settings_site / "theme" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def started_again(reader: Reader, settings: Settings) -> Reader:
    """The program as it is after a start: it reads the files of the site anew."""
    app = create_app(settings)
    app.state.db = reader.db
    return Reader(app, reader.db, settings.url)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]


@pytest.mark.parametrize(("name", "text", "line", "kind"), FAILING.values(), ids=FAILING)
async def test_a_failing_template_is_not_a_failing_page(
    reader: Reader, settings: Settings, caplog: pytest.LogCaptureFixture, name: str, text: str, line: int, kind: str
) -> None:
    await reader.do(post, slug="a", topic="A topic")
    sound = await reader.page("/topics/")
    file = own(settings.site, name, text)
    reader = started_again(reader, settings)
    for _ in range(2):
        assert await reader.page("/topics/") == sound
    (message,) = told(caplog)
    assert message.startswith(f"{file}, line {line}: {kind}: "), message
    assert "westmarch theme check" in message


async def test_a_failing_page_of_errors_keeps_its_status(
    reader: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own(tmp_path, "error.html", "{{ nothing }}")
    answer = await reader.get("/none/")
    assert answer.status_code == 404
    assert "<h1>" in answer.text
    assert len(told(caplog)) == 1


async def test_a_failing_feed_is_that_of_the_package(
    reader: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own(tmp_path, "feeds/atom.xml", "{{ nothing }}")
    await reader.do(post, slug="a")
    assert "<entry" in await reader.page("/feed.xml")
    assert len(told(caplog)) == 1


async def test_what_stands_in_for_a_failing_page_has_its_style(reader: Reader, tmp_path: Path) -> None:
    """The site has another style sheet, which the package's page does not use."""
    own(tmp_path, "static/theme.css", "body { color: red; }")
    own(tmp_path, "home/tags.html", "{{ nothing }}")
    stand_in, sound = await reader.page("/tags/"), await reader.page("/topics/")
    sheets = [re.findall(r'rel="stylesheet" href="([^"]+)"', page)[0] for page in (stand_in, sound)]
    assert sheets[0] != sheets[1]
    for sheet in sheets:
        answer = await reader.get(sheet)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


async def test_a_fault_of_the_program_is_not_laid_on_a_template(
    reader: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without files of the site's own nothing stands in: an error is an error."""
    monkeypatch.setattr("westmarch.web.theme.Theme.set", lambda _self, _values: 1 / 0)
    answer = await reader.get("/topics/")
    assert answer.status_code == 500
    assert not [line for line in told(caplog) if "answers instead" in line]


async def test_a_theme_that_is_gone_answers_as_the_default(
    reader: Reader, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sound = await reader.page("/")
    await reader.do(site_actions.change, {"theme": "gone"}, actor="test")
    assert await reader.page("/") == sound
    assert any("The theme gone cannot be used" in line for line in told(caplog))


async def test_options_that_no_longer_fit_are_told_and_their_defaults_count(
    reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    await reader.do(site_actions.change, {"theme_options": {"default": {"scheme": "sepia"}}}, actor="test")
    assert "data-scheme" not in await reader.page("/")
    assert await reader.page("/topics/")
    assert [line for line in told(caplog) if "scheme: one of system, light, dark is needed" in line]


async def test_files_of_a_theme_are_found_by_a_process_that_has_made_no_page(reader: Reader, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests" / "themes" / "plain", tmp_path / "themes" / "plain")
    await reader.do(site_actions.change, {"theme": "plain"}, actor="test")
    theme = reader.app.state.surface.themes.load("plain")
    answer = await reader.get(theme.asset("plain.css"))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    other = await reader.get("/static/plain.00000000.css")
    assert (other.status_code, other.headers["cache-control"]) == (200, "no-cache")
    assert (await reader.get("/static/none.css")).status_code == 404
