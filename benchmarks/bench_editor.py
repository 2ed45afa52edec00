"""What writing costs the server: `python -m benchmarks.bench_editor [--seconds N] [--json]`.

A site on SQLite is served by one worker on one core. Ten writers, each with a post of 5,000 words, send to the journal
what they have typed, the whole form each time, as fast as it is kept; then one of them asks for the preview of such a
post again and again. Printed are what is kept in a second, how long it takes, and the milliseconds of the processor,
which tell more where a machine does much else.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks.accounts import added
from benchmarks.figures import tell
from benchmarks.load import pin
from benchmarks.servers import Server, served, uvicorn
from westmarch.ops import schema

WRITERS, WORDS = 10, 5_000

Ask = Callable[[str, str, bytes, str], Awaitable[bytes]]


def text(number: int, words: int = WORDS) -> str:
    """A post of so many words as people write them, each time another one: with headings, code, a list and notes."""
    paragraph = "The tide comes in *slowly*, and goes [out again](/two/) before anybody has seen **why** it did so. "
    parts, written = [f"It begins {number}.\n"], 0
    while written < words:
        place = len(parts)
        parts.append(f"## Part {place} of {number}\n\n{paragraph * 8}\n\n- one thing\n- another[^{place}]\n")
        parts.append(f"```python\nprint({place})\n```\n\nAnd $x^{{{place}}}$.\n\n[^{place}]: A note.\n")
        written += 8 * len(paragraph.split()) + 20
    return "\n".join(parts)


async def _asking(url: str, cookie: str) -> tuple[Ask, asyncio.StreamWriter]:
    """A connection that stays open, and what sends a request over it and returns the body of the answer."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 24)

    async def ask(method: str, path: str, body: bytes, kind: str) -> bytes:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookie}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer)
        found = await reader.readexactly(int(length[1]) if length else 0)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError((answer + found[:500]).decode(errors="replace"))
        return found

    return ask, writer


async def kept(url: str, cookie: str, writers: int, seconds: float) -> list[float]:
    """How long each of what so many writers sent to the journal took to be kept, in seconds."""
    until, took = time.perf_counter() + seconds, list[float]()

    async def write(number: int) -> None:
        ask, writer = await _asking(url, cookie)
        typed, sequence = text(number), 0
        while time.perf_counter() < until:
            sequence += 1
            fields = {"title": f"Tides {number}", "slug": "", "tags": "Sea", "markdown": f"{typed}{sequence}"}
            told = {"sequence": sequence, "kind": "post", "post": None, "base": "", "fields": fields}
            body, begun = json.dumps(told).encode(), time.perf_counter()
            await ask("PUT", f"/admin/journal/{number:032x}", body, "application/json")
            took.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(write(number) for number in range(1, writers + 1)))
    return took


async def previewed(url: str, cookie: str, seconds: float) -> list[float]:
    """How long each preview took, of a text that nobody has asked for before, in seconds."""
    ask, writer = await _asking(url, cookie)
    until, took = time.perf_counter() + seconds, list[float]()
    while time.perf_counter() < until:
        fields = {"title": "Tides", "language": "en", "lines": "1", "markdown": f"{text(0)}\nAt {len(took)}.\n"}
        body, begun = urlencode(fields).encode(), time.perf_counter()
        await ask("POST", "/admin/posts/preview/", body, "application/x-www-form-urlencoded")
        took.append(time.perf_counter() - begun)
    writer.close()
    return took


def _told(name: str, took: list[float], seconds: float, processor: float) -> dict[str, float]:
    ordered = sorted(took)
    return {
        f"{name}, a second": len(took) / seconds,
        f"{name}, ms, half of them": statistics.median(took) * 1e3,
        f"{name}, ms, 99 of 100": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1e3,
        f"{name}, ms of the processor": processor / len(took) * 1e3,
    }


def _measured(
    server: Server, name: str, asked: Callable[[float], Awaitable[list[float]]], seconds: float
) -> dict[str, float]:
    async def run(lasting: float) -> list[float]:
        return await asked(lasting)

    asyncio.run(run(1))  # What is made once is made before.
    before, begun = server.processor_time(), time.perf_counter()
    took = asyncio.run(run(seconds))
    return _told(name, took, time.perf_counter() - begun, server.processor_time() - before)


def measure(folder: Path, seconds: float) -> dict[str, float]:
    """All figures."""
    (folder / "westmarch.toml").write_text('url = "http://127.0.0.1"\n')
    url = f"sqlite:///{folder / 'westmarch.db'}"
    asyncio.run(schema.upgrade(url))
    cookie = added(url)
    with served(uvicorn("westmarch.app:from_environment"), {"WESTMARCH_SITE": str(folder)}) as server:
        pin(os.getpid(), max)
        return {
            **_measured(server, "kept", lambda lasting: kept(server.url, cookie, WRITERS, lasting), seconds),
            **_measured(server, "preview", lambda lasting: previewed(server.url, cookie, lasting), seconds),
        }


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each is asked for")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        tell(measure(Path(place), given.seconds), as_json=given.json)


if __name__ == "__main__":
    main()
