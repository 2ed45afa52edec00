"""Addresses of posts in the API, as they are and percent-encoded."""

import pytest

from tests.api.people import Program, program
from tests.readers import Reader
from tests.readers import reader as reader


@pytest.fixture
async def owner(reader: Reader) -> Program:
    return await program(reader)


@pytest.mark.parametrize("given", ["/café/ein stück/", "/caf%C3%A9/ein%20st%C3%BCck/", "/cafe\u0301/ein stu\u0308ck/"])
async def test_an_address_is_taken_as_it_is_and_percent_encoded(reader: Reader, owner: Program, given: str) -> None:
    made = await owner.made("/posts", title="One", markdown="x", path=given, status="published")
    assert made["path"] == "/café/ein stück/"
    assert made["url"] == "https://example.org/caf%C3%A9/ein%20st%C3%BCck/"
    assert "One" in await reader.page("/caf%C3%A9/ein%20st%C3%BCck/")
    at = f"/posts/{made['id']}"
    for path in (given, made["path"]):
        answer = await owner.ask("PATCH", at, {"path": path})
        assert (answer.status_code, answer.json()) == (200, made), answer.text
        found = await Program(reader).ask("GET", "/posts", params={"path": path})
        assert [post["id"] for post in found.json()["results"]] == [made["id"]]


async def test_a_percent_encoded_route_is_the_route(reader: Reader, owner: Program) -> None:
    made = await owner.made("/posts", title="One", markdown="x", status="published")
    for path in (f"/p%6Fsts/{made['id']}", f"/%70osts/{made['id']}"):
        answer = await Program(reader).get(path)
        assert (answer.status_code, answer.json()["id"]) == (200, made["id"])
    assert (await owner.ask("PATCH", f"/p%6Fsts/{made['id']}", {"title": "Two"})).status_code == 200
    assert (await Program(reader).get(f"/posts/{made['id']}")).json()["title"] == "Two"
