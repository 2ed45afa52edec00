"""The log of events: who did what, when, with which token, and what was changed by it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request

from westmarch.accounts.guard import Guarded
from westmarch.accounts.rights import Right
from westmarch.admin import event_words, shell, subject_names, undo
from westmarch.admin.subject_names import Named
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.events import queries
from westmarch.events.queries import Asked, Page
from westmarch.site import queries as site_queries
from westmarch.site.options import Site
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

PATH = "/admin/events/"
#: The names of the fields by which the list is narrowed.
FIELDS = ("q", "actor", "verb", "subject", "from", "to")
#: No id of ours is larger.
_LARGEST = 2**31 - 1
_LONGEST = 200


class Told(NamedTuple):
    """An event as it is shown."""

    row: NamedRow
    words: str
    name: str
    path: str
    more: str
    changes: list[event_words.Change]
    undo: bool
    undone: bool


class Shown(NamedTuple):
    """All that the page shows."""

    page: Page
    events: list[Told]
    actors: list[str]
    subject: Named | None


def _typed(query: QueryParams) -> dict[str, str]:
    """The fields as they were typed, without what no database takes."""
    return {
        name: query.get(name, "").replace("\0", "").encode("utf-8", "replace").decode().strip()[:_LONGEST]
        for name in FIELDS
    }


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return int(text) if 0 < int(text) <= _LARGEST else None


def _day(text: str, site: Site, *, after: int = 0) -> datetime | None:
    """The moment at which a day begins in the zone of the site, or the one `after` so many days."""
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
        return datetime(day.year, day.month, day.day, tzinfo=site.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def asked(typed: dict[str, str], site: Site) -> tuple[Asked, dict[str, str]]:
    """Which events are wanted, and what is wrong with what was typed, by field. What is wrong narrows nothing."""
    since, until = _day(typed["from"], site), _day(typed["to"], site, after=1)
    faults = {
        name: "A date is needed, such as 2026-05-01."
        for name, moment in (("from", since), ("to", until))
        if typed[name] and moment is None
    }
    subject = _number(typed["subject"])
    return Asked(typed["actor"], typed["verb"], subject, typed["q"], since, until), faults


def _look(session: Reading, wanted: Asked, before: int | None) -> Shown:
    page = queries.page(session, wanted, before=before)
    ids = {row.subject_id for row in page.rows if row.subject_id is not None}
    if wanted.subject_id is not None:
        ids.add(wanted.subject_id)
    names = subject_names.named(session, ids)
    newest = queries.newest(session)
    able = [row.id for row in page.rows if "undo" in row.detail and row.verb in undo.UNDOES]
    open_ = [event_id for event_id in able if event_id > newest - queries.WALK]
    undone = queries.undone(session, open_)
    events = [_told(row, names, undo=row.id in open_, undone=row.id in undone) for row in page.rows]
    return Shown(page, events, queries.actors(session), names.get(wanted.subject_id or 0))


def _told(row: NamedRow, names: dict[int, Named], *, undo: bool, undone: bool) -> Told:
    detail: dict[str, Any] = row.detail
    subject = names.get(row.subject_id)
    if row.verb.startswith("link."):
        subject = None  # It is named by its address, not by the page that it leads to.
    name = (subject.name if subject else "") or event_words.named(detail, row.actor)
    if subject and not name:
        name = f"number {row.subject_id}, which is gone"
    return Told(
        row,
        event_words.sentence(row.verb, named=bool(name)),
        name,
        subject.path if subject else "",
        event_words.more(detail),
        event_words.changes(detail),
        undo and not undone,
        undone,
    )


async def events(request: Request) -> Reply:
    """`/admin/events/`: what was done, the newest first."""
    surface: Surface = request.app.state.surface
    site: Site = await request.app.state.db.read(site_queries.current)
    typed = _typed(request.query_params)
    wanted, faults = asked(typed, site)
    before = _number(request.query_params.get("before", ""))
    shown: Shown = await request.app.state.db.read(_look, wanted, before)

    def href(**more: object) -> str:
        query = {name: value for name, value in (typed | more).items() if value}
        return surface.href(PATH) + (f"?{urlencode(query)}" if query else "")

    known = dict(event_words.GROUPS)
    return shell.page(
        request,
        "events/list.html",
        title="Events",
        typed=typed,
        faults=faults,
        shown=shown,
        narrowed=any(typed.values()),
        first=before is None,
        actors=[("", "Anyone"), *((name, name) for name in dict.fromkeys((*shown.actors, typed["actor"])) if name)],
        verbs=[
            ("", "Anything"),
            *event_words.GROUPS,
            *([(typed["verb"], typed["verb"])] if typed["verb"] and typed["verb"] not in known else []),
        ],
        href=href,
        action=surface.href(PATH),
    )


ROUTES = (Guarded(PATH, events, right=Right.AUDIT),)
