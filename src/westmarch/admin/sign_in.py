"""Signing in and out, by password and by a one-time link."""

import re
from typing import Any
from urllib.parse import unquote

from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts import credentials, one_time_links, sessions
from westmarch.accounts.guard import SIGN_IN, by_session, client
from westmarch.admin import shell
from westmarch.db.rows import NamedRow
from westmarch.errors import Gone, Invalid, TooMany
from westmarch.events import actions as events
from westmarch.events.actor import Actor
from westmarch.metrics.routes import CountedRoute
from westmarch.settings import Settings
from westmarch.web import forms
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

Headers = tuple[tuple[str, str], ...]

#: Of such an address other sites are told nothing. (`no-referrer` would make forms come from an origin `null`.)
_OWN = ("referrer-policy", "same-origin")
#: Where one goes after signing in who has not said.
HOME = "/admin/"
#: Where a password is set by whoever came by a link.
SET_PASSWORD = "/admin/me/password/"  # noqa: S105 - a path
#: A form of two fields has no more bytes, whatever somebody pasted into it.
MOST_BYTES = 200_000
#: A path of the admin: neither another host, nor anything that a browser makes another path of.
_BACK = re.compile(r"/admin/[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~]*")
_LONGEST_BACK = 2_000


async def form(request: Request) -> Reply:
    """The page for signing in. Who is signed in already is led on."""
    back = way_back(request.query_params.get("next", ""))
    if await by_session(request) is not None:
        return _to(request, back)
    return _form(request, back=back)


async def sign_in(request: Request) -> Reply:
    """Sign in by name and password: a new session on this device, whatever cookie came along."""
    try:
        sent = await forms.read(request, most_bytes=MOST_BYTES)
    except Invalid as error:
        return _form(request, back=HOME, fault=error.message, status=error.status)
    name, back = sent.line("name"), way_back(sent.text("next"))
    try:
        account = await credentials.by_password(shell.db(request), name, sent.text("password"), client(request))
        secret = await shell.db(request).write(
            _begin, account, _cookie(request), client(request), _agent(request), _request_id(request)
        )
    except credentials.WrongCredentials as error:
        return _form(request, back=back, name=name, fault=error.message, status=422)
    except TooMany as error:
        wait = (("retry-after", str(error.retry_after)),)
        return _form(request, back=back, name=name, fault=error.message, status=error.status, headers=wait)
    return _to(request, back, secret)


def _begin(session: Session, account: NamedRow, before: str, address: str, agent: str, request_id: str | None) -> str:
    """Begin a session in the place of the one that the browser had before. Raises WrongCredentials."""
    credentials.require_unchanged(session, account)
    sessions.end(session, before)
    secret = sessions.begin(session, account.id, address=address, agent=agent)
    actor = Actor(account.name, request_id=request_id)
    detail = {"account": account.id, "name": account.name, "by": "password"}
    events.record(session, "account.signed-in", actor=actor, detail=detail)
    return secret


async def sign_out(request: Request) -> Reply:
    """End the session of this device, and take its cookie away."""
    who = await by_session(request)
    if who is not None:
        actor = who.actor(_request_id(request))
        await shell.db(request).write(_end, _cookie(request), who.account_id, actor)
    reply = _to(request, SIGN_IN)
    reply.raw_headers.append(_encoded(sessions.cookie(_settings(request), None)))
    return reply


def _end(session: Session, secret: str, account_id: int, actor: Actor) -> None:
    sessions.end(session, secret)
    events.record(session, "account.signed-out", actor=actor, detail={"account": account_id, "name": str(actor)})


async def link(request: Request) -> Reply:
    """The page of a one-time link. Looking at it does not use it up: programs look at the links of letters."""
    try:
        found = await shell.db(request).read(one_time_links.find, request.path_params["secret"])
    except Gone as error:
        return _no_link(request, error)
    return _page(request, "sign-in/link.html", title="Sign in", link=found)


async def use_link(request: Request) -> Reply:
    """Use a one-time link: sign in on this device, and go where a password is set."""
    secret = request.path_params["secret"]
    try:
        used = await shell.db(request).write(
            _use, secret, _cookie(request), client(request), _agent(request), _request_id(request)
        )
    except Gone as error:
        return _no_link(request, error)
    return _to(request, SET_PASSWORD, used.secret)


def _use(
    session: Session, secret: str, before: str, address: str, agent: str, request_id: str | None
) -> one_time_links.Used:
    used = one_time_links.use(session, secret, address=address, agent=agent, request_id=request_id)
    sessions.end(session, before)
    return used


def way_back(path: str) -> str:
    """Where to go after signing in: a page of the admin. Whatever else was said is not believed."""
    if len(path) > _LONGEST_BACK or not _BACK.fullmatch(path):
        return HOME
    within = unquote(unquote(path.partition("?")[0].partition("#")[0]))
    if ".." in within.split("/") or "\\" in within or "//" in within or not within.isprintable():
        return HOME
    return HOME if within.startswith((SIGN_IN, "/admin/sign-out/", one_time_links.PATH)) else path


def _page(
    request: Request, template: str, *, title: str, status: int = 200, headers: Headers = (), **context: Any
) -> Reply:
    """A page for whoever asks. Its address may hold a secret, which no other site is told."""
    made = shell.plain(request, template, title=title, status=status, **context)
    return Reply(made.body, made.mime, status, "no-store", (*made.own, _OWN, *headers))


def _form(
    request: Request,
    *,
    back: str,
    name: str = "",
    fault: str = "",
    status: int = 200,
    headers: Headers = (),
) -> Reply:
    return _page(
        request,
        "sign-in/form.html",
        title="Sign in",
        status=status,
        headers=headers,
        back="" if back == HOME else back,
        name=name,
        fault=fault,
    )


def _no_link(request: Request, error: Gone) -> Reply:
    return _page(request, "sign-in/no-link.html", title="This link does not work", status=410, fault=error)


def _to(request: Request, path: str, secret: str | None = None) -> Reply:
    surface: Surface = request.app.state.surface
    headers: Headers = (("location", surface.base + path), _OWN)
    if secret is not None:
        headers = (*headers, sessions.cookie(_settings(request), secret))
    return Reply(b"", "text/plain; charset=utf-8", 303, "no-store", headers)


def _encoded(header: tuple[str, str]) -> tuple[bytes, bytes]:
    return header[0].encode(), header[1].encode("latin-1")


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _cookie(request: Request) -> str:
    return request.cookies.get(sessions.cookie_name(_settings(request)), "")


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _request_id(request: Request) -> str | None:
    request_id: str | None = request.scope.get("state", {}).get("request_id")
    return request_id


ROUTES = (
    CountedRoute(SIGN_IN, form, methods=["GET"]),
    CountedRoute(SIGN_IN, sign_in, methods=["POST"]),
    CountedRoute("/admin/sign-out/", sign_out, methods=["POST"]),
    CountedRoute("/admin/link/{secret}/", link, methods=["GET"]),
    CountedRoute("/admin/link/{secret}/", use_link, methods=["POST"]),
)
