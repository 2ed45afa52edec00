"""What writing costs the server: `python -m benchmarks.bench_editor [--seconds N] [--json]`.

A site on SQLite is served by one worker on one core. Ten writers, each with a post of 5,000 words, send to the journal
what they have typed, the whole form each time: first as fast as it is kept, then a hundred times a second together.
One asks for the preview of such a post again and again; pictures of twelve megapixels are uploaded; and in a real
Chromium keys are pressed in a text of 20,000 words. The milliseconds of the processor tell more where a machine does
much else.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlencode

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks import keystrokes, uploads
from benchmarks.accounts import added
from benchmarks.asking import asking
from benchmarks.figures import tell
from benchmarks.load import pin
from benchmarks.servers import Server, served, uvicorn
from westmarch.ops import schema

#: Writers, words of a post, and how often a second all of them together send what they have typed.
WRITERS, WORDS, RATE = 10, 5_000, 100


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


async def kept(url: str, cookie: str, writers: int, seconds: float, rate: float = 0) -> list[float]:
    """How long each of what so many writers sent to the journal took to be kept, in seconds.

    They send it as fast as it is kept, or `rate` times a second together; then what waits for its turn counts, too.
    """
    begin = time.perf_counter()
    until, took = begin + seconds, list[float]()

    async def write(number: int) -> None:
        ask, writer = await asking(url, cookie)
        typed, sequence = text(number), 0
        while (now := time.perf_counter()) < until:
            sequence += 1
            begun = begin + (sequence + number / writers) * writers / rate if rate else now
            await asyncio.sleep(max(0.0, begun - now))
            fields = {"title": f"Tides {number}", "slug": "", "tags": "Sea", "markdown": f"{typed}{sequence}"}
            told = {"sequence": sequence, "kind": "post", "post": None, "base": "", "fields": fields}
            body = json.dumps(told).encode()
            await ask("PUT", f"/admin/journal/{number:032x}", body, "application/json")
            took.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(write(number) for number in range(1, writers + 1)))
    return took


async def previewed(url: str, cookie: str, seconds: float) -> list[float]:
    """How long each preview took, of a text that nobody has asked for before, in seconds."""
    ask, writer = await asking(url, cookie)
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
        keys = keystrokes.measure(server.url, cookie, text(0, keystrokes.WORDS))
        pin(os.getpid(), max)
        steadily = f"kept at {RATE} a second"
        return {
            **_measured(server, "kept", lambda lasting: kept(server.url, cookie, WRITERS, lasting), seconds),
            **_measured(server, steadily, lambda lasting: kept(server.url, cookie, WRITERS, lasting, RATE), seconds),
            **_measured(server, "preview", lambda lasting: previewed(server.url, cookie, lasting), seconds),
            **keys,
            **uploads.measure(server, cookie),
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
