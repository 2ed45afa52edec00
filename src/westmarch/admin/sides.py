"""The parts beside the list of the front page: which there are, in which order, and what each shows."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, get_args

from starlette.requests import Request

from westmarch.accounts.guard import Guarded
from westmarch.accounts.rights import Right
from westmarch.admin import leads, rows, sections
from westmarch.admin.sections import SIDES
from westmarch.errors import Stale
from westmarch.site import actions
from westmarch.site.options import PartName, Side, Site
from westmarch.web import forms
from westmarch.web.forms import Form
from westmarch.web.replies import Reply

#: What the parts are called, in the order in which they are offered, and what each has beside its title.
PARTS: Mapping[str, tuple[str, str, str]] = {
    "about": ("About", "text", "What the site is about. Without a text it shows the description of the site."),
    "tags": ("Tags", "count", "The tags that are used most."),
    "archives": ("Archives", "count", "The newest years, with the number of their posts."),
    "most-read": ("Most read", "count", "The posts that were read most in the last 30 days."),
    "feeds": ("Feeds", "", "How to subscribe."),
    "links": ("Links", "links", "A list of links."),
    "text": ("Text", "text", "Whatever you write, in Markdown."),
}
#: Parts that may be there several times.
SEVERAL = frozenset({"links", "text"})
FIELDS = ("part", "title", "text", "links", "count")

Row = dict[str, str]


async def sides(request: Request) -> Reply:
    """`/admin/settings/sides/`: the parts beside the front page."""
    site = await sections.current(request)
    if request.method != "POST":
        return await _page(request, site, [row_of(side) for side in site.sides])
    form = await forms.read(request)
    does = form.line("do")
    typed = rows.moved(_rows(form), does)
    if does == "add" and form.line("new") in get_args(PartName):
        typed.append(dict.fromkeys(FIELDS, "") | {"part": form.line("new")})
        if form.line("new") in SEVERAL:  # It is nothing yet: it is saved when something stands in it.
            return await _page(request, site, typed, added=len(typed) - 1)
    values = {"sides": [_given(row) for row in typed]}
    if faults := actions.faults(site, values):
        return await _page(request, site, typed, faults=faults, status=422)
    try:
        return await sections.save(request, SIDES, values, form.line("version"))
    except Stale:
        error, site = await sections.meanwhile(request, SIDES), await sections.current(request)
        return await _page(request, site, typed, error=error, status=error.status, now=site.sides)


def row_of(side: Side) -> Row:
    """A part as fields of a form."""
    links = "\n".join(f"{item.title} {item.address}".strip() for item in side.links)
    return {
        "part": side.part,
        "title": side.title,
        "text": side.text,
        "links": links,
        "count": str(side.count or ""),
    }


def _rows(form: Form) -> list[Row]:
    columns = zip_longest(*(form.all(name) for name in FIELDS), fillvalue="")
    return [dict(zip(FIELDS, values, strict=True)) for values in columns]


def _given(row: Row) -> dict[str, Any]:
    """What a row sets: the fields that its part has, where something stands in them."""
    detail = PARTS[row["part"]][1] if row["part"] in PARTS else ""
    given: dict[str, Any] = {"part": row["part"], "title": rows.line(row["title"])}
    if detail == "links":
        given["links"] = [link_of(line) for line in row["links"].split("\n") if line.strip()]
    elif detail and row[detail].strip():
        given[detail] = row[detail].strip()
    return given


def link_of(line: str) -> dict[str, str]:
    """A link as a line: its title, a space, its address, which has no spaces."""
    *title, address = line.split()
    return {"title": " ".join(title), "address": address}


async def _page(
    request: Request,
    site: Site,
    typed: Sequence[Row],
    *,
    faults: Mapping[str, str] | None = None,
    error: object = None,
    status: int = 200,
    now: Sequence[Side] = (),
    added: int = -1,
) -> Reply:
    listed = [[link_of(line)["address"] for line in row["links"].split("\n") if line.strip()] for row in typed]
    every = [address for addresses in listed for address in addresses]
    dead = await request.app.state.db.read(leads.nowhere, request.app.state.surface, every)
    there = {row["part"] for row in typed} - SEVERAL
    return sections.page(
        request,
        SIDES,
        site,
        typed,
        faults=rows.placed(faults or {}, "sides", "title"),
        error=error,
        status=status,
        parts=PARTS,
        offered=[(name, told[0]) for name, told in PARTS.items() if name not in there],
        dead=[[address for address in addresses if address in dead] for addresses in listed],
        now=now,
        added=added,
    )


ROUTES = (Guarded(SIDES.path, sides, right=Right.MANAGE_SITE, methods=("GET", "POST")),)
