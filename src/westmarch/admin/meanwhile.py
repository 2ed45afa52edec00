"""Saving what somebody else has saved meanwhile: both changes are put together, or somebody chooses."""

import asyncio
import difflib
from dataclasses import fields
from typing import Any, NamedTuple

from starlette.requests import Request

from westmarch.accounts.guard import actor, signed_in
from westmarch.admin import flash, post_base, post_fields, post_form, post_merging, presence, unsaved
from westmarch.admin.post_base import Base
from westmarch.admin.post_fields import Typed
from westmarch.admin.post_form import WORDS
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import Stale
from westmarch.posts import editing, waiting
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import Edited, edited
from westmarch.site.options import Site
from westmarch.web.forms import Form
from westmarch.web.replies import Reply

#: Of texts with more lines no difference is shown.
MOST_LINES = 2_000
# How often it is tried to save while others go on saving.
_TRIES = 4
_LABELS = {each.name: WORDS.get(each.name, each.name.capitalize()) for each in fields(Typed)}


class _There(NamedTuple):
    """A post as it is now, in the form as it would be opened, and the form as it was."""

    post: Edited
    site: Site
    theirs: Typed
    before: Typed | None
    by: Any


def _there(session: Reading, request: Request, kind: Kind, post_id: int, base: Base) -> _There:
    found, site = post_form.opened(session, kind, post_id, signed_in(request))
    theirs = post_fields.of(waiting.latest(session, found), site.zone)
    last = post_form.changed_last(session, post_id)
    return _There(found, site, theirs, post_base.typed(session, post_id, base), last)


async def merged(request: Request, kind: Kind, post_id: int, form: Form, typed: Typed, do: str, *, base: Base) -> Reply:
    """Save a form whose post was changed since it was opened on `base`, or ask.

    What readers see is asked for once more. Raises what saving raises.
    """
    db, who = _db(request), signed_in(request)
    for _ in range(_TRIES):
        there = await db.read(_there, request, kind, post_id, base)
        post = there.post
        seen = form.line("resolve") == post.version
        chosen = {name: form.line(name) for name in form.data if name.startswith("choice-")} if seen else {}
        out = await asyncio.to_thread(post_merging.merged, there.before, typed, there.theirs, chosen, _LABELS)
        if not out.settled:
            return await _asked(request, kind, there, typed, out, form, do, base)
        by = post_form.by(there.by, who)
        if do != "save":
            told = (
                f"{by.name} {by.has} saved this meanwhile{by.where}. Both changes are below. "
                "Nothing that you typed here is saved or public yet: look at it, then do it again."
            )
            now = post_base.of(post, there.theirs)
            again = unsaved.again(form)
            return await post_form.page(request, kind, post, out.typed, base=now, told=told, taken=again)
        wanted = post_fields.change(out.typed, there.theirs, there.site)
        try:
            done = await editing.change(
                db, post.id, wanted, expected=post.version, wait=True, form=unsaved.sent(form, merged=True),
                who=who, actor=actor(request),
            )  # fmt: skip
        except Stale:
            continue
        presence.stir(request, post.id)
        here = f"/admin/{kind}s/{post.id}/"
        if out.typed == typed == there.theirs:
            return flash.redirect(request, here, "It is saved already, just as you have typed it.")
        whose = "what you chose is" if out.choices else "both changes are"
        said = f"{by.name} had changed it meanwhile{by.where}: {whose} in."
        after = await db.read(edited, post.id)
        shows = _shows(here, base.revision, post_base.newest(post), post_base.newest(after))
        return flash.redirect(request, here, said, undo=done, shows=shows)
    raise Stale("Others are saving this at the same time.", hint="Try again in a moment.")


def _shows(here: str, opened: str, theirs: str, now: str) -> str:
    """Where one sees what both have changed: from the text that the form was opened on to the one that there is now."""
    before = opened if opened.isascii() and opened.isdecimal() else theirs
    return f"{here}revisions/compare/?old={before}&new={now}" if before and now and before != now else ""


async def _asked(
    request: Request,
    kind: Kind,
    there: _There,
    typed: Typed,
    out: post_merging.Outcome,
    form: Form,
    do: str,
    base: Base,
) -> Reply:
    """The form with what somebody has to choose; it goes on standing on what it was opened on."""
    error = Stale(
        f"This {kind} was changed while you had it open, at the same places. Nothing was saved.",
        hint="Choose below. All that you typed is still here.",
    )
    by = post_form.by(there.by, signed_in(request))
    clashes = {"choices": out.choices, "by": by, "version": there.post.version, "do": do}
    again = unsaved.again(form)
    return await post_form.page(request, kind, there.post, typed, error=error, base=base, taken=again, clashes=clashes)


async def stale(request: Request, kind: Kind, post_id: int, form: Form, typed: Typed, do: str) -> Reply:
    """What somebody typed, beside what somebody else has saved meanwhile; only a button does what was to be done."""
    db, base = _db(request), post_base.sent(form)
    there, again = await db.read(_there, request, kind, post_id, base), unsaved.again(form)
    error = Stale(
        f"This {kind} was changed while you had it open. Nothing was done.",
        hint="What you typed is below. Do it all the same, or leave it as it is.",
    )
    found = {
        "version": there.post.version,
        "do": do,
        "by": post_form.by(there.by, signed_in(request)),
        "lines": await asyncio.to_thread(_difference, there.theirs.markdown, typed.markdown),
        "fields": {
            _LABELS[name]: pair
            for name, pair in there.theirs.differing(typed).items()
            if name not in ("markdown", "aliases")
        },
    }
    return await post_form.page(request, kind, there.post, typed, error=error, base=base, taken=again, stale=found)


def _difference(theirs: str, mine: str) -> list[str] | None:
    """The lines that differ, each after `-` (there now) or `+` (typed); None where the texts are too long."""
    now, typed = theirs.split("\n"), mine.split("\n")
    if max(len(now), len(typed)) > MOST_LINES:
        return None
    return list(difflib.unified_diff(now, typed, lineterm="", n=2))[2:]


def _db(request: Request) -> Database:
    db: Database = request.app.state.db
    return db
