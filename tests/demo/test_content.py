import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.demo.demo_site import DEMO, Text, lists, texts
from westmarch.site.options import PartName, Site

pytestmark = pytest.mark.unit

LISTINGS = re.compile(r"/(archive|topics|tags|authors|books|shelf)/([\w-]+/)?")
# Pages that a reader may follow a link to. Nothing is ever requested from any of them.
LINKED_HOSTS = {"www.rfc-editor.org", "www.iers.org", "vimeo.com", "www.youtube.com"}
KEYS = {
    "title", "slug", "date", "updated", "description", "tags", "authors", "topic", "part", "language", "translation",
    "status", "unlisted", "pinned", "kind", "cover", "cover_alt", "cover_caption", "aliases",
}  # fmt: skip


def prose(text: Text) -> str:
    """The body without its code, in which examples of links and pictures stand."""
    without_blocks = re.sub(r"^( *)(`{3,})[^`\n]*\n.*?^\1\2$", "", text.body, flags=re.M | re.S)
    return re.sub(r"`[^`\n]+`", "", without_blocks)


def pictures(text: Text) -> list[str]:
    inside = re.findall(r"!\[[^\]]*\]\((\S+?)(?:\s|\))", prose(text)) + re.findall(r'poster="([^"]+)"', prose(text))
    return inside + ([text.head["cover"]] if "cover" in text.head else [])


def moment(value: Any) -> datetime:
    return datetime.strptime(str(value), "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(lists("site.yml")["timezone"]))


def is_published(text: Text) -> bool:
    return text.head.get("kind") != "page" and text.head.get("status", "published") == "published"


@pytest.fixture(params=texts(), ids=lambda text: text.file.name)
def text(request: pytest.FixtureRequest) -> Text:
    assert isinstance(request.param, Text)
    return request.param


def test_front_matter_has_a_title_a_slug_and_no_unknown_key(text: Text) -> None:
    assert set(text.head) <= KEYS
    assert text.head["title"]
    assert re.fullmatch(r"[\w-]+", text.head["slug"])


def test_every_text_says_its_language_so_that_the_site_may_have_another(text: Text) -> None:
    assert text.head["language"] in {"en", "de", "zh", "ar"}


def test_dates_are_minutes_and_posts_that_are_published_have_one(text: Text) -> None:
    for key in ("date", "updated"):
        if key in text.head:
            moment(text.head[key])
    assert ("date" in text.head) == (text.head.get("kind") != "page" and text.head.get("status") != "draft")


def test_authors_and_topics_are_those_of_the_lists(text: Text) -> None:
    assert set(text.head.get("authors", [])) <= {author["name"] for author in lists("authors.yml")}
    assert text.head.get("topic") in {None, *(topic["name"] for topic in lists("topics.yml"))}


def test_pictures_are_files_of_ours_with_a_description(text: Text) -> None:
    for source in pictures(text):
        assert source.startswith("../pictures/")
        assert (text.file.parent / source).is_file()
    for alt in re.findall(r"!\[([^\]]*)\]\(", prose(text)):
        assert len(alt) > 10
    assert ("cover" in text.head) == ("cover_alt" in text.head)


def test_internal_links_lead_to_a_text_or_a_listing(text: Text) -> None:
    paths = {other.path for other in texts()} | {path for other in texts() for path in other.head.get("aliases", [])}
    for target in re.findall(r"\]\((/[^)\s]*)", prose(text)):
        path = unquote(urlsplit(target).path)
        assert path in paths or LISTINGS.fullmatch(path), target


def test_links_to_listings_name_what_exists(text: Text) -> None:
    known = {
        "topics": {topic["slug"] for topic in lists("topics.yml")},
        "authors": {author["slug"] for author in lists("authors.yml")},
    }
    for kind, slug in re.findall(r"\]\(/(topics|authors)/([\w-]+)/", prose(text)):
        assert slug in known[kind]


def test_outside_addresses_are_links_to_a_few_known_hosts(text: Text) -> None:
    assert {urlsplit(url).hostname for url in re.findall(r"https?://[^\s)>\"\]]+", prose(text))} <= LINKED_HOSTS


def test_the_lists_are_whole() -> None:
    site = Site(**lists("site.yml"))
    assert {entry.address[0] for entry in site.navigation} == {"/"}
    for author in lists("authors.yml"):
        assert set(author) == {"name", "slug", "bio", "picture", "picture_alt", "links"}
        assert (DEMO / author["picture"]).is_file()
    for topic in lists("topics.yml"):
        assert set(topic) == {"name", "slug", "language", "introduction"}


def test_every_picture_is_used() -> None:
    used = {(text.file.parent / source).resolve() for text in texts() for source in pictures(text)}
    used |= {(DEMO / author["picture"]).resolve() for author in lists("authors.yml")}
    assert used == set((DEMO / "pictures").resolve().iterdir())


@pytest.mark.slow
def test_pictures_are_webp_and_at_most_1600_pixels_wide() -> None:
    for file in (DEMO / "pictures").iterdir():
        with Image.open(file, formats=["WEBP"]) as picture:
            picture.load()
            assert picture.width <= 1600


def test_the_whole_folder_stays_under_a_megabyte_and_a_half() -> None:
    assert sum(file.stat().st_size for file in DEMO.rglob("*") if file.is_file()) < 1_500_000


def test_addresses_are_unique() -> None:
    addresses = [text.path for text in texts()] + [path for text in texts() for path in text.head.get("aliases", [])]
    assert len(addresses) == len(set(addresses))


def test_parts_of_a_topic_count_from_one_in_order_of_their_dates() -> None:
    for topic in lists("topics.yml"):
        parts = sorted(
            (text.head["part"], moment(text.head["date"]))
            for text in texts()
            if text.head.get("topic") == topic["name"]
        )
        assert [number for number, _ in parts] == list(range(1, len(parts) + 1))
        assert parts == sorted(parts, key=lambda part: part[1])
        assert len(parts) >= 3


def test_there_is_one_of_everything_that_a_list_must_handle() -> None:
    posts = [text for text in texts() if text.head.get("kind") != "page"]
    listed = [text for text in posts if is_published(text) and not text.head.get("unlisted")]
    languages = Counter(text.head["language"] for text in listed)
    assert len(listed) >= 13
    assert set(languages) == {"en", "de", "zh", "ar"}
    assert Counter(text.head.get("status") for text in posts if "status" in text.head) == {"draft": 1, "scheduled": 1}
    assert sum(bool(text.head.get("unlisted")) for text in posts) == 1
    assert sum(bool(text.head.get("pinned")) for text in posts) == 1
    assert any(len(text.head["title"]) >= 300 for text in listed)
    assert any(len(text.body) < 500 for text in listed)
    assert any(not pictures(text) for text in listed)
    assert any(len(pictures(text)) >= 6 for text in listed)
    assert sum(text.head.get("kind") == "page" for text in texts()) == 3


def test_published_posts_lie_in_the_past_and_the_scheduled_one_far_ahead() -> None:
    for text in texts():
        if is_published(text):
            assert moment(text.head["date"]) < datetime(2026, 11, 15, tzinfo=UTC)
        elif text.head.get("status") == "scheduled":
            assert moment(text.head["date"]) > datetime(2100, 1, 1, tzinfo=UTC)


def test_translations_share_a_key_and_differ_in_language() -> None:
    groups: dict[str, list[str]] = {}
    for text in texts():
        if "translation" in text.head:
            groups.setdefault(text.head["translation"], []).append(text.head["language"])
    assert groups
    assert all(len(group) == len(set(group)) > 1 for group in groups.values())


def test_all_parts_that_a_front_page_can_have_stand_beside_it_and_lead_somewhere() -> None:
    sides = Site.model_validate({"sides": lists("site.yml")["sides"]}).sides
    assert {side.part for side in sides} == set(get_args(PartName))
    paths = {text.path for text in texts()} | {f"/topics/{topic['slug']}/" for topic in lists("topics.yml")}
    addresses = [item.address for side in sides for item in side.links]
    addresses += [target for side in sides for target in re.findall(r"\]\(([^)\s]*)", side.text)]
    assert len(addresses) >= 6
    for address in addresses:
        assert address in paths or urlsplit(address).hostname in LINKED_HOSTS, address
