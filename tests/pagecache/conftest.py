"""A filled site with a page cache, on each engine in turn."""

import itertools
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.conftest import PostgreSQL, in_a_loop_apart
from tests.pagecache.cached import Cached, caching, fill
from tests.pagecache.watched import Watched, watched
from tests.shells import holding, shell
from westmarch.db.database import Database, open_database
from westmarch.settings import Settings

__all__ = ["cached", "holding", "shell"]

#: Makes another filled site, with a database of its own.
NewSite = Callable[[], AbstractAsyncContextManager[Watched]]


@pytest.fixture(scope="session")
def sqlite_filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the filled site; it is only copied."""
    file = tmp_path_factory.mktemp("filled") / "westmarch.db"
    shutil.copyfile(sqlite_template, file)
    in_a_loop_apart(_fill(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgresql_filled(postgresql: PostgreSQL, postgresql_template: str) -> str:
    """The name of a PostgreSQL database with the filled site; nothing connects to it again."""
    name = postgresql.create(postgresql_template)
    in_a_loop_apart(_fill(postgresql.url(name)))
    return name


async def _fill(url: str) -> None:
    async with open_database(url) as db:
        await db.write(fill)


@pytest.fixture
def database_template(database_kind: str, request: pytest.FixtureRequest) -> Path | str:
    """What the database of a test is a copy of: with the filled site where that is asked for, else without rows."""
    what = "filled" if "cached" in request.fixturenames else "template"
    template: Path | str = request.getfixturevalue(f"{database_kind}_{what}")
    return template


@pytest.fixture
async def cached(settings: Settings, db: Database) -> AsyncIterator[Cached]:
    """A site with one of everything, whose front page was asked for once."""
    async with caching(settings, db) as made:
        await made.visit(("/",))
        yield made


@pytest.fixture
def programs(database_kind: str, request: pytest.FixtureRequest) -> Path | None:
    """Where psql, pg_dump and their like are; None on SQLite."""
    return request.getfixturevalue("postgresql").bin_path if database_kind == "postgresql" else None


@pytest.fixture
def new_site(database_kind: str, programs: Path | None, request: pytest.FixtureRequest, tmp_path: Path) -> NewSite:
    """As often as it is called, another site on another database, read by two programs in this process."""
    numbers = itertools.count(1)

    @asynccontextmanager
    async def make() -> AsyncIterator[Watched]:
        folder = tmp_path / f"site-{next(numbers)}"
        folder.mkdir()
        if database_kind == "sqlite":
            shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "westmarch.db")
            async with watched(_settings(folder, f"sqlite:///{folder / 'westmarch.db'}"), fill) as site:
                yield site
            return
        server = request.getfixturevalue("postgresql")
        name = server.create(request.getfixturevalue("postgresql_template"))
        try:
            async with watched(_settings(folder, server.url(name)), fill, programs=programs) as site:
                yield site
        finally:
            server.drop(name)

    return make


def _settings(folder: Path, database_url: str) -> Settings:
    return Settings(site=folder, url="https://example.org", database_url=database_url)
