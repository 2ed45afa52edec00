"""Remembers what processes had counted that have ended since, so that the sum over all never falls.

Prometheus takes a counter that falls for one that began again at nothing: if of two processes one were started anew,
the count of the other would be counted twice. What was told last is kept in a file, which each answer writes.
"""

import json
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

from westmarch.metrics.measured import Told, together

#: So many are remembered one by one, as a process that did not answer in time may do so again; older ones as a sum.
MOST = 32

logger = logging.getLogger(__name__)


def departed(file: Path, told: Sequence[Told]) -> list[Told]:
    """What those had counted that have told something before and not now. What is told now is remembered.

    A file that cannot be read is taken for an empty one, and the log says of one that cannot be written.
    """
    here = {one["process"] for one in told}
    gone = [one for process, one in _read(file).items() if process not in here]
    if len(gone) > MOST:
        gone = [together(gone[:-MOST]).told(), *gone[-MOST:]]
    _write(file, [*gone, *told])
    return gone


def _read(file: Path) -> dict[str, Told]:
    try:
        found: list[Told] = json.loads(file.read_bytes())
        together(found)  # What cannot be added is of no use.
        return {one["process"]: one for one in found}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, LookupError) as error:
        logger.warning("What ended processes had counted cannot be read from %s: %s", file, error)
        return {}


def _write(file: Path, told: list[Told]) -> None:
    try:
        file.parent.mkdir(exist_ok=True)
        # Aside first: another process may be reading it.
        with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=file.name, delete=False) as aside:
            json.dump(told, aside)
        Path(aside.name).replace(file)
    except OSError as error:
        logger.warning("What was counted cannot be kept in %s: %s", file, error)
