"""Accounts: who may sign in, as what, and how somebody new comes in. Owners only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts import actions, one_time_links, queries
from westmarch.accounts.guard import Guarded, actor
from westmarch.accounts.one_time_links import Kind
from westmarch.accounts.rights import RIGHTS, Right
from westmarch.admin import addressing, flash, shell
from westmarch.admin.linking import Linked, Sender, linked, shown
from westmarch.admin.me import LARGEST_ID, Device, devices_of
from westmarch.authors import actions as authors
from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, NotFound, WestmarchError
from westmarch.events import actions as events
from westmarch.events.actor import Actor
from westmarch.web import forms
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

PATH = "/admin/accounts/"
#: So many accounts are on a page of the list, and the highest number of a page that is looked at.
SIZE, MOST_PAGES = 50, 10_000
#: So many authors are offered as a byline.
MOST_AUTHORS = 1_000
#: A form of an account has no more bytes.
MOST_BYTES = 1_000_000
#: What the form says for the byline of one's own that is made with an account.
NEW = "new"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form says of an account, as it was typed. Whatever else is in the form is left alone."""

    name: str = ""
    email: str = ""
    role: str = "author"
    author: str = NEW

    @classmethod
    def of(cls, form: forms.Form) -> "Asked":
        """The fields of a form that was sent."""
        return cls(form.line("name"), form.line("email"), form.line("role"), form.line("author"))

    def author_id(self, session: Session) -> int | None:
        """The author that is chosen as byline; one of the account's name is made where that is wanted."""
        if self.author == NEW:
            return authors.ensure(session, [actions.checked_name(self.name)])[0]
        if not self.author:
            return None
        if (author_id := _number(self.author)) is None:
            raise Invalid("There is no such author.", place="author")
        return author_id


class Listed(NamedTuple):
    """A page of the list: its accounts, how many the whole list has, and how many accounts are in each state."""

    accounts: Sequence[NamedRow]
    total: int
    counts: dict[str, int]


class Opened(NamedTuple):
    """An account with its devices, and the authors that it may have as byline."""

    account: NamedRow
    devices: list[Device]
    authors: list[tuple[str, str]]


def _number(text: str) -> int | None:
    """A number of the database in digits, or None."""
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID))
    return int(text) if plain and int(text) <= LARGEST_ID else None


async def listing(request: Request) -> Reply:
    """All accounts: filtered, sorted, by pages."""
    asked = {name: request.query_params.get(name, "") for name in ("q", "role", "state", "sort")}
    page = min(max(_number(request.query_params.get("page", "")) or 1, 1), MOST_PAGES)
    found = await shell.db(request).read(_listed, asked, page)
    surface: Surface = request.app.state.surface

    def href(**other: object) -> str:
        wanted = {key: str(value) for key, value in (asked | other).items() if value}
        return surface.href(PATH) + ("?" + urlencode(wanted) if wanted else "")

    return shell.page(
        request,
        "accounts/list.html",
        title="Accounts",
        accounts=found.accounts,
        asked=asked,
        sort=asked["sort"] or "name",
        counts=found.counts,
        roles=tuple(RIGHTS),
        page=page,
        pages=-(-found.total // SIZE),
        href=href,
        by=lambda sort: href(sort=sort, page=""),
        to_page=lambda number: href(page=number),
    )


def _listed(session: Reading, asked: dict[str, str], page: int) -> Listed:
    accounts, total = queries.find(
        session,
        search=asked["q"],
        role=asked["role"],
        state=asked["state"],
        sort=asked["sort"] or "name",
        page=page,
        size=SIZE,
    )
    return Listed(accounts, total, queries.counts(session))


async def new(request: Request) -> Reply:
    """The form that invites somebody."""
    return await _new(request, Asked())


async def invite(request: Request) -> Reply:
    """Make an account, and show the link by which its owner comes in: this once, since only its hash is kept."""
    asked = Asked.of(await forms.read(request, most_bytes=MOST_BYTES))
    try:
        made = await shell.db(request).write(_invite, asked, Sender.of(request), actor(request))
    except (Invalid, Conflict) as error:
        return await _new(request, asked, error)
    return shown(request, made)


def _invite(session: Session, asked: Asked, sender: Sender, actor: Actor) -> Linked:
    author_id = asked.author_id(session)
    account_id, secret = actions.invite(
        session, asked.name, asked.role, email=asked.email, author_id=author_id, actor=actor
    )
    return linked(session, account_id, "invitation", secret, sender)


async def account(request: Request) -> Reply:
    """One account: what can be changed of it, its devices, its links."""
    found = await _opened(request)
    row = found.account
    author = "" if row.author_id is None else str(row.author_id)
    return _account(request, found, Asked(row.name, row.email or "", row.role, author))


async def change(request: Request) -> Reply:
    """Change name, e-mail, role and byline of an account."""
    asked = Asked.of(await forms.read(request, most_bytes=MOST_BYTES))
    account_id = _id(request)
    try:
        await shell.db(request).write(_change, account_id, asked, Sender.of(request), actor(request))
    except (Invalid, Conflict) as error:
        return _account(request, await _opened(request), asked, error)
    return flash.redirect(request, PATH, f"The account of {asked.name} is saved.")


def _change(session: Session, account_id: int, asked: Asked, sender: Sender, actor: Actor) -> None:
    author_id = asked.author_id(session)
    addressing.change(
        session,
        account_id,
        name=asked.name,
        email=asked.email,
        role=asked.role,
        author_id=author_id,
        sender=sender,
        actor=actor,
    )


async def disable(request: Request) -> Reply:
    """Let an account in no more."""
    try:
        await shell.db(request).write(actions.disable, _id(request), actor=actor(request))
    except Conflict as error:
        return flash.redirect(request, _path(request), f"{error.message} {error.hint}", bad=True)
    return flash.redirect(request, _path(request), "This account is shut out. Its posts stay.")


async def enable(request: Request) -> Reply:
    """Let a disabled account in again."""
    await shell.db(request).write(actions.enable, _id(request), actor=actor(request))
    return flash.redirect(request, _path(request), "This account may sign in again.")


async def sign_out(request: Request) -> Reply:
    """Sign an account out everywhere."""
    await shell.db(request).write(actions.sign_out, _id(request), actor=actor(request))
    return flash.redirect(request, _path(request), "This account is signed out everywhere.")


async def link(request: Request) -> Reply:
    """Make a link for an account, by which a password can be set, and show it this once."""
    try:
        made = await shell.db(request).write(_link, _id(request), Sender.of(request), actor(request))
    except Conflict as error:
        return flash.redirect(request, _path(request), error.message, bad=True)
    return shown(request, made)


def _link(session: Session, account_id: int, sender: Sender, actor: Actor) -> Linked:
    found = queries.by_id(session, account_id)
    if found is None:
        raise NotFound("There is no such account.")
    if found.disabled_at is not None:
        raise Conflict("This account is disabled: nobody could sign in by a link.")
    kind: Kind = "invitation" if found.password_hash is None else "reset"
    detail = {"account": account_id, "name": found.name, "kind": kind}
    events.record(session, "account.link-made", actor=actor, detail=detail)
    return linked(session, account_id, kind, one_time_links.make(session, account_id, kind), sender)


async def _new(request: Request, asked: Asked, error: WestmarchError | None = None) -> Reply:
    return shell.page(
        request,
        "accounts/new.html",
        title="Invite somebody",
        status=200 if error is None else 422,
        asked=asked,
        authors=await shell.db(request).read(free_authors, None),
        sends=Sender.of(request).sends,
        error=error,
    )


def _account(request: Request, found: Opened, asked: Asked, error: WestmarchError | None = None) -> Reply:
    return shell.page(
        request,
        "accounts/account.html",
        title=found.account.name,
        status=200 if error is None else 422,
        account=found.account,
        devices=found.devices,
        authors=found.authors,
        asked=asked,
        here=_path(request),
        error=error,
    )


async def _opened(request: Request) -> Opened:
    return await shell.db(request).read(opened, _id(request))


def opened(session: Reading, account_id: int) -> Opened:
    """An account as its page shows it. Raises NotFound."""
    if (found := queries.by_id(session, account_id)) is None:
        raise NotFound("There is no such account.")
    return Opened(found, devices_of(session, account_id, None), free_authors(session, account_id))


def free_authors(session: Reading, account_id: int | None) -> list[tuple[str, str]]:
    """The authors that are the byline of no other account: id in digits and name, by name."""
    taken = [row.author_id for row in queries.every(session) if row.author_id is not None and row.id != account_id]
    free = select(Author.id, Author.name).where(Author.id.not_in(taken)).order_by(Author.folded).limit(MOST_AUTHORS)
    return [(str(row.id), row.name) for row in session.execute(free)]


def _id(request: Request) -> int:
    """The number of the account in the address. Raises NotFound for one that none can have."""
    account_id: int = request.path_params["id"]
    if account_id > LARGEST_ID:
        raise NotFound("There is no such account.")
    return account_id


def _path(request: Request) -> str:
    return f"{PATH}{_id(request)}/"


_RIGHT = Right.MANAGE_ACCOUNTS
ROUTES = (
    Guarded(PATH, listing, right=_RIGHT),
    Guarded(PATH + "new/", new, right=_RIGHT),
    Guarded(PATH + "new/", invite, right=_RIGHT, methods=("POST",)),
    Guarded(PATH + "{id:int}/", account, right=_RIGHT),
    Guarded(PATH + "{id:int}/", change, right=_RIGHT, methods=("POST",)),
    Guarded(PATH + "{id:int}/disable/", disable, right=_RIGHT, methods=("POST",)),
    Guarded(PATH + "{id:int}/enable/", enable, right=_RIGHT, methods=("POST",)),
    Guarded(PATH + "{id:int}/sign-out/", sign_out, right=_RIGHT, methods=("POST",)),
    Guarded(PATH + "{id:int}/link/", link, right=_RIGHT, methods=("POST",)),
)
