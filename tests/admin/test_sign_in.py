"""Signing in and out, as a browser does it."""

import httpx2

from tests.accounts.people import PASSWORD, account
from tests.readers import Reader
from tests.readers import reader as reader

COOKIE = "__Host-westmarch"


async def sign_in(reader: Reader, name: str = "Nell", password: str = PASSWORD, **more: str) -> httpx2.Response:
    return await reader.client.post("/admin/sign-in/", data={"name": name, "password": password, **more})


async def test_somebody_signs_in_and_out(reader: Reader) -> None:
    await reader.do(account)
    answer = await reader.get("/admin/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/sign-in/?next=%2Fadmin%2F")
    assert 'action="/admin/sign-in/"' in await reader.page("/admin/sign-in/")
    answer = await sign_in(reader)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/")
    assert (await reader.get("/admin/nothing/")).status_code == 404
    secret = reader.client.cookies[COOKIE]
    answer = await reader.client.post("/admin/sign-out/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/sign-in/")
    assert COOKIE not in reader.client.cookies
    answer = await reader.get("/admin/nothing/", cookie=f"{COOKIE}={secret}")
    assert answer.status_code == 303, "whoever has kept the cookie is signed out too"
