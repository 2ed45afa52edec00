"""Pages in variants: each is kept by itself, and templates know which one they make."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from starlette.types import Scope

from tests.pagecache.cached import fill
from tests.pagecache.test_races import rename
from westmarch.app import Program, cache_verbs, create_app
from westmarch.db.database import Database
from westmarch.pagecache.middleware import ByVariant, FromCache
from westmarch.settings import Settings

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def by_cookie(scope: Scope) -> str:
    """Two variants: of all, and of those whose cookie says so."""
    return "new" if (b"cookie", b"look=new") in scope["headers"] else ""


@dataclass(frozen=True, slots=True)
class Site:
    """A site whose menu and pages say their variant."""

    app: FastAPI
    client: httpx2.AsyncClient

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(path, headers=named)


@pytest.fixture
async def site(settings: Settings, db: Database, tmp_path: Path) -> AsyncIterator[Site]:
    theme = tmp_path / "theme"
    (theme / "posts").mkdir(parents=True)
    (theme / "posts" / "detail.html").write_text("page {{ variant }}; {{ chrome.said }}", encoding="utf-8")
    (theme / "chrome.html").write_text("{% set said %}menu {{ variant }}{% endset %}", encoding="utf-8")
    await db.write(fill)
    app = create_app(settings, variant=by_cookie)
    app.state.db = db
    async with app.state.pages.opened(db):
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=settings.url) as client:
            await client.get("/p1/")  # What the first one finds out is kept in memory.
            yield Site(app, client)


async def test_each_variant_is_kept_by_itself_and_templates_know_it(site: Site) -> None:
    for _ in range(3):
        plain, other = await site.get("/p2/"), await site.get("/p2/", cookie="look=new")
        assert (plain.text, other.text) == ("page ; menu ", "page new; menu new")
    assert (plain.headers["cache-status"], other.headers["cache-status"]) == ("westmarch; hit", "westmarch; hit")
    assert plain.headers["etag"] != other.headers["etag"]


async def test_the_validator_of_another_variant_is_none(site: Site) -> None:
    plain = await site.get("/p2/")
    assert (await site.get("/p2/", if_none_match=plain.headers["etag"])).status_code == 304
    assert (await site.get("/p2/", if_none_match=plain.headers["etag"], cookie="look=new")).status_code == 200


async def test_a_change_throws_out_all_variants(site: Site, db: Database) -> None:
    for cookie in ("", "look=new"):
        await site.get("/p1/", cookie=cookie)
    await db.write(rename, "Another title")
    for cookie in ("", "look=new"):
        assert (await site.get("/p1/", cookie=cookie)).headers["cache-status"] == "westmarch; fwd=miss; stored"


async def test_variants_are_explained_apart_and_cleared_together(site: Site) -> None:
    verbs = cache_verbs(site.app)
    await site.get("/p2/", cookie="look=new")
    assert (await verbs["cache-explain"](path="/p2/", query="", variant="new"))["stored"]
    assert not (await verbs["cache-explain"](path="/p2/", query="", variant=""))["stored"]
    await site.get("/p2/")
    assert await verbs["cache-clear"](path="/p2/", query="") == 2


def test_without_variants_no_request_is_asked_for_its_own(settings: Settings) -> None:
    plain, varied = create_app(settings), create_app(settings, variant=by_cookie)
    assert isinstance(plain, Program)
    assert isinstance(varied, Program)
    assert type(plain.front) is FromCache
    assert type(varied.front) is ByVariant
