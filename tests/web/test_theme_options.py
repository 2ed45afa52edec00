"""Each option of the default theme does what it says."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_doctor import write
from tests.factories import day, post
from tests.readers import Reader
from tests.serving import serving
from westmarch.posts import related
from westmarch.site import actions as site_actions
from westmarch.web.theme import Theme

if TYPE_CHECKING:
    from playwright.sync_api import Page

READING = re.compile(r">[0-9]+\smin<")
TEXT = "## One\n\nText.\n\n### Two\n\n## Three\n\n" + "word " * 1_000


async def chosen(reader: Reader, **options: object) -> None:
    await reader.do(site_actions.change, {"theme_options": {"default": options}}, actor="test")


def test_every_option_of_the_default_is_tried_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    for name in Theme().options:
        assert f"{name}=" in source, name


async def test_reading_time_is_shown_where_it_is_wanted(reader: Reader) -> None:
    await reader.do(post, "A", TEXT, slug="a", topic="Topic", tags=("Tag",))
    await reader.do(post, "B", TEXT, slug="b", published_at=day(-1))
    paths = ("/", "/a/", "/tags/tag/", "/topics/topic/")
    for path in paths:
        assert READING.search(await reader.page(path)), path
    await chosen(reader, reading_time=False)
    for path in paths:
        assert not READING.search(await reader.page(path)), path


@pytest.mark.parametrize(("least", "shown"), [(3, True), (4, False), (1, True), (0, False)])
async def test_contents_are_shown_from_so_many_headings_on(reader: Reader, least: int, shown: bool) -> None:
    await reader.do(post, "A", TEXT, slug="a")
    await chosen(reader, contents_from=least)
    assert ('<nav class="toc"' in await reader.page("/a/")) is shown


async def test_no_headings_make_no_contents(reader: Reader) -> None:
    await reader.do(post, slug="a")
    await chosen(reader, contents_from=1)
    assert '<nav class="toc"' not in await reader.page("/a/")


async def test_related_posts_are_shown_where_they_are_wanted(reader: Reader) -> None:
    for number, slug in enumerate("abcdef"):
        await reader.do(post, slug.upper(), slug=slug, tags=("Tag",), published_at=day(number))
    await reader.do(related.rebuild)
    assert 'id="a-related"' in await reader.page("/a/")
    await chosen(reader, related=False)
    assert 'id="a-related"' not in await reader.page("/a/")


@pytest.mark.parametrize("scheme", ["system", "light", "dark"])
async def test_pages_begin_in_the_scheme_of_the_site(reader: Reader, scheme: str) -> None:
    await chosen(reader, scheme=scheme)
    for path in ("/", "/tags/", "/none/"):
        page = (await reader.get(path)).text
        assert (f'data-scheme="{scheme}"' in page) is (scheme != "system"), path


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
