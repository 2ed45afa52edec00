"""The frame of all pages of the admin: templates, assets, the rail, and what is said after something was done."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request

from westmarch.accounts.guard import signed_in
from westmarch.accounts.rights import Right
from westmarch.web.replies import HTML, Reply
from westmarch.web.surface import Surface


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the rail: its name, its path below the site's, and the right that opens it."""

    name: str
    path: str
    right: Right


#: The rail, from top to bottom.
RAIL = (
    Entry("Dashboard", "/admin/", Right.SIGN_IN),
    Entry("Posts", "/admin/posts/", Right.WRITE),
    Entry("Pages", "/admin/pages/", Right.EDIT_ALL),
    Entry("Media", "/admin/media/", Right.WRITE),
    Entry("Tags", "/admin/tags/", Right.ORGANIZE),
    Entry("Topics", "/admin/topics/", Right.ORGANIZE),
    Entry("Authors", "/admin/authors/", Right.ORGANIZE),
    Entry("Redirects", "/admin/redirects/", Right.REDIRECT),
    Entry("Accounts", "/admin/accounts/", Right.MANAGE_ACCOUNTS),
    Entry("Settings", "/admin/settings/", Right.MANAGE_SITE),
    Entry("Import", "/admin/import/", Right.IMPORT),
    Entry("Backup", "/admin/backup/", Right.IMPORT),
    Entry("Health", "/admin/health/", Right.AUDIT),
    Entry("Events", "/admin/events/", Right.AUDIT),
)


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The templates of the admin."""
    return Environment(
        loader=PackageLoader("westmarch.admin"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """The path of a static file of the admin, with the hash of its content."""
    content = resources.files("westmarch.admin").joinpath("static", name).read_bytes()
    return f"/admin/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def page(request: Request, template: str, *, title: str, status: int = 200, **context: Any) -> Reply:
    """A page of the admin for whoever is signed in. It is for them alone: nothing stores it."""
    surface: Surface = request.app.state.surface
    who = signed_in(request)
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    text = (
        templates()
        .get_template(template)
        .render(
            title=title,
            site=surface.options.latest.site,
            who=who,
            may=who.may,
            Right=Right,
            rail=[entry for entry in RAIL if who.may(entry.right)],
            path=path,
            url=surface.href,
            asset=lambda name: surface.base + asset(name),
            **context,
        )
    )
    return Reply(text.encode("utf-8", "replace"), HTML, status, "no-store", (("vary", "Cookie"),))


def redirect(request: Request, path: str) -> Reply:
    """The way to another page of the site after a form was taken (303)."""
    surface: Surface = request.app.state.surface
    return Reply(b"", "text/plain; charset=utf-8", 303, "no-store", (("location", surface.base + path),))
