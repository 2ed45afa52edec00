"""Work in a process of its own."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from westmarch import confined
from westmarch.confined import Worker
from westmarch.errors import Invalid

pytestmark = pytest.mark.unit


@pytest.mark.slow
def test_what_ends_the_process_is_told_and_costs_nothing_else() -> None:
    with pytest.raises(Invalid, match="it ended the process"):
        confined.ask("westmarch.text.worker", {"neither": "text", "nor": "language"}, seconds=10)


def test_what_takes_too_long_is_told_with_the_time() -> None:
    with pytest.raises(Invalid, match=r"longer than 0\.01 s"):
        confined.ask("westmarch.text.worker", {"text": "a", "language": "en", "lines": False}, seconds=0.01)


def test_a_process_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_arguments: object, **_named: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "run", none_left)
    with pytest.raises(Invalid, match="no process could be started"):
        confined.ask("westmarch.text.worker", {}, seconds=10)


def test_the_answer_is_what_the_module_made() -> None:
    made = confined.ask("westmarch.text.worker", {"text": "*a* → ñ", "language": "en", "lines": False}, seconds=10)
    assert "<em>a</em> → ñ" in str(made)


# A process that is kept

#: Answers each question with what is asked of it: the number of its process, the time, a crash, or what it may take.
WORK = """
import os, resource, sys, time
from westmarch import confined

def work(asked):
    verb, given = asked
    if verb == "sleep":
        time.sleep(given)
    if verb == "crash":
        os.abort()
    if verb == "spin":
        while True:
            pass
    if verb == "take":
        bytearray(given)
    if verb == "say":
        print(given, file=sys.stderr)
    return [os.getpid(), resource.getrlimit(resource.RLIMIT_CPU)[0], os.nice(0)]

confined.answer_each(work, seconds=1, memory=512 * 1024**2)
"""

Make = Callable[..., Worker]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes workers that do `WORK`, with so many seconds for an answer, and for idling."""
    (tmp_path / "working.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)
    made: list[Worker] = []

    def worker(seconds: float = 10, idle: float = 60) -> Worker:
        made.append(Worker("working", seconds=seconds, idle=idle))
        return made[-1]

    yield worker
    for one in made:
        one.close()


def ended(pid: int, seconds: float = 5) -> bool:
    """Whether the process ends within that time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_a_worker_answers_one_question_after_the_other_in_one_process(make: Make) -> None:
    worker = make()
    pids = {worker.ask(["nothing", 0])[0] for _ in range(5)}
    assert pids == {worker.pid}
    assert pids != {os.getpid()}


def test_a_worker_lets_the_program_go_first(make: Make) -> None:
    assert make().ask(["nothing", 0])[2] > os.nice(0)


@pytest.mark.slow
def test_each_question_has_its_own_time_of_the_processor(make: Make) -> None:
    worker = make(seconds=60)  # By the clock; a second of the processor's time takes longer on a busy machine.
    with pytest.raises(Invalid, match="it ended the process"):
        worker.ask(["spin", 0])
    first = worker.ask(["nothing", 0])[1]
    assert 1 <= first <= 3


@pytest.mark.slow
def test_a_worker_that_takes_too_long_or_too_much_is_ended_and_started_anew(make: Make) -> None:
    worker = make(seconds=1)
    before = worker.ask(["nothing", 0])[0]
    with pytest.raises(Invalid, match="longer than 1 s"):
        worker.ask(["sleep", 30])
    assert ended(before)
    with pytest.raises(Invalid, match="it ended the process"):
        worker.ask(["take", 1024**3])
    with pytest.raises(Invalid, match="it ended the process"):
        worker.ask(["crash", 0])
    assert worker.ask(["nothing", 0])[0] != before


@pytest.mark.slow
def test_a_worker_ends_when_nothing_is_asked_for_a_while(make: Make) -> None:
    worker = make(idle=0.3)
    pid = worker.ask(["nothing", 0])[0]
    worker.ask(["sleep", 0.5])  # Work is no rest.
    assert worker.pid == pid
    assert ended(pid)
    assert worker.pid is None
    assert worker.ask(["nothing", 0])[0] != pid


@pytest.mark.slow
def test_questions_of_several_threads_wait_for_each_other(make: Make) -> None:
    worker, answers = make(), []

    def ask() -> None:
        answers.append(worker.ask(["sleep", 0.02])[0])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [worker.pid] * 8


@pytest.mark.slow
def test_closing_ends_what_is_being_worked_on_and_starts_nothing_again(make: Make) -> None:
    worker = make()
    pid = worker.ask(["nothing", 0])[0]
    threading.Timer(0.2, worker.close).start()
    start = time.monotonic()
    with pytest.raises(Invalid, match="it ended the process"):
        worker.ask(["sleep", 30])
    assert time.monotonic() - start < 5
    assert ended(pid)
    with pytest.raises(Invalid, match="being stopped"):
        worker.ask(["nothing", 0])
    assert worker.pid is None


def test_what_a_worker_says_is_in_the_log(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        make().ask(["say", "a font is broken"])
        until = time.monotonic() + 5
        while "a font is broken" not in caplog.text and time.monotonic() < until:
            time.sleep(0.01)
    assert "a font is broken" in caplog.text


@pytest.mark.slow
def test_a_worker_ends_with_the_program_that_asks_it(make: Make, tmp_path: Path) -> None:
    code = (
        "from westmarch.confined import Worker\n"
        "import time\n"
        "print(Worker('working', seconds=10, idle=60).ask(['nothing', 0])[0], flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])}
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdout.close()
    assert ended(pid)


def test_a_worker_that_cannot_be_started_is_told(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_arguments: Any, **_named: Any) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", none_left)
    with pytest.raises(Invalid, match="no process could be started"):
        make().ask(["nothing", 0])
