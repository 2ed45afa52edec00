"""Errors of the API: problems (RFC 9457) that name each field that cannot be taken.

`errors` names the fields of a body by JSON Pointers (RFC 6901), `parameters` those of the query and of the path.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from westmarch.errors import Conflict, Invalid, Stale, WestmarchError, unfit
from westmarch.web import errors
from westmarch.web.problems import problem
from westmarch.web.replies import Reply
from westmarch.web.shaped import request_id

#: What an owner of the site would tell of an engine is not for readers.
_AWAY = "The site cannot answer at the moment. Ask again soon."
#: So many faults of one body are told.
_MOST_TOLD = 50


class BadRequest(WestmarchError):
    """What was sent cannot be read at all."""

    status = 400
    title = "This cannot be read"


class TooLarge(WestmarchError):
    """What was sent is larger or deeper than is taken."""

    status = 413
    title = "Too large"


class UnsupportedType(WestmarchError):
    """The type of a body is none that is taken."""

    status = 415
    title = "Not a type that is taken"


class Unfit(WestmarchError):
    """Fields of a body, or parameters, that cannot be taken: each its place and what is wrong."""

    status = 422
    title = "This cannot be taken as it is"

    def __init__(self, faults: Sequence[tuple[str, str]], *, parameters: bool = False) -> None:
        super().__init__("; ".join(f"{place or 'the body'}: {words}" for place, words in faults[:_MOST_TOLD]))
        self.faults = faults[:_MOST_TOLD]
        self.parameters = parameters


def unfit_body(error: ValidationError) -> Unfit:
    """What is wrong with a body, by the pointers to its fields."""
    faults = error.errors(include_url=False, include_input=False)
    return Unfit([(_pointer(_named(fault["loc"])), _words(fault)) for fault in faults])


def unfit_parameters(error: ValidationError) -> Unfit:
    """What is wrong with parameters, by their names."""
    faults = error.errors(include_url=False, include_input=False)
    return Unfit([(str((*fault["loc"], "?")[0]), _words(fault)) for fault in faults], parameters=True)


def _words(fault: Mapping[str, Any]) -> str:
    words = unfit(fault)
    return words[:1].lower() + words[1:] if fault["type"] != "value_error" else words


def _named(place: Iterable[int | str]) -> list[str]:
    return [str(part) for part in place]


def _pointer(parts: Iterable[str]) -> str:
    """A JSON Pointer."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def told(error: WestmarchError, request: Request, places: Mapping[str, str]) -> Reply:
    """An error as a problem. `places` are the names that fields have here where the domain calls them otherwise."""
    status, _, headers = errors.told(error)
    members = dict[str, object]()
    if isinstance(error, Stale):
        status = 412
    elif isinstance(error, Unfit):
        if error.parameters:
            members["parameters"] = [{"parameter": place, "detail": words} for place, words in error.faults]
        else:
            members["errors"] = [{"field": place, "message": words} for place, words in error.faults]
    elif isinstance(error, Invalid | Conflict) and error.place and request.method in ("GET", "HEAD"):
        members["parameters"] = [{"parameter": error.place, "detail": error.message}]
    elif isinstance(error, Invalid | Conflict) and error.place:
        first, *more = error.place.split("/")
        members["errors"] = [{"field": _pointer([places.get(first, first), *more]), "message": error.message}]
    detail = _AWAY if status >= 500 else " ".join(filter(None, (error.message, error.hint)))
    return personal(problem(status, detail, request_id(request), headers, **members))


def told_http(error: HTTPException, request: Request) -> Reply:
    """What Starlette refuses, as a problem."""
    status, detail, headers = errors.told(error)
    return personal(problem(status, detail, request_id(request), headers))


def personal(reply: Reply) -> Reply:
    """The reply as one for this asker: nothing stores it."""
    own = (*reply.own, ("vary", "Authorization"))
    return Reply(reply.body, reply.mime, reply.status_code, "no-store", own)
