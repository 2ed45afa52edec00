"""The menu of the site: its entries, in an order that can be changed by button, by keyboard and by dragging."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from starlette.requests import Request

from westmarch.accounts.guard import Guarded
from westmarch.accounts.rights import Right
from westmarch.admin import leads, rows, sections
from westmarch.admin.sections import NAVIGATION
from westmarch.errors import Stale
from westmarch.site import actions
from westmarch.site.options import NAMED, Site
from westmarch.web import forms
from westmarch.web.forms import Form
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

#: So many entries a menu may have, and so many empty ones wait to be filled in.
MOST, EMPTY = 20, 2

Row = dict[str, str]


async def navigation(request: Request) -> Reply:
    """`/admin/settings/navigation/`: the entries of the menu."""
    site = await sections.current(request)
    if request.method != "POST":
        return await _page(request, site, [item.model_dump() for item in site.navigation])
    form = await forms.read(request)
    typed = rows.moved(_rows(form), form.line("do"))
    kept = [row for row in typed if row["title"] or row["address"]]
    values = {"navigation": kept}
    if faults := actions.faults(site, values):
        return await _page(request, site, kept, faults=faults, status=422)
    try:
        return await sections.save(request, NAVIGATION, values, form.line("version"))
    except Stale:
        error, site = await sections.meanwhile(request, NAVIGATION), await sections.current(request)
        return await _page(request, site, kept, error=error, status=error.status, now=site.navigation)


def _rows(form: Form) -> list[Row]:
    pairs = zip_longest(form.all("title"), form.all("address"), fillvalue="")
    return [{"title": rows.line(title), "address": rows.line(address)} for title, address in pairs]


async def _page(
    request: Request,
    site: Site,
    typed: Sequence[Row],
    *,
    faults: Mapping[str, str] | None = None,
    error: object = None,
    status: int = 200,
    now: Any = (),
) -> Reply:
    addresses = [row["address"] for row in typed]
    dead = await request.app.state.db.read(leads.nowhere, request.app.state.surface, addresses)
    empty = [{"title": "", "address": ""}] * min(EMPTY, max(MOST - len(typed), 0))
    return sections.page(
        request,
        NAVIGATION,
        site,
        [*typed, *empty],
        faults=rows.placed(faults or {}, "navigation", "title"),
        error=error,
        status=status,
        filled=len(typed),
        names=_names(request, site),
        dead=dead,
        now=now,
    )


def _names(request: Request, site: Site) -> dict[str, str]:
    """What entries are called that have no title: the lists of the site, in its language."""
    surface: Surface = request.app.state.surface
    words = surface.themes.chosen(site.theme).catalogues.words(site.language, site.zone)
    return {address: words(address.strip("/")) for address in NAMED}


ROUTES = (Guarded(NAVIGATION.path, navigation, right=Right.MANAGE_SITE, methods=("GET", "POST")),)
