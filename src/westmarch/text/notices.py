"""Warnings to the writer, gathered while a text is rendered."""

from typing import Any

from westmarch.text.rendered import TextWarning

_KEY = "warnings"
_MOST = 200


def warn(env: Any, line: int | None, message: str) -> None:
    """Note a warning in the parser's environment; the same one is kept once, and no more than 200."""
    notices = env.setdefault(_KEY, {})
    if len(notices) < _MOST:
        notices[TextWarning(line, message)] = None


def warnings(env: Any) -> tuple[TextWarning, ...]:
    """What has been noted, in order of lines; what has no line comes last."""
    return tuple(sorted(env.get(_KEY, {}), key=lambda notice: (notice.line is None, notice.line or 0)))
