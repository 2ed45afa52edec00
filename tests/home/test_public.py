"""The front page and lists, as readers get them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.books.catalogue import add, shelved
from tests.factories import SITE, START, day, post
from tests.readers import Reader
from westmarch.authors import actions as authors
from westmarch.links import actions as links
from westmarch.posts import actions
from westmarch.posts.models import ArchiveCount
from westmarch.site import actions as site_actions
from westmarch.subjects import actions as subjects
from westmarch.tags.models import Tag
from westmarch.topics import actions as topics


def titles(page: str) -> list[str]:
    """The titles of the entries of a list, in order."""
    return [re.sub("<.*?>", "", found) for found in re.findall(r'<h[23] class="p-name">(.*?)</h[23]>', page)]


def many(session: Session, count: int, **fields: Any) -> list[int]:
    """Posts called Post 0, Post 1… of one day each, the newest last."""
    return [
        post(session, f"Post {number}", slug=f"p{number}", published_at=day(number), **fields)
        for number in range(count)
    ]


def options(session: Session, **values: Any) -> None:
    site_actions.change(session, values, actor="test")


async def test_an_empty_site_is_civil_and_names_the_next_three_steps(reader: Reader) -> None:
    page = await reader.page("/")
    assert "Nothing has been published here yet" in page
    assert page.count("<li><p>") == 3
    assert '<a href="/admin/">' in page


async def test_what_the_owner_and_authors_say_has_the_direction_of_its_words(reader: Reader) -> None:
    sides = [{"part": "text", "text": "Words beside."}]
    await reader.do(options, language="ar", tagline="Essays on clocks.", sides=sides)
    await reader.do(authors.create, "Nell", slug="nell", bio_html="<p>Measures rivers.</p>")
    await reader.do(post, authors=("Nell",))
    for path, words in (
        ("/", "Essays on clocks."), ("/", "<p>Words beside.</p>"),
        ("/authors/", "<p>Measures rivers.</p>"), ("/authors/nell/", "<p>Measures rivers.</p>"),
    ):  # fmt: skip
        page = await reader.page(path)
        assert re.search(rf'<(?:p|div) class="[\w -]+" dir="auto">{words}', page), (path, words)


async def test_the_front_page_leads_with_the_newest_post_and_pages_the_others(reader: Reader) -> None:
    await reader.do(many, 30)
    first, second, third = [titles(await reader.page(path)) for path in ("/", "/page/2/", "/page/3/")]
    assert [*first, *second, *third] == [f"Post {number}" for number in reversed(range(30))]
    assert (len(first), len(second), len(third)) == (12, 12, 6)


async def test_a_pinned_post_leads_and_is_not_shown_twice(reader: Reader) -> None:
    await reader.do(many, 14)
    await reader.do(post, "Pinned", slug="pin", pinned=True, published_at=day(-9))
    first = titles(await reader.page("/"))
    assert first == ["Pinned", *(f"Post {number}" for number in range(13, 1, -1))]
    assert titles(await reader.page("/page/2/")) == ["Post 1", "Post 0", "Pinned"]


async def test_past_the_last_page_is_404_and_page_one_is_the_list_itself(reader: Reader) -> None:
    await reader.do(many, 13)
    assert (await reader.get("/page/3/")).status_code == 404
    assert (await reader.get("/page/999999/")).status_code == 404
    moved = await reader.get("/page/1/")
    assert (moved.status_code, moved.headers["location"]) == (301, "https://example.org/")


async def test_a_count_that_another_program_wrote_below_zero_is_none(reader: Reader) -> None:
    def miscount(session: Session) -> None:
        session.execute(update(Tag).values(post_count=-1))
        session.execute(update(ArchiveCount).values(posts=-1))

    await reader.do(post, "One", tags=("Tides",), authors=("Nell",))
    await reader.do(miscount)
    for path in ("/", "/tags/tides/", "/tags/tides/feed.xml", "/archive/", "/authors/nell/", "/feed.xml"):
        assert (await reader.get(path)).status_code in (200, 404), path


@pytest.mark.parametrize("asked", ["/tags", "/Tags/", "/TAGS", "/tags/index.html"])
async def test_every_spelling_of_a_listing_leads_to_the_right_one(reader: Reader, asked: str) -> None:
    moved = await reader.get(asked + "?a=b")
    assert (moved.status_code, moved.headers["location"]) == (301, "https://example.org/tags/?a=b")


async def test_pages_by_the_counts_of_months_hold_each_post_once_in_order(reader: Reader) -> None:
    """Also where months differ between UTC and the site's zone, many posts share a moment, and months are empty."""

    def fill(session: Session) -> None:
        options(session, timezone="Pacific/Auckland", posts_per_page=4)
        site = SITE.model_copy(update={"timezone": "Pacific/Auckland"})
        moments = [datetime(2024, 1, 31, 10, 30, tzinfo=UTC) + timedelta(hours=hour) for hour in (0, 0, 0, 1, 2, 3)]
        moments += [datetime(2023, month, 28, 12, tzinfo=UTC) for month in (1, 1, 1, 5, 12)] + [START] * 9
        for number, at in enumerate(moments):
            post(
                session, f"N{number:02}", slug=f"n{number}", published_at=at, tags=("Even",) if number % 2 == 0 else ()
            )
        actions.recount(session, site)

    await reader.do(fill)
    for path, expected in (("/", 20), ("/tags/even/", 10)):
        pages = [titles(await reader.page(path))]
        while (answer := await reader.get(f"{path}page/{len(pages) + 1}/")).status_code == 200:
            pages.append(titles(answer.text))
        seen = [title for page in pages for title in page]
        assert len(seen) == len(set(seen)) == expected
        assert all(len(page) == 4 for page in pages[:-1])


async def test_a_tag_an_author_and_their_lists_show_what_is_listed(reader: Reader) -> None:
    def fill(session: Session) -> None:
        authors.create(session, "Nell", bio_html="<p>Measures rivers.</p>")
        post(session, "One", slug="one", tags=("Tides", "Maps"), authors=("Nell",), published_at=day(1))
        post(session, "Two", slug="two", tags=("Tides",), authors=("Nell",), published_at=day(2))
        post(
            session,
            "Draft",
            slug="draft",
            tags=("Tides", "Secret"),
            authors=("Nell", "Ghost"),
            status="draft",
            published_at=None,
        )

    await reader.do(fill)
    assert titles(await reader.page("/tags/tides/")) == ["Two", "One"]
    author = await reader.page("/authors/nell/")
    assert titles(author)[-2:] == ["Two", "One"]
    assert "<p>Measures rivers.</p>" in author
    tags = await reader.page("/tags/")
    assert re.search(r'href="/tags/tides/" rel="tag">Tides</a> <span class="remark">2<', tags)
    assert "Secret" not in tags
    assert "Ghost" not in await reader.page("/authors/")


async def test_a_topic_shows_its_listed_parts_in_the_order_to_read(reader: Reader) -> None:
    def fill(session: Session) -> None:
        topics.create(session, "Reading", language="en", introduction_html="<p>In order.</p>")
        for part, status in ((3, "published"), (1, "published"), (2, "draft"), (4, "published")):
            at = day(-part) if status == "published" else None
            post(session, f"Part {part}", slug=f"s{part}", topic="Reading", part=part, status=status, published_at=at)

    await reader.do(fill)
    page = await reader.page("/topics/reading/")
    assert titles(page) == ["Part 1", "Part 3", "Part 4"]
    assert re.findall(r'<li class="h-entry" value="(\d)">', page) == ["1", "2", "3"]
    assert "3 parts" in await reader.page("/topics/")


async def test_the_page_of_a_year_tells_its_count_once(reader: Reader) -> None:
    await reader.do(many, 3)
    assert (await reader.page("/archive/2024/")).count("3 posts") == 1


async def test_the_archive_counts_by_the_months_of_the_zone(reader: Reader) -> None:
    def fill(session: Session) -> None:
        options(session, timezone="Asia/Tokyo")
        tokyo = SITE.model_copy(update={"timezone": "Asia/Tokyo"})
        for number, at in enumerate((datetime(2024, 12, 31, 16, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC))):
            post(session, f"A{number}", slug=f"a{number}", published_at=at)
        actions.recount(session, tokyo)

    await reader.do(fill)
    newest = await reader.page("/archive/")
    assert 'id="w-month-1"' in newest
    assert ">A0</a>" in newest
    assert 'href="/archive/2024/#w-month-6"' in newest
    older = await reader.page("/archive/2024/")
    assert ">A1</a>" in older
    assert ">A0</a>" not in older
    assert (await reader.get("/archive/2023/")).status_code == 404
    assert (await reader.get("/archive/2024/page/2/")).status_code == 404


async def test_a_link_wins_over_the_listing_at_its_path(reader: Reader) -> None:
    def fill(session: Session) -> None:
        page = post(session, "My own tags", kind="page", path="/tags/")
        assert page

    await reader.do(fill)
    assert '<h1 class="p-name">My own tags</h1>' in await reader.page("/tags/")


async def test_what_is_missing_is_said_and_the_newest_posts_are_offered(reader: Reader) -> None:
    await reader.do(many, 7)
    answer = await reader.get("/no/such/thing/")
    assert answer.status_code == 404
    assert "Nothing answers to this address" in answer.text
    assert [f"Post {number}</a>" in answer.text for number in range(7)] == [False, False, True, True, True, True, True]


async def test_what_was_purged_is_gone(reader: Reader) -> None:
    def fill(session: Session) -> None:
        actions.purge(session, post(session, "Old", slug="old"), SITE, actor="test")

    await reader.do(fill)
    answer = await reader.get("/old/")
    assert answer.status_code == 410
    assert "removed for good" in answer.text


async def test_a_link_elsewhere_is_followed_with_its_own_permanence(reader: Reader) -> None:
    def fill(session: Session) -> None:
        links.redirect(session, "/shop/", "https://shop.example/", permanent=False)
        subjects.create(session, "tag")

    await reader.do(fill)
    moved = await reader.get("/shop/")
    assert (moved.status_code, moved.headers["location"]) == (302, "https://shop.example/")


PAGES = (
    "/", "/page/2/", "/p1/", "/archive/", "/archive/2024/", "/tags/", "/tags/t/", "/topics/", "/topics/topic/",
    "/authors/", "/authors/a/", "/nothing/", "/feed.xml", "/rss.xml", "/feed.json", "/feed.xml?page=1",
    "/tags/t/feed.xml", "/topics/topic/feed.json", "/authors/a/rss.xml", "/tags/t/feed.xml?page=1",
    "/topics/topic/feed.xml?page=1", "/authors/a/feed.json?page=1", "/sitemap.xml", "/sitemap-2024.xml",
    "/sitemap-lists.xml", "/robots.txt",
)  # fmt: skip


#: Pages of a site that has books, of which a post and a page of the shelf tell.
PAGES_OF_BOOKS = (
    "/books/", "/books/tides-0/", "/writers/a-0/", "/series/coast/", "/shelf/", "/shelf/2024/", "/shelf/?status=read",
    "/shelf/feed.xml", "/isbn/9780439023481/", "/named/", "/sitemap-books-1.xml", "/search/",
)  # fmt: skip


async def selects(reader: Reader, *paths: str) -> dict[str, list[str]]:
    """What each page asks of the database, but for the options: they are written before, and read again."""
    asked = {}
    for path in paths:
        await reader.do(options, tagline=f"Before {path}")
        answer = await reader.get(path)
        assert answer.status_code == {"/nothing/": 404, "/isbn/9780439023481/": 302}.get(path, 200), path
        asked[path] = [
            statement
            for statement in reader.statements
            if statement.startswith("SELECT") and "FROM site_option" not in statement
        ]
    return asked


async def test_no_page_asks_more_than_six_statements_beside_one_for_options_that_were_written(reader: Reader) -> None:
    await reader.do(many, 40, tags=("T",), authors=("A",), topic="Topic")
    asked = await selects(reader, *PAGES)
    assert {path: len(statements) for path, statements in asked.items() if len(statements) > 6} == {}
    if reader.db.dialect == "postgresql":  # On SQLite SQLAlchemy writes OFFSET 0 behind every LIMIT.
        assert not any("OFFSET" in statement for statements in asked.values() for statement in statements)


async def test_no_page_asks_more_where_there_are_books_of_which_posts_tell(reader: Reader) -> None:
    def fill(session: Session) -> None:
        many(session, 40, tags=("T",), authors=("A",), topic="Topic")
        post(session, "Named", "::book{isbn=0439023483}", slug="named", tags=("T",), authors=("A",), topic="Topic")
        for n in range(14):
            add(
                session,
                {"title": f"Tides {n} (Coast, #{n})", "authors": f"A {n}, B, C", "tags": "t,u"},
            )
        shelved(session, title="Read", isbn="0439023483", tags="t")

    await reader.do(fill)
    asked = await selects(reader, *PAGES, *PAGES_OF_BOOKS)
    # An old document of a feed finds its place by two, and asks for the books that its texts name by one more.
    most = {path: 7 if "page=1" in path else 6 for path in asked}
    assert {path: len(statements) for path, statements in asked.items() if len(statements) > most[path]} == {}


@pytest.mark.parametrize("state", ["draft", "scheduled", "trashed", "unlisted"])
async def test_what_readers_may_not_find_is_in_no_list(reader: Reader, state: str) -> None:
    def fill(session: Session) -> None:
        many(session, 3, tags=("T",), authors=("A",), topic="Topic")
        fields: dict[str, Any] = {"published_at": day(1) + timedelta(hours=1), "pinned": True}
        if state in ("draft", "scheduled"):
            fields["status"] = state
        if state == "scheduled":
            fields["published_at"] = datetime(2117, 12, 11, tzinfo=UTC)
        fields["unlisted"] = state == "unlisted"
        hidden = post(session, "Xyzzy", slug="xyzzy", tags=("T",), authors=("A",), topic="Topic", **fields)
        if state == "trashed":
            actions.trash(session, hidden, SITE, actor="test")

    await reader.do(fill)
    for path in ("/p0/", "/p2/", *PAGES):
        answer = await reader.get(path)
        assert "xyzzy" not in answer.text.lower(), path
    answer = await reader.get("/xyzzy/")
    if state == "unlisted":
        assert answer.status_code == 200
        assert answer.headers["x-robots-tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in answer.text
    else:
        assert answer.status_code == 404
        assert "xyzzy" not in answer.text.lower()


async def test_a_changed_option_shows_on_the_next_page(reader: Reader) -> None:
    await reader.page("/")
    await reader.do(options, title="Another name")
    assert "<title>Another name</title>" in await reader.page("/")


async def test_entries_of_the_menu_without_a_title_are_named_in_the_language_of_the_site(reader: Reader) -> None:
    await reader.do(options, language="zh")
    await reader.do(post, slug="a", language="en")
    for path in ("/", "/a/"):
        assert ">归档</a>" in re.sub(r"<footer.*", "", await reader.page(path), flags=re.DOTALL)


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/", []),
        ("/tags/", [("/tags/", "page")]),
        ("/tags/sea/", [("/tags/", "true")]),
        ("/tags/tide/", [("/tags/tide/", "page")]),
    ],
)
async def test_the_menu_marks_the_page_or_the_part_of_the_site_that_it_is_in(
    reader: Reader, path: str, marked: list[tuple[str, str]]
) -> None:
    menu = [{"address": "/archive/"}, {"address": "/tags/"}, {"address": "/tags/tide/", "title": "Tides"}]
    await reader.do(options, navigation=menu)
    await reader.do(post, slug="a", tags=("Sea", "Tide"))
    menu_of_page = (await reader.page(path)).split('<nav class="menu"')[1].split("</nav>")[0]
    assert re.findall(r'href="([^"]+)" aria-current="(\w+)"', menu_of_page) == marked


async def test_a_link_to_a_place_of_the_post_leads_there_from_a_list_too(reader: Reader) -> None:
    await reader.do(post, "A", 'See [below](#end) and `<a href="#end">`.\n\n<!-- more -->\n\n## End\n', slug="a")
    excerpt = (await reader.page("/")).split('<div class="summary')[1].split("</div>")[0]
    assert excerpt.count("/a/#end") == 1
    assert re.search(r'<a [^>]*href="/a/#end"', excerpt)


async def test_what_only_hidden_posts_use_is_not_there(reader: Reader) -> None:
    def fill(session: Session) -> None:
        fields: dict[str, Any] = {"tags": ("Secret",), "authors": ("Ghost",), "topic": "Plot"}
        post(session, "Draft", slug="d", status="draft", published_at=None, **fields)
        post(session, "Unlisted", slug="u", unlisted=True, **fields)

    await reader.do(fill)
    for path in ("/tags/secret/", "/authors/ghost/", "/topics/plot/"):
        for name in ("", "feed.xml", "rss.xml", "feed.json"):
            answer = await reader.get(path + name)
            assert answer.status_code == 404, path + name
            assert not re.search("Secret|Ghost|Plot", answer.text)


async def test_the_footer_is_a_line_without_headings(reader: Reader) -> None:
    await reader.do(options, footer="*Made* by [me](/about/)")
    assert '<p><em>Made</em> by <a href="/about/">me</a></p>' in await reader.page("/")
    await reader.do(options, footer="# Contact me")
    foot = (await reader.page("/")).split('<footer class="site-foot')[1]
    assert "<p>Contact me</p>" in foot
    assert "<h" not in foot
