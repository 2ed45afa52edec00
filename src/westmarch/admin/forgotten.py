"""The page for whoever has forgotten the password: a letter with a link, and the same answer for every name."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts import attempts, one_time_links, queries
from westmarch.accounts.guard import client
from westmarch.accounts.models import OneTimeLink
from westmarch.admin import shell
from westmarch.admin.linking import Sender, linked
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.errors import Invalid, TooMany
from westmarch.metrics.routes import CountedRoute
from westmarch.web import forms
from westmarch.web.replies import Reply

PATH = "/admin/forgotten/"
#: A form of one field has no more bytes, whatever somebody pasted into it.
MOST_BYTES = 200_000
#: Nobody gets a second letter before so long, whoever asks for it.
REST = timedelta(minutes=5)


async def page(request: Request) -> Reply:
    """Ask for a link, where letters are sent; else where else it is had."""
    return _page(request)


async def ask(request: Request) -> Reply:
    """Send a letter with a link to the account of this name, if there is one: nobody is told whether there is."""
    try:
        sent = await forms.read(request, most_bytes=MOST_BYTES)
    except Invalid as error:
        return _page(request, fault=error.message, status=error.status)
    sender = Sender.of(request)
    if not sender.sends:
        return _page(request)
    db: Database = request.app.state.db
    limit, name = attempts.asking(client(request)), sent.line("name")
    try:
        await db.read(attempts.require, [limit])
        await db.write(_ask, limit, name, sender)
    except TooMany as error:
        made = _page(request, name=name, fault=error.message, status=error.status)
        wait = ("retry-after", str(error.retry_after))
        return Reply(made.body, made.mime, error.status, "no-store", (*made.own, wait))
    return _page(request, asked=True)


def _ask(session: Session, limit: attempts.Limit, name: str, sender: Sender) -> None:
    attempts.count(session, [limit])
    found = queries.named(session, name)
    if found is None or found.disabled_at is not None or not found.email:
        return
    lately = select(OneTimeLink.id).where(
        OneTimeLink.account_id == found.id, OneTimeLink.kind == "reset", OneTimeLink.created_at > now() - REST
    )
    if session.scalars(lately.limit(1)).first() is None:
        # Anybody can ask for a letter: that must not end a link that somebody else has made or is about to open.
        secret = one_time_links.make(session, found.id, "reset", beside=True)
        linked(session, found.id, "reset", secret, sender)


def _page(request: Request, *, asked: bool = False, name: str = "", fault: str = "", status: int = 200) -> Reply:
    return shell.plain(
        request,
        "sign-in/forgotten.html",
        title="A new password",
        status=status,
        sends=Sender.of(request).sends,
        asked=asked,
        name=name,
        fault=fault,
    )


ROUTES = (
    CountedRoute(PATH, page, methods=["GET"]),
    CountedRoute(PATH, ask, methods=["POST"]),
)
