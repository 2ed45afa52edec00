"""The topics: all of them in a list, each with its form and its parts, which are put in order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor
from westmarch.accounts.rights import Right
from westmarch.admin import flash, narrowing, organizing, rows, shell
from westmarch.admin.narrowing import Narrowed
from westmarch.db.keyset import Found
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, NotFound, Stale, WestmarchError
from westmarch.posts import parts as placing
from westmarch.posts.introductions import introduction
from westmarch.topics import editing, managing
from westmarch.topics.managing import Edited
from westmarch.web import forms
from westmarch.web.forms import Form
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

PATH = "/admin/topics/"
#: So many posts are offered that may become parts.
OFFERED = 10


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    title: str = ""
    slug: str = ""
    language: str = ""
    introduction: str = ""
    version: str = ""

    @classmethod
    def of(cls, form: Form) -> "Typed":
        """What was sent."""
        return cls(*(form.text(name) for name in ("title", "slug", "language", "introduction", "version")))

    @classmethod
    def stored(cls, topic: Edited) -> "Typed":
        """What is stored."""
        return cls(topic.title, topic.slug, topic.language, topic.introduction_markdown, topic.version)


@dataclass(frozen=True, slots=True)
class Shown:
    """A topic with its parts in order, the version of that, and posts that may become parts."""

    topic: Edited
    parts: Sequence[NamedRow]
    version: str
    others: Sequence[NamedRow]


async def all_of_them(request: Request) -> Reply:
    """`/admin/topics/`: the topics, searched, sorted and page by page."""
    return await organizing.listed(request, "topics/list.html", PATH, _find, title="Topics", sorts=("title", "posts"))


def _find(session: Reading, asked: Narrowed, after: str | None) -> Found:
    return managing.find(session, search=asked.search, sort=asked.sort, after=after)


async def new(request: Request) -> Reply:
    """`/admin/topics/new/`: the form for another topic."""
    if request.method != "POST":
        surface: Surface = request.app.state.surface
        return _form(request, Typed(language=surface.options.latest.site.language))
    typed = Typed.of(await forms.read(request, most_bytes=organizing.MOST_BYTES))
    try:
        topic_id = await shell.db(request).write(
            editing.create,
            typed.title,
            slug=typed.slug.strip() or None,
            language=typed.language.strip(),
            introduction=await _introduced(request, typed),
            actor=actor(request),
        )
    except (Invalid, Conflict) as error:
        return _form(request, typed, error=error)
    return flash.redirect(request, f"{PATH}{topic_id}/", "The topic is made. Give it parts.")


async def one(request: Request) -> Reply:
    """`/admin/topics/12/`: the form of a topic, and its parts."""
    topic_id = narrowing.number(request)
    search = narrowing.storable(request.query_params.get("find", ""))[: narrowing.LONGEST]
    shown = await shell.db(request).read(_shown, topic_id, search)
    if request.method != "POST":
        return _form(request, Typed.stored(shown.topic), shown, search=search)
    typed = Typed.of(await forms.read(request, most_bytes=organizing.MOST_BYTES))
    slug = typed.slug.strip()
    try:
        event = await shell.db(request).write(
            editing.change,
            topic_id,
            title=typed.title,
            slug=None if slug in ("", shown.topic.slug) else slug,
            language=typed.language.strip(),
            introduction=await _introduced(request, typed),
            expected=typed.version,
            actor=actor(request),
        )
    except Stale as error:
        now = await shell.db(request).read(_shown, topic_id, "")
        return _form(request, replace(typed, version=now.topic.version), now, error=error, now=now.topic)
    except (Invalid, Conflict) as error:
        return _form(request, typed, shown, error=error)
    return organizing.saved(request, f"{PATH}{topic_id}/", "The topic", event)


async def arrange(request: Request) -> Reply:
    """Put the parts of a topic in the order of the form, which a button may have changed; or take one out."""
    topic_id = narrowing.number(request)
    form = await forms.read(request, most_bytes=organizing.MOST_BYTES)
    sent = [each for each in form.all("part") if each.isascii() and each.isdigit() and len(each) <= 10]
    typed = [each for each in sent if int(each) <= narrowing.LARGEST_ID]
    do = form.line("do")
    gone = _removed(typed, do)
    order = [int(each) for each in (typed if gone is not None else rows.moved(typed, do))]
    try:
        events = await shell.db(request).write(_arrange, topic_id, order, gone, form.line("version"), actor(request))
    except (Invalid, Stale) as error:
        shown = await shell.db(request).read(_shown, topic_id, "")
        places = {part_id: place for place, part_id in enumerate(order)}
        kept = sorted(shown.parts, key=lambda part: places.get(part.id, len(places)))
        return _form(request, Typed.stored(shown.topic), shown, fault=error, parts=kept)
    message = "The part is taken out." if gone is not None else "The parts are in this order now."
    return flash.redirect(request, f"{PATH}{topic_id}/#parts", message if events else "Nothing was moved.", undo=events)


def _removed(typed: Sequence[str], do: str) -> int | None:
    """The part that a button takes out."""
    verb, _, place = do.partition("-")
    there = verb == "remove" and place.isascii() and place.isdigit() and len(place) <= 4 and int(place) < len(typed)
    return int(typed[int(place)]) if there else None


def _arrange(
    session: Session, topic_id: int, order: Sequence[int], gone: int | None, version: str, by: str
) -> list[int]:
    moved = placing.reorder(session, topic_id, order, expected=version, actor=by)
    events = [] if moved is None else [moved]
    return events if gone is None else [placing.remove(session, topic_id, gone, actor=by), *events]


async def add(request: Request) -> Reply:
    """Make a post the last part of a topic."""
    topic_id = narrowing.number(request)
    form = await forms.read(request, most_bytes=organizing.MOST_BYTES)
    chosen = narrowing.chosen([form.line("post")])
    if not chosen:
        return flash.redirect(request, f"{PATH}{topic_id}/#parts", "Choose a post first.", bad=True)
    event = await shell.db(request).write(placing.add, topic_id, chosen[0], actor=actor(request))
    message = "It is a part already." if event is None else "The post is the last part now."
    return flash.redirect(request, f"{PATH}{topic_id}/#parts", message, undo=[] if event is None else [event])


async def delete(request: Request) -> Reply:
    """`/admin/topics/12/delete/`: asks whether the topic shall be deleted, and does it."""
    topic_id = narrowing.number(request)
    shown = await shell.db(request).read(_shown, topic_id, "")
    if request.method == "POST":
        event = await shell.db(request).write(editing.delete, topic_id, actor=actor(request))
        return flash.redirect(request, PATH, f"The topic “{shown.topic.title}” is deleted.", undo=[event])
    count = len(shown.parts)
    parts = "It has no parts." if not count else f"Its {count:,} parts stay and are of no topic."
    back = f"{PATH}{topic_id}/"
    return organizing.ask_to_delete(
        request,
        back + "delete/",
        back,
        title=f"Delete “{shown.topic.title}”?",
        lines=[parts, f"{shown.topic.path} will be gone. This can be undone."],
    )


def _shown(session: Reading, topic_id: int, search: str) -> Shown:
    topic = managing.edited(session, topic_id)
    if topic is None:
        raise NotFound(f"There is no topic {topic_id}.", hint="It was deleted, perhaps by somebody else.")
    found = placing.parts(session, topic_id)
    others = placing.placeable(session, search, topic_id, OFFERED)
    return Shown(topic, found, placing.version(found), others)


async def _introduced(request: Request, typed: Typed) -> tuple[str, str]:
    language = editing.fit_language(typed.language.strip())
    return await introduction(shell.db(request), typed.introduction, language, place="introduction")


def _form(
    request: Request,
    typed: Typed,
    shown: Shown | None = None,
    *,
    search: str = "",
    error: WestmarchError | None = None,
    now: Edited | None = None,
    fault: WestmarchError | None = None,
    parts: Sequence[NamedRow] | None = None,
) -> Reply:
    return organizing.form(
        request,
        "topics/edit.html",
        PATH + (f"{shown.topic.id}/" if shown else "new/"),
        title=f"Topic “{shown.topic.title}”" if shown else "New topic",
        typed=typed,
        shown=shown,
        parts=parts if parts is not None else (shown.parts if shown else ()),
        search=search,
        error=error or fault,
        at_parts=fault is not None,
        now=now,
    )


ROUTES: tuple[Any, ...] = (
    Guarded(PATH, all_of_them, right=Right.ORGANIZE),
    Guarded(PATH + "new/", new, right=Right.ORGANIZE, methods=("GET", "POST")),
    Guarded(PATH + "{id:int}/", one, right=Right.ORGANIZE, methods=("GET", "POST")),
    Guarded(PATH + "{id:int}/parts/", arrange, right=Right.ORGANIZE, methods=("POST",)),
    Guarded(PATH + "{id:int}/add/", add, right=Right.ORGANIZE, methods=("POST",)),
    Guarded(PATH + "{id:int}/delete/", delete, right=Right.ORGANIZE, methods=("GET", "POST")),
)
