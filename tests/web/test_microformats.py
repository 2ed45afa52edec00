"""What a parser of microformats makes of the pages: entries, feeds of them, and cards of people and of the site."""

from importlib import import_module
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import day, post
from tests.readers import Reader
from tests.web.test_metadata import ROOT, fill
from westmarch.posts import related

mf2py: Any = import_module("mf2py")  # It has no types.


def entries(session: Session) -> None:
    fill(session)
    post(session, "Second", slug="second", published_at=day(90), topic="Tides", tags=("Sea",), authors=("Nell",))
    related.rebuild(session)


async def items(reader: Reader, path: str) -> list[dict[str, Any]]:
    """The items at the top of a page."""
    found: list[dict[str, Any]] = mf2py.parse(doc=await reader.page(path), url=ROOT + path)["items"]
    return found


def within(found: list[dict[str, Any]], type_: str) -> list[dict[str, Any]]:
    """All items of a type, wherever they are."""
    matching = []
    for item in found:
        matching += [item] if type_ in item["type"] else []
        inner = [value for values in item["properties"].values() for value in values if isinstance(value, dict)]
        matching += within([one for one in inner if "type" in one] + item.get("children", []), type_)
    return matching


async def only(reader: Reader, path: str, type_: str) -> dict[str, Any]:
    (found,) = (item for item in await items(reader, path) if type_ in item["type"])
    return found


def representative(found: list[dict[str, Any]], address: str) -> dict[str, Any] | None:
    """The card that a page is about (microformats.org/wiki/representative-h-card-parsing, its first step)."""
    for card in within(found, "h-card"):
        known: dict[str, Any] = card["properties"]
        if address in known.get("uid", ()) and address in known.get("url", ()):
            return known
    return None


async def test_a_post_is_an_entry_with_all_that_it_is(reader: Reader) -> None:
    await reader.do(entries)
    found = (await only(reader, "/first/", "h-entry"))["properties"]
    assert len(found["name"]) == 1
    assert found["name"][0].startswith("Bore </script>")
    assert found["url"] == found["uid"] == [f"{ROOT}/first/"]
    assert found["published"] == ["2024-04-01T05:00:00+0900"]
    assert found["updated"] == ["2024-05-01T10:00:00+0900"]
    assert found["category"][0] == "Sea"
    assert len(found["category"]) == 2
    assert found["summary"][0].startswith("All </script>")
    assert found["content"][0]["value"].startswith("One two three.")
    assert [one["value"] if isinstance(one, dict) else one for one in found["featured"]] == [
        f"{ROOT}/media/aa/{'a' * 62}.webp"
    ]
    nell, idris = (author["properties"] for author in found["author"])
    assert (nell["name"], nell["url"]) == (["Nell"], [f"{ROOT}/authors/nell/"])
    assert nell["photo"] == [f"{ROOT}/media/bb/{'b' * 62}.webp"]
    assert (idris["name"], idris["url"]) == (["Idris"], [f"{ROOT}/authors/idris/"])


async def test_dates_of_other_posts_are_none_of_an_entry(reader: Reader) -> None:
    await reader.do(entries)
    page = await reader.page("/second/")
    assert 'id="a-related"' in page
    assert (await only(reader, "/second/", "h-entry"))["properties"]["published"] == ["2024-03-31T21:00:00+0900"]


async def test_lists_are_feeds_whose_entries_lead_to_the_posts(reader: Reader) -> None:
    await reader.do(entries)
    for path, slugs in (
        ("/", ["first", "second", "p5"]),
        ("/page/2/", ["p4", "p3", "p2"]),
        ("/tags/sea/", ["first", "second", "p5"]),
        ("/authors/nell/", ["first", "second"]),
        ("/topics/tides/", ["first", "second"]),
    ):
        feed = await only(reader, path, "h-feed")
        assert feed["properties"]["name"], path
        found = within(feed["children"], "h-entry")
        assert [entry["properties"]["url"] for entry in found] == [[f"{ROOT}/{slug}/"] for slug in slugs], path
        assert all(len(entry["properties"]["name"]) == len(entry["properties"]["published"]) == 1 for entry in found)
        assert "summary" in found[0]["properties"]


async def test_the_card_of_the_front_page_is_that_of_the_site(reader: Reader) -> None:
    await reader.do(entries)
    found = await items(reader, "/")
    card = representative(found, f"{ROOT}/")
    assert card is not None
    assert card["name"] == ["Westmarch"]
    (feed,) = found
    assert feed["properties"]["author"][0]["properties"] == card


async def test_the_card_of_the_page_of_an_author_is_that_of_the_author(reader: Reader) -> None:
    await reader.do(entries)
    card = representative(await items(reader, "/authors/nell/"), f"{ROOT}/authors/nell/")
    assert card is not None
    assert card["name"] == ["Nell"]
    assert card["note"] == ["Measures rivers & more."]
    assert [one["value"] if isinstance(one, dict) else one for one in card["photo"]] == [
        f"{ROOT}/media/bb/{'b' * 62}.webp"
    ]
    assert "https://elsewhere.example/@nell" in card["url"]
    assert card["email"] == ["mailto:nell@example.org"]
    found = mf2py.parse(doc=await reader.page("/authors/nell/"), url=ROOT + "/authors/nell/")
    assert "https://elsewhere.example/@nell" in found["rels"]["me"]
    feed = await only(reader, "/authors/nell/", "h-feed")
    assert [author["properties"]["name"] for author in feed["properties"]["author"]] == [["Nell"]]


async def test_the_authors_of_a_site_are_cards(reader: Reader) -> None:
    await reader.do(entries)
    cards = [item["properties"] for item in await items(reader, "/authors/") if "h-card" in item["type"]]
    assert [card["name"] for card in cards[:2]] == [["Idris"], ["Nell"]]
    assert cards[1]["url"] == [f"{ROOT}/authors/nell/"]
