"""What the API answers whom, before anything is done."""

import pytest

from tests.api.people import Program, faults, program
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts.rights import RIGHTS, SCOPES, Role
from westmarch.api.routes import DOORS


@pytest.fixture
async def owner(reader: Reader) -> Program:
    return await program(reader)


@pytest.mark.unit
def test_whatever_changes_something_needs_a_right() -> None:
    for door in DOORS:
        assert door.method == "GET" or door.right is not None, door.path


PATHS = {"/api/v1" + path for path in ("/nothing", "/posts/1/nothing", "/posts/", "/me/you")} | {
    "/api/",
    "/api/v2/posts",
    "/api/v1",
}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
async def test_an_unknown_address_is_a_problem_whatever_is_accepted(reader: Reader, method: str) -> None:
    for path in sorted(PATHS - {"/api/v1/posts/"}):
        answer = await reader.ask(method, path, accept="text/html")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path


async def test_another_method_is_refused_with_those_that_there_are(reader: Reader) -> None:
    for method, path, allowed in (
        ("DELETE", "/api/v1/posts", "GET, HEAD, POST"),
        ("POST", "/api/v1/posts/1", "DELETE, GET, HEAD, PATCH, PUT"),
        ("GET", "/api/v1/posts/1/publish", "POST"),
        ("BREW", "/api/v1/me", "GET, HEAD"),
        ("OPTIONS", "/api/v1/tags/1/merge", "POST"),
        ("POST", "/api/v1/search/", "GET, HEAD"),
        ("DELETE", "/api/docs", "GET, HEAD"),
    ):
        answer = await reader.ask(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), path
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("role", list(RIGHTS))
async def test_each_route_asks_for_its_right(reader: Reader, role: Role) -> None:
    asking = await program(reader, "Somebody", role)
    for door in DOORS:
        path = door.path.removeprefix("/api/v1").replace("{id}", "999999")
        answer = await asking.ask(door.method, path)
        assert (answer.status_code == 403) is (door.right is not None and door.right not in RIGHTS[role]), path


async def test_nobody_gets_through_any_door_that_has_a_right(reader: Reader) -> None:
    nobody = Program(reader)
    for door in DOORS:
        answer = await nobody.ask(door.method, door.path.removeprefix("/api/v1").replace("{id}", "1"))
        assert (answer.status_code == 401) is (door.right is not None), door.path
        if door.right is not None:
            assert answer.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("scope", list(SCOPES))
async def test_a_token_lets_no_more_through_than_its_scopes(reader: Reader, scope: str) -> None:
    asking = await program(reader, "Somebody", "owner", scopes=(scope,))
    for door in DOORS:
        path = door.path.removeprefix("/api/v1").replace("{id}", "999999")
        answer = await asking.ask(door.method, path)
        assert (answer.status_code == 403) is (door.right is not None and door.right not in SCOPES[scope]), path


@pytest.mark.parametrize("given", ["Bearer x", "Bearer", "Basic YTpi", "Bearer wma_" + "A" * 43, "", "wma_" + "A" * 43])
async def test_a_token_that_is_none_is_refused_everywhere(reader: Reader, given: str) -> None:
    for door in DOORS:
        path = door.path.replace("{id}", "1")
        answer = await reader.client.request(door.method, path, headers={"authorization": given})
        assert answer.status_code == 401, path
        assert answer.headers["cache-control"] == "no-store"


async def test_a_token_in_the_query_lets_nobody_in(reader: Reader, owner: Program) -> None:
    for name in ("access_token", "token"):
        answer = await reader.get(f"/api/v1/me?{name}={owner.token}")
        assert answer.status_code == 401
        answer = await reader.get(f"/api/v1/posts?{name}={owner.token}")
        assert (answer.status_code, list(faults(answer))) == (422, [name])
        assert owner.token not in answer.text


async def test_a_cookie_lets_nobody_in(reader: Reader) -> None:
    from tests.accounts.people import signed_in

    await signed_in(reader, "Nell", role="owner")
    assert (await reader.get("/api/v1/me")).status_code == 401
    assert (await reader.client.post("/api/v1/tags", json={"title": "x"})).status_code == 401


@pytest.mark.parametrize("id_", ["0", "-1", "2147483648", "9" * 40, "x", "1.5", "%00", "1e3", "١", " 1", "..", "%2e"])
async def test_an_id_that_cannot_be_is_no_fault(owner: Program, id_: str) -> None:
    for noun in ("posts", "pages", "tags", "topics", "authors", "media"):
        answer = await owner.get(f"/{noun}/{id_}")
        assert answer.status_code in (400, 404, 422), (noun, answer.status_code)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "name"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("sort=id", "sort"), ("tagg=x", "tagg"),
     ("limit=1&limit=2", "limit"), ("q=%00", "q"), ("q=" + "x" * 201, "q"), ("slug=\ud800", "slug")],
)  # fmt: skip
async def test_a_parameter_that_cannot_be_taken_is_named(reader: Reader, query: str, name: str) -> None:
    answer = await reader.get("/api/v1/tags?" + query.encode("utf-8", "replace").decode())
    if "?" in query or "\ud800" in query:
        assert answer.status_code in (200, 422)
        return
    assert (answer.status_code, list(faults(answer))) == (422, [name])


async def test_parameters_that_count_readers_are_passed_over(reader: Reader) -> None:
    assert (await reader.get("/api/v1/tags?utm_source=x&fbclid=1&limit=5")).status_code == 200


async def test_me_is_who_asks(reader: Reader) -> None:
    asking = await program(reader, "Nell", "author", scopes=("read",))
    answer = await asking.get("/me")
    me = answer.json()
    assert (me["name"], me["role"], me["author"]) == ("Nell", "author", {"slug": "nell", "name": "Nell"})
    assert (me["rights"], me["scopes"]) == (["sign in"], ["read"])
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in answer.headers["vary"]
    again = await asking.get("/me", if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


async def test_a_token_that_is_too_narrow_is_named_as_the_cause(reader: Reader) -> None:
    asking = await program(reader, "Nell", "owner", scopes=("read",))
    answer = await asking.ask("POST", "/posts", {"title": "One"})
    assert answer.status_code == 403
    assert "This token may not" in answer.json()["detail"]
    writer = await program(reader, "Ann", "contributor")
    answer = await writer.ask("POST", "/tags", {"title": "Sea"})
    assert "Your account may not" in answer.json()["detail"]
