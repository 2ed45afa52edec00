"""How a process that serves keeps memory."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

#: Threads that hold memory at the same time; glibc tells how many arenas it has made for them.
THREADS = """
import ctypes, io, os, sys, threading
from westmarch.ops.memory import share_arenas

if sys.argv[1] == "shared":
    share_arenas()
library, barrier = ctypes.CDLL(None), threading.Barrier(9)

def hold():
    library.malloc.restype = ctypes.c_void_p
    library.malloc(5_000)
    barrier.wait(30)
    barrier.wait(30)

for _ in range(8):
    threading.Thread(target=hold).start()
barrier.wait(30)
library.malloc_stats()
barrier.wait(30)
"""


def arenas(kind: str) -> int:
    """How many arenas a process with eight threads has."""
    done = subprocess.run([sys.executable, "-c", THREADS, kind], capture_output=True, text=True, check=True)
    return done.stderr.count("Arena")


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc has arenas")
def test_threads_share_two_arenas() -> None:
    if arenas("own") <= 2:
        pytest.skip("this C library has no arenas")
    assert arenas("shared") <= 2


#: Says which of two lists is looked through for garbage: while a program serves, and when it has stopped.
COLLECTED = """
import gc
from westmarch.ops.memory import spared_from_collection

def told(*lists):
    print(*(any(each is one for each in gc.get_objects()) for one in lists))

before = []
if {frozen}:
    gc.freeze()
with spared_from_collection():
    since = []
    told(before, since)
told(before, since)
"""


def collected(*, frozen: bool) -> str:
    """What a process says, in which somebody else has seen to that before or not."""
    command = [sys.executable, "-c", COLLECTED.format(frozen=frozen)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_what_was_there_before_is_not_looked_through_for_garbage_meanwhile() -> None:
    assert collected(frozen=False) == "False True\nTrue True\n"


def test_what_somebody_else_has_spared_stays_so() -> None:
    assert collected(frozen=True) == "False True\nFalse True\n"
