"""The form in which posts and pages are written: saved, published, scheduled, taken back, put into the trash."""

from dataclasses import replace

from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.admin import (
    flash,
    meanwhile,
    post_base,
    post_fields,
    post_form,
    post_lists,
    post_shown,
    presence,
    unsaved,
)
from westmarch.admin.post_base import Base
from westmarch.admin.post_fields import Typed
from westmarch.db.database import Database
from westmarch.errors import Conflict, Invalid, NotFound, Refused, Stale
from westmarch.journal import queries as journal
from westmarch.journal.actions import AlreadyMade
from westmarch.journal.forms import Form as OfJournal
from westmarch.journal.queries import Made
from westmarch.media import uploading
from westmarch.posts import editing, waiting
from westmarch.posts.change import ALT, Change
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import Edited, Shown
from westmarch.settings import Settings
from westmarch.site import queries as site_queries
from westmarch.site.options import Site
from westmarch.web import forms
from westmarch.web.forms import Form
from westmarch.web.replies import Reply

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
    empty = post_fields.empty(site)
    if request.method != "POST":
        return await _opened(request, kind, None, empty)
    form = await forms.read(request, file_bytes=post_shown.MOST_FILE)
    typed, do, of = post_fields.read(form, who, empty), form.line("do"), unsaved.sent(form)
    if refusal := unsaved.of_another(form, who):
        return await post_form.page(request, kind, None, typed, error=refusal, typist=form.line("account"))
    made = await _made(request, of)
    if made is not None:
        return await _sent(request, kind, made.post_id, form)
    try:
        typed = await _with_picture(request, form, typed)
        post_id = await _create(request, kind, typed, site, STATUS.get(do), of)
    except AlreadyMade as error:  # The button was pressed twice at once.
        return flash.redirect(request, f"/admin/{kind}s/{error.post_id}/", "It was being saved already: here it is.")
    except (Invalid, Conflict, Refused) as error:
        alt, taken = form.line("upload_alt"), unsaved.again(form)
        return await post_form.page(request, kind, None, typed, alt=alt, error=error, taken=taken)
    return flash.redirect(request, f"/admin/{kind}s/{post_id}/", DONE.get(do, DONE["save"]))


async def _create(
    request: Request, kind: Kind, typed: Typed, site: Site, status: Shown | None, of: OfJournal | None = None
) -> int:
    wanted = post_fields.new(typed, site, status)
    return await editing.create(_db(request), kind, wanted, form=of, who=signed_in(request), actor=actor(request))


async def _opened(request: Request, kind: Kind, found: Edited | None, saved: Typed) -> Reply:
    """The form as it is saved, or with a text that was kept and not saved, where that is asked for."""
    taken, who = request.query_params.get("take", ""), signed_in(request)
    if not unsaved.TAB.fullmatch(taken):
        return await post_form.page(request, kind, found, saved)
    try:
        entry = await _db(request).read(journal.one, who.account_id, taken)
    except NotFound:  # The page was loaded once more: another form has it by now.
        here = f"/admin/{kind}s/{found.id}/" if found else f"/admin/{kind}s/new/"
        return flash.redirect(request, here, "That text was saved or thrown away, or is offered here.")
    if (entry.kind, entry.post_id) != (kind, found.id if found else None):
        raise NotFound("That text was typed elsewhere.")
    kept = unsaved.kept(entry, who, saved)
    told = "This is what you had typed. It is not saved yet."
    return await post_form.page(request, kind, found, kept.typed, base=kept.base, taken=taken, told=told)


async def _edit(request: Request, kind: Kind) -> Reply:
    post_id = request.path_params["id"]
    if request.method == "POST":
        form = await forms.read(request, file_bytes=post_shown.MOST_FILE)
        return await _sent(request, kind, post_id, form)
    found, _, before = await _as_it_is(request, kind, post_id)
    return await _opened(request, kind, found, before)


async def _as_it_is(request: Request, kind: Kind, post_id: int) -> tuple[Edited, Site, Typed]:
    """A post, and the form of its newest text. Raises NotFound, Refused."""
    db = _db(request)
    found, site = await db.read(post_form.opened, kind, post_id, signed_in(request))
    newest = await db.read(waiting.latest, found)
    return found, site, post_fields.of(newest, site.zone)


async def _made(request: Request, of: OfJournal | None) -> Made | None:
    """What the form that is sent has made before."""
    if of is None or not of.tab:
        return None
    return await _db(request).read(journal.made, signed_in(request).account_id, of.tab)


async def _base(request: Request, post_id: int, form: Form, site: Site) -> Base:
    """What a form stands on: what it was opened on, or what it made when its page got no answer."""
    base, of = post_base.sent(form), unsaved.sent(form)
    made = await _made(request, of)
    if made is None or made.post_id != post_id or made.version in ("", base.version):
        return base
    return Base(made.version) if base.version else post_base.of_new(made.version, post_fields.empty(site))


async def _sent(request: Request, kind: Kind, post_id: int, form: Form) -> Reply:
    """Do with a post what its form says, which may be that of a new one that has made it before."""
    db, who = _db(request), signed_in(request)
    found, site, before = await _as_it_is(request, kind, post_id)
    typed, do, base = post_fields.read(form, who, before), form.line("do"), await _base(request, post_id, form, site)
    if refusal := unsaved.of_another(form, who):
        typist = form.line("account")
        return await post_form.page(request, kind, found, typed, error=refusal, base=base, typist=typist)
    expected = form.line("overwrite") or base.version
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
        try:
            done = await editing.change(
                db, post_id, wanted, expected=expected, wait=wait, form=None if do == "discard" else unsaved.sent(form),
                who=who, actor=actor(request),
            )  # fmt: skip
        except Stale:
            if do == "discard":
                raise
            return await meanwhile.merged(request, kind, post_id, form, typed, "save" if wait else do, base=base)
    except Stale:
        return await meanwhile.stale(request, kind, post_id, form, typed, do)
    except (Invalid, Conflict, Refused) as error:
        alt, taken = form.line("upload_alt"), unsaved.again(form)
        return await post_form.page(request, kind, found, typed, alt=alt, error=error, base=base, taken=taken)
    presence.stir(request, post_id)
    if not done:
        again = base.version != form.line("version")
        return flash.redirect(request, here, "It is saved already." if again else "Nothing was changed.")
    said = _KEPT if wait and found.status == "published" else DONE.get(do, DONE["save"])
    return flash.redirect(request, here, said, undo=done)


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
