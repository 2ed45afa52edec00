"""What pages tell machines: previews (Open Graph), search engines (schema.org), and the languages of a text."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.factories import day, post
from tests.readers import Reader
from tests.web.schema_org import faults, graph
from westmarch.authors import actions as authors
from westmarch.cards import drawing
from westmarch.media.models import Media
from westmarch.posts.metadata import CARD_HEIGHT, CARD_WIDTH
from westmarch.posts.models import Post
from westmarch.site import actions as site_actions
from westmarch.topics import actions as topics
from westmarch.web.metadata import LONGEST, beginning, locale, script

ROOT = "https://example.org"
#: A page of each kind, and what Open Graph calls it.
KINDS = {
    "/": "website", "/page/2/": "website", "/first/": "article", "/p3/": "article", "/about/": "website",
    "/tags/": "website", "/tags/sea/": "website", "/tags/sea/page/2/": "website", "/topics/": "website",
    "/topics/tides/": "website", "/authors/": "website", "/authors/nell/": "profile", "/archive/": "website",
    "/archive/2024/": "website",
}  # fmt: skip
#: What must not end the script, nor be read as another thing than text.
HOSTILE = "</script><!--<script> & \u2028 \"quoted\" 'so' \\u003c"
TAG = " ".join(HOSTILE.split())


def fill(session: Session) -> None:
    """A site with a page of each kind."""
    site_actions.change(session, {"timezone": "Asia/Tokyo", "posts_per_page": 3, "tagline": "On tides"}, actor="test")
    pictures = [
        Media(hash=digest * 64, extension="webp", mime="image/webp", size=1, width=1200, height=800, alt="A <wave>",
              kind="picture", filename="x.webp", created_at=day(0))
        for digest in ("a", "b")
    ]  # fmt: skip
    session.add_all(pictures)
    session.flush()
    authors.create(
        session,
        "Nell",
        bio_html="<p>Measures <em>rivers</em> &amp; more.</p>",
        picture_id=pictures[1].id,
        links_elsewhere=[
            {"title": "Elsewhere", "href": "https://elsewhere.example/@nell"},
            {"title": "About", "href": "/about/"},
            {"title": "Mail", "href": "mailto:nell@example.org"},
        ],
    )
    topics.create(session, "Tides", language="en", introduction_html="<p>In order.</p>")
    first = post(
        session, f"Bore {HOSTILE}", f"One two three.\n\n{'word ' * 100}", slug="first", summary=f"All {HOSTILE}",
        tags=("Sea", TAG), authors=("Nell", "Idris"), topic="Tides",
        published_at=datetime(2024, 3, 31, 20, tzinfo=UTC), updated_at=datetime(2024, 5, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    session.execute(update(Post).where(Post.id == first).values(cover_id=pictures[0].id))
    for number in range(1, 6):
        post(session, f"P{number}", "Some *words* of it.\n", slug=f"p{number}", published_at=day(number), tags=("Sea",))
    post(session, "About", kind="page", slug="about")


def properties(page: str) -> dict[str, list[str]]:
    """The properties of Open Graph, and the cards of Twitter, in order."""
    found: dict[str, list[str]] = {}
    for name, content in re.findall(
        r'<meta (?:property|name)="((?:og|article|twitter|profile):.*?)" content="(.*?)">', page
    ):
        found.setdefault(name, []).append(unescape(content))
    return found


async def told(reader: Reader, path: str, type_: str) -> dict[str, Any]:
    """The one thing of a type that a page tells of."""
    (found,) = (node for node in graph(await reader.page(path)) if node["@type"] == type_)
    return found


async def test_every_page_tells_of_things_as_schema_org_has_them(reader: Reader) -> None:
    await reader.do(fill)
    for path in KINDS:
        nodes = graph(await reader.page(path))
        assert nodes, path
        assert [fault for node in nodes for fault in faults(node)] == [], path


@pytest.mark.unit
@pytest.mark.parametrize(
    ("node", "fault"),
    [
        ({"@type": "BlogPost"}, "no type"),
        ({"@type": "BlogPosting", "header": "x"}, "no property header"),
        ({"@type": "BlogPosting", "headline": ""}, "none of"),
        ({"@type": "BlogPosting", "wordCount": "3"}, "none of"),
        ({"@type": "BlogPosting", "datePublished": "2024-01-01T00:00:00"}, "none of"),
        ({"@type": "BlogPosting", "image": "/media/x.webp"}, "none of"),
        ({"@type": "BlogPosting", "author": {"@type": "WebSite", "name": "x"}}, "none of"),
        ({"@type": "BlogPosting", "author": [{"@type": "Person", "title": "x"}]}, "author.Person: has no property"),
        ({"@type": "Person", "@id": "#me", "name": "x"}, "the id is no whole address"),
        ({"@type": "ItemList", "numberOfItems": True}, "none of"),
    ],
)
def test_what_schema_org_does_not_have_is_seen(node: dict[str, Any], fault: str) -> None:
    assert any(fault in found for found in faults(node))


async def test_a_post_tells_who_wrote_it_when_in_what_language_and_of_what(reader: Reader) -> None:
    await reader.do(fill)
    found = await told(reader, "/first/", "BlogPosting")
    assert found == {
        "@type": "BlogPosting",
        "@id": f"{ROOT}/first/",
        "url": f"{ROOT}/first/",
        "mainEntityOfPage": f"{ROOT}/first/",
        "headline": f"Bore {HOSTILE}",
        "description": f"All {HOSTILE}",
        "inLanguage": "en",
        "wordCount": 103,
        "datePublished": "2024-04-01T05:00:00+09:00",
        "dateModified": "2024-05-01T10:00:00+09:00",
        "image": f"{ROOT}/media/aa/{'a' * 62}.webp",
        "author": [
            {"@type": "Person", "name": "Nell", "url": f"{ROOT}/authors/nell/"},
            {"@type": "Person", "name": "Idris", "url": f"{ROOT}/authors/idris/"},
        ],
        "keywords": ["Sea", TAG],
        "isPartOf": {"@type": "WebSite", "@id": f"{ROOT}/#website", "name": "Westmarch", "url": f"{ROOT}/"},
    }


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/first/", ["/", "/topics/tides/", "/first/"]),
        ("/p3/", ["/", "/archive/", "/archive/2024/", "/p3/"]),
        ("/about/", ["/", "/about/"]),
        ("/tags/sea/page/2/", ["/", "/tags/", "/tags/sea/page/2/"]),
        ("/authors/nell/", ["/", "/authors/", "/authors/nell/"]),
        ("/archive/2024/", ["/", "/archive/", "/archive/2024/"]),
        ("/topics/", ["/", "/topics/"]),
    ],
)
async def test_the_way_to_a_page_is_by_its_topic_or_its_archive_and_leads_to_pages(
    reader: Reader, path: str, way: list[str]
) -> None:
    await reader.do(fill)
    steps = (await told(reader, path, "BreadcrumbList"))["itemListElement"]
    assert [step["item"]["@id"] for step in steps] == [ROOT + step for step in way]
    assert [step["position"] for step in steps] == list(range(1, len(way) + 1))
    assert all(step["name"] for step in steps)
    for step in way:
        assert (await reader.get(step)).status_code == 200


async def test_lists_tell_their_posts_in_order(reader: Reader) -> None:
    await reader.do(fill)
    front = await told(reader, "/", "CollectionPage")
    assert [item["url"] for item in front["mainEntity"]["itemListElement"]] == [
        f"{ROOT}/{slug}/" for slug in ("first", "p5", "p4")
    ]
    course = await told(reader, "/topics/tides/", "CollectionPage")
    assert course["description"] == "In order."
    assert course["mainEntity"]["itemListElement"][0]["position"] == 1
    site = await told(reader, "/", "WebSite")
    assert site["description"] == "On tides"
    assert "potentialAction" not in site  # There is no search yet.


async def test_an_author_is_a_person_who_is_also_elsewhere(reader: Reader) -> None:
    await reader.do(fill)
    assert (await told(reader, "/authors/nell/", "ProfilePage"))["mainEntity"] == {
        "@type": "Person",
        "@id": f"{ROOT}/authors/nell/#person",
        "name": "Nell",
        "url": f"{ROOT}/authors/nell/",
        "description": "Measures rivers & more.",
        "image": f"{ROOT}/media/bb/{'b' * 62}.webp",
        "sameAs": ["https://elsewhere.example/@nell"],
    }


@pytest.mark.slow
@pytest.mark.unit
@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_no_value_ends_the_script_and_each_comes_out_as_it_was(value: object) -> None:
    text = script(value)
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == value


@pytest.mark.unit
def test_half_a_character_is_told_of_too() -> None:
    assert json.loads(script({"sameAs": "https://a/\ud800"})) == {"sameAs": "https://a/\ud800"}


async def test_previews_of_every_page_are_complete(reader: Reader) -> None:
    await reader.do(fill)
    for path, kind in KINDS.items():
        page = await reader.page(path)
        found = properties(page)
        (canonical,) = re.findall(r'<link rel="canonical" href="(.*?)">', page)
        assert found["og:url"] == [canonical], path
        assert found["og:type"] == [kind], path
        assert found["og:site_name"] == ["Westmarch"]
        assert found["og:locale"] == ["en_US"]
        assert all(len(found[name]) == 1 and found[name][0] for name in ("og:title", "og:description")), path
        (image,) = found["og:image"]
        (size,) = zip(found["og:image:width"], found["og:image:height"], strict=True)
        assert found["og:image:alt"][0]
        if image == f"{ROOT}/icon-512.png":
            assert path in ("/tags/", "/topics/", "/authors/")
            assert (found["twitter:card"], size) == (["summary"], ("512", "512"))
        else:
            assert image.startswith(f"{ROOT}/media/"), path
            assert found["twitter:card"] == ["summary_large_image"]
            assert size == (("1200", "630") if "/cards/" in image else ("1200", "800")), path


async def test_a_small_portrait_is_not_announced_as_a_large_picture(reader: Reader) -> None:
    await reader.do(fill)
    small = update(Media).where(Media.hash == "b" * 64).values(width=192, height=192)
    await reader.do(lambda session: session.execute(small))
    found = properties(await reader.page("/authors/nell/"))
    assert (found["twitter:card"], found["og:image:width"]) == (["summary"], ["192"])


async def test_a_cover_is_the_picture_of_a_post_and_else_its_card(reader: Reader) -> None:
    await reader.do(fill)
    covered = properties(await reader.page("/first/"))
    assert covered["og:image"] == [f"{ROOT}/media/aa/{'a' * 62}.webp"]
    assert covered["og:image:alt"] == ["A <wave>"]
    await reader.do(lambda session: session.execute(update(Post).values(extra={"cover_alt": "A bore"})))
    assert properties(await reader.page("/first/"))["og:image:alt"] == ["A bore"]
    for path, title in (("/p3/", "P3"), ("/about/", "About")):
        found = properties(await reader.page(path))
        (card,) = found["og:image"]
        assert found["og:image:alt"] == [title]
        answer = await reader.get(card)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), path


async def test_the_icons_and_the_manifest_that_pages_name_are_there(reader: Reader) -> None:
    head = (await reader.page("/")).partition("</head>")[0]
    named = re.findall(r'<link rel="(?:icon|apple-touch-icon|manifest)" href="(.*?)"', head)
    assert len(named) == 4
    for address in named:
        answer = await reader.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["content-type"].startswith(("image/", "application/manifest+json"))


@pytest.mark.unit
def test_the_size_of_a_card_is_the_size_in_which_it_is_drawn() -> None:
    assert (CARD_WIDTH, CARD_HEIGHT) == (drawing.WIDTH, drawing.HEIGHT)


async def test_the_preview_of_a_post_tells_its_times_authors_and_tags(reader: Reader) -> None:
    await reader.do(fill)
    found = properties(await reader.page("/first/"))
    assert found["og:title"] == [f"Bore {HOSTILE}"]
    assert found["article:published_time"] == ["2024-04-01T05:00:00+09:00"]
    assert found["article:modified_time"] == ["2024-05-01T10:00:00+09:00"]
    assert found["article:section"] == ["Tides"]
    assert found["article:author"] == [f"{ROOT}/authors/nell/", f"{ROOT}/authors/idris/"]
    assert found["article:tag"] == ["Sea", TAG]
    other = properties(await reader.page("/p3/"))
    assert other["og:description"] == ["Some words of it."]
    assert other["article:modified_time"] == other["article:published_time"] == ["2024-01-04T21:00:00+09:00"]


async def test_what_is_not_there_has_no_preview_and_tells_nothing(reader: Reader) -> None:
    page = (await reader.get("/nothing/")).text
    assert "og:url" not in page
    assert graph(page) == []


async def test_an_unlisted_post_has_a_preview_for_whom_it_is_sent_to_and_tells_search_engines_nothing(
    reader: Reader,
) -> None:
    def unlist(session: Session) -> None:
        post(session, "A", slug="a", unlisted=True, translation_group="g")
        post(session, "B", slug="b", language="de", translation_group="g")

    await reader.do(unlist)
    page = await reader.page("/a/")
    assert properties(page)["og:title"] == ["A"]
    assert graph(page) == []
    assert "hreflang" not in page.partition("</head>")[0]
    assert "hreflang" not in await reader.page("/b/")


def group(session: Session) -> None:
    """A text in three languages, of which the German one came first; a draft and one that is unlisted."""
    for number, (language, slug) in enumerate((("de", "erste"), ("en", "first"), ("zh-Hant", "zh"))):
        post(
            session, slug.title(), slug=slug, language=language, translation_group="g", published_at=day(number),
        )  # fmt: skip
    post(session, "Draft", slug="fr", language="fr", translation_group="g", status="draft", published_at=None)
    post(session, "Unlisted", slug="ar", language="ar", translation_group="g", unlisted=True)


async def test_each_language_of_a_group_tells_of_all_of_them_and_of_the_default(reader: Reader) -> None:
    await reader.do(group)
    expected = {
        "de": f"{ROOT}/erste/", "en": f"{ROOT}/first/", "zh-Hant": f"{ROOT}/zh/", "x-default": f"{ROOT}/first/",
    }  # fmt: skip
    for path, own in (("/erste/", "de_DE"), ("/first/", "en_US"), ("/zh/", "zh_TW")):
        page = await reader.page(path)
        head = page.partition("</head>")[0]
        assert dict(re.findall(r'rel="alternate" hreflang="(.*?)" href="(.*?)"', head)) == expected, path
        found = properties(page)
        assert found["og:locale"] == [own]
        assert {own, *found["og:locale:alternate"]} == {"de_DE", "en_US", "zh_TW"}


async def test_the_oldest_of_a_group_is_the_original_of_the_others(reader: Reader) -> None:
    await reader.do(group)
    original = await told(reader, "/erste/", "BlogPosting")
    assert [work["@id"] for work in original["workTranslation"]] == [f"{ROOT}/first/", f"{ROOT}/zh/"]
    assert "translationOfWork" not in original
    for path in ("/first/", "/zh/"):
        found = await told(reader, path, "BlogPosting")
        assert found["translationOfWork"] == {
            "@type": "CreativeWork",
            "@id": f"{ROOT}/erste/",
            "url": f"{ROOT}/erste/",
            "name": "Erste",
            "inLanguage": "de",
        }  # fmt: skip
        assert "workTranslation" not in found
        assert list(faults(found)) == []


async def test_a_group_without_the_language_of_the_site_has_no_default(reader: Reader) -> None:
    def make(session: Session) -> None:
        post(session, slug="de", language="de", translation_group="g")
        post(session, slug="fr", language="fr", translation_group="g")
        post(session, slug="alone", language="fr", translation_group="h")

    await reader.do(make)
    assert "x-default" not in await reader.page("/de/")
    assert "hreflang" not in await reader.page("/alone/")


async def test_a_post_with_everything_asks_six_times_at_most(reader: Reader) -> None:
    await reader.do(fill)
    await reader.do(group)
    await reader.page("/first/")  # Which schema the database has is asked once.
    for path in KINDS:
        await reader.do(site_actions.change, {"footer": path}, actor="test")  # The options are read again.
        await reader.page(path)
        assert sum(statement.startswith("SELECT") for statement in reader.statements) <= 6, path


@pytest.mark.unit
@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "en_US"), ("en-GB", "en_GB"), ("zh", "zh_CN"), ("zh-Hant", "zh_TW"), ("zh-Hant-HK", "zh_HK"),
     ("sr-Latn", "sr_RS"), ("de-u-co-phonebk", "de_DE"), ("tlh", "")],
)  # fmt: skip
def test_a_language_is_written_as_previews_know_it(language: str, written: str) -> None:
    assert locale(language) == written


@pytest.mark.unit
def test_a_description_is_the_beginning_cut_between_words() -> None:
    assert beginning("<p>Two &lt; three</p>\n<p>and&nbsp;more.</p>") == "Two < three and more."
    assert beginning("<p>Of <math><mi>x</mi><annotation>x^2</annotation></math> it.</p>") == "Of it."
    cut = beginning(f"<p>{'word, ' * 100}</p>")
    assert len(cut) <= LONGEST
    assert cut.endswith("word…")
    assert beginning("x" * 900) == "x" * (LONGEST - 1) + "…"
    assert beginning("") == ""
