"""Who asks a site for its pages: programs in this process, each with a page cache of its own, and real servers."""

import asyncio
import gzip
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import brotli
from fastapi import FastAPI

from westmarch.app import create_app
from westmarch.db.database import Database, open_database
from westmarch.pagecache.cache import PageCache
from westmarch.settings import Settings

_PLAIN: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
Headers = dict[str, str]


class Told(NamedTuple):
    """What an answer says to its reader, in whatever coding, or as unchanged, it came."""

    status: int
    location: str
    body: bytes


class Asker(ABC):
    """A reader who keeps what they got, takes any coding in turn, and asks whether it has changed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.hits = 0
        self.asked = 0
        self._kept: dict[tuple[str, str], tuple[str, bytes]] = {}

    @abstractmethod
    async def send(self, path: str, headers: Headers) -> tuple[int, Headers, bytes]:
        """The answer to GET: status, headers by their names in small letters, body."""

    async def ask(self, path: str) -> Told:
        """What is told at a path, with its query if it has one."""
        self.asked += 1
        wanted = {"accept": "text/html", "accept-encoding": ("identity", "gzip", "br")[self.asked % 3]}
        kept = self._kept.get((path, wanted["accept-encoding"]))
        if kept:
            wanted["if-none-match"] = kept[0]
        status, headers, body = await self.send(path, wanted)
        self.hits += headers.get("cache-status") == "westmarch; hit"
        if status == 304:
            assert kept is not None
            assert kept[0] == headers["etag"], "304 to who has something else"
            status, body = 200, kept[1]
        elif status == 200:
            body = _PLAIN[headers.get("content-encoding", "")](body)
            self._kept[path, wanted["accept-encoding"]] = headers["etag"], body
        return Told(status, headers.get("location", ""), body)


class Pausing:
    """A database whose reads can be made to wait before or after their snapshot, as those of a busy machine do."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.before: asyncio.Event | None = None
        self.after: asyncio.Event | None = None
        self.reached = asyncio.Event()

    async def read(self, f: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """As `Database.read`."""
        await self._pause(self.before)
        found = await self.db.read(f, *args, **kwargs)
        await self._pause(self.after)
        return found

    async def _pause(self, until: asyncio.Event | None) -> None:
        if until is not None:
            self.reached.set()
            await until.wait()


class Program(Asker):
    """A program in this process, with connections of its own, as if it were another process."""

    def __init__(self, name: str, app: FastAPI, db: Database) -> None:
        super().__init__(name)
        self.app = app
        self.pausing = app.state.db = Pausing(db)
        self.pages: PageCache = app.state.pages

    async def send(self, path: str, headers: Headers) -> tuple[int, Headers, bytes]:
        bare, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
            "path": bare, "raw_path": bare.encode(), "root_path": "", "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1), "server": ("example.org", 443),
        }  # fmt: skip
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await asyncio.sleep(0)  # As a server does, which runs what it has read from a socket in a task of its own.
        try:
            await self.app(scope, receive, send)
        except Exception:  # What has been answered with 500 is raised once more, for the log of a server.
            if not sent:
                raise
        told = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return sent[0]["status"], told, b"".join(message.get("body", b"") for message in sent[1:])


@asynccontextmanager
async def program(name: str, settings: Settings) -> AsyncIterator[Program]:
    """A program on the database of the settings, until the block ends."""
    app = create_app(settings)
    async with open_database(settings.database_url) as db, app.state.pages.opened(db):
        yield Program(name, app, db)


class Server(Asker):
    """A real server. Each request has a connection of its own, so that any of its workers may answer."""

    def __init__(self, name: str, url: str) -> None:
        super().__init__(name)
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80

    async def send(self, path: str, headers: Headers) -> tuple[int, Headers, bytes]:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            lines = [f"GET {path} HTTP/1.1", "host: example.org", "connection: close"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join([*lines, "", ""]).encode())
            answer = await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()
        head, _, body = answer.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        told = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
        return int(first.split()[1]), told, body
