"""Work in a process of its own, with limits on time and memory: what goes wrong there costs that process alone.

A process is started for one question and ends with its answer. Both are JSON, on its standard input and output.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from westmarch.errors import Invalid


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
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except subprocess.TimeoutExpired as error:
        raise Invalid(f"it took longer than {seconds:g} s") from error
    except OSError as error:
        raise Invalid(f"no process could be started for it: {error}") from error
    if done.returncode != 0:
        raise Invalid("it ended the process that worked on it")
    return json.loads(done.stdout)


def answer(work: Callable[[Any], object], *, seconds: float, memory: int) -> None:
    """Be the process that is asked: `memory` is in bytes. The limits hold from inside, as the asker may be killed."""
    if sys.platform != "win32":
        import resource

        most = int(seconds) + 1
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    made = work(json.load(sys.stdin.buffer))
    sys.stdout.buffer.write(json.dumps(made).encode())
