"""Old friends: the usual addresses of feeds in other programs lead to the feeds of today in one step."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import SITE, day, post
from tests.readers import Reader
from westmarch.app import create_app
from westmarch.feeds.old_addresses import USUAL
from westmarch.links import actions as links
from westmarch.links.paths import claimable
from westmarch.posts import actions
from westmarch.settings import Settings

ROOT = "https://example.org"

#: What was asked for by readers of each program, and where it is now.
MOVED = [
    # Jekyll
    ("/atom.xml", "/feed.xml"),
    ("/feed/by_tag/sea.xml", "/tags/sea/feed.xml"),
    ("/feed/Sea.xml", "/tags/sea/feed.xml"),
    ("/blog/categories/machine-learning/atom.xml", "/tags/machine-learning/feed.xml"),
    # Hexo
    ("/rss2.xml", "/rss.xml"),
    ("/rss.json", "/feed.json"),
    ("/tag/sea/atom.xml", "/tags/sea/feed.xml"),
    ("/tag/sea/rss2.xml", "/tags/sea/rss.xml"),
    ("/tags/sea/atom.xml", "/tags/sea/feed.xml"),
    # Hugo
    ("/index.xml", "/rss.xml"),
    ("/posts/index.xml", "/rss.xml"),
    ("/de/index.xml", "/rss.xml"),
    ("/tags/sea/index.xml", "/tags/sea/rss.xml"),
    ("/categories/machine-learning/index.xml", "/tags/machine-learning/rss.xml"),
    ("/series/tides/index.xml", "/topics/tides/rss.xml"),
    ("/authors/nell/index.xml", "/authors/nell/rss.xml"),
    # Pelican
    ("/feeds/all.atom.xml", "/feed.xml"),
    ("/feeds/all.rss.xml", "/rss.xml"),
    ("/feeds/all-zh.atom.xml", "/feed.xml"),
    ("/feeds/all-pt-br.rss.xml", "/rss.xml"),
    ("/feeds/sea.atom.xml", "/tags/sea/feed.xml"),
    ("/feeds/nell.rss.xml", "/authors/nell/rss.xml"),
    ("/feeds/潮汐.atom.xml", "/tags/%E6%BD%AE%E6%B1%90/feed.xml"),
    # WordPress
    ("/feed/", "/rss.xml"),
    ("/feed", "/rss.xml"),
    ("/FEED/", "/rss.xml"),
    ("/feed/atom/", "/feed.xml"),
    ("/feed/rss2", "/rss.xml"),
    ("/feed/rdf/", "/rss.xml"),
    ("/feed/json/", "/feed.json"),
    ("/rdf/", "/rss.xml"),
    ("/atom", "/feed.xml"),
    ("/?feed=rss2", "/rss.xml"),
    ("/?feed=atom", "/feed.xml"),
    ("/?feed=rdf&paged=2", "/rss.xml"),
    ("/?feed=rss2&tag=sea", "/tags/sea/rss.xml"),
    ("/?feed=comments-rss2", "/"),
    ("/tag/sea/feed/", "/tags/sea/rss.xml"),
    ("/tag/sea/feed/atom/", "/tags/sea/feed.xml"),
    ("/category/machine-learning/feed/", "/tags/machine-learning/rss.xml"),
    ("/category/science/sea/feed/rdf/", "/tags/sea/rss.xml"),
    ("/author/nell/feed/", "/authors/nell/rss.xml"),
    ("/comments/feed/", "/"),
    ("/p1/feed/", "/p1/"),
    ("/2024/01/old/feed/atom/", "/p1/"),
    ("/topics/tides/feed/", "/topics/tides/rss.xml"),
    # Ghost
    ("/rss/", "/rss.xml"),
    ("/rss", "/rss.xml"),
    ("/tag/sea/rss/", "/tags/sea/rss.xml"),
    ("/author/nell/rss/", "/authors/nell/rss.xml"),
]


def fill(session: Session) -> None:
    post(
        session,
        slug="p1",
        tags=("Sea", "Machine learning", "潮汐"),
        authors=("Nell",),
        topic="Tides",
        aliases=("/2024/01/old/",),
    )
    post(session, slug="draft", status="draft", published_at=None, tags=("Secret",), authors=("Ghost",), topic="Plot")


async def test_each_usual_address_leads_to_what_it_has_become_in_one_step(reader: Reader) -> None:
    await reader.do(fill)
    await reader.get("/")
    for old, new in MOVED:
        answer = await reader.get(old)
        assert (answer.status_code, answer.headers.get("location")) == (301, ROOT + new), old
        assert sum(statement.startswith("SELECT") for statement in reader.statements) <= 6
        assert (await reader.get(new)).status_code == 200, new


async def test_pages_of_the_old_feed_are_forgotten_and_the_rest_of_the_query_stays(reader: Reader) -> None:
    for asked, location in (
        ("/feed/?paged=3", "/rss.xml"),
        ("/atom.xml?page=2&utm_source=x", "/feed.xml?utm_source=x"),
        ("/?utm_source=x&feed=atom", "/feed.xml?utm_source=x"),
    ):
        assert (await reader.get(asked)).headers["location"] == ROOT + location


async def test_a_link_that_has_the_address_wins(reader: Reader) -> None:
    def claim(session: Session) -> None:
        fill(session)
        post(session, "On RSS", path="/rss/")
        post(session, "On feeds", path="/2024/feeds/", aliases=("/feed/", "/?feed=rss2"))
        links.redirect(session, "/atom.xml", "https://elsewhere.example/atom.xml")
        links.redirect(session, "/tag/sea/feed/", "/tags/sea/")

    await reader.do(claim)
    assert "On RSS" in await reader.page("/rss/")
    assert (await reader.get("/rss")).headers["location"] == f"{ROOT}/rss/"
    for old, new in (
        ("/feed/", f"{ROOT}/2024/feeds/"),
        ("/?feed=rss2", f"{ROOT}/2024/feeds/"),
        ("/atom.xml", "https://elsewhere.example/atom.xml"),
        ("/tag/sea/feed/", f"{ROOT}/tags/sea/"),
    ):
        assert (await reader.get(old)).headers["location"] == new, old
    assert (await reader.get("/feed/atom/")).headers["location"] == f"{ROOT}/feed.xml"


async def test_a_page_at_the_front_does_not_take_the_feeds_away(reader: Reader) -> None:
    await reader.do(post, "Front", kind="page", path="/")
    assert "Front" in await reader.page("/")
    assert (await reader.get("/?feed=rss2")).headers["location"] == f"{ROOT}/rss.xml"


async def test_what_is_hidden_or_was_never_there_has_no_feed_and_tells_nothing(reader: Reader) -> None:
    def hide(session: Session) -> None:
        fill(session)
        actions.trash(session, post(session, path="/gone/", tags=("Wreck",)), SITE, actor="test")

    await reader.do(hide)
    for old in (
        "/tag/secret/feed/", "/feed/secret.xml", "/tags/secret/index.xml", "/?feed=rss2&tag=secret",
        "/author/ghost/rss/", "/feeds/ghost.atom.xml", "/feeds/secret.atom.xml", "/series/plot/index.xml",
        "/draft/feed/", "/gone/feed/", "/tag/wreck/feed/", "/tag/nothing/feed/", "/feeds/nothing.rss.xml",
        "/nothing/feed/", "/nothing/atom.xml", "/category/feed/", "/feed/nonsense/", "/rss/nonsense/",
        "/json/", "/rſs/",
    ):  # fmt: skip
        answer = await reader.get(old)
        assert answer.status_code == 404, old
        assert "location" not in answer.headers
        assert sum(statement.startswith("SELECT") for statement in reader.statements) <= 6, old


async def test_a_feed_of_a_list_that_only_wordpress_knows_stays_the_front_page(reader: Reader) -> None:
    for asked in ("/?feed=rss2&cat=3", "/?feed=nonsense", "/?feed=", "/?feedback=1"):
        assert (await reader.get(asked)).status_code == 200


async def test_a_tag_that_was_renamed_is_found_by_its_old_name(reader: Reader) -> None:
    def rename(session: Session) -> None:
        post(session, slug="a", tags=("Sea",))
        tag_id = session.connection().exec_driver_sql("SELECT id FROM tag").scalar_one()
        links.claim(session, tag_id, "/tags/ocean/")

    await reader.do(rename)
    answer = await reader.get("/tag/sea/feed/")
    assert answer.headers["location"] == f"{ROOT}/tags/ocean/rss.xml"


async def test_the_base_path_is_kept(settings: Settings, reader: Reader) -> None:
    app = create_app(Settings(**settings.model_dump() | {"url": "https://example.org/blog"}))
    app.state.db = reader.db
    below = Reader(app, reader.db, ROOT)
    for old, new in (("/blog/feed/", "/blog/rss.xml"), ("/blog/?feed=atom", "/blog/feed.xml")):
        assert (await below.get(old)).headers["location"] == ROOT + new
    await below.client.aclose()


@pytest.mark.unit
def test_a_post_may_have_any_of_the_addresses() -> None:
    for usual in USUAL:
        path = usual.address.format(name="x", place="/x/", language="de", kind="atom")
        assert claimable(path), path


async def test_no_feed_of_this_site_is_sent_elsewhere(reader: Reader) -> None:
    await reader.do(post, slug="p", published_at=day(1), tags=("Sea",), authors=("Nell",), topic="Tides")
    for place in ("/", "/tags/sea/", "/authors/nell/", "/topics/tides/"):
        for name in ("feed.xml", "rss.xml", "feed.json"):
            assert (await reader.get(place + name)).status_code == 200
