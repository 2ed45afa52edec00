"""Errors in the admin: in its own frame for whoever is signed in, as everywhere else for all others.

Whoever sends a form and is signed out by then is told how it is sent once more, with all that was typed.
"""

import logging
from http import HTTPStatus

from starlette.requests import Request

from westmarch.admin import shell
from westmarch.errors import Unauthenticated, WestmarchError
from westmarch.web import errors
from westmarch.web.replies import Reply
from westmarch.web.request_target import below_root

logger = logging.getLogger(__name__)

#: What heads the page, where the error has no title of its own.
_TITLES = {
    404: "Not found",
    405: "This cannot be done here",
    413: "This is too much at once",
    500: "Something went wrong",
    503: "Not at the moment",
}


async def answer(request: Request, error: Exception) -> Reply:
    """The one handler of all errors, for Starlette."""
    page = below_root(request.scope).startswith("/admin/") and not errors.wants_json(request.headers.get("accept", ""))
    if page and hasattr(request.state, "signed_in"):
        return within(request, error)
    if page and isinstance(error, Unauthenticated):
        return ended(request, error)
    return await errors.answer(request, error)


def ended(request: Request, error: Unauthenticated) -> Reply:
    """The page for whoever sent a form and is signed out by then."""
    status, _, headers = errors.told(error)
    made = shell.plain(request, "sign-in/ended.html", title="You are signed out", status=status)
    return Reply(made.body, made.mime, status, "no-store", (*made.own, *headers))


def within(request: Request, error: Exception) -> Reply:
    """The page of an error in the frame of the admin."""
    status, detail, headers = errors.told(error)
    title, hint = _TITLES.get(status, HTTPStatus(status).phrase), ""
    if isinstance(error, WestmarchError):
        title, hint = error.title, error.hint if status < 500 else ""
        if status >= 500:  # The server logs what is no error of the domain.
            logger.error("%s %s", error.message, error.hint)
    made = shell.page(
        request,
        "error.html",
        title=title,
        code=status,
        detail=detail,
        hint=hint,
        request_id=request.scope.get("state", {}).get("request_id", "") if status >= 500 else "",
    )
    return Reply(made.body, made.mime, status, "no-store", (*made.own, *headers))
