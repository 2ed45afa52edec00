"""Long texts are rendered by a process of their own, with limits on time and memory: `python -m westmarch.text.worker`.

A crash of a library or a text that would never end costs that process and nothing else.
"""

from threading import BoundedSemaphore
from typing import Any

from westmarch import confined
from westmarch.errors import Invalid
from westmarch.text.composing import UNITS_LONG, Composed, compose

SECONDS = 4.0
_MEMORY = 2 * 1024**3
_AT_ONCE = BoundedSemaphore(2)


def compose_elsewhere(text: str, language: str, *, lines: bool = False) -> Composed | None:
    """Compose a text in another process; None when it took too long, or too much memory, or ended the process."""
    with _AT_ONCE:
        try:
            asked = {"text": text, "language": language, "lines": lines}
            made = confined.ask("westmarch.text.worker", asked, seconds=SECONDS)
        except Invalid:
            return None
    return Composed.from_json(made)


def composed(asked: dict[str, Any]) -> dict[str, Any]:
    """What the process answers."""
    return compose(asked["text"], asked["language"], UNITS_LONG, lines=asked["lines"]).to_json()


if __name__ == "__main__":
    confined.answer(composed, seconds=SECONDS, memory=_MEMORY)
