"""The library of pictures and files: all of them in a list, uploads, and the page of each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request

from westmarch.accounts import queries as accounts
from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.admin import flash, narrowing, shell
from westmarch.admin.condition import of_size
from westmarch.db.database import Database
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, Refused, Stale, Unavailable, WestmarchError
from westmarch.home import renewed_media, shown_media
from westmarch.home.shown_media import Use
from westmarch.media import actions, library, removing, uploading
from westmarch.media.actions import Stored
from westmarch.media.library import Medium
from westmarch.settings import Settings
from westmarch.web import forms
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

PATH = "/admin/media/"
#: So large are all files of one form, in bytes; and so many characters a caption may have.
MOST_BYTES, CAPTION = 256 << 20, 2_000
#: So many are on a page of the list.
SIZE = 48
SORTS = (("-id", "Newest"), ("id", "Oldest"), ("name", "Name"), ("-size", "Largest"))
SHOWS = (
    ("", "Everything"), ("picture", "Pictures"), ("sound", "Sounds"), ("film", "Films"), ("document", "Documents"),
    ("unused", "Not used"),
)  # fmt: skip
#: What people write of a medium: the fields of its form, what they are called, and how long they may be.
FIELDS = {"filename": uploading.NAME, "alt": uploading.WORDS, "caption": CAPTION}
_IN_ADMIN = {
    "post": "/admin/posts/{}/", "page": "/admin/pages/{}/", "author": "/admin/authors/{}/", "tag": "/admin/tags/{}/",
    "topic": "/admin/topics/{}/",
}  # fmt: skip
_SETTINGS = {
    "logo": ("The logo", "/admin/settings/look/"),
    "footer": ("The footer", "/admin/settings/look/"),
    "sides": ("The side parts", "/admin/settings/sides/"),
    "navigation": ("The navigation", "/admin/settings/navigation/"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A medium with what shows it (as whoever asks may know it), and the name of who uploaded it.

    `goes` is whether whoever asks may delete it although it is shown there.
    """

    medium: Medium
    uses: Sequence[Use]
    by: str
    goes: bool


async def all_of_them(request: Request) -> Reply:
    """`/admin/media/`: the library, searched, narrowed, sorted and page by page; a POST brings files."""
    if request.method == "POST":
        return await _upload(request)
    return await _list(request)


async def _list(request: Request, *, refused: Sequence[str] = (), kept: Sequence[Stored] = ()) -> Reply:
    asked = narrowing.narrowed(request, PATH, sorts=[sort for sort, _ in SORTS], shows=[show for show, _ in SHOWS])
    found = await _db(request).read(find, asked)
    return shell.page(
        request,
        "media/list.html",
        title="Media",
        status=422 if refused else 200,
        asked=asked,
        found=found,
        media=[library.medium(row) for row in found.rows],
        pages=narrowing.pages(asked, found),
        sorts=SORTS,
        shows=SHOWS,
        of_size=of_size,
        refused=refused,
        kept=kept,
        most=uploading.MOST_BYTES >> 20,
    )


def find(session: Reading, asked: narrowing.Narrowed) -> Found:
    """A page of the library as it is asked for."""
    ids = shown_media.unused(session) if asked.show == "unused" else None
    kind = "" if ids is not None else asked.show

    def page(after: str | None) -> Found:
        return library.find(session, search=asked.search, kind=kind, ids=ids, sort=asked.sort, after=after, size=SIZE)

    return narrowing.found_or_first(asked, page)


async def _upload(request: Request) -> Reply:
    """Take the files of a form. Those that are taken stay, whatever is refused of the others."""
    told = "application/json" in request.headers.get("accept", "")
    try:
        form = await forms.read(request, most_bytes=1 << 16, file_bytes=MOST_BYTES)
    except Invalid as error:
        return (
            _answer(error.status, {"message": _sentence(error)})
            if told
            else await _list(request, refused=[_sentence(error)])
        )
    files = [each for each in form.data.getlist("file") if isinstance(each, UploadFile) and each.filename]
    kept: list[Stored] = []
    refused = [] if files else ["Choose a file first."]
    try:
        for file in files:
            try:
                kept.append(await taken(request, file, form.line("alt")))
            except Invalid as error:
                refused.append(_sentence(error))
    finally:
        await form.data.close()
    if told:
        return _told(request, kept, refused)
    if refused:
        return await _list(request, refused=refused, kept=kept)
    new = sum(1 for each in kept if each.new)
    if len(kept) == 1:
        return flash.redirect(request, f"{PATH}{kept[0].id}/", "Uploaded." if new else "This file was here already.")
    there = f" {len(kept) - new} of them were here already." if new < len(kept) else ""
    return flash.redirect(request, PATH, f"{len(kept)} files are uploaded.{there}")


async def taken(request: Request, file: UploadFile, alt: str = "") -> Stored:
    """Take a file of a form into the library. Raises Invalid for what is not taken, Unavailable where it cannot be."""
    settings: Settings = request.app.state.settings
    return await uploading.keep(
        _db(request), settings.media_folder, file.file, file.filename or "", alt=alt, who=signed_in(request),
        actor=actor(request),
    )  # fmt: skip


def _told(request: Request, kept: Sequence[Stored], refused: Sequence[str]) -> Reply:
    """The answer to a script that sends one file after the other."""
    if refused:
        return _answer(422, {"message": " ".join(refused)})
    href = _surface(request).href
    files = [
        {"id": each.id, "path": each.path, "href": href(each.path), "page": href(f"{PATH}{each.id}/"), "new": each.new}
        for each in kept
    ]
    return _answer(200, {"files": files})


def _answer(status: int, value: Mapping[str, Any]) -> Reply:
    return Reply(json.dumps(value).encode(), "application/json", status, "no-store", (("vary", "Cookie"),))


def _sentence(error: WestmarchError) -> str:
    return f"{error.message} {error.hint}".strip()


async def one(request: Request) -> Reply:
    """`/admin/media/12/`: a picture or file, what is known of it and where it is shown; its words are changed here."""
    media_id, who = narrowing.number(request), signed_in(request)
    shown = await _db(request).read(_shown, media_id, who)
    if request.method != "POST":
        return _page(request, shown, _words(shown.medium), shown.medium.version)
    form = await forms.read(request, most_bytes=1 << 17)
    typed = {name: form.line(name) for name in FIELDS}
    try:
        for name, most in FIELDS.items():
            if len(typed[name]) > most:
                raise Invalid(f"It has at most {most:,} characters.", place=name)
        sent = typed | {"filename": uploading.called(typed["filename"]) if typed["filename"] else ""}
        event = await described(request, media_id, sent, form.line("version"))
    except Stale as error:
        now = await _db(request).read(_shown, media_id, who)
        return _page(request, now, typed, now.medium.version, error=error, now=now.medium)
    except (Invalid, Refused) as error:
        actions.require_owned(who, shown.medium)
        return _page(request, shown, typed, form.line("version"), error=error)
    message = "Nothing was changed." if event is None else "Saved."
    return flash.redirect(request, f"{PATH}{media_id}/", message, undo=[] if event is None else [event])


async def described(request: Request, media_id: int, values: Mapping[str, str], expected: str) -> int | None:
    """Change the words of a medium, and make the texts anew that show it; the id of the event."""
    who, by = signed_in(request), actor(request)

    def describe(session: Session) -> int | None:
        return actions.describe(session, media_id, values, who=who, expected=expected, actor=by)

    return await renewed_media.changed(_db(request), {media_id: values["alt"].strip()}, who, describe)


async def delete(request: Request) -> Reply:
    """`/admin/media/12/delete/`: asks whether it shall go, naming what shows it, and deletes it."""
    media_id, who = narrowing.number(request), signed_in(request)
    shown = await _db(request).read(_shown, media_id, who)
    actions.require_owned(who, shown.medium)
    if request.method != "POST":
        return _ask(request, shown)
    settings: Settings = request.app.state.settings
    anyway = (await forms.read(request, most_bytes=1 << 16)).checked("anyway")
    try:
        file = await _db(request).write(shown_media.remove, media_id, anyway=anyway, who=who, actor=actor(request))
    except Conflict as error:
        return _ask(request, await _db(request).read(_shown, media_id, who), error)
    message, bad = f"“{shown.medium.filename}” is deleted.", False
    try:
        await _db(request).write(removing.remove_files, settings.media_folder, [file])
    except Unavailable as error:
        message, bad = f"{message} But: {_sentence(error)}", True
    return flash.redirect(request, PATH, message, bad=bad)


def _ask(request: Request, shown: Shown, error: Conflict | None = None) -> Reply:
    here = _surface(request).href(f"{PATH}{shown.medium.id}/")
    return shell.page(
        request,
        "media/delete.html",
        title=f"Delete “{shown.medium.filename}”?",
        status=200 if error is None else error.status,
        medium=shown.medium,
        uses=places(shown.uses, signed_in(request)),
        goes=shown.goes,
        error=error,
        action=here + "delete/",
        back=here,
    )


def _shown(session: Reading, media_id: int, who: SignedIn) -> Shown:
    medium = library.one(session, media_id)
    account = accounts.by_id(session, medium.account_id) if medium.account_id is not None else None
    found = shown_media.uses(session, medium)
    goes = shown_media.changeable(session, found, who)
    return Shown(medium, shown_media.known(session, found, who), account.name if account else "", goes)


def places(uses: Sequence[Use], who: SignedIn) -> list[tuple[str, str, str]]:
    """What shows a medium, for a page: its name, what it is there, and its path where that page is for `who` too.

    It is the one in the admin for those who may change it there, else the one on the site.
    """
    found = []
    for use in uses:
        if use.kind == "site":
            name, path = _SETTINGS.get(use.how, (use.how.replace("_", " ").capitalize(), "/admin/settings/"))
            found.append((name, path if who.may(Right.MANAGE_SITE) else "", "site"))
        elif not use.id:
            found.append((f"A {use.kind} of somebody else, that readers do not see", "", use.how))
        else:
            changes = use.kind in _IN_ADMIN and (use.hidden or who.may(Right.EDIT_ALL))  # What is hidden is their own.
            path = _IN_ADMIN[use.kind].format(use.id) if changes else use.path
            found.append((use.title or "Untitled", path, f"{use.kind}, {use.how}"))
    return found


def _words(medium: Medium) -> dict[str, str]:
    return {name: getattr(medium, name) for name in FIELDS}


def _page(
    request: Request,
    shown: Shown,
    typed: Mapping[str, str],
    version: str,
    *,
    error: WestmarchError | None = None,
    now: Medium | None = None,
) -> Reply:
    who, medium = signed_in(request), shown.medium
    return shell.page(
        request,
        "media/one.html",
        title=medium.filename,
        status=200 if error is None else (error.status if isinstance(error, Stale | Refused) else 422),
        shown=shown,
        medium=medium,
        uses=places(shown.uses, signed_in(request)),
        mine=actions.owned(who, medium),
        address=_surface(request).root + medium.path,
        markdown=markdown(medium),
        typed=typed,
        version=version,
        error=error,
        now=now,
        of_size=of_size,
        action=_surface(request).href(f"{PATH}{medium.id}/"),
    )


def markdown(medium: Medium) -> str:
    """What is written into a text to show a picture, or to link to a file."""
    words = medium.alt if medium.kind == "picture" else medium.filename
    words = "".join(f"\\{each}" if each in "\\[]" else each for each in words)
    title = medium.caption.replace("\\", "\\\\").replace('"', '\\"')
    where = f'{medium.path} "{title}"' if title and medium.kind == "picture" else medium.path
    return f"![{words}]({where})" if medium.kind == "picture" else f"[{words}]({where})"


def _surface(request: Request) -> Surface:
    surface: Surface = request.app.state.surface
    return surface


def _db(request: Request) -> Database:
    db: Database = request.app.state.db
    return db


_BOTH = ("GET", "POST")
ROUTES: tuple[Any, ...] = (
    Guarded(PATH, all_of_them, right=Right.WRITE, methods=_BOTH),
    Guarded(PATH + "{id:int}/", one, right=Right.WRITE, methods=_BOTH),
    Guarded(PATH + "{id:int}/delete/", delete, right=Right.WRITE, methods=_BOTH),
)
