"""Signing in and out, by password and by a one-time link, as a browser does it."""

import asyncio
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.accounts.people import PASSWORD, account, signed_in
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts import actions, one_time_links, sessions
from westmarch.accounts.models import AccountSession
from westmarch.accounts.one_time_links import Kind
from westmarch.accounts.secrets import hashed
from westmarch.admin.sign_in import HOME, way_back
from westmarch.app import create_app
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.events.models import Event
from westmarch.settings import Settings

COOKIE = "__Host-westmarch"
SIGN_IN = "/admin/sign-in/"


async def sign_in(reader: Reader, name: str = "Nell", password: str = PASSWORD, **more: str) -> httpx2.Response:
    return await reader.client.post(SIGN_IN, data={"name": name, "password": password, **more})


async def is_in(reader: Reader) -> bool:
    """Whether the reader is signed in."""
    answer = await reader.get("/admin/me/")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


async def verbs(reader: Reader) -> list[str]:
    return list(await reader.db.read(lambda session: session.scalars(select(Event.verb).order_by(Event.id)).all()))


async def test_somebody_signs_in_and_out(reader: Reader) -> None:
    await reader.do(account)
    answer = await reader.get("/admin/me/?a=1&b=%2F")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/admin/sign-in/?next=%2Fadmin%2Fme%2F%3Fa%3D1%26b%3D%252F"
    page = await reader.page(answer.headers["location"])
    assert 'name="next" value="/admin/me/?a=1&amp;b=%2F"' in page
    answer = await sign_in(reader, next="/admin/me/?a=1&b=%2F")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/me/?a=1&b=%2F")
    assert await is_in(reader)
    secret = reader.client.cookies[COOKIE]
    answer = await reader.client.post("/admin/sign-out/")
    assert (answer.status_code, answer.headers["location"]) == (303, SIGN_IN)
    assert COOKIE not in reader.client.cookies
    reader.client.cookies.set(COOKIE, secret)
    assert not await is_in(reader), "whoever has kept the cookie is signed out too"
    assert await verbs(reader) == ["account.signed-in", "account.signed-out"]


async def test_the_cookie_is_for_this_site_and_for_no_script(reader: Reader) -> None:
    await reader.do(account)
    answer = await sign_in(reader)
    secret, *attributes = answer.headers["set-cookie"].split("; ")
    assert secret.startswith(COOKIE + "=")
    assert set(attributes) == {"Max-Age=34560000", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"}
    kept = await reader.db.read(lambda session: session.scalars(select(AccountSession.hash)).one())
    assert kept == hashed(secret.removeprefix(COOKIE + "="))
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("url", "name", "path", "secure"),
    [
        ("https://example.org", "__Host-westmarch", "/", True),
        ("https://example.org/blog", "__Secure-westmarch", "/blog", True),
        ("http://127.0.0.1:8000", "westmarch", "/", False),
        ("http://127.0.0.1:8000/blog", "westmarch", "/blog", False),
    ],
)
async def test_the_cookie_is_as_strict_as_the_address_allows(
    settings: Settings, db: Database, url: str, name: str, path: str, secure: bool
) -> None:
    app = create_app(settings.model_copy(update={"url": url}))
    app.state.db = db
    reader = Reader(app, db, url.removesuffix("/blog"))
    await db.write(account)
    base = "" if path == "/" else path
    answer = await sign_in_at(reader, base)
    assert answer.headers["location"] == base + HOME
    secret, *attributes = answer.headers["set-cookie"].split("; ")
    assert secret.startswith(name + "=")
    assert f"Path={path}" in attributes
    assert ("Secure" in attributes) is secure
    assert (await reader.get(f"{base}/admin/me/")).status_code == 200
    assert (await reader.client.post(f"{base}/admin/sign-out/")).headers["location"] == base + SIGN_IN
    assert (await reader.get(f"{base}/admin/me/")).status_code == 303
    await reader.client.aclose()


async def sign_in_at(reader: Reader, base: str) -> httpx2.Response:
    return await reader.client.post(base + SIGN_IN, data={"name": "Nell", "password": PASSWORD})


async def test_wrong_name_and_wrong_password_get_the_same_page(reader: Reader) -> None:
    await reader.do(account)
    answers = [await sign_in(reader, "Nell", "wrong"), await sign_in(reader, "Nobody", "wrong")]
    first, second = (answer.text.replace("Nobody", "Nell") for answer in answers)
    assert first == second
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "The name or the password is wrong." in first
    assert 'value="Nell"' in first
    assert "wrong" not in first.replace("is wrong.", ""), "the password does not come back"
    assert COOKIE not in reader.client.cookies


async def test_what_was_typed_comes_back_with_the_way_back(reader: Reader) -> None:
    answer = await sign_in(reader, '<b>"Nell"', "wrong", next="/admin/tags/")
    assert 'value="&lt;b&gt;&#34;Nell&#34;"' in answer.text
    assert 'value="/admin/tags/"' in answer.text


async def test_a_form_without_anything_is_refused_like_any_other(reader: Reader) -> None:
    answer = await reader.client.post(SIGN_IN, data={"x": "y"})
    assert answer.status_code == 422
    assert "The name or the password is wrong." in answer.text


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
async def test_what_is_no_form_is_refused(reader: Reader, kind: str) -> None:
    answer = await reader.client.post(SIGN_IN, content=b'{"name": "Nell"}', headers={"content-type": kind})
    assert answer.status_code == 422


async def test_a_form_that_is_too_large_is_refused(reader: Reader) -> None:
    assert (await sign_in(reader, "x" * 30_000)).status_code == 422


async def test_whoever_guesses_has_to_wait_and_is_told_for_how_long(reader: Reader) -> None:
    await reader.do(account)
    answers = [await sign_in(reader, "Nell", f"wrong {number}") for number in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert "Try again in" in answers[-1].text
    assert (await sign_in(reader)).status_code == 429, "not even the right password is looked at"


async def test_a_one_time_link_lets_in_whoever_has_to_wait(reader: Reader) -> None:
    made = await reader.do(account)
    for number in range(12):
        await sign_in(reader, "Nell", f"wrong {number}")
    secret = await reader.do(one_time_links.make, made.id, "sign-in")
    await reader.client.post(f"/admin/link/{secret}/")
    assert await is_in(reader)


async def test_a_cookie_that_was_given_before_is_never_taken_over(reader: Reader) -> None:
    await reader.do(account)
    planted = "chosen-by-somebody-else"
    reader.client.cookies.set(COOKIE, planted, domain="example.org", path="/")
    await sign_in(reader)
    given = reader.client.cookies[COOKIE]
    assert given != planted
    assert await sessions.account_of(reader.db, planted) is None
    assert await sessions.account_of(reader.db, given) is not None


async def test_signing_in_again_ends_the_session_before(reader: Reader) -> None:
    await reader.do(account)
    await reader.do(account, "Idris")
    secrets = []
    for name in ("Nell", "Idris"):
        await sign_in(reader, name)
        secrets.append(reader.client.cookies[COOKIE])
    assert await sessions.account_of(reader.db, secrets[0]) is None
    found = await sessions.account_of(reader.db, secrets[1])
    assert found is not None
    assert found.name == "Idris"


@pytest.mark.parametrize(
    "cookie", ["", "x", "é", "a" * 5_000, '"', "%00", "; ;", hashed("x"), "__Host-westmarch=x; __Host-westmarch=y"]
)
async def test_a_forged_cookie_is_nobodys(reader: Reader, cookie: str) -> None:
    await reader.do(account)
    headers = {b"cookie": f"{COOKIE}={cookie}".encode()}
    answer = await reader.client.get("/admin/me/", headers=headers)
    assert answer.status_code == 303
    assert (await reader.client.post("/admin/me/", headers=headers)).status_code == 401


async def test_the_hash_that_is_kept_is_no_cookie(reader: Reader) -> None:
    await signed_in(reader)
    kept = await reader.db.read(lambda session: session.scalars(select(AccountSession.hash)).one())
    reader.client.cookies.clear()
    reader.client.cookies.set(COOKIE, kept)
    assert not await is_in(reader)


async def test_who_is_disabled_is_out_at_once(reader: Reader) -> None:
    await signed_in(reader, "Nell", "author")
    assert await is_in(reader)
    await reader.do(actions.disable, 1, actor="test")
    assert not await is_in(reader)
    assert (await sign_in(reader)).status_code == 422


async def test_a_role_counts_at_once(reader: Reader) -> None:
    account_id = await signed_in(reader, "Nell", "editor")
    assert (await reader.get("/admin/accounts/")).status_code == 403

    def raise_(session: Session) -> None:
        actions.change(session, account_id, name="Nell", email="", role="owner", author_id=None, actor="test")

    await reader.do(raise_)
    assert (await reader.get("/admin/accounts/")).status_code == 200


async def test_a_session_ends_when_it_was_not_used_for_long(reader: Reader) -> None:
    await signed_in(reader)

    def age(session: Session, by: timedelta) -> None:
        moment = now() - by
        session.execute(update(AccountSession).values(seen_at=moment, expires_at=moment + sessions.LASTS))

    await reader.do(age, timedelta(days=29))
    assert await is_in(reader)
    await reader.do(age, timedelta(days=31))
    assert not await is_in(reader)


async def test_when_a_session_was_used_is_written_every_five_minutes_at_most(reader: Reader) -> None:
    await signed_in(reader)

    async def seen() -> object:
        return await reader.db.read(lambda session: session.scalars(select(AccountSession.seen_at)).one())

    before = await seen()
    assert await is_in(reader)
    assert await seen() == before

    def age(session: Session) -> None:
        session.execute(update(AccountSession).values(seen_at=now() - timedelta(minutes=6)))

    await reader.do(age)
    assert await is_in(reader)
    assert await seen() > before  # type: ignore[operator]


async def test_whoever_is_signed_in_already_is_led_on(reader: Reader) -> None:
    await signed_in(reader)
    answer = await reader.get(SIGN_IN + "?next=/admin/me/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/me/")


async def test_signing_out_twice_is_no_fault(reader: Reader) -> None:
    assert (await reader.client.post("/admin/sign-out/")).status_code == 303
    assert (await reader.get("/admin/sign-out/")).status_code in (303, 405)


# The way back

TRICKS = (
    "", "/", "admin/", "//evil.example", "//evil.example/admin/", "/\\evil.example", "\\\\evil.example", "/admin",
    "https://evil.example/admin/", "https:/admin/", "javascript:alert(1)", "///admin/", "/%2f/evil.example/",
    "/admin/../", "/admin/../../evil", "/admin/%2e%2e/evil/", "/admin/%252e%252e/evil/", "/admin/..%2f..%2fx",
    "/admin/..\\x", "/admin/%5c%5cevil.example", "/admin//evil.example", "/admin/%2f%2fevil.example", " /admin/",
    "/admin/\r\nset-cookie: a=b", "/admin/%0d%0aset-cookie:a=b", "/admin/\t", "/admin/é", "/admin/\0", "/Admin/",
    "/admin/sign-out/", "/admin/sign-in/", "/admin/link/x/", "/administrator/", "/admin/" + "x" * 3_000,
    "@evil.example/admin/", ".evil.example/admin/", "/admin/%", "/admin/./../x/",
)  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize("path", [trick for trick in TRICKS if trick != "/admin/%"])
def test_no_way_back_leads_elsewhere(path: str) -> None:
    assert way_back(path) == HOME


@pytest.mark.unit
@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/posts/", "/admin/posts/?q=a%20b&page=2", "/admin/tags/12/", "/admin/posts/?q=//x/../y"]
)
def test_a_way_back_to_a_page_of_the_admin_is_taken(path: str) -> None:
    assert way_back(path) == path


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example/", "/\\evil.example", "/admin/\r\nx: y"])
async def test_nobody_is_led_to_another_site_after_signing_in(reader: Reader, path: str) -> None:
    await reader.do(account)
    page = await reader.client.get(SIGN_IN, params={"next": path})
    assert "evil" not in page.text
    answer = await sign_in(reader, next=path)
    assert answer.headers["location"] == HOME
    assert "x" not in answer.headers
    again = await reader.client.get(SIGN_IN, params={"next": path})
    assert again.headers["location"] == HOME


# One-time links


async def linked(reader: Reader, kind: Kind, **fields: object) -> str:
    made = await reader.do(account, **fields)
    return f"/admin/link/{await reader.do(one_time_links.make, made.id, kind)}/"


@pytest.mark.parametrize("kind", list(one_time_links.LAST))
async def test_a_link_is_used_by_its_button_alone(reader: Reader, kind: Kind) -> None:
    path = await linked(reader, kind, password_hash=None)
    for _ in range(3):
        answer = await reader.get(path)
        assert "Sign in as Nell" in answer.text
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        await reader.client.head(path)
    answer = await reader.client.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/me/password/")
    assert await is_in(reader)
    for answer in (await reader.get(path), await reader.client.post(path)):
        assert answer.status_code == 410
        assert "set-cookie" not in answer.headers
        assert "does not work" in answer.text
    assert await verbs(reader) == ["account.signed-in"]


@pytest.mark.parametrize("secret", ["x", "%00", "%ff", "a" * 3_000, "'--"])
async def test_a_link_that_nobody_made_does_not_work(reader: Reader, secret: str) -> None:
    for method in ("GET", "POST"):
        answer = await reader.client.request(method, f"/admin/link/{secret}/")
        assert answer.status_code in (404, 405, 410)


async def test_a_new_password_is_set_after_a_link_without_the_old_one(reader: Reader) -> None:
    path = await linked(reader, "reset")
    await reader.client.post(path)
    page = await reader.page("/admin/me/password/")
    assert 'name="old"' not in page
    form = {"password": "the tide is out", "again": "the tide is out"}
    answer = await reader.client.post("/admin/me/password/", data=form)
    assert answer.status_code == 303
    assert 'name="old"' in await reader.page("/admin/me/password/"), "from then on the old one is asked for"
    reader.client.cookies.clear()
    assert (await sign_in(reader)).status_code == 422
    assert (await sign_in(reader, password="the tide is out")).status_code == 303


async def test_ten_sign_ins_at_once_let_the_loop_go_on(reader: Reader) -> None:
    for number in range(10):
        await reader.do(account, f"Person {number}")
    await sign_in(reader, "Person 0")
    late, running = [], True

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        while running:
            before = loop.time()
            await asyncio.sleep(0.005)
            late.append(loop.time() - before - 0.005)

    watching = asyncio.ensure_future(watch())
    answers = await asyncio.gather(*(sign_in(reader, f"Person {number}") for number in range(10)))
    running = False
    await watching
    assert [answer.status_code for answer in answers] == [303] * 10
    late.sort()
    assert late[len(late) // 2] < 0.02
    assert await reader.db.read(lambda session: session.scalar(select(func.count()).select_from(AccountSession))) == 10
