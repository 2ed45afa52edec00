"""One's own tokens for programs: made here, shown once, revoked; and the programs that have signed in by password."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from westmarch.accounts import personal, tokens
from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import SCOPES, Right
from westmarch.admin import flash, shell
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid, NotFound, WestmarchError
from westmarch.web import forms
from westmarch.web.replies import Reply

PATH = "/admin/me/tokens/"
#: The form has no more bytes.
MOST_BYTES = 1_000_000
#: The largest number that a token can have.
LARGEST_ID = 2**31 - 1
#: How long a token may last, as the form names it.
LASTS: Mapping[str, timedelta | None] = {
    "30": timedelta(days=30),
    "90": timedelta(days=90),
    "365": timedelta(days=365),
    "": None,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says of a new token, as it was typed."""

    name: str = ""
    scopes: tuple[str, ...] = ("read", "write")
    lasts: str = "90"

    @classmethod
    def of(cls, form: forms.Form) -> "Asked":
        """The fields of a form that was sent."""
        return cls(form.line("name"), tuple(s for s in SCOPES if form.checked(f"scope-{s}")), form.line("lasts"))

    def until(self, moment: datetime) -> datetime | None:
        """When the token ends that is made at `moment`. Raises Invalid."""
        if self.lasts not in LASTS:
            raise Invalid("Choose how long it lasts.", place="lasts")
        lasts = LASTS[self.lasts]
        return None if lasts is None else moment + lasts


@dataclass(frozen=True, slots=True)
class Held:
    """The tokens and grants of an account."""

    personal: Sequence[NamedRow]
    grants: Sequence[NamedRow]


def held(session: Reading, account_id: int) -> Held:
    """What programs may come in by as this account."""
    return Held(personal.mine(session, account_id), personal.grants(session, account_id))


async def page(request: Request) -> Reply:
    """The tokens that there are, and the form for another one."""
    return await _page(request, Asked())


async def make(request: Request) -> Reply:
    """Make a token, and show it: this once, since only its hash is kept."""
    asked = Asked.of(await forms.read(request, most_bytes=MOST_BYTES))
    try:
        until = asked.until(now())
        secret = await shell.db(request).write(
            personal.make, signed_in(request).account_id, asked.name, asked.scopes, until, actor=actor(request)
        )
    except (Invalid, Conflict) as error:
        return await _page(request, asked, error)
    return shell.page(request, "me/token.html", title="Your new token", name=asked.name, secret=secret, until=until)


async def revoke(request: Request) -> Reply:
    """End a token of one's own, or what a program's sign-in has opened."""
    token_id = request.path_params["id"]
    if token_id > LARGEST_ID:
        raise NotFound("There is no such token any more.")
    await shell.db(request).write(tokens.end, signed_in(request).account_id, token_id, actor=actor(request))
    return flash.redirect(request, PATH, "The token is revoked: nothing comes in by it any more.")


async def _page(request: Request, asked: Asked, error: WestmarchError | None = None) -> Reply:
    found = await shell.db(request).read(held, signed_in(request).account_id)
    return shell.page(
        request,
        "me/tokens.html",
        title="Tokens for programs",
        status=200 if error is None else 422,
        held=found,
        asked=asked,
        error=error,
        moment=now(),
        longest=personal.LONGEST_NAME,
    )


ROUTES = (
    Guarded(PATH, page, right=Right.SIGN_IN),
    Guarded(PATH, make, right=Right.SIGN_IN, methods=("POST",)),
    Guarded(PATH + "{id:int}/revoke/", revoke, right=Right.SIGN_IN, methods=("POST",)),
)
