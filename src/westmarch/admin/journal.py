"""What is typed and not saved: kept as it is typed, shown beside what is saved, taken or thrown away."""

import asyncio
import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect, Request

from westmarch.accounts import devices
from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.admin import flash, post_fields, post_form, shell, unsaved
from westmarch.admin.post_fields import Typed
from westmarch.admin.undo import back
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Invalid, NotFound, Refused, Unavailable
from westmarch.journal import actions, queries
from westmarch.journal.models import SCHEMA
from westmarch.journal.queries import Unsaved
from westmarch.ops import schema
from westmarch.posts import waiting
from westmarch.site import queries as site_queries
from westmarch.text import words
from westmarch.text.comparing import compare
from westmarch.web import forms
from westmarch.web.replies import Reply

PATH = "/admin/journal/"
#: So large may a form be that is kept, in bytes, and so many fields may it have.
MOST_BYTES, MOST_FIELDS = 4 << 20, 200
_LARGEST = 2**31


async def keep(request: Request) -> Reply:
    """`PUT /admin/journal/TAB`: keep what stands in a form; what is known of it then, of which post, and when.

    Raises Invalid, Conflict, and Refused where it was typed by somebody else than is signed in now.
    """
    body, who = await _body(request), signed_in(request)
    typed = _typed(_tab(request), body, request.headers.get("user-agent", ""))
    if body.get("account", who.account_id) != who.account_id:
        raise Refused("Somebody else is signed in here now.", hint="Sign in as who has typed it.")
    moment, db = now(), _db(request)
    known = await db.write(_keep, who.account_id, typed, moment)
    told = {"sequence": known.sequence, "kept": known.kept, "post": known.post_id, "at": moment.isoformat()}
    return _told(told)


def _keep(session: Session, account_id: int, typed: actions.Typed, moment: datetime) -> actions.Known:
    if not schema.reached(session, SCHEMA):
        raise Unavailable("The database has no journal yet.", hint="`westmarch db upgrade` makes it.")
    return actions.keep(session, account_id, typed, moment=moment)


async def forget(request: Request) -> Reply:
    """`DELETE /admin/journal/TAB`: keep nothing of a form any more."""
    await _db(request).write(actions.forget, signed_in(request).account_id, _tab(request))
    return _told({"sequence": 0, "kept": False, "at": now().isoformat()})


async def shown(request: Request) -> Reply:
    """`/admin/journal/TAB/`: what was typed beside what is saved. Raises NotFound."""
    who = signed_in(request)
    entry, saved = await _db(request).read(_look, who, _tab(request))
    typed = unsaved.kept(entry, who, saved).typed
    here = f"/admin/{entry.kind}s/{entry.post_id or 'new'}/"
    return shell.page(
        request,
        "posts/typed.html",
        title="Not saved",
        entry=entry,
        here=here,
        compared=await asyncio.to_thread(compare, saved.markdown, typed.markdown),
        fields={
            post_form.WORDS.get(name, name.capitalize()): pair
            for name, pair in saved.differing(typed).items()
            if name != "markdown"
        },
    )


def _look(session: Reading, who: SignedIn, tab: str) -> tuple[Unsaved, Typed]:
    """What was typed, and what is saved of the same post."""
    entry, site = queries.one(session, who.account_id, tab), site_queries.current(session)
    if entry.post_id is None:
        return entry, post_fields.empty(site)
    kind: Any = entry.kind
    found, _ = post_form.opened(session, kind, entry.post_id, who)
    return entry, post_fields.of(waiting.latest(session, found), site.zone)


async def throw(request: Request) -> Reply:
    """`POST /admin/journal/`: throw away what was typed, which can be undone."""
    form = await forms.read(request, file_bytes=MOST_BYTES)
    tab, who = form.line("throw"), signed_in(request)
    if not unsaved.TAB.fullmatch(tab):
        raise Invalid("It is not said what is to be thrown away.", hint="Use the button next to it.")
    event = await _db(request).write(actions.throw_away, who.account_id, tab, actor=actor(request), moment=now())
    return flash.redirect(request, back(form.line("back")), "What you had typed is thrown away.", undo=[event])


def _tab(request: Request) -> str:
    tab: str = request.path_params["tab"]
    if not unsaved.TAB.fullmatch(tab):
        raise NotFound("There is no such text.")
    return tab


async def _body(request: Request) -> Any:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Invalid("JSON is needed.", hint="Send it with the header Content-Type: application/json.")
    found = bytearray()
    try:
        async for piece in request.stream():
            found += piece
            if len(found) > MOST_BYTES:
                raise Invalid(f"It may have {MOST_BYTES:,} bytes at most.")
    except ClientDisconnect as error:
        raise Invalid("It did not come to its end.", hint="Send it again.") from error
    try:
        return json.loads(found)
    except (ValueError, RecursionError) as error:
        raise Invalid("This is no JSON.") from error


def _typed(tab: str, body: Any, agent: str) -> actions.Typed:
    """What is to be kept. Raises Invalid for what is no form of ours."""
    told = body if isinstance(body, dict) else {}
    fields, sequence, kind, post, base, taken = (
        told.get(name) for name in ("fields", "sequence", "kind", "post", "base", "taken")
    )
    if not isinstance(fields, dict) or len(fields) > MOST_FIELDS or not all(map(_is_text, fields.values())):
        raise Invalid("Names of fields with texts are needed.", place="fields")
    if type(sequence) is not int or not 0 < sequence < _LARGEST:
        raise Invalid("A number that goes up is needed.", place="sequence")
    if kind not in ("post", "page"):
        raise Invalid("It is a post or a page.", place="kind")
    if post is not None and (type(post) is not int or not 0 < post < _LARGEST):
        raise Invalid("A number of a post is needed, or null.", place="post")
    if not isinstance(base, str) or len(base) > 64 or not ((base.isascii() and base.isalnum()) or not base):
        raise Invalid("A version is needed.", place="base")
    return actions.Typed(
        tab=tab,
        kind=kind,
        post_id=post,
        base=base,
        sequence=sequence,
        fields=json.dumps(fields, separators=(",", ":")),
        title=_line(fields.get("title", "")),
        words=words.count(fields.get("markdown", ""))[0],
        device=devices.words(agent),
        taken=unsaved.taken(taken) if isinstance(taken, str) else (),
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _line(text: str) -> str:
    """The beginning of a text as one line that every database takes."""
    line = " ".join(text[:400].replace("\0", "").split())
    return line.encode("utf-8", "replace").decode("utf-8")[:200]


def _told(value: dict[str, Any]) -> Reply:
    return Reply(json.dumps(value).encode(), "application/json", cache="no-store")


def _db(request: Request) -> Database:
    db: Database = request.app.state.db
    return db


ROUTES = (
    Guarded(PATH, throw, right=Right.WRITE, methods=("POST",)),
    Guarded(PATH + "{tab}", keep, right=Right.WRITE, methods=("PUT",)),
    Guarded(PATH + "{tab}", forget, right=Right.WRITE, methods=("DELETE",)),
    Guarded(PATH + "{tab}/", shown, right=Right.WRITE),
)
