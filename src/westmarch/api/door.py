"""Routes of the API: what each takes is told by the shapes in its endpoint's signature, and who may ask by its right.

FastAPI describes these routes in the OpenAPI document. It does not run them: its own way to a function costs six times
as much, and answers errors in a form of its own.
"""

import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, get_origin, get_type_hints
from urllib.parse import parse_qsl

from fastapi import params
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from westmarch.accounts.bearer import bearer
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.api import bodies, problems
from westmarch.db.database import Database
from westmarch.errors import Unauthenticated, WestmarchError
from westmarch.events.actor import Actor
from westmarch.links.parameters import uncounted
from westmarch.settings import Settings
from westmarch.site import queries as site_queries
from westmarch.site.options import Site
from westmarch.web import request_target
from westmarch.web.shaped import request_id
from westmarch.web.surface import Surface

logger = logging.getLogger(__name__)

#: Answers a request with the values that its signature asks for.
Endpoint = Callable[..., Awaitable[ASGIApp]]

PREFIX = "/api/v1"
#: What fields are called here, where the domain calls them otherwise.
PLACES = {
    "summary": "standfirst",
    "name": "title",
    "topic": "topics",
    "cover_id": "cover",
    "date": "published_at",
    "introduction_markdown": "introduction",
    "bio_markdown": "bio",
    "picture_id": "picture",
    "links_elsewhere": "links",
    "order": "parts",
}


class Ask(Request):
    """A request of the API, with who asks: None is a reader."""

    who: SignedIn | None = None

    @property
    def somebody(self) -> SignedIn:
        """Who asks, on a route that has a right."""
        assert self.who is not None
        return self.who

    @property
    def actor(self) -> Actor:
        """The name under which events are written."""
        return self.somebody.actor(request_id(self) or None)

    @property
    def db(self) -> Database:
        """The database of the site."""
        db: Database = self.app.state.db
        return db

    @property
    def surface(self) -> Surface:
        """The addresses and options of the site."""
        surface: Surface = self.app.state.surface
        return surface

    async def site(self) -> Site:
        """The options of the site."""
        return await self.db.read(site_queries.current)

    @property
    def settings(self) -> Settings:
        """The settings of the site."""
        settings: Settings = self.app.state.settings
        return settings

    @property
    def expected(self) -> str | None:
        """The header If-Match, if there is one."""
        given = self.headers.getlist("if-match")
        return ", ".join(given) if given else None


class Door(APIRoute):
    """A route of the API. With a `right` it is for those who are signed in by a token and have that; without for all.

    The endpoint takes an `Ask`, and shapes of its path, query and body by their annotations. Errors are problems.
    """

    def __init__(
        self,
        method: str,
        path: str,
        endpoint: Endpoint,
        *,
        right: Right | None = None,
        places: dict[str, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(PREFIX + path, endpoint, methods=[method], **options)
        self.method = method
        self.right = right
        self.places = PLACES if places is None else PLACES | places
        #: The methods of all routes at this path, for whoever asks by another one.
        self.allowed = ""
        self._shapes = _shapes(endpoint)

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """HEAD is answered as GET is, without the body."""
        return super().matches({**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope)

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse: who asks first, then the right, then what is sent."""
        scope["route"] = self
        ask = Ask(scope, receive)
        answer: ASGIApp
        try:
            answer = await self._answer(ask)
        except WestmarchError as error:
            if error.status >= 500:
                logger.error("%s %s", error.message, error.hint)
            answer = problems.told(error, ask, self.places)
        except HTTPException as error:
            answer = problems.told_http(error, ask)
        await answer(scope, receive, send)

    async def _answer(self, ask: Ask) -> ASGIApp:
        ask.who = await bearer(ask)
        if self.right is not None:
            if ask.who is None:
                raise Unauthenticated("This is for those who are signed in.", hint="Send a token.")
            ask.who.require(self.right)
        values = {}
        for name, (kind, shape) in self._shapes.items():
            values[name] = await _value(ask, kind, shape)
        answer: ASGIApp = await self.endpoint(ask, **values)
        return answer


def _shapes(endpoint: Endpoint) -> dict[str, tuple[type[Any], type[BaseModel]]]:
    """The shapes that an endpoint takes by name, each with where it comes from."""
    hints = get_type_hints(endpoint, include_extras=True)
    found: dict[str, tuple[type[Any], type[BaseModel]]] = {}
    for name in inspect.signature(endpoint).parameters:
        for mark in getattr(hints[name], "__metadata__", ()):
            found[name] = type(mark), hints[name].__origin__
    return found


async def _value(ask: Ask, kind: type[Any], shape: type[BaseModel]) -> BaseModel:
    if kind is params.Body:
        value = await bodies.read(ask, merging=ask.method == "PATCH")
        try:
            return shape.model_validate(value)
        except ValidationError as error:
            raise problems.unfit_body(error) from None
    try:
        return shape.model_validate(ask.path_params if kind is params.Path else _parameters(ask, shape))
    except ValidationError as error:
        raise problems.unfit_parameters(error) from None


def _parameters(ask: Ask, shape: type[BaseModel]) -> dict[str, Any]:
    """The parameters of the query by name. One that is no list may be there once."""
    lists = {name for name, field in shape.model_fields.items() if get_origin(field.annotation) in (list, tuple)}
    query = uncounted(request_target.query(ask.scope))
    values: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if "\0" in value:
            raise problems.Unfit([(name, "it holds U+0000")], parameters=True)
        if name in lists:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise problems.Unfit([(name, "it is there twice")], parameters=True)
        else:
            values[name] = value
    return values


def tell_methods(doors: Sequence[Door]) -> None:
    """Let each route know the methods of all that are at its path."""
    for door in doors:
        methods = {other.method for other in doors if other.path == door.path}
        door.allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
