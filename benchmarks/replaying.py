"""Asking a server a list of addresses in turn, each once, and how long each answer took."""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.load import pin


@dataclass(frozen=True, slots=True)
class Replay:
    """Seconds of each answer, in order of length, and answers a second."""

    taken: Sequence[float]
    rate: float

    def milliseconds(self, share: float) -> float:
        """What this share of the answers took at most."""
        return self.taken[min(len(self.taken) - 1, int(len(self.taken) * share))] * 1e3


def replay(url: str, paths: Sequence[str], clients: int = 1) -> Replay:
    """Ask for paths of a server from a process on the last core. Raises RuntimeError where an answer is an error."""
    command = [sys.executable, "-m", "benchmarks.replaying", url, str(clients)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        pin(process.pid, max)
        said, _ = process.communicate(json.dumps(list(paths)))
    if process.returncode:
        raise RuntimeError(f"{url} has answered with an error")
    told = json.loads(said)
    return Replay(sorted(told["taken"]), told["rate"])


async def _ask(url: str, paths: Iterator[str], taken: list[float]) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 24)
    for path in paths:
        start = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1]) if length else 0)
        taken.append(time.perf_counter() - start)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{path}: {head!r} {body!r}")
    writer.close()


async def _main(url: str, clients: int) -> None:
    paths = iter(json.load(sys.stdin))
    taken: list[float] = []
    start = time.perf_counter()
    await asyncio.gather(*(_ask(url, paths, taken) for _ in range(clients)))
    json.dump({"taken": taken, "rate": len(taken) / (time.perf_counter() - start)}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2])))
