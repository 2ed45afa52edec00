"""One's own account: name, e-mail, password, and the devices on which one is signed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts import actions, credentials, devices, passwords, queries
from westmarch.accounts.guard import Guarded, actor, client, signed_in
from westmarch.accounts.models import Account
from westmarch.accounts.one_time_links import SETTING
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.admin import addressing, flash, shell
from westmarch.admin.linking import Sender
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid, NotFound, TooMany, WestmarchError
from westmarch.events.actor import Actor
from westmarch.web import forms
from westmarch.web.replies import Reply

#: A form of one's own account has no more bytes.
MOST_BYTES = 1_000_000
#: The largest number that a session or an account can have.
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Device:
    """A device on which an account is signed in: what it is called, and whether it is the one that asks."""

    id: int
    words: str
    address: str
    since: datetime
    seen: datetime
    this: bool


def devices_of(session: Reading, account_id: int, this: int | None) -> list[Device]:
    """The devices on which an account is signed in, the one last used first."""
    return [
        Device(row.id, devices.words(row.agent), row.address, row.created_at, row.seen_at, row.id == this)
        for row in queries.sessions(session, account_id, now())
    ]


@dataclass(frozen=True, slots=True)
class Mine:
    """What the page of one's own account shows. `asks_old` is whether a new password needs the old one."""

    account: NamedRow
    devices: list[Device]
    asks_old: bool


def mine(session: Reading, who: SignedIn) -> Mine:
    """The account of whoever is signed in."""
    account = queries.by_id(session, who.account_id)
    assert account is not None, "accounts are never deleted"
    return Mine(account, devices_of(session, who.account_id, who.session_id), asks_old(session, who, account))


def asks_old(session: Reading, who: SignedIn, account: NamedRow) -> bool:
    """Whether a new password needs the old one: not where there is none, nor for who has just come by a link."""
    if account.password_hash is None:
        return False
    return who.session_id is None or not queries.came_by_link(session, who.session_id, now() - SETTING)


async def page(request: Request) -> Reply:
    """One's own account."""
    return await _page(request)


async def change(request: Request) -> Reply:
    """Change one's own name and e-mail; nothing else that the form may hold. Another e-mail needs the password.

    Links for a new password go to the e-mail: who finds a device signed in could have the account for good by it.
    """
    sent = await forms.read(request, most_bytes=MOST_BYTES)
    who, name, email, typed = signed_in(request), sent.line("name"), sent.line("email"), sent.text("password")
    found = await shell.db(request).read(mine, who)
    try:
        actions.checked_name(name)
        proved = not found.asks_old
        if not proved and typed and actions.checked_email(email) != found.account.email:
            await _require_password(request, found.account, typed, "password", "This is not your password.")
            proved = True
        await shell.db(request).write(_rename, who.account_id, name, email, proved, Sender.of(request), actor(request))
    except (Invalid, Conflict, TooMany) as error:
        return await _page(request, error=error, name=name, email=email)
    return flash.redirect(request, "/admin/me/", "Saved.")


def _rename(
    session: Session, account_id: int, name: str, email: str, proved: bool, sender: Sender, actor: Actor
) -> None:
    # Locked first: a role that an owner takes away at this moment would come back with the name.
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    account = queries.by_id(session, account_id)
    assert account is not None, "accounts are never deleted"
    if not proved and actions.checked_email(email) != account.email:
        raise Invalid("Another e-mail address needs your password.", place="password")
    addressing.change(
        session,
        account_id,
        name=name,
        email=email,
        role=account.role,
        author_id=account.author_id,
        sender=sender,
        actor=actor,
    )


async def password(request: Request) -> Reply:
    """The page where a password is set."""
    found = await shell.db(request).read(mine, signed_in(request))
    return _password_page(request, found)


async def set_password(request: Request) -> Reply:
    """Set one's own password; all other devices are signed out."""
    sent = await forms.read(request, most_bytes=MOST_BYTES)
    who = signed_in(request)
    found = await shell.db(request).read(mine, who)
    new = sent.text("password")
    try:
        passwords.check(new, name=found.account.name, email=found.account.email)
        if new != sent.text("again"):
            raise Invalid("These are two different passwords.", place="again")
        if found.asks_old:
            await _require_password(request, found.account, sent.text("old"), "old", "This is not the old password.")
    except (Invalid, TooMany) as error:
        return _password_page(request, found, error)
    kept = await passwords.made(new)
    await shell.db(request).write(actions.set_password, who.account_id, kept, actor=actor(request), keep=who.session_id)
    back = "/admin/me/" if found.asks_old else "/admin/"
    others = " Other devices were signed out." if any(not device.this for device in found.devices) else ""
    return flash.redirect(request, back, f"The password is set.{others}")


async def _require_password(request: Request, account: NamedRow, typed: str, place: str, message: str) -> None:
    """Raises Invalid where the password of an account is wrong, TooMany where it was guessed too often."""
    try:
        await credentials.by_password(shell.db(request), account.name, typed, client(request))
    except credentials.WrongCredentials as error:
        raise Invalid(message, place=place) from error


async def end_session(request: Request) -> Reply:
    """Sign out on one device."""
    who, session_id = signed_in(request), request.path_params["id"]
    if session_id > LARGEST_ID:
        raise NotFound("That device is not signed in any more.")
    await shell.db(request).write(actions.end_session, who.account_id, session_id, actor=actor(request))
    return flash.redirect(request, "/admin/me/", "That device is signed out.")


async def end_others(request: Request) -> Reply:
    """Sign out on all devices but this one."""
    who = signed_in(request)
    await shell.db(request).write(actions.sign_out, who.account_id, actor=actor(request), keep=who.session_id)
    return flash.redirect(request, "/admin/me/", "All other devices are signed out.")


async def _page(
    request: Request, *, error: WestmarchError | None = None, name: str | None = None, email: str | None = None
) -> Reply:
    found = await shell.db(request).read(mine, signed_in(request))
    return shell.page(
        request,
        "me/page.html",
        title="Your account",
        status=200 if error is None else (error.status if isinstance(error, TooMany) else 422),
        account=found.account,
        devices=found.devices,
        asks_old=found.asks_old,
        name=found.account.name if name is None else name,
        email=(found.account.email or "") if email is None else email,
        error=error,
    )


def _password_page(request: Request, found: Mine, error: WestmarchError | None = None) -> Reply:
    return shell.page(
        request,
        "me/password.html",
        title="Change the password" if found.asks_old else "Set a password",
        status=200 if error is None else error.status,
        account=found.account,
        asks_old=found.asks_old,
        error=error,
        shortest=passwords.SHORTEST,
        longest=passwords.LONGEST,
    )


ROUTES = (
    Guarded("/admin/me/", page, right=Right.SIGN_IN),
    Guarded("/admin/me/", change, right=Right.SIGN_IN, methods=("POST",)),
    Guarded("/admin/me/password/", password, right=Right.SIGN_IN),
    Guarded("/admin/me/password/", set_password, right=Right.SIGN_IN, methods=("POST",)),
    Guarded("/admin/me/sessions/{id:int}/end/", end_session, right=Right.SIGN_IN, methods=("POST",)),
    Guarded("/admin/me/sessions/end-others/", end_others, right=Right.SIGN_IN, methods=("POST",)),
)
