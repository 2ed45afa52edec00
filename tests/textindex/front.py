"""What may stand before a node of a cluster: TLS, a lock on the door, and faults."""

import asyncio
import base64
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import missing

#: Answers a request (its head, its body) instead of the node; None where the node is to answer.
Instead = Callable[[str, bytes], bytes | None]


@dataclass
class Front:
    """Passes requests on to a node, but those that are answered instead of it."""

    node: str
    instead: list[Instead] = field(default_factory=list)
    port: int = 0
    seen: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of a connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                body = await reader.readexactly(_length(head))
                self.seen += 1
                answers = (instead(head, body) for instead in self.instead)
                writer.write(next(filter(None, answers), None) or await self._passed_on(head, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            await ended(writer)

    async def _passed_on(self, head: str, body: bytes) -> bytes:
        at = urlsplit(self.node)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        writer.write(head.encode("latin-1") + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        content = await reader.readexactly(_length(answer))
        await ended(writer)
        return answer.encode("latin-1") + content


async def ended(writer: asyncio.StreamWriter) -> None:
    """Close a connection, and wait until it is closed, whatever the other end does."""
    writer.close()
    with suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()


@asynccontextmanager
async def before(node: str, *instead: Instead, certificate: Path | None = None) -> AsyncIterator[Front]:
    """A front on a port of its own, over TLS where it has a certificate."""
    front, trust = Front(node, list(instead)), None
    if certificate is not None:
        trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        trust.load_cert_chain(certificate)
    open_ = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_.add(asyncio.current_task())
        await front.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=trust)
    front.port = server.sockets[0].getsockname()[1]
    try:
        yield front
    finally:
        server.close()
        await asyncio.wait(filter(None, open_), timeout=5)


def answer(status: str, body: str) -> bytes:
    """An answer in JSON."""
    raw = body.encode()
    return f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(raw)}\r\n\r\n".encode() + raw


def locked(signed: str) -> Instead:
    """Lets in only who is signed in so."""

    def instead(head: str, _body: bytes) -> bytes | None:
        there = re.search(r"(?im)^authorization: (.*?)\r$", head)
        refused = '{"error": {"root_cause": [{"type": "security_exception", "reason": "no"}]}, "status": 401}'
        return None if there and there[1] == signed else answer("401 Unauthorized", refused)

    return instead


def basic(user: str, password: str) -> str:
    """The header of a user and password, in UTF-8 as RFC 7617 has it."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def certificate_for_this_machine(folder: Path) -> Path:
    """A file with a new certificate for 127.0.0.1 that is its own authority, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        missing("openssl", "its program is not found")
    made, key = folder / "certificate.pem", folder / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
               "-keyout", str(key), "-out", str(made)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    made.write_text(made.read_text() + key.read_text())
    return made


def _length(head: str) -> int:
    found = re.search(r"(?im)^content-length: (\d+)", head)
    return int(found[1]) if found else 0
