"""Long texts are rendered by a process of their own, with limits on time and memory: `python -m westmarch.text.worker`.

It is started for one text and ends with it, from whatever thread; a crash of a library or a text that would never
end costs that process and nothing else. It reads JSON on its standard input and writes JSON to its output.
"""

import json
import os
import subprocess
import sys
from threading import BoundedSemaphore

from westmarch.text.composing import UNITS_LONG, Composed, compose

SECONDS = 4.0
_MEMORY = 2 * 1024**3
_AT_ONCE = BoundedSemaphore(2)


def compose_elsewhere(text: str, language: str) -> Composed | None:
    """Compose a text in another process; None when it took too long, or too much memory, or ended the process."""
    asked = json.dumps({"text": text, "language": language}).encode()
    with _AT_ONCE:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "westmarch.text.worker"],
                input=asked,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        except (subprocess.TimeoutExpired, OSError):
            return None
    return Composed.from_json(json.loads(done.stdout)) if done.returncode == 0 else None


def main() -> None:
    """Compose the text that stands on the standard input."""
    _limit()
    asked = json.load(sys.stdin.buffer)
    composed = compose(asked["text"], asked["language"], UNITS_LONG)
    sys.stdout.buffer.write(json.dumps(composed.to_json()).encode())


def _limit() -> None:
    """Bound memory and time from inside too: the parent may be killed while it waits."""
    if sys.platform == "win32":
        return
    import resource

    seconds = int(SECONDS) + 1
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == "__main__":
    main()
