"""The form in which posts and pages are written: saved, published, scheduled, taken back, put into the trash."""

import asyncio
import difflib
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.admin import flash, post_fields, post_lists, post_shown, shell
from westmarch.admin.post_choices import offered
from westmarch.admin.post_fields import Typed
from westmarch.admin.settings import LANGUAGES
from westmarch.db.database import Database
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, NotFound, Refused, Stale, WestmarchError
from westmarch.events import queries as events
from westmarch.events.queries import Asked
from westmarch.media import uploading
from westmarch.posts import editing, ownership, waiting
from westmarch.posts.change import ALT, Change
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import Edited, Shown, edited
from westmarch.posts.waiting import Waiting
from westmarch.settings import Settings
from westmarch.site import queries as site_queries
from westmarch.site.options import Site
from westmarch.web import forms
from westmarch.web.forms import Form
from westmarch.web.replies import Reply

#: Of texts with more lines no difference is shown.
MOST_LINES = 2_000
#: What a button makes of a post, and what is said then.
STATUS: dict[str, Shown] = {"publish": "published", "schedule": "scheduled", "withdraw": "draft"}
DONE = {
    "save": "Saved.",
    "update": "Saved. Readers see it now.",
    "discard": "The draft is thrown away: this is what readers see.",
    "publish": "Published. Readers see it now.",
    "schedule": "Scheduled. It becomes public by itself.",
    "withdraw": "Taken back: it is a draft again.",
}
_KEPT = "Saved as a draft. Readers go on seeing what is published."
#: What buttons do beside that.
_OTHERS = frozenset({"update", "discard", "duplicate", "trash", "restore"})
_WORDS = {
    "path": "Address",
    "cover_id": "Cover",
    "cover_alt": "Words for the cover",
    "extra": "Further fields",
    "translation_group": "Group of translations",
    "published_at": "Date",
}


async def new_post(request: Request) -> Reply:
    """`/admin/posts/new/`: write a post."""
    return await _new(request, "post")


async def new_page(request: Request) -> Reply:
    """`/admin/pages/new/`: write a page."""
    return await _new(request, "page")


async def post(request: Request) -> Reply:
    """`/admin/posts/7/`: a post as it is, and what is done to it. Raises NotFound, Refused."""
    return await _edit(request, "post")


async def page(request: Request) -> Reply:
    """`/admin/pages/7/`: a page as it is, and what is done to it. Raises NotFound, Refused."""
    return await _edit(request, "page")


async def _new(request: Request, kind: Kind) -> Reply:
    db, who = _db(request), signed_in(request)
    site = await db.read(site_queries.current)
    typed = post_fields.empty(site)
    if request.method != "POST":
        return await _page(request, kind, None, typed)
    form = await forms.read(request, file_bytes=post_shown.MOST_FILE)
    typed, do = post_fields.read(form, who, typed), form.line("do")
    try:
        typed = await _with_picture(request, form, typed)
        post_id = await _create(request, kind, typed, site, STATUS.get(do))
    except (Invalid, Conflict, Refused) as error:
        return await _page(request, kind, None, typed, alt=form.line("upload_alt"), error=error)
    return flash.redirect(request, f"/admin/{kind}s/{post_id}/", DONE.get(do, DONE["save"]))


async def _create(request: Request, kind: Kind, typed: Typed, site: Site, status: Shown | None) -> int:
    wanted = post_fields.new(typed, site, status)
    return await editing.create(_db(request), kind, wanted, who=signed_in(request), actor=actor(request))


async def _edit(request: Request, kind: Kind) -> Reply:
    db, who, post_id = _db(request), signed_in(request), request.path_params["id"]
    found, site = await db.read(_opened, kind, post_id, who)
    newest = await db.read(waiting.latest, found)
    before = post_fields.of(newest, site.zone)
    if request.method != "POST":
        return await _page(request, kind, found, before)
    form = await forms.read(request, file_bytes=post_shown.MOST_FILE)
    typed, do, expected = (
        post_fields.read(form, who, before),
        form.line("do"),
        form.line("overwrite") or form.line("version"),
    )
    here = f"/admin/{kind}s/{post_id}/"
    try:
        if do == "trash":
            event = await editing.trash(db, post_id, expected=expected, who=who, actor=actor(request))
            back = post_lists.back(request, kind)
            return flash.redirect(request, back, f"“{found.title}” is in the trash.", undo=[event])
        if do == "restore":
            await editing.restore(db, post_id, expected=expected, who=who, actor=actor(request))
            return flash.redirect(request, here, "Restored. It is again what it was.")
        typed = await _with_picture(request, form, typed)
        if do == "duplicate":
            copy = replace(typed, title=f"{typed.title[:900]} (copy)", slug="", path="", published_at="", aliases="")
            copy_id = await _create(request, kind, copy, site, None)
            return flash.redirect(request, f"/admin/{kind}s/{copy_id}/", "This is a copy, as a draft.")
        wait = do not in STATUS and do not in ("update", "discard")
        wanted = Change()
        if do != "discard":
            known = before if wait else post_fields.of(found, site.zone)
            wanted = post_fields.change(typed, known, site, STATUS.get(do))
        done = await editing.change(db, post_id, wanted, expected=expected, wait=wait, who=who, actor=actor(request))
    except Stale:
        return await _stale(request, kind, typed, do, expected)
    except (Invalid, Conflict, Refused) as error:
        alt = form.line("upload_alt")
        return await _page(request, kind, found, typed, alt=alt, error=error, version=expected)
    if not done:
        return flash.redirect(request, here, "Nothing was changed.")
    said = _KEPT if wait and found.status == "published" else DONE.get(do, DONE["save"])
    return flash.redirect(request, here, said, undo=done)


def _opened(session: Reading, kind: Kind, post_id: int, who: SignedIn) -> tuple[Edited, Site]:
    """A post or page that the account may change. Raises NotFound, Refused."""
    if post_id >= 2**31:
        raise NotFound(f"There is no {kind} {post_id}.")
    found = edited(session, post_id)
    if found.kind != kind:
        raise NotFound(f"There is no {kind} {post_id}.")
    ownership.editable(who, found)
    return found, site_queries.current(session)


async def _with_picture(request: Request, form: Form, typed: Typed) -> Typed:
    """The form with the picture that was brought as the cover. It is kept at once, whatever else is refused."""
    file, alt = form.file("upload"), form.line("upload_alt")
    if file is None:
        return typed
    settings: Settings = request.app.state.settings
    if len(alt) > ALT:
        raise Invalid(f"It has at most {ALT:,} characters.", place="upload_alt")
    try:
        stored = await uploading.keep(
            _db(request), settings.media_folder, file.file, file.filename or "", alt=alt, picture=True,
            who=signed_in(request), actor=actor(request),
        )  # fmt: skip
    except Invalid as error:
        raise Invalid(error.message, hint=error.hint, place="upload") from error
    finally:
        await form.data.close()
    return replace(typed, cover_id=str(stored.id))


async def _stale(request: Request, kind: Kind, typed: Typed, do: str, sent: str) -> Reply:
    """What somebody typed, beside what somebody else has saved meanwhile; only a button overwrites it."""
    db, who, post_id = _db(request), signed_in(request), request.path_params["id"]
    found, site = await db.read(_opened, kind, post_id, who)
    theirs = post_fields.of(await db.read(waiting.latest, found), site.zone)
    error = Stale(
        f"This {kind} was changed while you had it open. Nothing was saved.",
        hint="What you typed is below. Overwrite what is there now, or leave it as it is.",
    )
    return await _page(
        request,
        kind,
        found,
        typed,
        error=error,
        version=sent,
        stale={
            "version": found.version,
            "do": do if do in STATUS or do in _OTHERS else "save",
            "by": await db.read(_changed_last, post_id),
            "lines": await asyncio.to_thread(_difference, theirs.markdown, typed.markdown),
            "fields": {
                _WORDS.get(name, name.capitalize()): pair
                for name, pair in theirs.differing(typed).items()
                if name not in ("markdown", "aliases")
            },
        },
    )


def _changed_last(session: Reading, post_id: int) -> NamedRow | None:
    """The newest event of a post: who changed it (`actor`), and when (`at`)."""
    rows = events.page(session, Asked(subject_id=post_id), size=1).rows
    return rows[0] if rows else None


def _difference(theirs: str, mine: str) -> list[str] | None:
    """The lines that differ, each after `-` (there now) or `+` (typed); None where the texts are too long."""
    now, typed = theirs.split("\n"), mine.split("\n")
    if max(len(now), len(typed)) > MOST_LINES:
        return None
    return list(difflib.unified_diff(now, typed, lineterm="", n=2))[2:]


async def _page(
    request: Request,
    kind: Kind,
    found: Edited | None,
    typed: Typed,
    *,
    alt: str = "",
    error: WestmarchError | None = None,
    version: str | None = None,
    stale: dict[str, Any] | None = None,
) -> Reply:
    told = await _db(request).read(offered)
    kept: Waiting | None = await _db(request).read(waiting.of, found) if found else None
    topics = list(told.topics)
    if typed.topic and typed.topic not in dict(topics):
        topics.insert(0, (typed.topic, typed.topic))
    current = found.version if found else ""
    return shell.page(
        request,
        "posts/edit.html",
        title=f"New {kind}" if found is None else f"Edit {kind}",
        status=error.status if error else 200,
        kind=kind,
        back=request.app.state.surface.base + post_lists.back(request, kind),
        post=found,
        values=typed,
        upload_alt=alt,
        version=current if version is None else version,
        error=error,
        stale=stale,
        kept=kept,
        of_moment=post_fields.is_moment(typed.published_at),
        languages=LANGUAGES,
        tags=told.tags,
        authors=told.authors,
        topics=[("", "None"), *topics],
        here=f"/admin/{kind}s/{found.id}/" if found else f"/admin/{kind}s/new/",
    )


def _db(request: Request) -> Database:
    db: Database = request.app.state.db
    return db


_BOTH = ("GET", "POST")
ROUTES = (
    *post_shown.ROUTES,
    Guarded("/admin/posts/new/", new_post, right=Right.WRITE, methods=_BOTH),
    Guarded("/admin/posts/{id:int}/", post, right=Right.WRITE, methods=_BOTH),
    Guarded("/admin/pages/new/", new_page, right=Right.EDIT_ALL, methods=_BOTH),
    Guarded("/admin/pages/{id:int}/", page, right=Right.EDIT_ALL, methods=_BOTH),
)
