"""The colour scheme in which a site begins, in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_doctor import write
from tests.serving import serving
from westmarch.site import actions as site_actions

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def dark(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a site that begins dark."""
    (tmp_path / "westmarch.toml").touch()
    shutil.copyfile(sqlite_template, tmp_path / "westmarch.db")
    options = {"theme_options": {"default": {"scheme": "dark"}}}
    write(tmp_path, lambda session: site_actions.change(session, options, actor="test"))
    with serving(tmp_path) as server:
        yield server.url


def test_a_reader_who_wants_the_systems_scheme_keeps_it_on_a_site_that_begins_with_another(
    opened: "Page", dark: str
) -> None:
    seen = "document.documentElement.dataset.scheme ?? null"
    opened.goto(dark)
    assert opened.evaluate(seen) == "dark"
    while opened.evaluate("localStorage.getItem('scheme')") != "system":
        opened.click("button.scheme")
    assert opened.evaluate(seen) is None
    opened.reload()
    assert opened.evaluate(seen) is None
    opened.evaluate("localStorage.clear()")
    opened.reload()
    assert opened.evaluate(seen) == "dark"


@pytest.mark.parametrize("opened", [(1280, "dark")], indirect=True)
def test_the_first_press_changes_what_is_seen_where_site_and_system_are_both_dark(opened: "Page", dark: str) -> None:
    opened.goto(dark)
    before = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    opened.click("button.scheme")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") != before
    opened.reload()
    assert opened.evaluate("document.documentElement.dataset.scheme") == "light"
