"""The table of the API's routes: who may ask, what may be answered, and the words of the documents."""

from typing import Any

from fastapi import Depends
from fastapi.security import OAuth2PasswordBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from westmarch.accounts.rights import Right
from westmarch.api import authors, me, media, post_writing, posts, problems, shapes, tags, topics
from westmarch.api.door import Door, Endpoint, tell_methods
from westmarch.api.me import Me
from westmarch.api.media_shapes import Media, MediaList
from westmarch.api.post_shapes import Post, Posts
from westmarch.api.tag_shapes import Authors, AuthorTold, Parts, Tags, TagTold, Topics, TopicTold
from westmarch.errors import NotFound
from westmarch.metrics.routes import CountedRoute

#: How programs show who asks, for the documents alone: `accounts.bearer` looks at it.
TOKEN = OAuth2PasswordBearer(
    "/auth",
    refreshUrl="/auth/refresh",
    scopes={"read": "Read what the account may read.", "write": "Write and publish.", "admin": "All that it may do."},
    auto_error=False,
    description="An access token of `POST /auth`, or a personal one from the admin.",
)
_FIND, _READ = (401, 414, 422), (401, 404, 414, 422)
_MAKE = (400, 401, 403, 409, 413, 415, 422)
_CHANGE = (*_MAKE, 404, 412)
_DO = (401, 403, 404, 409, 412, 422)


def _door(
    method: str, path: str, endpoint: Endpoint, model: Any, answers: tuple[int, ...], right: Right | None = None,
    **options: Any,
) -> Door:  # fmt: skip
    """A route with its words, which are those of its endpoint."""
    described = shapes.problems(*answers)
    headers = []
    if method == "GET":
        headers.append(shapes.IF_NONE_MATCH)
        described[304] = {"description": "Nothing has changed since the answer that had this ETag."}
    elif 412 in answers:
        headers.append(shapes.IF_MATCH)
    name = endpoint.__name__
    extra = options.pop("openapi_extra", {})
    return Door(
        method,
        path,
        endpoint,
        right=right,
        response_model=model,
        status_code=options.pop("status_code", 204 if model is None else 200),
        responses=described,
        operation_id=name,
        name=name,
        summary=name.replace("_", " ").capitalize(),
        description=endpoint.__doc__,
        tags=[path.split("/")[1]],
        dependencies=[Depends(TOKEN)],
        openapi_extra={"parameters": headers, **extra} if headers or extra else None,
        **options,
    )


_OWN, _ALL, _ORDER = Right.WRITE, Right.EDIT_ALL, Right.ORGANIZE
_NAMED = {"places": authors.PLACES}
_MADE = {"status_code": 201}

DOORS: tuple[Door, ...] = (
    _door("GET", "/posts", posts.list_posts, Posts, _FIND),
    _door("POST", "/posts", post_writing.create_post, Post, _MAKE, _OWN, **_MADE),
    _door("GET", "/posts/{id}", posts.read_post, Post, _READ),
    _door("PUT", "/posts/{id}", post_writing.replace_post, Post, _CHANGE, _OWN),
    _door("PATCH", "/posts/{id}", post_writing.patch_post, Post, _CHANGE, _OWN),
    _door("DELETE", "/posts/{id}", post_writing.delete_post, None, _DO, _OWN),
    _door("POST", "/posts/{id}/publish", post_writing.publish_post, Post, _DO, _OWN),
    _door("POST", "/posts/{id}/unpublish", post_writing.unpublish_post, Post, _DO, _OWN),
    _door("POST", "/posts/{id}/schedule", post_writing.schedule_post, Post, _CHANGE, _OWN),
    _door("POST", "/posts/{id}/restore", post_writing.restore_post, Post, _DO, _OWN),
    _door("GET", "/pages", posts.list_pages, Posts, _FIND),
    _door("POST", "/pages", post_writing.create_page, Post, _MAKE, _ALL, **_MADE),
    _door("GET", "/pages/{id}", posts.read_page, Post, _READ),
    _door("PUT", "/pages/{id}", post_writing.replace_page, Post, _CHANGE, _ALL),
    _door("PATCH", "/pages/{id}", post_writing.patch_page, Post, _CHANGE, _ALL),
    _door("DELETE", "/pages/{id}", post_writing.delete_page, None, _DO, _ALL),
    _door("POST", "/pages/{id}/publish", post_writing.publish_page, Post, _DO, _ALL),
    _door("POST", "/pages/{id}/unpublish", post_writing.unpublish_page, Post, _DO, _ALL),
    _door("POST", "/pages/{id}/schedule", post_writing.schedule_page, Post, _CHANGE, _ALL),
    _door("POST", "/pages/{id}/restore", post_writing.restore_page, Post, _DO, _ALL),
    _door("GET", "/tags", tags.list_tags, Tags, _FIND),
    _door("POST", "/tags", tags.create_tag, TagTold, _MAKE, _ORDER, **_MADE),
    _door("GET", "/tags/{id}", tags.read_tag, TagTold, _READ),
    _door("PUT", "/tags/{id}", tags.replace_tag, TagTold, _CHANGE, _ORDER),
    _door("PATCH", "/tags/{id}", tags.patch_tag, TagTold, _CHANGE, _ORDER),
    _door("DELETE", "/tags/{id}", tags.delete_tag, None, _DO, _ORDER),
    _door("POST", "/tags/{id}/merge", tags.merge_tag, TagTold, _CHANGE, _ORDER),
    _door("GET", "/topics", topics.list_topics, Topics, _FIND),
    _door("POST", "/topics", topics.create_topic, TopicTold, _MAKE, _ORDER, **_MADE),
    _door("GET", "/topics/{id}", topics.read_topic, TopicTold, _READ),
    _door("PUT", "/topics/{id}", topics.replace_topic, TopicTold, _CHANGE, _ORDER),
    _door("PATCH", "/topics/{id}", topics.patch_topic, TopicTold, _CHANGE, _ORDER),
    _door("DELETE", "/topics/{id}", topics.delete_topic, None, _DO, _ORDER),
    _door("GET", "/topics/{id}/parts", topics.list_parts, Parts, _READ),
    _door("PUT", "/topics/{id}/parts", topics.order_parts, Parts, _CHANGE, _ORDER),
    _door("GET", "/authors", authors.list_authors, Authors, _FIND),
    _door("POST", "/authors", authors.create_author, AuthorTold, _MAKE, _ORDER, **_MADE, **_NAMED),
    _door("GET", "/authors/{id}", authors.read_author, AuthorTold, _READ),
    _door("PUT", "/authors/{id}", authors.replace_author, AuthorTold, _CHANGE, _ORDER, **_NAMED),
    _door("PATCH", "/authors/{id}", authors.patch_author, AuthorTold, _CHANGE, _ORDER, **_NAMED),
    _door("DELETE", "/authors/{id}", authors.delete_author, None, _DO, _ORDER),
    _door("GET", "/media", media.list_media, MediaList, (401, 403, 414, 422), Right.SIGN_IN),
    _door("POST", "/media", media.upload_medium, Media, _MAKE, _OWN, openapi_extra=media.UPLOAD, **_MADE),
    _door("GET", "/media/{id}", media.read_medium, Media, (401, 403, 404, 422), Right.SIGN_IN),
    _door("PATCH", "/media/{id}", media.patch_medium, Media, _CHANGE, _OWN),
    _door("DELETE", "/media/{id}", media.delete_medium, None, _DO, _OWN),
    _door("GET", "/me", me.read_me, Me, (401, 403), Right.SIGN_IN),
)
tell_methods(DOORS)


class Rest:
    """What is asked for below the API and has no route: 404, or 405 where another method has one. Always a problem."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        request = Request(scope, receive)
        if allowed := _allowed(scope):
            error = HTTPException(405, f"{request.method[:20]} is nothing that can be done here.", {"allow": allowed})
            answer = problems.told_http(error, request)
        else:
            answer = problems.told(NotFound("There is nothing at this address of the API."), request, {})
        await answer(scope, receive, send)


def _allowed(scope: Scope) -> str:
    """The methods with which something answers at the path of a request; empty where nothing does."""
    for route in scope["app"].routes:
        if getattr(route, "path", "") == REST.path:
            return ""
        if route.matches(scope)[0] is Match.PARTIAL:
            return route.allowed if isinstance(route, Door) else "GET, HEAD"
    return ""


REST = CountedRoute("/api/{path:path}", Rest())
ROUTES = (*DOORS, REST)
