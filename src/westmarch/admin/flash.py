"""What is said once after something was done, on whichever page of the admin comes next, with a button that undoes it.

It waits in a cookie of the browser alone: no process has to remember it, and it is gone once it was said.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

#: So long a message is kept, in characters and in seconds, and so many events can be undone at once.
LONGEST, LASTS, MOST_EVENTS = 400, 60, 300
#: No cookie of ours is longer; browsers take 4,096 bytes.
_LONGEST_COOKIE = 3_800

COOKIE = "westmarch-flash"
_SHOWS = re.compile(r"/admin/[a-z0-9/]{1,100}(?:\?[a-z0-9=&]{1,100})?")


@dataclass(frozen=True, slots=True)
class Flash:
    """A message; `undo` are the ids of events that its button takes back, `bad` says that something was not done.

    `shows` is the path of the admin on which one sees what was done.
    """

    message: str
    undo: tuple[int, ...] = ()
    bad: bool = False
    shows: str = ""


def redirect(
    request: Request, path: str, message: str, *, undo: Sequence[int] = (), bad: bool = False, shows: str = ""
) -> Reply:
    """The way to another page of the site (303), which then says `message` and offers to undo the events."""
    surface: Surface = request.app.state.surface
    cookie = _cookie(surface, _written(Flash(message, tuple(undo), bad, shows)), LASTS)
    return Reply(
        b"", "text/plain; charset=utf-8", 303, "no-store", (("location", surface.base + path), ("set-cookie", cookie))
    )


def take(request: Request) -> Flash | None:
    """The message that waits for the page that is asked for."""
    text = request.cookies.get(COOKIE, "")
    return _read(text) if text else None


def said(surface: Surface) -> tuple[str, str]:
    """The header by which a browser forgets a message that was said."""
    return "set-cookie", _cookie(surface, "", 0)


def _cookie(surface: Surface, value: str, seconds: int) -> str:
    secure = "; Secure" if surface.origin.startswith("https:") else ""
    return f"{COOKIE}={value}; Path={surface.base}/admin/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def _written(flash: Flash) -> str:
    """The cookie's value. Where there is more to undo than a cookie holds, nothing can be undone from it."""
    undo = flash.undo if len(flash.undo) <= MOST_EVENTS else ()
    value = _encoded(flash, undo)
    return value if len(value) <= _LONGEST_COOKIE else _encoded(flash, ())


def _encoded(flash: Flash, undo: tuple[int, ...]) -> str:
    message = flash.message if len(flash.message) <= LONGEST else flash.message[: LONGEST - 1] + "…"
    told = json.dumps([message, _runs(undo), flash.bad, flash.shows], ensure_ascii=False).encode("utf-8", "replace")
    return base64.urlsafe_b64encode(told).decode("ascii").rstrip("=")


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers in order as runs, first and last: of what is done to many at once one event follows the other."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _numbers(runs: object) -> tuple[int, ...]:
    """The numbers of runs. Raises ValueError and TypeError where somebody else wrote them."""
    found: list[int] = []
    if not isinstance(runs, list):
        raise TypeError("no runs")
    for first, last in runs:
        if type(first) is not int or type(last) is not int or not 0 < first <= last < first + MOST_EVENTS:
            raise ValueError("no run")
        found += range(first, last + 1)
    return tuple(found[:MOST_EVENTS])


def _read(text: str) -> Flash | None:
    """The message in a cookie; None where somebody else wrote it."""
    try:
        told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        message, runs, bad, shows = told
        undo = _numbers(runs)
    except (ValueError, binascii.Error, RecursionError, TypeError):
        return None
    if not isinstance(message, str) or not isinstance(shows, str):
        return None
    return Flash(message[:LONGEST], undo, bad is True, shows if _SHOWS.fullmatch(shows) else "")
