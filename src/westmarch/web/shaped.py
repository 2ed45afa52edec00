"""Routes of the API: a shape says which parameters there are, and FastAPI describes them in the OpenAPI document.

The parameters are validated by the shape alone, and the answer is sent at once: FastAPI's own way to a function costs
six times as much, with the dependencies that these routes do not have.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import cached_property
from typing import Any, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from westmarch.errors import Unavailable, WestmarchError, unfit
from westmarch.web.problems import problem
from westmarch.web.replies import Reply

#: Answers a request with validated parameters of its query and path.
Endpoint = Callable[[Any, Request], Awaitable[Response]]


class ShapedRoute(APIRoute):
    """A route whose endpoint takes a shape and the request. What does not fit the shape is answered with 422.

    The shape is the annotation of the endpoint's first parameter. Errors are problems, whatever is asked for.
    """

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """HEAD is answered as GET is, without the body."""
        return super().matches({**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope)

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse the method."""
        scope["route"] = self
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"allow": "GET, HEAD"})
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    @cached_property
    def _answer(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.get_route_handler()

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Endpoint = self.endpoint
        annotation = next(iter(endpoint.__annotations__.values()))
        shape: type[BaseModel] = get_args(annotation)[0]
        lists = frozenset(name for name, field in shape.model_fields.items() if get_origin(field.annotation) is list)

        async def handle(request: Request) -> Response:
            try:
                shaped = shape.model_validate(_values(request, lists))
            except ValidationError as error:
                return _unfit(error, request)
            try:
                return await endpoint(shaped, request)
            except WestmarchError as error:
                return told(error, request)

        return handle


def _values(request: Request, lists: frozenset[str]) -> dict[str, Any]:
    """The parameters by name, those of the path before those of the query. An empty one counts as not given."""
    values: dict[str, Any] = {}
    for name, value in parse_qsl(request.scope["query_string"].decode("latin-1")):
        if name in lists:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    return values | request.path_params


def _unfit(error: ValidationError, request: Request) -> Reply:
    """All that does not fit, each with the name of its parameter."""
    faults = [
        {"parameter": str(fault["loc"][0]), "detail": unfit(fault)}
        for fault in error.errors(include_url=False, include_input=False)
    ]
    detail = "; ".join(f"{fault['parameter']}: {fault['detail']}" for fault in faults)
    return problem(422, detail, request_id(request), parameters=faults)


def told(error: WestmarchError, request: Request) -> Reply:
    """An error of the domain as a problem: what is our own fault is told to the log alone."""
    members: Mapping[str, object] = {}
    if error.status == 422 and error.place:
        members = {"parameters": [{"parameter": error.place, "detail": error.message}]}
    headers = (("retry-after", str(error.retry_after)),) if isinstance(error, Unavailable) else ()
    words = " ".join(filter(None, (error.message, error.hint)))
    detail = words if error.status < 500 else "The search does not answer at the moment. Ask again soon."
    return problem(error.status, detail, request_id(request), headers, **members)


def request_id(request: Request) -> str:
    """The name of a request; empty where none was given to it."""
    return str(request.scope.get("state", {}).get("request_id", ""))
