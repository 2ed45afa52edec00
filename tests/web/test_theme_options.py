"""Each option of the default theme does what it says; the scheme in a browser too (test_first_scheme.py)."""

import re
from pathlib import Path

import pytest

from tests.factories import day, post
from tests.readers import Reader
from westmarch.posts import related
from westmarch.site import actions as site_actions
from westmarch.web.theme import Theme

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
