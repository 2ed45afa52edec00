"""What holds of every noun alike: how it is made, read, listed, replaced, changed and deleted, and what is refused."""

from typing import Any

import pytest

from tests.api.people import V1, Program, faults, program
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader

#: What each noun is made of, by what it is called at its address, and what its name is called.
NOUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "posts": ("title", {"markdown": "The *sea*.", "status": "draft"}),
    "pages": ("title", {"markdown": "The *sea*.", "status": "draft"}),
    "tags": ("title", {"description": "Of the sea."}),
    "topics": ("title", {"introduction": "The *sea*."}),
    "authors": ("name", {"bio": "The *sea*.", "links": [{"title": "Home", "href": "https://example.net/"}]}),
}
every_noun = pytest.mark.parametrize("noun", list(NOUNS))


@pytest.fixture
async def owner(reader: Reader) -> Program:
    return await program(reader)


def body(noun: str, name: str, **more: Any) -> dict[str, Any]:
    """One of them, as it is written."""
    called, rest = NOUNS[noun]
    return {called: name, **rest, **more}


@every_noun
async def test_it_is_made_at_an_address_where_it_is_read(owner: Program, noun: str) -> None:
    answer = await owner.ask("POST", f"/{noun}", body(noun, "Open sea"))
    made = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"https://example.org{V1}/{noun}/{made['id']}")
    assert (made[NOUNS[noun][0]], made["slug"]) == ("Open sea", "open-sea")
    again = await owner.get(f"/{noun}/{made['id']}")
    assert (again.json(), again.headers["etag"]) == (made, answer.headers["etag"])
    same = await owner.get(f"/{noun}/{made['id']}", if_none_match=answer.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")


@every_noun
async def test_a_stale_state_is_neither_replaced_nor_changed_nor_deleted(owner: Program, noun: str) -> None:
    answer = await owner.ask("POST", f"/{noun}", body(noun, "One"))
    at, old, called = f"/{noun}/{answer.json()['id']}", answer.headers["etag"], NOUNS[noun][0]
    changed = await owner.ask("PATCH", at, {called: "Two"}, headers={"if-match": old})
    assert (changed.status_code, changed.json()[called]) == (200, "Two")
    new = changed.headers["etag"]
    assert new != old
    for method, sent in (("PUT", body(noun, "Three")), ("PATCH", {called: "Three"}), ("DELETE", None)):
        stale = await owner.ask(method, at, sent, headers={"if-match": old})
        assert (stale.status_code, stale.headers["content-type"]) == (412, "application/problem+json"), method
    assert (await owner.get(at)).headers["etag"] == new
    replaced = await owner.ask("PUT", at, body(noun, "Three"), headers={"if-match": new})
    assert (replaced.status_code, replaced.json()[called]) == (200, "Three")
    gone = await owner.ask("DELETE", at, headers={"if-match": replaced.headers["etag"]})
    assert (gone.status_code, gone.content) == (204, b"")
    for method, sent in (("GET", None), ("PUT", body(noun, "x")), ("PATCH", {called: "x"}), ("DELETE", None)):
        assert (await owner.ask(method, at, sent)).status_code == 404, method
        for tags in (f"{old}, {new}", new, "W/" + new, "*") if method != "GET" else ():
            answer = await owner.ask(method, at, sent, headers={"if-match": tags})
            assert answer.status_code == 404, (method, tags, "what is not there comes before any condition")


@every_noun
async def test_a_field_that_there_is_not_is_refused_by_its_name(owner: Program, noun: str) -> None:
    at = f"/{noun}/{(await owner.made(f'/{noun}', **body(noun, 'One')))['id']}"
    for method, path, sent in (
        ("POST", f"/{noun}", body(noun, "Two", role="owner")),
        ("PUT", at, body(noun, "Two", role="owner")),
        ("PATCH", at, {"role": "owner"}),
    ):
        answer = await owner.ask(method, path, sent)
        assert (answer.status_code, list(faults(answer))) == (422, ["/role"]), method
    for method in ("PUT", "PATCH"):
        answer = await owner.ask(method, at, body(noun, "x" * 2_000))
        assert (answer.status_code, list(faults(answer))) == (422, ["/" + NOUNS[noun][0]]), method


@every_noun
async def test_a_list_is_searched_sorted_and_walked(owner: Program, noun: str) -> None:
    called = NOUNS[noun][0]
    for name in ("Wind", "Sea", "Salt", "Seal"):
        await owner.made(f"/{noun}", **body(noun, name))

    async def names(query: str) -> list[str]:
        return [each[called] for each in (await owner.json(f"/{noun}?{query}"))["results"]]

    mine = [name for name in await names(f"sort={called}") if name != "Nell"]
    assert mine == ["Salt", "Sea", "Seal", "Wind"]
    assert [name for name in await names(f"sort=-{called}") if name != "Nell"] == mine[::-1]
    assert await names(f"q=sea&sort={called}") == ["Sea", "Seal"]
    seen: list[str] = []
    answer = await owner.get(f"/{noun}?q=s&limit=2&sort={called}")
    while True:
        seen += [each[called] for each in answer.json()["results"]]
        following = answer.json()["next"]
        assert (answer.links.get("next", {}).get("url")) == following
        if following is None:
            break
        answer = await owner.get(following.partition(V1)[2])
    assert seen == ["Salt", "Sea", "Seal"]
    assert (await owner.get(f"/{noun}?sort=nothing")).status_code == 422


async def test_the_parts_of_a_topic_are_ordered_unless_they_have_changed(reader: Reader, owner: Program) -> None:
    ids = [await reader.do(post, f"Post {number}", topic="Tides") for number in range(3)]
    topic = (await owner.json("/topics"))["results"][0]["id"]
    at = f"/topics/{topic}/parts"
    answer = await owner.get(at)
    assert [part["id"] for part in answer.json()["results"]] == ids
    order = [ids[2], ids[0], ids[1]]
    put = await owner.ask("PUT", at, {"parts": order}, headers={"if-match": answer.headers["etag"]})
    assert put.status_code == 200, put.text
    assert [(part["id"], part["number"]) for part in put.json()["results"]] == list(zip(order, (1, 2, 3), strict=True))
    assert [part["id"] for part in (await Program(reader).json(at))["results"]] == order
    stale = await owner.ask("PUT", at, {"parts": ids}, headers={"if-match": answer.headers["etag"]})
    assert stale.status_code == 412
    for wrong in (ids[:2], [*ids, ids[0]], [*ids, 999]):
        refused = await owner.ask("PUT", at, {"parts": wrong})
        assert (refused.status_code, list(faults(refused))) == (422, ["/parts"]) or refused.status_code == 409


async def test_parts_that_are_drafts_of_others_are_not_told_to_writers(reader: Reader, owner: Program) -> None:
    await reader.do(post, "Seen", topic="Tides")
    await reader.do(post, "A secret plan", status="draft", topic="Tides")
    writer = await program(reader, "Ann", "contributor")
    await reader.do(post, "Mine", status="draft", topic="Tides", authors=("Ann",))
    topic = (await owner.json("/topics"))["results"][0]["id"]
    told = {
        name: [part["title"] for part in (await each.json(f"/topics/{topic}/parts"))["results"]]
        for name, each in (("owner", owner), ("writer", writer), ("reader", Program(reader)))
    }
    assert told == {"owner": ["Seen", "A secret plan", "Mine"], "writer": ["Seen", "Mine"], "reader": ["Seen"]}


async def test_another_language_of_a_topic_renders_its_introduction_anew(owner: Program) -> None:
    made = await owner.made("/topics", title="Tides", language="en", introduction='"The sea"')
    changed = await owner.ask("PATCH", f"/topics/{made['id']}", {"language": "de"})
    assert "“The sea”" in made["introduction_html"]
    assert "„The sea“" in changed.json()["introduction_html"]


async def test_an_author_who_has_posts_is_not_deleted(reader: Reader, owner: Program) -> None:
    await reader.do(post, "One", authors=("Kim",))
    kim = (await owner.json("/authors?slug=kim"))["results"][0]
    answer = await owner.ask("DELETE", f"/authors/{kim['id']}")
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert (await Program(reader).json(f"/authors/{kim['id']}"))["name"] == "Kim"
