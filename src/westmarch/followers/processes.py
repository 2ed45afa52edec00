"""Names of the processes that run followers, and whether one of this machine has died."""

import os
import socket
import uuid
from pathlib import Path

_NAMESPACE = Path("/proc/self/ns/pid")


def process_name() -> str:
    """A name for this process that no other one has: where its number counts, the number, and a part by chance."""
    return f"{_here()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def has_died(name: str) -> bool:
    """Whether it is known that the process of this name runs no more. Of other machines nothing is known."""
    where, _, rest = name.rpartition(":")[0].rpartition(":")
    if where != _here() or not rest.isdecimal():
        return False
    try:
        os.kill(int(rest), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:  # It is another user's.
        return False
    return False


def _here() -> str:
    """The machine, and the set of processes in it among which numbers are unique: containers have sets of their own."""
    try:
        numbered = f"{_NAMESPACE.stat().st_ino:x}"
    except OSError:
        numbered = ""
    return f"{socket.gethostname()[:50]}/{numbered}"
