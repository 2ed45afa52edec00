"""What the pages of the site's settings have in common: tabs, and saving without losing what somebody typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts.guard import actor
from westmarch.admin import flash, shell
from westmarch.db.sessions import Reading
from westmarch.errors import Stale
from westmarch.events import queries as events
from westmarch.events.queries import Asked
from westmarch.posts import options
from westmarch.site import actions, queries
from westmarch.site.options import Site
from westmarch.site.versions import version
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

#: What to do with a form that came too late.
AGAIN = "What you typed is below, and what is set now is said beside it. Save again to set yours."


@dataclass(frozen=True, slots=True)
class Section:
    """A page of settings: the word of its tab, its title, its path, its template, and the options that it sets."""

    tab: str
    title: str
    path: str
    template: str
    names: tuple[str, ...]


GENERAL = Section(
    "General",
    "General settings",
    "/admin/settings/",
    "settings/general.html",
    ("title", "tagline", "description", "language", "timezone", "copyright"),
)
LOOK = Section(
    "Look", "Look", "/admin/settings/look/", "settings/look.html", ("theme", "theme_options", "accent", "footer")
)
READING = Section(
    "Reading",
    "Reading",
    "/admin/settings/reading/",
    "settings/reading.html",
    ("posts_per_page", "feed_items", "permalink"),
)
NAVIGATION = Section(
    "Navigation", "Navigation", "/admin/settings/navigation/", "settings/navigation.html", ("navigation",)
)
SIDES = Section("Side parts", "Side parts", "/admin/settings/sides/", "settings/sides.html", ("sides",))
HEAD = Section("Code in the head", "Code in the head", "/admin/settings/head/", "settings/head.html", ("head",))

SECTIONS = (GENERAL, LOOK, READING, NAVIGATION, SIDES, HEAD)


def page(
    request: Request,
    section: Section,
    site: Site,
    typed: Any,
    *,
    faults: Mapping[str, str] | None = None,
    error: object = None,
    status: int = 200,
    **context: Any,
) -> Reply:
    """A page of settings, with what is set or what was `typed`, as its template takes it.

    `faults` is what is wrong with it by field, `error` with all of it, and `now` what somebody else has set meanwhile.
    """
    surface: Surface = request.app.state.surface
    context = {"now": {}} | context
    return shell.page(
        request,
        section.template,
        title=section.title,
        status=status,
        tabs=[(each.tab, surface.href(each.path), None, each is section) for each in SECTIONS],
        action=surface.href(section.path),
        version=version(site, section.names),
        typed=typed,
        faults={name: sentence(words) for name, words in (faults or {}).items()},
        error=error,
        **context,
    )


def sentence(words: str) -> str:
    """Words as a sentence: with a capital letter and a full stop."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")


async def current(request: Request) -> Site:
    """The options as they are set."""
    site: Site = await request.app.state.db.read(queries.current)
    return site


async def save(request: Request, section: Section, values: dict[str, Any], expected: str) -> Reply:
    """Set the options and lead back to the page, which says so. Raises Stale, Invalid."""
    event_id = await request.app.state.db.write(_save, section.names, values, expected, actor=actor(request))
    if event_id is None:
        return flash.redirect(request, section.path, "Nothing was changed.")
    return flash.redirect(request, section.path, "Saved. The site shows it now.", undo=[event_id])


def _save(session: Session, names: tuple[str, ...], values: dict[str, Any], expected: str, *, actor: str) -> int | None:
    actions.locked(session)
    require(expected, queries.current(session), names)
    return options.change(session, values, actor=actor).event_id


def require(expected: str, site: Site, names: tuple[str, ...]) -> None:
    """Raises Stale where the options are not those that a form was opened with."""
    if expected != version(site, names):
        raise Stale("These settings were changed while this page was open. Nothing was saved.", hint=AGAIN)


async def meanwhile(request: Request, section: Section) -> Stale:
    """What is to be said of a form that came too late: who changed the options, and what can be done."""
    who = await request.app.state.db.read(_changed_last, section.names)
    return Stale(f"{who or 'Somebody'} changed these settings while this page was open. Nothing was saved.", hint=AGAIN)


def _changed_last(session: Reading, names: tuple[str, ...]) -> str:
    """Who changed one of the options last, as far back as is worth looking; empty where nobody is found."""
    found = events.page(session, Asked(verb="site.changed"), size=20)
    return next((row.actor for row in found.rows if set(names) & set(row.detail.get("options", ()))), "")


def differing(site: Site, typed: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """What is set now, of the options for which something else was typed."""
    now = site.model_dump(mode="json")
    return {name: now[name] for name in names if name in typed and str(now[name]) != str(typed[name])}
