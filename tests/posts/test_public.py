"""The page of a post or page, as readers get it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import SITE, day, post
from tests.readers import Reader
from westmarch.posts import actions, related
from westmarch.posts.public import Heading, contents
from westmarch.site import actions as site_actions


def test_contents_are_two_levels() -> None:
    toc: list[list[object]] = [[2, "a", "A"], [3, "b", "B"], [4, "c", "C"], [2, "d", "D"]]
    assert contents(toc) == [Heading("#a", "A", [Heading("#b", "B")]), Heading("#d", "D")]
    assert contents([[3, "x", "X"], [3, "y", "Y"], [2, "z", "Z"]])[0] == Heading("#x", "X", [Heading("#y", "Y")])


async def test_a_post_shows_what_it_is_and_when_it_was_written_in_the_zone(reader: Reader) -> None:
    def fill(session: Session) -> None:
        site_actions.change(session, {"timezone": "Asia/Tokyo"}, actor="test")
        post(
            session,
            "Tides & <b>",
            "Text with [a link](/a/).\n\n## One\n\n### Two\n\n## Three\n",
            slug="tides",
            summary="All about it.",
            authors=("Nell", "Idris"),
            tags=("Sea",),
            published_at=datetime(2024, 3, 31, 20, tzinfo=UTC),
            updated_at=datetime(2024, 5, 1, 1, tzinfo=UTC),
        )

    await reader.do(fill)
    page = await reader.page("/tides/")
    assert '<h1 class="p-name">Tides &amp; &lt;b&gt;</h1>' in page
    assert '<p class="standfirst p-summary">All about it.</p>' in page
    assert '<time class="dt-published" datetime="2024-04-01T05:00:00+09:00">1 April 2024</time>' in page
    assert '<time class="dt-updated" datetime="2024-05-01T10:00:00+09:00">1 May 2024</time>' in page
    assert re.findall(r'p-author h-card"><a class="p-name u-url" href="(.*?)"', page) == [
        "/authors/nell/",
        "/authors/idris/",
    ]
    assert '<a class="p-category" href="/tags/sea/" rel="tag">Sea</a>' in page
    assert '<link rel="canonical" href="https://example.org/tides/">' in page
    assert 'class="toc"' in page
    assert page.count("<h1") == page.count("<main") == 1
    assert "\ufdd0" not in page


async def test_neighbours_parts_and_translations_lead_on(reader: Reader) -> None:
    def fill(session: Session) -> None:
        for number in range(6):
            more: dict[str, Any] = {"translation_group": "g"} if number in (1, 2) else {}
            language = "de" if number == 2 else "en"
            post(
                session, f"P{number}", slug=f"p{number}", published_at=day(number), topic="T", language=language, **more
            )
        related.rebuild(session)

    await reader.do(fill)
    page = await reader.page("/p1/")
    assert re.search(r'href="/p0/" rel="prev"', page)
    assert re.search(r'href="/p2/" rel="next"', page)
    assert "Part 2 of 6" in page
    assert re.findall(r'<li value="(\d)"', page) == ["1", "2", "3", "4"]
    assert '<link rel="alternate" hreflang="de" href="https://example.org/p2/">' in page
    assert 'hreflang="de" lang="de" dir="ltr"' in page


async def test_a_language_sets_words_digits_and_direction(reader: Reader) -> None:
    def fill(session: Session) -> None:
        for language in ("ar", "zh", "de", "fr"):
            post(
                session,
                f"T {language}",
                slug=language,
                language=language,
                published_at=datetime(2025, 9, 20, tzinfo=UTC),
            )

    await reader.do(fill)
    arabic = await reader.page("/ar/")
    assert '<html lang="ar" dir="rtl">' in arabic
    assert "٢٠ سبتمبر ٢٠٢٥" in arabic
    assert "2025年9月20日" in await reader.page("/zh/")
    assert "20. September 2025" in await reader.page("/de/")
    assert '<html lang="fr">' in await reader.page("/fr/")
    front = await reader.page("/")
    assert '<div class="entry-body" lang="ar" dir="rtl">' in front or 'class="lead-body" lang="ar"' in front


async def test_a_moved_post_answers_301_from_every_old_address(reader: Reader) -> None:
    def fill(session: Session) -> None:
        moved = post(session, slug="a", aliases=("/?p=7", "/old.html"))
        actions.move(session, moved, "/b/ü/", actor="test")

    await reader.do(fill)
    for old in ("/a/", "/A", "/a.html", "/?p=7", "/old.html", "/b/%C3%BC"):
        answer = await reader.get(old)
        assert (answer.status_code, answer.headers["location"]) == (301, "https://example.org/b/%C3%BC/"), old
    assert (await reader.get("/a/?x=1")).headers["location"] == "https://example.org/b/%C3%BC/?x=1"


@pytest.mark.parametrize("below", ["feed.xml", "page/2/", "2024/"])
async def test_nothing_hangs_below_a_post(reader: Reader, below: str) -> None:
    await reader.do(post, slug="a")
    assert (await reader.get("/a/" + below)).status_code == 404


async def test_a_page_has_no_date_and_stands_in_no_list(reader: Reader) -> None:
    await reader.do(post, "About us", kind="page", slug="about")
    page = await reader.page("/about/")
    assert "dt-published" not in page
    for path in ("/", "/archive/", "/feed.xml"):
        assert "About us" not in (await reader.get(path)).text
    assert "/about/" in await reader.page("/sitemap-lists.xml")


async def test_foreign_front_matter_harms_no_page(reader: Reader) -> None:
    await reader.do(post, slug="a", extra={"cover_caption": {"x": [1]}, "get": 1, "items": "<script>"})
    assert "<script>" not in (await reader.page("/a/")).replace('<script src="', "")


async def test_an_edit_shows_at_once_with_another_entity_tag(reader: Reader) -> None:
    from tests.factories import draft

    post_id = await reader.do(post, markdown="Before.", slug="a", updated_at=day(0) + timedelta(hours=1))
    first = await reader.get("/a/")
    unchanged = await reader.get("/a/", if_none_match=first.headers["etag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    await reader.do(actions.revise, post_id, draft(markdown="After.", slug="a"), SITE, actor="test")
    second = await reader.get("/a/", if_none_match=first.headers["etag"])
    assert second.status_code == 200
    assert "After." in second.text


async def test_an_empty_post_has_no_time_to_read(reader: Reader) -> None:
    await reader.do(post, "Empty", "", slug="empty")
    for path in ("/", "/empty/"):
        assert " min</span>" not in await reader.page(path)


async def test_related_posts_are_others_than_those_that_stand_above(reader: Reader) -> None:
    def fill(session: Session) -> None:
        for number in range(5):
            post(session, f"P{number}", slug=f"p{number}", published_at=day(number), tags=("Sea",))
        related.rebuild(session)

    await reader.do(fill)
    page = await reader.page("/p2/")
    around, _, after = page.partition('id="a-related"')
    assert 'href="/p1/" rel="prev"' in around
    assert 'href="/p3/" rel="next"' in around
    shown = set(re.findall(r'<a href="(/p\d/)"', after))
    assert shown
    assert shown <= {"/p0/", "/p4/"}
