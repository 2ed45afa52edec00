"""Asking a server for one address as fast as it answers: by wrk where it is installed, else by a client of our own."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

CONNECTIONS = 8


def rate(url: str, seconds: float) -> float:
    """Answers a second, over eight connections. Raises RuntimeError where an answer is not 200."""
    command = [sys.executable, __file__, url, str(seconds)]
    if wrk := shutil.which("wrk"):
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    pin(process.pid, max)
    said, _ = process.communicate()
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or "Non-2xx" in said:
        raise RuntimeError(said)
    return float(found[1])


def pin(pid: int, choose: Callable[[Iterable[int]], int]) -> None:
    """Keep a process on one core, where the system knows how."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {choose(os.sched_getaffinity(0))})


async def _ask(url: str, until: float) -> int:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    request = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    answers = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            print("Non-2xx")
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        answers += 1
    writer.close()
    return answers


async def _main(url: str, seconds: float) -> None:
    until = time.perf_counter() + seconds
    answers = await asyncio.gather(*(_ask(url, until) for _ in range(CONNECTIONS)))
    print(f"Requests/sec: {sum(answers) / seconds:.2f}")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], float(sys.argv[2])))
