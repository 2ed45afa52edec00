"""Tags by JSON."""

import base64
import json

import pytest

from tests.api.people import Program, faults, program
from tests.factories import day, post
from tests.readers import Reader
from tests.readers import reader as reader


@pytest.fixture
async def owner(reader: Reader) -> Program:
    return await program(reader)


async def test_a_tag_is_made_read_changed_and_deleted(owner: Program) -> None:
    answer = await owner.ask("POST", "/tags", {"title": "Open sea", "synonyms": ["Main"]})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"https://example.org/api/v1/tags/{made['id']}"
    assert (made["slug"], made["url"], made["posts"]) == ("open-sea", "https://example.org/tags/open-sea/", 0)
    at = f"/tags/{made['id']}"
    changed = await owner.ask("PATCH", at, {"description": "Far out."})
    assert (changed.status_code, changed.json()) == (200, made | {"description": "Far out."})
    replaced = await owner.ask("PUT", at, {"title": "Sea", "slug": "sea"})
    assert (replaced.json()["title"], replaced.json()["description"], replaced.json()["synonyms"]) == ("Sea", "", [])
    gone = await owner.ask("DELETE", at)
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await owner.get(at)).status_code == 404


async def test_readers_see_the_tags_that_have_listed_posts(reader: Reader, owner: Program) -> None:
    await reader.do(post, "One", tags=("Sea",))
    await owner.made("/tags", title="Empty")
    nobody = Program(reader)
    assert [tag["title"] for tag in (await nobody.json("/tags"))["results"]] == ["Sea"]
    assert [tag["title"] for tag in (await owner.json("/tags"))["results"]] == ["Empty", "Sea"]
    empty = (await owner.json("/tags?slug=empty"))["results"][0]["id"]
    assert (await nobody.get(f"/tags/{empty}")).status_code == 404


async def test_a_stale_tag_is_not_changed(owner: Program) -> None:
    answer = await owner.ask("POST", "/tags", {"title": "Sea"})
    at, etag = f"/tags/{answer.json()['id']}", answer.headers["etag"]
    assert (await owner.ask("PATCH", at, {"title": "Ocean"}, headers={"if-match": etag})).status_code == 200
    for method, body in (("PATCH", {"title": "Lake"}), ("PUT", {"title": "Lake"}), ("DELETE", None)):
        stale = await owner.ask(method, at, body, headers={"if-match": etag})
        assert (stale.status_code, stale.headers["content-type"]) == (412, "application/problem+json")
    assert (await owner.json(at))["title"] == "Ocean"
    both = await owner.ask(
        "PATCH", at, {"title": "Lake"}, headers={"if-match": f"{etag}, {(await owner.get(at)).headers['etag']}"}
    )
    assert both.status_code == 200
    assert (await owner.ask("PATCH", at, {"title": "Sea"}, headers={"if-match": 'W/"x"'})).status_code == 412
    assert (await owner.ask("PATCH", at, {"title": "Sea"}, headers={"if-match": "*"})).status_code == 200


async def test_a_tag_that_there_is_already_is_a_conflict_that_names_the_field(owner: Program) -> None:
    await owner.made("/tags", title="Sea")
    answer = await owner.ask("POST", "/tags", {"title": "sea"})
    assert answer.status_code == 409
    assert list(faults(answer)) == ["/title"]


async def test_tags_are_merged(reader: Reader, owner: Program) -> None:
    await reader.do(post, "One", tags=("Sea", "Wind"))
    await reader.do(post, "Two", tags=("Sea",), published_at=day(1))
    ids = {tag["slug"]: tag["id"] for tag in (await owner.json("/tags"))["results"]}
    answer = await owner.ask("POST", f"/tags/{ids['sea']}/merge", {"into": ids["wind"]})
    assert (answer.status_code, answer.json()["id"], answer.json()["posts"]) == (200, ids["wind"], 2)
    assert (await owner.get(f"/tags/{ids['sea']}")).status_code == 404
    assert (await owner.ask("POST", f"/tags/{ids['wind']}/merge", {"into": ids["wind"]})).status_code in (409, 422)


async def test_a_list_is_walked_in_both_directions(reader: Reader, owner: Program) -> None:
    for name in ("a", "b", "c", "d", "e"):
        await owner.made("/tags", title=name)
    seen, path = [], "/tags?limit=2"
    while path:
        answer = await owner.get(path)
        seen.append([tag["title"] for tag in answer.json()["results"]])
        following = answer.json()["next"]
        if following:
            assert f'<{following}>; rel="next"' in answer.headers["link"]
        path = following.partition("/api/v1")[2] if following else ""
    assert seen == [["a", "b"], ["c", "d"], ["e"]]
    back = answer.json()["previous"].partition("/api/v1")[2]
    answer = await owner.get(back)
    assert [tag["title"] for tag in answer.json()["results"]] == ["c", "d"]
    first = await owner.get(answer.json()["previous"].partition("/api/v1")[2])
    assert [tag["title"] for tag in first.json()["results"]] == ["a", "b"]
    assert first.json()["previous"] is None
    assert 'rel="prev"' not in first.headers["link"]
    down = await owner.json("/tags?sort=-title&limit=3")
    assert [tag["title"] for tag in down["results"]] == ["e", "d", "c"]
    assert [tag["title"] for tag in (await owner.json(down["next"].partition("/api/v1")[2]))["results"]] == ["b", "a"]


@pytest.mark.parametrize(
    "cursor", ["x", "eA", "W10", "bnVsbA", "WyJ0aXRsZSIsZmFsc2UsZmFsc2UsNSwxXQ", "%F0%9F", "A" * 9000]
)
async def test_a_forged_cursor_is_refused(owner: Program, cursor: str) -> None:
    answer = await owner.get(f"/tags?cursor={cursor}")
    assert answer.status_code in (422, 414)
    if answer.status_code == 422:
        assert list(faults(answer)) == ["cursor"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
async def test_a_cursor_of_a_moment_in_no_year_of_ours_is_refused(owner: Program, moment: str) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(["published", True, False, moment, 5]).encode()).decode()
    answer = await owner.get(f"/posts?cursor={cursor}")
    assert (answer.status_code, list(faults(answer))) == (422, ["cursor"])


async def test_a_search_finds_tags_by_parts_of_their_names(owner: Program) -> None:
    await owner.made("/tags", title="Open Sea")
    await owner.made("/tags", title="100%")
    assert [tag["title"] for tag in (await owner.json("/tags?q=SEA"))["results"]] == ["Open Sea"]
    assert [tag["title"] for tag in (await owner.json("/tags?q=0%25"))["results"]] == ["100%"]
    assert (await owner.json("/tags?q=_"))["results"] == []
