"""Errors as answers: a page for people, a problem (RFC 9457) for programs, by what was asked for."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Scope

from westmarch.errors import TooMany, Unauthenticated, Unavailable, WestmarchError
from westmarch.web import request_target
from westmarch.web.problems import problem
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface, View

logger = logging.getLogger(__name__)

#: The key of the words for a status; what else is not done is refused, and what else fails is an error.
_WORDS = {404: "not found", 405: "method", 410: "gone", 500: "error", 503: "unavailable"} | dict.fromkeys(
    (400, 414, 422), "bad request"
)
#: No browser sends as long a header Accept.
LONGEST_ACCEPT = 1_000
#: An error is a page or a problem by what was asked for; caches must know.
_VARIES = (("vary", "accept"),)


def wants_json(accept: str) -> bool:
    """Whether the header Accept asks for JSON rather than for a page; what is left open gets a page.

    What stands behind the first `LONGEST_ACCEPT` characters is not looked at.
    """
    weights = {"json": 0.0, "html": 0.0}
    for part in accept[:LONGEST_ACCEPT].lower().split(","):
        mime, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((_weight(parameter[2:]) for parameter in parameters if parameter.startswith("q=")), 1.0)
        if mime in ("application/json", "application/problem+json") or mime.endswith("+json"):
            weights["json"] = max(weights["json"], weight)
        elif mime in ("text/html", "application/xhtml+xml", "text/*"):
            weights["html"] = max(weights["html"], weight)
    return weights["json"] > weights["html"]


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


async def answer(request: Request, error: Exception) -> Reply:
    """The one handler of all errors, for Starlette."""
    surface: Surface = request.app.state.surface
    status, detail, headers = told(error)
    if isinstance(error, WestmarchError) and status >= 500:  # The server logs what is no error of the domain.
        logger.error("%s %s", error.message, error.hint)
    return reply(surface.view_of_latest(), request.scope, status, detail, headers)


def reply(view: View, scope: Scope, status: int, detail: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """The answer with an error's status, as a page or as a problem."""
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    request_id = scope.get("state", {}).get("request_id", "")
    if request_target.is_of_api(scope) or wants_json(accept.decode("latin-1")):
        made = problem(status, detail, request_id, headers=_VARIES)
    else:
        made = page(view, status, detail, request_id=request_id)
    return Reply(made.body, made.mime, status, headers=(*made.own, *headers))


def page(view: View, status: int, detail: str = "", *, request_id: str = "", newest: Sequence[Any] = ()) -> Reply:
    """The page of an error; `newest` may offer posts."""
    words = view.words()
    key = _WORDS.get(status, "refused" if status < 500 else "error")
    heading = words(key)
    about = words(f"{key} about")
    made = view.page(
        "error.html",
        title=heading,
        heading=heading,
        about=about,
        detail="" if status in (404, 410) else detail,
        status=status,
        request_id=request_id if status >= 500 else "",
        noindex=True,
        newest=newest,
        code=status,
    )
    return Reply(made.body, made.mime, status, headers=(*made.own, *_VARIES))


def told(error: Exception) -> tuple[int, str, tuple[tuple[str, str], ...]]:
    """Status, what may be told of the error, and headers. What is our own fault is told to the log alone."""
    if isinstance(error, Unavailable):
        return error.status, "", (("retry-after", str(error.retry_after)),)
    if isinstance(error, TooMany):
        return error.status, error.message, (("retry-after", str(error.retry_after)),)
    if isinstance(error, Unauthenticated):
        return error.status, error.message, (("www-authenticate", error.challenge),)
    if isinstance(error, WestmarchError):
        return error.status, error.message if error.status < 500 else "", ()
    if isinstance(error, HTTPException):
        detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else ""
        return error.status_code, detail, tuple((name.lower(), value) for name, value in (error.headers or {}).items())
    return 500, "", ()
