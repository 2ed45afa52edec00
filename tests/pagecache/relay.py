"""A relay between the program and PostgreSQL, which can fall silent as a server or a network does."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, make_url

#: The name of PostgreSQL's socket in its folder.
SOCKET = ".s.PGSQL.5432"


@dataclass
class Relay:
    """Passes bytes on in both directions, as long as it speaks."""

    server: URL
    folder: Path
    #: The most bytes that are passed on at once.
    piece: int = 65536
    pipes: set[asyncio.Task[None]] = field(default_factory=set)
    #: Set while bytes are passed on. Connections are taken also while it is not, as a hung server's system does.
    speaking: asyncio.Event = field(default_factory=asyncio.Event)
    _alive: list[bool] = field(default_factory=lambda: [True])

    @property
    def url(self) -> str:
        """The database's URL by way of the relay."""
        return self.server.set(query={"host": str(self.folder)}).render_as_string(hide_password=False)

    def forget(self) -> None:
        """Lose all connections there are without telling either end. New ones are passed on."""
        self._alive[0] = False
        self._alive = [True]

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on."""
        alive = self._alive
        there, back = await asyncio.open_unix_connection(Path(str(self.server.query["host"])) / SOCKET)
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pipe(source, target, alive))
            self.pipes.add(task)
            task.add_done_callback(self.pipes.discard)

    async def _pipe(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, alive: list[bool]) -> None:
        with contextlib.suppress(ConnectionError), contextlib.closing(target):
            while data := await source.read(self.piece):
                await self.speaking.wait()
                if not alive[0]:
                    await asyncio.Event().wait()
                target.write(data)
                await target.drain()


@asynccontextmanager
async def relaying(url: str) -> AsyncIterator[Relay]:
    """A relay to the PostgreSQL at a URL, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="westmarch-relay-") as folder:
        relay = Relay(make_url(url), Path(folder))
        relay.speaking.set()
        async with await asyncio.start_unix_server(relay.take, Path(folder) / SOCKET):
            try:
                yield relay
            finally:
                for task in (pipes := list(relay.pipes)):
                    task.cancel()
                await asyncio.gather(*pipes, return_exceptions=True)
