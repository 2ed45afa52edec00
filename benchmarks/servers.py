"""Servers to measure, each a process on the first core."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.load import pin


@dataclass(frozen=True, slots=True)
class Server:
    """A server: its address without a slash at the end, its process, and seconds until it answered."""

    url: str
    pid: int
    first: float

    def processor_time(self) -> float:
        """Seconds of the processor that it has taken, all its threads; not a number where the system does not tell."""
        # What clock_getcpuclockid(3) gives on Linux: the process's number inverted, and CPUCLOCK_SCHED.
        return time.clock_gettime((~self.pid << 3) | 2) if sys.platform == "linux" else float("nan")


def uvicorn(factory: str) -> list[str]:
    """The command of a worker of uvicorn for an application; the port is to follow."""
    options = ["--no-access-log", "--no-server-header", "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", "--factory", factory, *options, "--port"]


@contextmanager
def served(command: Sequence[str], environment: dict[str, str], port: int | None = None) -> Iterator[Server]:
    """A server until the block ends. The command is completed by a free port, but where it is told that it has one."""
    whole = [*command]
    if port is None:
        port = free_port()
        whole.append(str(port))
    start = time.perf_counter()
    process = subprocess.Popen(whole, env=os.environ | environment, stdout=subprocess.DEVNULL)
    pin(process.pid, min)
    try:
        while not _answers(port):
            if process.poll() is not None:
                raise RuntimeError(f"the server has ended: {' '.join(whole)}")
            time.sleep(0.01)
        yield Server(f"http://127.0.0.1:{port}", process.pid, time.perf_counter() - start)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (http.client.HTTPException, OSError):
        return False
    finally:
        connection.close()


def resident(pid: int) -> float:
    """Memory of a process in MiB."""
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024
