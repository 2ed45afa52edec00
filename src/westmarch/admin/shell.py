"""The frame of all pages of the admin: templates, assets, the rail, and what is said after something was done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request

from westmarch.accounts.guard import signed_in
from westmarch.accounts.rights import Right
from westmarch.admin import flash, statics
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.web.replies import HTML, Reply
from westmarch.web.request_target import below_root
from westmarch.web.surface import Surface


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the rail: its name, its path below the site's, and the right that opens it.

    The next entry of another `group` stands below a line.
    """

    name: str
    path: str
    right: Right
    group: int


#: The rail, from top to bottom.
RAIL = (
    Entry("Dashboard", "/admin/", Right.SIGN_IN, 1),
    Entry("Posts", "/admin/posts/", Right.WRITE, 1),
    Entry("Pages", "/admin/pages/", Right.EDIT_ALL, 1),
    Entry("Views", "/admin/views/", Right.EDIT_ALL, 1),
    Entry("Media", "/admin/media/", Right.WRITE, 1),
    Entry("Tags", "/admin/tags/", Right.ORGANIZE, 2),
    Entry("Topics", "/admin/topics/", Right.ORGANIZE, 2),
    Entry("Authors", "/admin/authors/", Right.ORGANIZE, 2),
    Entry("Redirects", "/admin/redirects/", Right.REDIRECT, 2),
    Entry("Accounts", "/admin/accounts/", Right.MANAGE_ACCOUNTS, 3),
    Entry("Settings", "/admin/settings/", Right.MANAGE_SITE, 3),
    Entry("Import", "/admin/import/", Right.IMPORT, 3),
    Entry("Backup", "/admin/backup/", Right.IMPORT, 3),
    Entry("Health", "/admin/health/", Right.AUDIT, 4),
    Entry("Events", "/admin/events/", Right.AUDIT, 4),
    Entry("Trash", "/admin/trash/", Right.WRITE, 4),
)


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The templates of the admin. The macros of `ui.html` are known to all of them as `ui`."""
    made = Environment(
        loader=PackageLoader("westmarch.admin"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["Right"] = Right
    made.globals["ui"] = made.get_template("ui.html").module
    return made


def page(request: Request, template: str, *, title: str, status: int = 200, **context: Any) -> Reply:
    """A page of the admin for whoever is signed in. It is for them alone: nothing stores it."""
    who = signed_in(request)
    surface: Surface = request.app.state.surface
    here = below_root(request.scope)
    said = flash.take(request)
    rail = _rail(frozenset(entry.path for entry in RAIL if who.may(entry.right)))
    context |= {"who": who, "may": who.may, "rail": rail, "open": _open(here), "flash": said}
    text = _rendered(surface, template, here, title, context, request.url.query)
    headers = (("vary", "Cookie"), *((flash.said(surface),) if said else ()))
    return Reply(text, HTML, status, "no-store", headers)


def plain(request: Request, template: str, *, title: str, status: int = 200, **context: Any) -> Reply:
    """A page of the admin for somebody who is not signed in, in a frame that leads nowhere."""
    text = _rendered(request.app.state.surface, template, below_root(request.scope), title, context)
    return Reply(text, HTML, status, "no-store", (("vary", "Cookie"),))


def today(request: Request) -> date:
    """The day where the site is at home."""
    surface: Surface = request.app.state.surface
    return now().astimezone(surface.options.latest.site.zone).date()


def redirect(request: Request, path: str) -> Reply:
    """The way to another page of the site after a form was taken (303)."""
    surface: Surface = request.app.state.surface
    return Reply(b"", "text/plain; charset=utf-8", 303, "no-store", (("location", surface.base + path),))


def db(request: Request) -> Database:
    """The database of the program."""
    found: Database = request.app.state.db
    return found


def href(request: Request, path: str) -> str:
    """The whole address of a path of the site."""
    surface: Surface = request.app.state.surface
    return surface.href(path)


def _rendered(
    surface: Surface, template: str, path: str, title: str, context: dict[str, Any], query: str = ""
) -> bytes:
    site = surface.options.latest.site
    theme = surface.themes.packaged
    made = templates().get_template(template)
    told = {
        "title": title,
        "site": site,
        "path": path,
        "here": path + (f"?{query}" if query else ""),
        "url": surface.href,
        "asset": lambda name: surface.base + statics.address(name),
        "themed": lambda name: surface.base + theme.asset(name),
        "accent": lambda colour: surface.base + theme.accent(colour),
        "when": _clock(site.timezone),
    }
    return made.render(told | context).encode("utf-8", "replace")


def _open(path: str) -> str:
    """The entry of the rail below which a path lies; one's own account is below none."""
    if path.startswith("/admin/me/"):
        return ""
    return max((entry.path for entry in RAIL if path.startswith(entry.path)), key=len, default="")


@lru_cache(maxsize=64)
def _rail(paths: frozenset[str]) -> tuple[tuple[Entry, ...], ...]:
    """The entries of the rail with these paths, by groups."""
    entries = [entry for entry in RAIL if entry.path in paths]
    groups = sorted({entry.group for entry in entries})
    return tuple(tuple(entry for entry in entries if entry.group == group) for group in groups)


@lru_cache(maxsize=16)
def _clock(name: str) -> Callable[..., Markup]:
    """What sets down moments in the zone of the site, `5 Dec 2026, 08:00` or `08:00:07`, and days, `5 Dec 2026`."""
    zone = ZoneInfo(name)

    @lru_cache(maxsize=4096)
    def when(moment: datetime | date, *, time: bool = True, seconds: bool = False) -> Markup:
        if not isinstance(moment, datetime):
            return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), _day(moment))
        local = moment.astimezone(zone)
        words = f"{_day(local)}, {local:{'%H:%M:%S' if seconds else '%H:%M'}}" if time else _day(local)
        return Markup('<time datetime="{}">{}</time>').format(moment.astimezone(UTC).isoformat("T", "seconds"), words)

    return when


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
