"""The redirects and old addresses: all of them in a list, each with its form, and a list that is pasted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor
from westmarch.accounts.rights import Right
from westmarch.admin import flash, narrowing, organizing, shell, subject_names
from westmarch.admin.narrowing import Narrowed
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, NotFound, Stale, WestmarchError
from westmarch.links import missed, redirecting, redirects
from westmarch.links.redirecting import Unfit
from westmarch.links.redirects import Edited, Kind
from westmarch.web import forms
from westmarch.web.forms import Form
from westmarch.web.replies import Reply

PATH = "/admin/redirects/"
MISSED = PATH + "missed/"
_KINDS = ("redirect", "old", "temporary")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    path: str = ""
    address: str = ""
    permanent: str = "1"
    version: str = ""

    @classmethod
    def of(cls, form: Form) -> "Typed":
        """What was sent."""
        return cls(form.text("path"), form.text("address"), form.line("permanent"), form.text("version"))

    @classmethod
    def stored(cls, link: Edited) -> "Typed":
        """What is stored."""
        return cls(link.source, link.target, "1" if link.permanent else "0", link.version)


async def all_of_them(request: Request) -> Reply:
    """`/admin/redirects/`: the redirects and old addresses, searched, sorted and page by page."""

    def beside(session: Reading, found: Found) -> Mapping[str, Any]:
        ids = {row.subject_id for row in found.rows if row.subject_id is not None}
        return {"names": subject_names.named(session, ids), "tabs": tabs(request, PATH, missed.count(session))}

    return await organizing.listed(
        request,
        "redirects/list.html",
        PATH,
        _find,
        title="Redirects",
        sorts=("-id", "path"),
        shows=_KINDS,
        beside=beside,
        source=lambda link: redirects.source(link.path, link.query),
    )


def _find(session: Reading, asked: Narrowed, after: str | None) -> Found:
    kind = cast("Kind | None", asked.show or None)
    return redirects.find(session, search=asked.search, kind=kind, sort=asked.sort, after=after)


def tabs(request: Request, here: str, asked_in_vain: int) -> list[tuple[str, str, int | None, bool]]:
    """The two halves of the page."""
    return [
        ("Redirects", shell.href(request, PATH), None, here == PATH),
        ("Asked for in vain", shell.href(request, MISSED), asked_in_vain, here == MISSED),
    ]


async def new(request: Request) -> Reply:
    """`/admin/redirects/new/`: the form for another redirect; `?from=/old/` is filled in."""
    if request.method != "POST":
        return _form(request, Typed(narrowing.storable(request.query_params.get("from", ""))[: missed.LONGEST]))
    typed = Typed.of(await forms.read(request, most_bytes=organizing.MOST_BYTES))
    try:
        permanent = _permanent(typed)
        event = await shell.db(request).write(
            redirecting.add, typed.path, typed.address, permanent=permanent, actor=actor(request)
        )
    except (Invalid, Conflict) as error:
        return _form(request, typed, error=error)
    return flash.redirect(request, PATH, f"{typed.path.strip()} leads to {typed.address.strip()}.", undo=[event])


async def one(request: Request) -> Reply:
    """`/admin/redirects/12/`: the form of a redirect."""
    link_id = narrowing.number(request)
    link = await shell.db(request).read(_link, link_id)
    if request.method != "POST":
        return _form(request, Typed.stored(link), link)
    typed = Typed.of(await forms.read(request, most_bytes=organizing.MOST_BYTES))
    try:
        event = await shell.db(request).write(
            redirecting.change,
            link_id,
            path=typed.path,
            target=typed.address,
            permanent=_permanent(typed),
            expected=typed.version,
            actor=actor(request),
        )
    except Stale as error:
        now = await shell.db(request).read(_link, link_id)
        return _form(request, replace(typed, version=now.version), now, error=error, now=now)
    except (Invalid, Conflict) as error:
        return _form(request, typed, link, error=error)
    return organizing.saved(request, PATH, "The redirect", event)


async def paste(request: Request) -> Reply:
    """`/admin/redirects/paste/`: adds a list of redirects, all of it or none."""
    if request.method != "POST":
        return _list(request, "")
    text = (await forms.read(request, most_bytes=organizing.MOST_BYTES)).text("list")
    try:
        number, event = await shell.db(request).write(redirecting.add_lines, text, actor=actor(request))
    except Unfit as error:
        return _list(request, text, error, error.lines)
    except Invalid as error:
        return _list(request, text, error)
    if event is None:
        return flash.redirect(request, PATH, "There was nothing new in the list.")
    what = "One redirect is" if number == 1 else f"{number:,} redirects are"
    return flash.redirect(request, PATH, f"{what} added.", undo=[event])


async def remove(request: Request) -> Reply:
    """Remove redirects and old addresses that were chosen. What is gone already is left out."""
    try:
        ids = narrowing.chosen((await forms.read(request, most_bytes=organizing.MOST_BYTES)).all("id"))
    except Invalid as error:
        return flash.redirect(request, PATH, error.message, bad=True)
    events = await shell.db(request).write(_remove, ids, actor(request))
    if not events:
        return flash.redirect(request, PATH, "Choose redirects first: none of those is there.", bad=True)
    what = "The redirect is" if len(events) == 1 else f"{len(events)} redirects are"
    return flash.redirect(request, PATH, f"{what} removed.", undo=events)


def _remove(session: Session, ids: Sequence[int], by: str) -> list[int]:
    there = [link_id for link_id in ids if redirects.edited(session, link_id) is not None]
    return [redirecting.remove(session, link_id, actor=by) for link_id in there]


def _link(session: Reading, link_id: int) -> Edited:
    link = redirects.edited(session, link_id)
    if link is None or link.current:
        raise NotFound("There is no such redirect.", hint="It was removed, perhaps by somebody else.")
    return link


def _permanent(typed: Typed) -> bool:
    if typed.permanent not in ("0", "1"):
        raise Invalid("Choose for how long.", place="permanent")
    return typed.permanent == "1"


def _form(
    request: Request,
    typed: Typed,
    link: Edited | None = None,
    *,
    error: WestmarchError | None = None,
    now: Edited | None = None,
) -> Reply:
    return organizing.form(
        request,
        "redirects/edit.html",
        PATH + (f"{link.id}/" if link else "new/"),
        title="Redirect" if link else "New redirect",
        typed=typed,
        link=link,
        error=error,
        now=now,
    )


def _list(
    request: Request, text: str, error: WestmarchError | None = None, lines: Sequence[tuple[int, str]] = ()
) -> Reply:
    title = "Paste redirects"
    return organizing.form(
        request, "redirects/paste.html", PATH + "paste/", title=title, text=text, error=error, lines=lines
    )


ROUTES: tuple[Any, ...] = (
    Guarded(PATH, all_of_them, right=Right.REDIRECT),
    Guarded(PATH + "new/", new, right=Right.REDIRECT, methods=("GET", "POST")),
    Guarded(PATH + "paste/", paste, right=Right.REDIRECT, methods=("GET", "POST")),
    Guarded(PATH + "remove/", remove, right=Right.REDIRECT, methods=("POST",)),
    Guarded(PATH + "{id:int}/", one, right=Right.REDIRECT, methods=("GET", "POST")),
)
