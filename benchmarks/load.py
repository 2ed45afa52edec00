"""Asking a server for one address as fast as it answers: by wrk where it is installed, else by a client of our own."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTIONS = 8

_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers a second, how many there were, and the seconds that 99 of 100 took at most, and every second one."""

    rate: float
    number: int
    p99: float
    p50: float


def rate(url: str, seconds: float) -> float:
    """Answers a second, over eight connections. Raises RuntimeError where an answer is an error."""
    return ask(url, seconds).rate


def ask(url: str, seconds: float, connections: int = CONNECTIONS, headers: Sequence[str] = ()) -> Answers:
    """Ask over so many connections, from the last core. Raises RuntimeError where an answer is an error."""
    command = [sys.executable, __file__, url, str(seconds), str(connections), *headers]
    if wrk := shutil.which("wrk"):
        named = [part for header in headers for part in ("-H", header)]
        command = [wrk, "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--latency", *named, url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    pin(process.pid, max)
    said, _ = process.communicate()
    share = r"%\s+([\d.]+)(us|ms|s)\b.*?"
    found = re.search(rf"50{share}99{share}(\d+) requests in.*?Requests/sec:\s+([\d.]+)", said, re.DOTALL)
    if found is None or "Non-2xx" in said:
        raise RuntimeError(said)
    p50, p99 = (float(found[number]) * _SECONDS[found[number + 1]] for number in (1, 3))
    return Answers(float(found[6]), int(found[5]), p99, p50)


def pin(pid: int, choose: Callable[[Iterable[int]], int]) -> None:
    """Keep a process on one core, where the system knows how."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {choose(os.sched_getaffinity(0))})


async def _ask(url: str, headers: Sequence[str], until: float) -> list[float]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    lines = [f"GET {parts.path or '/'} HTTP/1.1", f"Host: {parts.netloc}", *headers, "", ""]
    request = "\r\n".join(lines).encode()
    taken = []
    while (start := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 304")):
            print("Non-2xx")
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        taken.append(time.perf_counter() - start)
    writer.close()
    return taken


async def _main(url: str, seconds: float, connections: int, headers: Sequence[str]) -> None:
    until = time.perf_counter() + seconds
    found = await asyncio.gather(*(_ask(url, headers, until) for _ in range(connections)))
    taken = sorted(one for many in found for one in many)
    for share in (50, 99):
        print(f"{share}% {taken[len(taken) * share // 100] * 1e6:.0f}us")
    print(f"{len(taken)} requests in {seconds}s\nRequests/sec: {len(taken) / seconds:.2f}")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
