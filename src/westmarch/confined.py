"""Work in a process of its own, with limits on time and memory: what goes wrong there costs that process alone.

`ask` starts a process for one question; it ends with its answer. A `Worker` is kept for the next one. Questions and
answers are JSON, on the standard input and output of the process.
"""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from threading import Lock, Thread, Timer
from typing import IO, Any

from westmarch.errors import Invalid

logger = logging.getLogger(__name__)

#: How far the priority of a `Worker` is below that of the program.
_PATIENT = 10
_CRASHED = "it ended the process that worked on it"


def ask(module: str, question: object, *, seconds: float) -> Any:
    """What `python -m module` answers, within so many seconds. Raises Invalid, saying why there is no answer."""
    try:
        done = subprocess.run(  # noqa: S603 - modules of this program alone
            [sys.executable, "-m", module],
            input=json.dumps(question).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
            env=_environment(),
        )
    except subprocess.TimeoutExpired as error:
        raise _too_long(seconds) from error
    except OSError as error:
        raise _not_started(error) from error
    if done.returncode != 0:
        raise Invalid(_CRASHED)
    return json.loads(done.stdout)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _too_long(seconds: float) -> Invalid:
    return Invalid(f"it took longer than {seconds:g} s")


def _not_started(error: OSError) -> Invalid:
    return Invalid(f"no process could be started for it: {error}")


def answer(work: Callable[[Any], object], *, seconds: float, memory: int) -> None:
    """Be the process that `ask` asks: `memory` is in bytes. The limits hold from inside, as the asker may be killed."""
    _limit(seconds, memory)
    made = work(json.load(sys.stdin.buffer))
    sys.stdout.buffer.write(json.dumps(made).encode())


def answer_each(work: Callable[[Any], object], *, seconds: float, memory: int) -> None:
    """Be the process of a `Worker`: `seconds` of the processor's time are for each question, `memory` is in bytes.

    It ends with its standard input, hence with the program that asks, however that ends. It lets that program, and all
    others, go first: the readers of a site do not wait for what is drawn beside it.
    """
    if sys.platform != "win32":
        os.nice(_PATIENT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; who asks decides.
    for line in sys.stdin.buffer:
        _limit(time.process_time() + seconds, memory)
        made = work(json.loads(line))
        sys.stdout.buffer.write(json.dumps(made).encode() + b"\n")
        sys.stdout.buffer.flush()


def _limit(seconds: float, memory: int) -> None:
    if sys.platform != "win32":
        import resource

        _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, hardest))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Worker:
    """A process that answers one question after the other: `python -m module argument…`, which calls `answer_each`.

    It is started by a question, and anew by the next one where it has ended; it is ended when none has come for `idle`
    seconds. What it writes to its standard error goes to the log. Safe to use from several threads: they wait for each
    other.
    """

    def __init__(self, module: str, arguments: Sequence[str] = (), *, seconds: float, idle: float) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._seconds = seconds
        self._idle = idle
        self._asking = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._number = 0
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The number of the process, if there is one now."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def ask(self, question: object) -> Any:
        """What it answers within its seconds. Raises Invalid, saying why there is no answer."""
        with self._asking:
            self._number += 1
            process = self._running()
            late = _timer(self._seconds, process.kill)
            line = _exchange(process, json.dumps(question).encode() + b"\n")
            in_time = late.is_alive()
            late.cancel()
            if not line.endswith(b"\n"):
                self._drop()
                raise Invalid(_CRASHED) if in_time else _too_long(self._seconds)
            _timer(self._idle, self._rest, self._number)
            return json.loads(line)

    def close(self) -> None:
        """End the process for good, also while it works: who waits for its answer gets none."""
        self._closed = True
        if (process := self._process) is not None:
            process.kill()
        with self._asking:
            self._drop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self.pid is None:
            self._drop()
            try:
                self._process = subprocess.Popen(  # noqa: S603 - modules of this program alone
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=_environment(),
                )
            except OSError as error:
                raise _not_started(error) from error
            Thread(target=_log, args=(self._process.stderr,), daemon=True).start()
        assert self._process is not None
        if self._closed:
            self._drop()
            raise Invalid("the program is being stopped")
        return self._process

    def _rest(self, number: int) -> None:
        with self._asking:
            if self._number == number:  # Nothing was asked since.
                self._drop()

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):  # What was not sent yet cannot be sent any more.
                pipe.close()


def _timer(seconds: float, act: Callable[..., None], *arguments: object) -> Timer:
    timer = Timer(seconds, act, arguments)
    timer.daemon = True
    timer.start()
    return timer


def _exchange(process: subprocess.Popen[bytes], question: bytes) -> bytes:
    """The line with which a process answers; a part of it where it has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(question)
        process.stdin.flush()
        return process.stdout.readline()
    except OSError:
        return b""


def _log(errors: IO[bytes]) -> None:
    with errors:
        for line in errors:
            logger.warning("%s", line.decode(errors="replace").rstrip())
