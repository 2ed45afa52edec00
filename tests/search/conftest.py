"""The search service with real books, asked over ASGI and over HTTP."""

import asyncio
import json
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from pydantic import SecretStr

from tests.books.records import store
from tests.conftest import in_a_loop_apart
from westmarch.db.database import Database, open_database
from westmarch.search import status
from westmarch.search_app import create_app
from westmarch.settings import Settings


@pytest.fixture(scope="session")
def ninety_nine(inputs: Callable[[str], Path]) -> list[dict[str, Any]]:
    """The 99 books of the wire contract."""
    records: list[dict[str, Any]] = json.loads((inputs("books-microservice-talk") / "data.json").read_bytes())
    return records


class Asking:
    """Asks a service."""

    def __init__(self, client: AsyncClient, app: Any) -> None:
        self.client = client
        self.app = app

    async def get(self, path: str = "/api/v1/search/", /, **parameters: Any) -> Response:
        return await self.client.get(path, params=parameters)

    async def json(self, path: str = "/api/v1/search/", /, **parameters: Any) -> Any:
        answer = await self.get(path, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ids(self, **parameters: Any) -> list[int]:
        return [book["book_id"] for book in (await self.json(**parameters))["results"]]

    async def refused(self, **parameters: Any) -> list[str]:
        """The parameters that a refusal names."""
        answer = await self.get(**parameters)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return [each["parameter"] for each in answer.json()["parameters"]]


@asynccontextmanager
async def asking(settings: Settings) -> AsyncIterator[Asking]:
    """A service of a site, in this process, whose index is as the database is."""
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://search.example") as client,
    ):
        await until(lambda: caught_up(app))
        yield Asking(client, app)


async def caught_up(app: Any) -> bool:
    found = await status.state(app.state.db, app.state.index)
    return not found.fault and not found.behind


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.02)


#: Lets the tests of a module run on the engine in the process and on a cluster.
ENGINES = pytest.mark.parametrize("search_engine", ["tantivy", "opensearch"])


@pytest.fixture
def search_engine() -> str:
    """The engine of the index; tests that are for each engine are parametrised by its name."""
    return "tantivy"


@pytest.fixture
async def service(
    db: Database,
    settings: Settings,
    ninety_nine: list[dict[str, Any]],
    search_engine: str,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Asking]:
    """The service with the 99 books, on each database in turn."""
    await db.write(store, ninety_nine)
    if search_engine != "tantivy":
        settings = settings.model_copy(update={"search_url": new_address(request.getfixturevalue(search_engine))})
    async with asking(settings) as asked:
        yield asked


def new_address(node: str) -> SecretStr:
    """The address of an index that there is not yet, on a node."""
    return SecretStr(f"opensearch+{node}/{secrets.token_hex(8)}")


@pytest.fixture(scope="session")
def ninety_nine_site(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, ninety_nine: list[dict[str, Any]]
) -> Path:
    """The folder of a site on SQLite with the 99 books and their index; it is only copied."""
    folder = tmp_path_factory.mktemp("books")
    shutil.copyfile(sqlite_template, folder / "westmarch.db")
    settings = Settings(site=folder, url="https://example.org")

    async def make() -> None:
        async with open_database(settings.database_url) as db:
            await db.write(store, ninety_nine)
        async with asking(settings):
            pass

    in_a_loop_apart(make())
    return folder


@pytest.fixture(scope="session")
def ninety_nine_cluster(
    ninety_nine_site: Path, tmp_path_factory: pytest.TempPathFactory, opensearch: str
) -> tuple[Path, SecretStr]:
    """The folder of that site, only to be copied, and the address of its index on a cluster, only to be read."""
    folder, url = tmp_path_factory.mktemp("cluster") / "site", new_address(opensearch)
    shutil.copytree(ninety_nine_site, folder, ignore=shutil.ignore_patterns("search"))

    async def make() -> None:
        async with asking(Settings(site=folder, search_url=url)):
            pass

    in_a_loop_apart(make())
    return folder, url


@pytest.fixture
async def books(
    ninety_nine_site: Path, tmp_path: Path, search_engine: str, request: pytest.FixtureRequest
) -> AsyncIterator[Asking]:
    """The service with the 99 books on SQLite alone, for what the database has no part in."""
    site, url = ninety_nine_site, None
    if search_engine != "tantivy":
        site, url = request.getfixturevalue("ninety_nine_cluster")
    shutil.copytree(site, tmp_path, dirs_exist_ok=True)
    async with asking(Settings(site=tmp_path, url="https://example.org", search_url=url)) as asked:
        yield asked
