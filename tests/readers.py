"""A reader of the site: asks the program over ASGI, and counts the statements that an answer took."""

from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, event

from westmarch.app import create_app
from westmarch.db.database import Database
from westmarch.settings import Settings

T = TypeVar("T")


class Reader:
    """Asks for paths of the site at its own address; `statements` are those of the last answer."""

    def __init__(self, app: FastAPI, db: Database, root: str) -> None:
        self.app = app
        self.db = db
        self.statements: list[str] = []
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx2.AsyncClient(transport=transport, base_url=root)

    async def ask(self, method: str, path: str, **headers: str) -> httpx2.Response:
        """The answer to a request; underscores in names of headers are hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with self._counted():
            return await self.client.request(method, path, headers=named)

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """The answer to GET."""
        return await self.ask("GET", path, **headers)

    async def page(self, path: str) -> str:
        """The text of a page that is there."""
        answer = await self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    async def do(self, f: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Write something."""
        return await self.db.write(f, *args, **kwargs)

    @contextmanager
    def _counted(self) -> Any:
        self.statements = []

        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            self.statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
async def reader(settings: Settings, db: Database) -> AsyncIterator[Reader]:
    """A reader of an empty site at https://example.org, on each engine in turn."""
    app = create_app(settings)
    app.state.db = db
    yield (reader := Reader(app, db, settings.url))
    await reader.client.aclose()
