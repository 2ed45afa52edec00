"""Long work in processes of their own: started by the admin, told of in files, alive beyond a restart of the server.

Each has a folder: `progress.json` (how far it is, and its status at the end, which the command writes), `out` and `err`
(what it prints), and `lock`, which the process holds for as long as it lives. Nothing of it is in the server's memory.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from westmarch.errors import Conflict

#: Bytes that are shown of what a process says went wrong.
_SAID = 8_000
#: What is counted up to this number is told by numbers, more by percents.
_COUNTED = 200_000
#: Where a process keeps what it unpacks; it is gone with the folder.
_PASSING = "tmp"


@dataclass(frozen=True, slots=True)
class Work:
    """Where a work stands. `total` is 0 where it is not known; `status` is how it ended, None while it has not.

    `interrupted` is one whose process is gone without having said how it ended. `said` is what it said went wrong.
    """

    state: Literal["running", "ended", "interrupted"]
    what: str = ""
    done: int = 0
    total: int = 0
    status: int | None = None
    said: str = ""
    pid: int = 0

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.state == "running"

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it."""
        return self.status == 143

    @property
    def words(self) -> str:
        """How far it is, as `Importing: 3 of 10`."""
        if not self.what:
            return "It begins …"
        if not self.total:
            return f"{self.what} …"
        # So many are bytes, and nobody reads them.
        far = f"{self.percent} %" if self.total > _COUNTED else f"{self.done:,} of {self.total:,}"
        return f"{self.what}: {far}"

    @property
    def percent(self) -> int | None:
        """How much is done, None where that is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None


def start(
    folder: Path, alone: Path, site: Path, words: Callable[[], Sequence[str]], *, busy: str, secret: str = ""
) -> None:
    """Run `westmarch --site SITE WORDS` in a process of its own, with an empty folder for what it tells.

    `alone` is a lock that one process at a time has: Conflict with the message `busy` where another one has it. It is
    held when the `words` are asked for. A `secret` is what it reads from its standard input: words can be seen by
    whoever is on the machine.
    """
    with ExitStack() as stack:
        first = _locked(alone, stack)
        if first is None:
            raise Conflict(busy, hint="Wait until it has ended, or stop it.")
        shutil.rmtree(folder, ignore_errors=True)
        passing = folder / _PASSING
        passing.mkdir(mode=0o700, parents=True)
        second = _locked(folder / "lock", stack)
        assert second is not None
        command = [sys.executable, "-m", "westmarch", "--progress", str(folder / "progress.json"), "--site", str(site)]
        out, err = (stack.enter_context((folder / name).open("wb")) for name in ("out", "err"))
        process = subprocess.Popen(  # noqa: S603 - this program; what somebody chose are words behind its options
            [*command, *words()],
            stdin=subprocess.PIPE if secret else subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=os.environ | {"TMPDIR": str(passing)},
            pass_fds=(first, second),
            start_new_session=True,  # It goes on when the server is stopped, by Ctrl-C too.
        )
    if process.stdin is not None:
        with suppress(BrokenPipeError), process.stdin as given:  # It may have failed before it asked.
            given.write(secret.encode())
    # Somebody has to wait for it while the server lives, or it stays as a zombie.
    threading.Thread(target=process.wait, name=f"end of {process.pid}", daemon=True).start()


def look(folder: Path) -> Work | None:
    """Where the work of a folder stands; None where none was begun."""
    running = _held(folder / "lock")
    if running is None:
        return None
    told = _told(folder / "progress.json")
    facts = (str(told.get("what", "")), _number(told, "done"), _number(told, "total"))
    status = told.get("status")
    if running:
        return Work("running", *facts, pid=_number(told, "pid"))
    if isinstance(status, int):
        return Work("ended", *facts, status=status, said=_said(folder))
    return Work("interrupted", *facts, said=_said(folder))


def stop(folder: Path) -> bool:
    """Ask the work of a folder to end in order; whether it was running."""
    work = look(folder)
    if work is None or not work.running or work.pid <= 1:
        return False
    with suppress(ProcessLookupError, PermissionError):
        os.kill(work.pid, signal.SIGTERM)
    return True


def tidy(folder: Path) -> None:
    """Remove what a work that was killed has left unpacked."""
    work = look(folder)
    if work is not None and not work.running:
        shutil.rmtree(folder / _PASSING, ignore_errors=True)


def _locked(path: Path, stack: ExitStack) -> int | None:
    """A lock that is ours until the stack closes, and that of whoever inherits it until they end; None if taken."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    stack.callback(os.close, lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    return lock


def _held(path: Path) -> bool | None:
    """Whether a process holds the lock; None where there is no such lock."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _told(file: Path) -> dict[str, object]:
    try:
        told = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _number(told: dict[str, object], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) else 0


def _said(folder: Path) -> str:
    """What it said went wrong: the end of it, where it is long."""
    try:
        with (folder / "err").open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _SAID))
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""
