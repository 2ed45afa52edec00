"""Each route of the admin lets through whoever has its right, and nobody else."""

from typing import Any, get_args

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.accounts.people import signed_in
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts.guard import Guarded
from westmarch.accounts.rights import RIGHTS, Right, Role
from westmarch.app import ROUTES
from westmarch.metrics.routes import CountedRoute

#: Who is not signed in needs these to sign in. Nothing else of the admin answers them.
OPEN = {
    "/admin",
    "/admin/sign-in/",
    "/admin/sign-out/",
    "/admin/link/{secret}/",
    "/admin/forgotten/",
    "/admin/static/{name:path}",
}
GUARDED = [route for route in ROUTES if isinstance(route, Guarded)]
NUMBER, WORDS = "1", "some"


def path_of(route: Route) -> str:
    """An address that the route answers."""
    path = route.path
    for name, convertor in route.param_convertors.items():
        kind = type(convertor).__name__
        value = NUMBER if kind == "IntegerConvertor" else WORDS
        path = path.replace(f"{{{name}:int}}", value).replace(f"{{{name}:path}}", value).replace(f"{{{name}}}", value)
    return path


def methods_of(route: Route) -> set[str]:
    return set(route.methods or ()) - {"HEAD"}


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The patterns of the routes whose guards have let a request through. What stands behind them is not run."""
    found: list[str] = []

    async def handle(self: Route, scope: Scope, receive: Receive, send: Send) -> None:
        found.append(self.path)
        await PlainTextResponse("reached")(scope, receive, send)

    monkeypatch.setattr(CountedRoute, "handle", handle)
    return found


@pytest.mark.unit
def test_every_route_of_the_admin_is_guarded_but_those_for_signing_in() -> None:
    of_admin = [route for route in ROUTES if route.path.startswith("/admin")]
    assert {route.path for route in of_admin if not isinstance(route, Guarded)} == OPEN
    assert len(GUARDED) > 30
    assert {right for route in GUARDED for right in [route.right]} <= set(Right)


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("role", get_args(Role))
async def test_a_role_reaches_what_it_has_the_right_for(reader: Reader, reached: list[str], role: Role) -> None:
    await signed_in(reader, "Nell", role)
    for route in GUARDED:
        for method in methods_of(route):
            reached.clear()
            answer = await reader.client.request(method, path_of(route))
            asked = (role, method, route.path, route.right)
            assert answer.status_code == (200 if route.right in RIGHTS[role] else 403), asked
            assert reached == ([route.path] if route.right in RIGHTS[role] else []), asked


async def test_nobody_reaches_anything(reader: Reader, reached: list[str]) -> None:
    for route in GUARDED:
        for method in methods_of(route):
            answer = await reader.client.request(method, path_of(route))
            if method == "GET":
                assert answer.status_code == 303, route.path
                assert answer.headers["location"].startswith("/admin/sign-in/?next=%2Fadmin%2F"), route.path
            else:
                assert answer.status_code == 401, route.path
    assert reached == []


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("role", get_args(Role))
async def test_pages_of_the_admin_are_stored_by_nobody(reader: Reader, role: Role) -> None:
    await signed_in(reader, "Nell", role)
    for route in GUARDED:
        if "GET" in methods_of(route):
            answer = await reader.get(path_of(route))
            assert answer.status_code < 500, route.path
            assert "no-store" in answer.headers["cache-control"], route.path
            assert (answer.status_code == 403) is (route.right not in RIGHTS[role]), route.path


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("token", ["wmp_forged", "", "x" * 3_000])
async def test_no_token_opens_the_admin(reader: Reader, reached: list[str], token: str) -> None:
    headers: dict[str, Any] = {"authorization": f"Bearer {token}"}
    for route in GUARDED:
        if "GET" in methods_of(route):
            for query in ("", f"?token={token}", f"?access_token={token}"):
                answer = await reader.client.get(path_of(route) + query, headers=headers)
                assert answer.status_code == 303, route.path
    assert reached == []


async def test_a_number_of_thousands_of_digits_is_no_page(reader: Reader) -> None:
    paths = [route.path.replace("{id:int}", "9" * 5_000) for route in GUARDED if route.path.endswith("/{id:int}/")]
    assert {(await reader.get(path)).status_code for path in paths} == {303}, "nobody is told more than to sign in"
    await signed_in(reader)
    assert {(await reader.get(path)).status_code for path in paths} == {404}
