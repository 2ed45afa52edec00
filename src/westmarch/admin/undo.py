"""Taking back what was done: one place for all that can be, by the events that tell of it."""

import re
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.routing import BaseRoute, Match

from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.admin import event_words, flash
from westmarch.authors import undoing as authors
from westmarch.db.database import Database
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, Stale
from westmarch.events import actions as events
from westmarch.events import queries
from westmarch.events.models import Event
from westmarch.home import renewed_media
from westmarch.journal import undoing as journal
from westmarch.links import undoing as links
from westmarch.media import actions as media_actions
from westmarch.media import library
from westmarch.media import undoing as media
from westmarch.media.models import Media
from westmarch.posts import (
    bylines_undo,
    changing,
    labelling,
    options,
    ownership,
    parts_undo,
    retagging_undo,
    reverting,
    unchanging,
)
from westmarch.posts import undoing as posts
from westmarch.site import queries as site_queries
from westmarch.tags import undoing as tags
from westmarch.topics import undoing as topics
from westmarch.web import forms
from westmarch.web.replies import Reply

PATH = "/admin/undo/"
#: What can be undone, by the verb of its event.
UNDOES: Mapping[str, Callable[..., str]] = {
    **posts.UNDOES,
    **unchanging.UNDOES,
    **labelling.UNDOES,
    **reverting.UNDOES,
    **tags.UNDOES,
    **retagging_undo.UNDOES,
    **topics.UNDOES,
    **parts_undo.UNDOES,
    **authors.UNDOES,
    **bylines_undo.UNDOES,
    **links.UNDOES,
    **media.UNDOES,
    **options.UNDOES,
    **journal.UNDOES,
}
#: What somebody has to be allowed, by the verb or what stands before its dot. Posts are looked at one by one as well.
RIGHTS: Mapping[str, Right] = {
    "post": Right.WRITE,
    "page": Right.EDIT_ALL,
    "post.bylined": Right.EDIT_ALL,
    "tag": Right.ORGANIZE,
    "topic": Right.ORGANIZE,
    "author": Right.ORGANIZE,
    "link": Right.REDIRECT,
    "media": Right.WRITE,
    "site": Right.MANAGE_SITE,
    "journal": Right.WRITE,
}
#: So many sentences are said one by one; of more only the number.
_SAID = 3
_BACK = re.compile(r"/admin/(?!undo/)[A-Za-z0-9/_-]*(?:\?[A-Za-z0-9=&%+._~-]*)?")


def undo(session: Session, event_ids: Sequence[int], *, who: SignedIn, actor: str) -> list[str]:
    """Take back what events tell of, the newest first, all or nothing; sentences that say what was.

    Raises Refused where somebody may not, and Conflict where one of them cannot be taken back, or was already.
    """
    ids = sorted(set(event_ids), reverse=True)
    # Locked, so that of two who take back the same at once the second sees that it was.
    columns = (Event.id, Event.verb, Event.subject_id, Event.detail)
    found = session.execute(select(*columns).where(Event.id.in_(ids)).order_by(Event.id.desc()).with_for_update()).all()
    if len(found) < len(ids):
        raise Conflict("There is no such event any more.")
    for row in found:
        _require(session, row, who)
    return [_take_back(session, row, actor) for row in found]


def _require(session: Session, row: NamedRow, who: SignedIn) -> None:
    """Raises Refused where somebody may not take an event back, Conflict where nobody can."""
    name, kind = _name(row), row.verb.partition(".")[0]
    who.require(RIGHTS.get(row.verb) or RIGHTS.get(kind) or Right.AUDIT)  # Others are not told what was done.
    if row.verb not in UNDOES or not isinstance(row.detail.get("undo"), dict):
        raise Conflict(f"{name} cannot be undone.")
    if row.id <= queries.newest(session) - queries.WALK:
        raise Conflict(f"{name} is too long ago to be undone.")
    if queries.undone(session, [row.id]):
        raise Conflict(f"{name} was undone already.")
    if kind == "journal":
        journal.require_own(row.detail["undo"], who)
    if kind == "media":
        media_actions.require_owned(who, library.one(session, row.detail["undo"]["media"]))
    if kind in ("post", "page"):
        changing.held(session, row.subject_id, who, None)
        ownership.takes(who, row.detail.get("changed", {}))
        if row.detail["undo"].get("before", {}).get("status", "draft") != "draft":
            who.require(Right.PUBLISH)


def _take_back(session: Session, row: NamedRow, actor: str) -> str:
    site = site_queries.current(session)  # Anew for each: it may be what was taken back before.
    try:
        said = UNDOES[row.verb](session, row.id, row.subject_id, row.detail["undo"], site, actor=actor)
    except Stale as error:
        raise Conflict(
            f"{_name(row)} cannot be undone: what it changed was changed again since.",
            hint="Undo the newer change first, or change it by hand.",
        ) from error
    events.record(session, "undone", actor=actor, subject_id=row.subject_id, detail={"event": row.id})
    return said


def _name(row: NamedRow) -> str:
    return f"Event {row.id}, “{event_words.sentence(row.verb).rstrip(':')}”,"


async def take_back(request: Request) -> Reply:
    """`/admin/undo/`: take back the events of the form, and go back to where its button was."""
    form = await forms.read(request)
    texts = form.all("event")
    if not texts or not all(re.fullmatch(r"[0-9]{1,9}", text) for text in texts):
        raise Invalid("It is not said what is to be undone.", hint="Use the button next to what was done.")
    if len(texts) > flash.MOST_EVENTS:
        raise Invalid(f"At most {flash.MOST_EVENTS} changes can be undone at once.")
    ids = [int(text) for text in texts]
    db: Database = request.app.state.db
    who, by = signed_in(request), actor(request)

    def act(session: Session) -> list[str]:
        return undo(session, ids, who=who, actor=by)

    said = await renewed_media.changed(db, await db.read(_alts, ids), who, act)
    message = " ".join(said) if len(said) <= _SAID else f"{len(said)} changes were taken back."
    return flash.redirect(request, _page(request, back(form.line("back"))), message)


def _alts(session: Reading, event_ids: Sequence[int]) -> dict[int, str]:
    """The words that pictures will have again, where the events tell of such: texts show them."""
    described = select(Event.detail).where(Event.id.in_(event_ids), Event.verb == "media.described")
    found: dict[int, str] = {}
    for detail in session.scalars(described.order_by(Event.id)):
        taken_back = detail.get("undo", {})
        if "alt" in taken_back.get("before", {}):
            found.setdefault(taken_back["media"], taken_back["before"]["alt"])
    there = set(session.scalars(select(Media.id).where(Media.id.in_(found))))
    return {media_id: alt for media_id, alt in found.items() if media_id in there}


def back(path: str) -> str:
    """The page of the admin that is named, or the first one where none is."""
    return path if _BACK.fullmatch(path) and "//" not in path else "/admin/"


def _page(request: Request, path: str) -> str:
    """The path, or the next one above it where a form alone is sent to it."""
    at, mark, query = path.partition("?")
    while not any(_answers(route, at) for route in request.app.routes):
        at, mark, query = at.rstrip("/").rpartition("/")[0] + "/", "", ""
    return at + mark + query


def _answers(route: BaseRoute, path: str) -> bool:
    asked = {"type": "http", "method": "GET", "path": path}
    return isinstance(route, Guarded) and not route.path.endswith(":path}") and route.matches(asked)[0] is Match.FULL


ROUTES = (Guarded(PATH, take_back, right=Right.SIGN_IN, methods=("POST",)),)
