"""`/auth`: tokens for a name and a password (OAuth 2: RFC 6749, 4.3, 5 and 6), and giving them back (RFC 7009).

There are no clients to tell apart: `client_id`, `client_secret` and the header Authorization are not looked at.
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from westmarch.accounts import credentials, tokens
from westmarch.accounts.rights import SCOPES
from westmarch.accounts.secrets import hashed
from westmarch.db.database import Database
from westmarch.errors import Conflict, TooMany, Unavailable
from westmarch.events.actor import Actor
from westmarch.metrics.routes import CountedRoute
from westmarch.web.replies import Reply

#: How large a body may be, in bytes, and how many parameters it may have.
MOST_BYTES, MOST_PARAMETERS = 16 << 10, 20
FORM = "application/x-www-form-urlencoded"
#: Any token of ours; of others the database need not be asked.
_TOKEN = re.compile(r"wm[arp]_[A-Za-z0-9_-]{43}")

logger = logging.getLogger(__name__)

Parameters = Mapping[str, str]


class Refusal(Exception):
    """Why there are no tokens: a code of RFC 6749 (5.2), in words, and the status of the answer."""

    def __init__(self, code: str, description: str, status: int = 400, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.description = description
        self.status = status
        self.retry_after = retry_after


async def token(request: Request) -> Reply:
    """Tokens for a name and a password, or for a refresh token. `grant_type` may be left out, as in FastAPI."""
    return await _answered(request, _granted)


async def refresh(request: Request) -> Reply:
    """New tokens for a refresh token, which is used up by that."""
    return await _answered(request, _refreshed)


async def revoke(request: Request) -> Reply:
    """End a token. One that nobody knows is ended already: that is 200 too."""
    return await _answered(request, _revoked)


async def _only_post(_request: Request) -> Reply:
    """Raises HTTPException: else the page that is at no address would be the answer to GET."""
    raise HTTPException(405, headers={"Allow": "POST"})


ROUTES = tuple(
    route
    for path, endpoint in (("/auth", token), ("/auth/refresh", refresh), ("/auth/revoke", revoke))
    for route in (CountedRoute(path, endpoint, methods=["POST"]), CountedRoute(path, _only_post))
)


async def _answered(request: Request, make: Callable[[Request, Parameters], Awaitable[object]]) -> Reply:
    try:
        return _json(await make(request, await _parameters(request)))
    except Refusal as refusal:
        waiting = refusal.retry_after
        headers = () if waiting is None else (("retry-after", str(waiting)),)
        return _json({"error": refusal.code, "error_description": refusal.description}, refusal.status, headers)


async def _granted(request: Request, given: Parameters) -> object:
    kind = given.get("grant_type") or "password"
    if kind == "refresh_token":
        return await _refreshed(request, given)
    if kind != "password":
        raise Refusal("unsupported_grant_type", "There are password and refresh_token.")
    name, password, scopes = _needed(given, "username"), _needed(given, "password"), _scopes(given.get("scope", ""))
    db: Database = request.app.state.db
    try:
        account = await credentials.by_password(db, name, password, request.client.host if request.client else "")
        actor = Actor(account.name, request_id=request.scope.get("state", {}).get("request_id"))
        return _told(await db.write(tokens.begin, account, scopes, actor=actor))
    except (credentials.WrongCredentials, Conflict) as error:
        raise Refusal("invalid_grant", error.message) from error
    except TooMany as error:
        raise Refusal("slow_down", error.message, 429, error.retry_after) from error
    except Unavailable as error:
        raise _away(error) from error


async def _refreshed(request: Request, given: Parameters) -> object:
    secret = _needed(given, "refresh_token")
    made = None
    try:
        if await _is_ours(request, secret):
            made = await request.app.state.db.write(tokens.refresh, secret)
    except Unavailable as error:
        raise _away(error) from error
    if made is None:
        raise Refusal("invalid_grant", "The refresh token is not valid (any more): sign in again.")
    return _told(made)


async def _revoked(request: Request, given: Parameters) -> object:
    secret = _needed(given, "token")
    try:
        if await _is_ours(request, secret):
            request_id = request.scope.get("state", {}).get("request_id")
            await request.app.state.db.write(tokens.revoke, secret, request_id=request_id)
    except Unavailable as error:
        raise _away(error) from error
    return {}


async def _is_ours(request: Request, secret: str) -> bool:
    """Whether there is such a token: a look, so that whoever sends any number of others does not write."""
    db: Database = request.app.state.db
    return bool(_TOKEN.fullmatch(secret)) and await db.read(tokens.is_known, hashed(secret))


def _needed(given: Parameters, name: str) -> str:
    if not given.get(name):
        raise Refusal("invalid_request", f"{name} is missing.")
    return given[name]


def _scopes(asked: str) -> tuple[str, ...]:
    """The scopes that are asked for, once each; all of them where none is."""
    scopes = tuple(dict.fromkeys(asked.split()))
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise Refusal("invalid_scope", f"There is no scope {unknown[0][:40]!a}: there are {', '.join(SCOPES)}.")
    return scopes or tuple(SCOPES)


async def _parameters(request: Request) -> Parameters:
    """The parameters in the body, each once (RFC 6749, 3.2). Those in the query are not looked at."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refusal("invalid_request", f"Send the parameters as {FORM}.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Refusal("invalid_request", f"The body may have {MOST_BYTES:,} bytes at most.")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError as error:
        raise Refusal("invalid_request", "The body cannot be read as a form in UTF-8.") from error
    given = dict(pairs)
    if len(given) < len(pairs):
        raise Refusal("invalid_request", "Each parameter may come once.")
    if any("\0" in value for value in given.values()):
        raise Refusal("invalid_request", "U+0000 is part of no parameter.")
    return given


def _told(made: tokens.Granted) -> object:
    return {
        "access_token": made.access,
        "token_type": "bearer",
        "expires_in": int(tokens.ACCESS.total_seconds()),
        "refresh_token": made.refresh,
        "scope": " ".join(made.scopes),
    }


def _away(error: Unavailable) -> Refusal:
    logger.error("%s %s", error.message, error.hint)
    return Refusal("temporarily_unavailable", "Try again in a moment.", error.status, error.retry_after)


def _json(told: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An answer that nothing on its way may keep (RFC 6749, 5.1)."""
    made = Reply(json.dumps(told).encode(), "application/json", status, "no-store", (("pragma", "no-cache"), *headers))
    made.etag = ""
    return made
