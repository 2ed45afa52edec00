"""Warnings to the writer, gathered while a text is rendered."""

from typing import Any

from westmarch.text.rendered import TextWarning

_KEY, _TIMES = "warnings", "times_warned"
_MOST = 200


def warn(env: Any, line: int | None, message: str) -> None:
    """Note a warning in the parser's environment; the same one is kept once, and no more than 200."""
    env[_TIMES] = times_warned(env) + 1
    notices = env.setdefault(_KEY, {})
    if len(notices) < _MOST:
        notices[TextWarning(line, message)] = None


def times_warned(env: Any) -> int:
    """How often something was to be noted, also what was noted before."""
    times: int = env.get(_TIMES, 0)
    return times


def warnings(env: Any) -> tuple[TextWarning, ...]:
    """What has been noted, in order of lines; what has no line comes last."""
    return tuple(sorted(env.get(_KEY, {}), key=lambda notice: (notice.line is None, notice.line or 0)))
