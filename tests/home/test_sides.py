"""The parts beside the list of the front page, and the states of that page."""

import re
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import SITE, day, post
from tests.home.test_public import many, options, titles
from tests.readers import Reader
from tests.schemas import taken_back
from westmarch.app import create_app
from westmarch.db.database import Database, open_database
from westmarch.ops import schema
from westmarch.posts import actions, views
from westmarch.settings import Settings

ALL: list[Any] = [
    "about",
    "tags",
    "archives",
    "most-read",
    "feeds",
    {"part": "links", "links": [{"title": "Elsewhere", "address": "https://example.com/"}]},
    {"part": "text", "title": "Mine", "text": "*My* own [words](/words/)"},
]
TODAY = date(2026, 11, 22)


def parsed(page: str) -> Any:
    """The page as an element tree."""
    return import_module("html5lib").parse(page, namespaceHTMLElements=False)  # It has no types.


def read(session: Session, counts: dict[int, int]) -> None:
    """So many views, and the list of what is read most as it follows."""
    views.store(session, counts, TODAY)
    views.store_ranking(session, views.ranking(session, TODAY))


def side(page: str, title: str) -> str:
    """The HTML of the part with this title."""
    [found] = re.findall(
        rf'<(?:nav|section) class="side"(?:(?!</h2>).)*?<h2 [^>]*>{title}</h2>.*?</(?:nav|section)>', page, re.DOTALL
    )
    return str(found)


def headings(page: str) -> list[str]:
    """The titles of the parts, in order."""
    return re.findall(r'<h2 id="w-side-\d+">(.*?)</h2>', page)


async def test_a_new_site_has_nothing_beside_its_list(reader: Reader) -> None:
    await reader.do(many, 3)
    page = await reader.page("/")
    assert "<aside" not in page
    assert "with-sides" not in page


async def test_the_parts_stand_in_the_owners_order(reader: Reader) -> None:
    def fill(session: Session) -> None:
        ids = many(session, 3, tags=("T",))
        read(session, {ids[0]: 1})
        options(session, sides=ALL, description="What it is about.")

    await reader.do(fill)
    assert headings(await reader.page("/")) == [
        "About", "Tags", "Archive", "Most read", "Follow", "Links", "Mine",
    ]  # fmt: skip
    await reader.do(options, sides=[ALL[6], "feeds", "about"])
    assert headings(await reader.page("/")) == ["Mine", "Follow", "About"]


async def test_they_stand_after_the_list_and_on_its_first_page_alone(reader: Reader) -> None:
    def fill(session: Session) -> None:
        many(session, 30)
        options(session, sides="feeds")

    await reader.do(fill)
    page = await reader.page("/")
    assert page.index('class="paging"') < page.index('<aside class="sides"') < page.index("</main>")
    assert "<aside" not in await reader.page("/page/2/")


async def test_a_part_that_has_nothing_to_show_is_left_out(reader: Reader) -> None:
    await reader.do(options, sides="about,tags,archives,most-read")
    assert "<aside" not in await reader.page("/")
    await reader.do(post, slug="a")
    assert headings(await reader.page("/")) == ["Archive"]


async def test_about_is_the_owners_text_else_the_description(reader: Reader) -> None:
    await reader.do(options, sides="about", description="Essays & <tides>")
    assert "<p>Essays &amp; &lt;tides&gt;</p>" in side(await reader.page("/"), "About")
    about = {"part": "about", "title": "Who", "text": "I *measure* rivers.\n\n[More](/about/)"}
    await reader.do(options, sides=[about])
    assert '<p>I <em>measure</em> rivers.</p>\n<p><a href="/about/">More</a></p>' in side(await reader.page("/"), "Who")


async def test_the_owners_markdown_has_passed_the_sanitizer(reader: Reader) -> None:
    text = '<script>alert(1)</script><p onclick="x()" style="color:red">a</p>\n\n[b](javascript:x()) <iframe src="//x">'
    await reader.do(options, sides=[{"part": "text", "title": "T", "text": text}])
    html = side(await reader.page("/"), "T")
    assert not re.search(r"<script|<iframe|onclick|style=|href=.javascript", html)


async def test_a_text_is_rendered_once_for_a_state_of_the_options(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from westmarch.text import markdown

    rendered: list[str] = []
    render = markdown.render

    def noting(text: str, **arguments: Any) -> Any:
        rendered.append(text)
        return render(text, **arguments)

    monkeypatch.setattr(markdown, "render", noting)
    await reader.do(options, sides=[{"part": "text", "text": "a"}, {"part": "text", "text": "b"}])
    for _ in range(3):
        await reader.page("/")
    monkeypatch.undo()
    await reader.do(post, slug="p")
    monkeypatch.setattr(markdown, "render", noting)
    await reader.page("/")
    assert rendered == ["a", "b"]
    await reader.do(options, sides=[{"part": "text", "text": "c"}])
    assert ">c<" in (await reader.page("/")).replace("<p>", "").replace("</p>", "<")
    assert rendered == ["a", "b", "c"]


async def test_the_tags_with_the_most_posts_come_first_and_the_others_are_named(reader: Reader) -> None:
    def fill(session: Session) -> None:
        for number in range(4):
            post(session, f"P{number}", slug=f"p{number}", tags=[f"T{each}" for each in range(number + 1)])
        post(session, "D", slug="d", status="draft", published_at=None, tags=("Secret",) * 1)
        options(session, sides=[{"part": "tags", "count": 3}])

    await reader.do(fill)
    tags = side(await reader.page("/"), "Tags")
    found = re.findall(r'<li><a href="(.*?)" rel="tag">(.*?)</a> <span class="remark">(\d+)</span></li>', tags)
    assert found == [("/tags/t0/", "T0", "4"), ("/tags/t1/", "T1", "3"), ("/tags/t2/", "T2", "2")]
    assert '<a class="more" href="/tags/">All tags</a>' in tags
    await reader.do(options, sides=[{"part": "tags", "count": 4}])
    assert "more" not in side(await reader.page("/"), "Tags")


async def test_archives_are_the_newest_years_with_their_counts(reader: Reader) -> None:
    def fill(session: Session) -> None:
        for number in (0, 10, 400, 800):
            post(session, f"P{number}", slug=f"p{number}", published_at=day(number))
        options(session, sides=[{"part": "archives", "count": 2}])

    await reader.do(fill)
    archives = side(await reader.page("/"), "Archive")
    found = re.findall(r'<li><a href="(.*?)">(\d+)</a> <span class="remark">(\d+)</span></li>', archives)
    assert found == [("/archive/2026/", "2026", "1"), ("/archive/2025/", "2025", "1")]
    assert '<a class="more" href="/archive/">The whole archive</a>' in archives


async def test_most_read_shows_listed_posts_alone(reader: Reader) -> None:
    def fill(session: Session) -> list[int]:
        ids = many(session, 4, language="de")
        read(session, {ids[0]: 5, ids[1]: 9, ids[2]: 1})
        options(session, sides=[{"part": "most-read", "count": 2}])
        return ids

    ids = await reader.do(fill)
    shown = side(await reader.page("/"), "Most read")
    assert re.findall(r'<li lang="de" dir="ltr"><a href="/p(\d)/">', shown) == ["1", "0"]
    await reader.do(actions.trash, ids[1], SITE, actor="test")
    assert re.findall(r'<a href="/p(\d)/">', side(await reader.page("/"), "Most read")) == ["0", "2"]


async def test_a_stored_front_page_goes_when_another_order_is_read_most_and_by_no_view(
    settings: Settings, db: Database
) -> None:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        served = Reader(app, db, settings.url)
        ids = await served.do(many, 3)
        await served.do(read, {ids[0]: 5, ids[1]: 3})
        await served.do(options, sides="most-read")

        async def shown() -> tuple[list[str], bool]:
            answer = await served.get("/")
            places = re.findall(r'<a href="/p(\d)/">', side(answer.text, "Most read"))
            return places, "hit" in answer.headers["cache-status"]

        assert await shown() == (["0", "1"], False)
        assert await shown() == (["0", "1"], True)
        await served.do(read, {ids[0]: 90})  # The order stays: nothing is made anew.
        assert await shown() == (["0", "1"], True)
        await served.do(read, {ids[1]: 500})
        assert await shown() == (["1", "0"], False)
        await served.do(actions.trash, ids[1], SITE, actor="test")
        assert (await shown())[0] == ["0"]
        assert await shown() == (["0"], True)
        await served.client.aclose()


async def test_feeds_and_links_lead_there(reader: Reader) -> None:
    links = [{"title": "A & B", "address": "https://example.com/?a&b"}, {"title": "In", "address": "/in/"}]
    await reader.do(options, sides=["feeds", {"part": "links", "title": "See", "links": links}])
    page = await reader.page("/")
    assert re.findall(r'href="(.*?)"', side(page, "Follow")) == ["/rss.xml", "/feed.xml", "/feed.json"]
    assert re.findall(r'href="(.*?)"', side(page, "See")) == ["https://example.com/?a&amp;b", "/in/"]


async def test_a_site_below_a_path_keeps_its_links_there(reader: Reader) -> None:
    def fill(session: Session) -> None:
        read(session, {many(session, 2, tags=("T",))[0]: 1})
        options(session, sides=[*ALL[:5], {"part": "text", "text": "[a](/a/)"}], description="D")

    await reader.do(fill)
    app_surface = reader.app.state.surface
    app_surface.base = "/blog"
    aside = (await reader.page("/")).split("<aside")[1].split("</aside>")[0]
    hrefs = re.findall(r'href="(.*?)"', aside)
    assert len(hrefs) == 7
    assert all(href.startswith("/blog/") for href in hrefs)


@pytest.mark.parametrize(
    ("language", "direction", "heading"),
    [("de", None, "Meistgelesen"), ("zh", None, "阅读最多"), ("ar", "rtl", "الأكثر قراءةً")],
)
async def test_they_speak_the_sites_language(reader: Reader, language: str, direction: str, heading: str) -> None:
    def fill(session: Session) -> None:
        read(session, {many(session, 2, language=language)[0]: 1})
        options(session, sides="most-read,archives", language=language)

    await reader.do(fill)
    document = parsed(await reader.page("/"))
    assert document.get("lang") == language
    assert document.get("dir") == direction
    aside = document.find(".//aside")
    assert aside.get("aria-label")
    assert next(part.find("h2").text for part in aside) == heading
    assert not [element for element in aside.iter() if element.get("lang")]


async def test_every_part_has_a_name_and_every_id_is_there_once(reader: Reader) -> None:
    def fill(session: Session) -> None:
        read(session, {many(session, 3, tags=("T",))[0]: 1})
        options(session, sides=[*ALL, {"part": "text", "text": "Without a title."}], description="D")

    await reader.do(fill)
    document = parsed(await reader.page("/"))
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    parts = list(document.find(".//aside"))
    assert [part.tag for part in parts] == ["section", "nav", "nav", "nav", "nav", "nav", "section", "section"]
    for part in parts[:-1]:
        assert document.find(f".//h2[@id='{part.get('aria-labelledby')}']").text
    assert parts[-1].get("aria-labelledby") is None


async def test_texts_with_the_same_headings_and_notes_keep_apart(reader: Reader) -> None:
    text = '## Notes on it\n\n`<a href="#x">` A[^1] and [there](/there/#x) and [here](#x).\n\n[^1]: Note.\n'
    await reader.do(options, sides=[{"part": "text", "text": text}, {"part": "about", "text": text}])
    page = await reader.page("/")
    document = parsed(page)
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    aside = document.find(".//aside")
    named = {element.get("aria-labelledby") for element in aside.iter() if element.get("aria-labelledby")}
    led = {element.get("href")[1:] for element in aside.iter() if (element.get("href") or "").startswith("#")}
    assert named | (led - {"s1-x", "s2-x"}) <= set(ids)
    assert len(led) == 8
    assert page.count('href="/there/#x"') == 2
    assert "".join(aside.itertext()).count('<a href="#x">') == 2


async def test_two_texts_that_are_the_same_keep_apart(reader: Reader) -> None:
    await reader.do(options, sides=[{"part": "text", "text": "## Apart"}] * 2)
    page = await reader.page("/")
    assert 'id="s1-apart"' in page
    assert 'id="s2-apart"' in page


# What it costs


async def test_the_front_page_asks_one_statement_more_for_a_part_at_most(reader: Reader) -> None:
    def fill(session: Session) -> None:
        read(session, dict.fromkeys(many(session, 40, tags=("T",), authors=("A",)), 1))

    async def asked(path: str = "/") -> list[str]:
        await reader.page(path)
        await reader.do(post, slug=None)  # The options are read again after a write.
        await reader.page(path)
        return [statement for statement in reader.statements if statement.startswith("SELECT")]

    await reader.do(fill)
    plain = len(await asked())
    assert plain <= 6
    for part in ALL:
        name = part if isinstance(part, str) else part["part"]
        await reader.do(options, sides=[part])
        more = 1 if name in ("tags", "archives", "most-read") else 0
        assert len(await asked()) == plain + more, name
    await reader.do(options, sides=ALL)
    statements = await asked()
    assert len(statements) == plain + 3
    if reader.db.dialect == "postgresql":  # On SQLite SQLAlchemy writes OFFSET 0 behind every LIMIT.
        assert not any("OFFSET" in statement for statement in statements)
    assert len(await asked("/page/2/")) <= 6


async def test_on_the_schema_before_nothing_is_read_most_until_it_is_upgraded(
    reader: Reader, database_url: str
) -> None:
    await taken_back(database_url, "0001")
    async with open_database(database_url) as db:
        reader.app.state.db = reader.db = db
        first, second = await reader.do(many, 2)
        await reader.do(options, sides="archives,most-read")
        assert headings(await reader.page("/")) == ["Archive"]
        reader.app.state.views.count(first)
        await schema.upgrade(database_url)
        assert headings(await reader.page("/")) == ["Archive"]
        assert await reader.app.state.views.flush(db, TODAY)
        await views.rank(db, TODAY)
        assert headings(await reader.page("/")) == ["Archive", "Most read"]
        assert second not in await db.read(views.stored_ranking)


# The states of the front page


async def test_one_post_leads_alone_and_there_is_no_list(reader: Reader) -> None:
    await reader.do(post, "Only", slug="only")
    page = await reader.page("/")
    assert titles(page) == ["Only"]
    assert 'id="w-posts"' not in page
    assert 'class="paging"' not in page


@pytest.mark.parametrize(("count", "pages"), [(2, 1), (12, 1), (13, 2), (25, 3)])
async def test_the_list_is_paged_from_thirteen_posts_on(reader: Reader, count: int, pages: int) -> None:
    await reader.do(many, count)
    page = await reader.page("/")
    assert len(titles(page)) == min(count, 12)
    assert ('class="paging"' in page) is (pages > 1)
    assert f'<a href="/page/{pages}/"' in page or pages == 1


async def test_with_one_post_the_parts_stand_below_it(reader: Reader) -> None:
    def fill(session: Session) -> None:
        post(session, "Only", slug="only")
        options(session, sides="archives,feeds")

    await reader.do(fill)
    page = await reader.page("/")
    assert "with-sides" not in page
    assert '<aside class="sides in-page"' in page


async def test_an_empty_site_shows_its_parts_below_what_it_says(reader: Reader) -> None:
    await reader.do(options, sides="feeds,tags")
    page = await reader.page("/")
    assert page.index("Nothing has been published here yet") < page.index("<aside")
    assert headings(page) == ["Follow"]


async def test_a_lead_alone_on_its_page_still_leads_on(reader: Reader) -> None:
    def fill(session: Session) -> None:
        many(session, 3)
        options(session, posts_per_page=1, sides="feeds")

    await reader.do(fill)
    page = await reader.page("/")
    assert titles(page) == ["Post 2"]
    assert 'href="/page/2/"' in page
    assert "<aside" in page


async def test_a_post_without_words_and_one_with_a_long_title_are_shown(reader: Reader) -> None:
    def fill(session: Session) -> None:
        post(session, "x " * 149 + "x", "", slug="long", published_at=day(1))
        post(session, "Empty", "", slug="empty", published_at=day(0))

    await reader.do(fill)
    page = await reader.page("/")
    assert 'class="lead row h-entry longer"' in page
    assert titles(page)[1] == "Empty"
    assert '<div class="summary' not in page
