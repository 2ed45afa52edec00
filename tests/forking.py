"""Servers of tests that begin as copies of a process which has loaded the program.

To load it takes a server two seconds of the processor, and some hundred servers are started. What a copy does is
`python -m westmarch` from the first line on, with arguments, an environment and a folder of its own. What is tested of
the start itself, of workers or of signals is tested with processes that begin as users' do.
"""

import atexit
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO

#: What a server loads, be it at the start or with the first request.
LOADED = (
    "fcntl", "uvloop", "httptools", "uvicorn", "uvicorn.loops.uvloop", "uvicorn.lifespan.on",
    "uvicorn.protocols.websockets.websockets_sansio_impl", "westmarch.app", "westmarch.cli.main", "westmarch.cli.serve",
    "westmarch.configuration", "westmarch.ops.logging", "westmarch.pagecache.protocol",
)  # fmt: skip

#: A process's id, then its exit status: what is told of a copy.
_NUMBER = struct.Struct("q")


class Copy:
    """A process that was copied, with what of `subprocess.Popen` tests use."""

    def __init__(self, pid: int, told: socket.socket, stdout: IO[str]) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._told = told

    def poll(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._status(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended. Raises subprocess.TimeoutExpired."""
        status = self._status(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("westmarch", timeout or 0)
        return status

    def _status(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = _NUMBER.unpack(self._told.recv(_NUMBER.size))[0]
            self._told.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def begin(arguments: Sequence[str], *, stderr: IO[str], environment: dict[str, str]) -> Copy:
    """Start `python -m westmarch` with these arguments as a copy; its standard output is a pipe."""
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    wanted = json.dumps({"arguments": list(arguments), "environment": environment, "folder": str(Path.cwd())})
    socket.send_fds(_original(), [b"x"], [theirs.fileno(), writing, stderr.fileno()])
    theirs.close()
    os.close(writing)
    with ours.makefile("w", encoding="utf-8") as request:
        request.write(wanted + "\n")
    (pid,) = _NUMBER.unpack(ours.recv(_NUMBER.size))
    return Copy(pid, ours, os.fdopen(reading, encoding="utf-8"))


@cache
def _original() -> socket.socket:
    """The process that is copied, one for all tests of this process, with which it ends."""
    ours, theirs = socket.socketpair()
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "tests.forking", str(theirs.fileno())]
    folder = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment, cwd=folder)
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


# In the process that is copied


def main(asked: socket.socket) -> None:
    """Make copies until nobody can ask for one any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ended, ending = socket.socketpair()
    ending.setblocking(False)  # noqa: FBT003 - as a file that wakes up must be
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ending.fileno(), warn_on_full_buffer=False)
    for name in LOADED:
        __import__(name)
    running: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([asked, ended], [], [])
        if ended in ready:
            ended.recv(4096)
            for pid in list(running):
                gone, status = os.waitpid(pid, os.WNOHANG)
                if gone:
                    with running.pop(pid) as tell:
                        tell.send(_NUMBER.pack(os.waitstatus_to_exitcode(status)))
        if asked in ready:
            _, passed, _, _ = socket.recv_fds(asked, 1, 3)
            if not passed:
                break
            tell, output, errors = socket.socket(fileno=passed[0]), *passed[1:]
            with tell.makefile("r", encoding="utf-8") as request:
                wanted = json.loads(request.readline())
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                for end in (asked, ended, ending, tell, *running.values()):
                    end.close()
                os.dup2(output, 1)
                os.dup2(errors, 2)
                os.close(output)
                os.close(errors)
                run(wanted["arguments"], wanted["environment"], wanted["folder"])
                return
            os.close(output)
            os.close(errors)
            running[pid] = tell
            tell.send(_NUMBER.pack(pid))
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def run(arguments: Sequence[str], environment: dict[str, str], folder: str) -> None:
    """Be `python -m westmarch`."""
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.argv[1:] = arguments
    runpy.run_module("westmarch", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
