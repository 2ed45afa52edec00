"""The tags: all of them in a list, each with its form and where it is used, merging and deleting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor
from westmarch.accounts.rights import Right
from westmarch.admin import flash, narrowing, organizing, shell
from westmarch.admin.narrowing import Narrowed
from westmarch.db.keyset import Found
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, NotFound, Stale, WestmarchError
from westmarch.posts import retagging, uses
from westmarch.site import queries as site_queries
from westmarch.tags import actions, managing, queries
from westmarch.tags.managing import Edited
from westmarch.web import forms
from westmarch.web.forms import Form
from westmarch.web.replies import Reply

PATH = "/admin/tags/"
#: So many names are offered.
OFFERED = 500
_USED = {"": None, "used": True, "unused": False}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    name: str = ""
    slug: str = ""
    description: str = ""
    synonyms: str = ""
    version: str = ""

    @classmethod
    def of(cls, form: Form) -> "Typed":
        """What was sent."""
        return cls(*(form.text(name) for name in ("name", "slug", "description", "synonyms", "version")))

    @classmethod
    def stored(cls, tag: Edited) -> "Typed":
        """What is stored."""
        return cls(tag.name, tag.slug, tag.description, "\n".join(tag.synonyms), tag.version)


@dataclass(frozen=True, slots=True)
class Shown:
    """A tag with where it is used."""

    tag: Edited
    total: int
    uses: Sequence[NamedRow]


async def all_of_them(request: Request) -> Reply:
    """`/admin/tags/`: the tags, searched, sorted and page by page."""
    return await organizing.listed(
        request, "tags/list.html", PATH, _find, title="Tags", sorts=("name", "posts"), shows=tuple(_USED)
    )


def _find(session: Reading, asked: Narrowed, after: str | None) -> Found:
    return managing.find(session, search=asked.search, sort=asked.sort, used=_USED[asked.show], after=after)


async def new(request: Request) -> Reply:
    """`/admin/tags/new/`: the form for another tag."""
    if request.method != "POST":
        return _form(request, Typed())
    typed = Typed.of(await forms.read(request, most_bytes=organizing.MOST_BYTES))
    try:
        await shell.db(request).write(
            actions.create,
            typed.name,
            slug=typed.slug.strip() or None,
            description=typed.description,
            synonyms=typed.synonyms.split("\n"),
            actor=actor(request),
        )
    except (Invalid, Conflict) as error:
        return _form(request, typed, error=error)
    return flash.redirect(request, PATH, f"The tag “{typed.name.strip()}” is made.")


async def one(request: Request) -> Reply:
    """`/admin/tags/12/`: the form of a tag, and where it is used."""
    tag_id = narrowing.number(request)
    shown = await shell.db(request).read(_shown, tag_id)
    if request.method != "POST":
        return _form(request, Typed.stored(shown.tag), shown)
    typed = Typed.of(await forms.read(request, most_bytes=organizing.MOST_BYTES))
    slug = typed.slug.strip()
    try:
        event = await shell.db(request).write(
            actions.change,
            tag_id,
            name=typed.name,
            slug=None if slug in ("", shown.tag.slug) else slug,
            description=typed.description,
            synonyms=typed.synonyms.split("\n"),
            expected=typed.version,
            actor=actor(request),
        )
    except Stale as error:
        now = await shell.db(request).read(_shown, tag_id)
        return _form(request, replace(typed, version=now.tag.version), now, error=error, now=now.tag)
    except (Invalid, Conflict) as error:
        return _form(request, typed, shown, error=error)
    return organizing.saved(request, f"{PATH}{tag_id}/", "The tag", event)


async def merge(request: Request) -> Reply:
    """`/admin/tags/merge/?id=12`: asks into which tag others shall be merged, and does it."""
    if request.method != "POST":
        tags, names = await _chosen(request, request.query_params.getlist("id"))
        into = max(tags, key=lambda tag: tag.uses).name if len(tags) > 1 else ""
        return _ask_into(request, tags, names, into) if tags else _nothing_chosen(request)
    form = await forms.read(request, most_bytes=organizing.MOST_BYTES)
    tags, names = await _chosen(request, form.all("id"))
    if not tags:
        return _nothing_chosen(request)
    try:
        kept, events = await shell.db(request).write(
            _merge, [tag.id for tag in tags], form.line("into"), actor(request)
        )
    except (Invalid, Conflict, NotFound) as error:
        return _ask_into(request, tags, names, form.line("into"), error)
    gone = [tag.name for tag in tags if tag.id != kept.id]
    what = f"“{gone[0]}” is" if len(gone) == 1 else f"{len(gone)} tags are"
    return flash.redirect(request, f"{PATH}{kept.id}/", f"{what} merged into “{kept.name}”.", undo=events)


def _merge(session: Session, ids: Sequence[int], name: str, by: str) -> tuple[Edited, list[int]]:
    into_id = managing.by_name(session, name)
    into = managing.edited(session, into_id) if into_id else None
    if into is None:
        raise Invalid(f"There is no tag {name[:100]!r}.", place="into", hint="Choose one that there is.")
    site = site_queries.current(session)
    events = [retagging.merge(session, each, into.id, site, actor=by) for each in ids if each != into.id]
    if not events:
        raise Conflict("A tag cannot be merged into itself.", place="into", hint="Choose another tag.")
    return into, events


async def delete(request: Request) -> Reply:
    """`/admin/tags/delete/?id=12`: asks whether tags shall be deleted, naming what has them, and does it."""
    if request.method != "POST":
        tags, _ = await _chosen(request, request.query_params.getlist("id"))
        return _ask_to_delete(request, tags) if tags else _nothing_chosen(request)
    form = await forms.read(request, most_bytes=organizing.MOST_BYTES)
    events = await shell.db(request).write(_delete, narrowing.chosen(form.all("id")), actor(request))
    if not events:
        return _nothing_chosen(request)
    what = "The tag is" if len(events) == 1 else f"{len(events)} tags are"
    return flash.redirect(request, PATH, f"{what} deleted.", undo=events)


def _delete(session: Session, ids: Sequence[int], by: str) -> list[int]:
    site = site_queries.current(session)
    there = [tag_id for tag_id in ids if managing.edited(session, tag_id) is not None]
    return [retagging.delete(session, tag_id, site, actor=by) for tag_id in there]


def _shown(session: Reading, tag_id: int) -> Shown:
    tag = managing.edited(session, tag_id)
    if tag is None:
        raise NotFound(f"There is no tag {tag_id}.", hint="It was deleted or merged, perhaps by somebody else.")
    return Shown(tag, *uses.of_tag(session, tag_id, organizing.SHOWN))


async def _chosen(request: Request, values: Sequence[str]) -> tuple[list[Edited], list[str]]:
    """The tags that were chosen and are there, and names of tags that are used most."""
    ids = narrowing.chosen(values)

    def look(session: Reading) -> tuple[list[Edited], list[str]]:
        tags = [tag for tag_id in ids if (tag := managing.edited(session, tag_id)) is not None]
        return tags, [tag.name for tag in queries.most_used(session, OFFERED)]

    return await shell.db(request).read(look)


def _form(
    request: Request,
    typed: Typed,
    shown: Shown | None = None,
    *,
    error: WestmarchError | None = None,
    now: Edited | None = None,
) -> Reply:
    return organizing.form(
        request,
        "tags/edit.html",
        PATH + (f"{shown.tag.id}/" if shown else "new/"),
        title=f"Tag “{shown.tag.name}”" if shown else "New tag",
        typed=typed,
        shown=shown,
        error=error,
        now=now,
    )


def _ask_into(
    request: Request, tags: Sequence[Edited], names: Sequence[str], into: str, error: WestmarchError | None = None
) -> Reply:
    return organizing.ask_into(
        request,
        PATH + "merge/",
        _back(tags),
        [{"id": tag.id, "name": tag.name, "path": tag.path, "posts": tag.uses} for tag in tags],
        title="Merge tags" if len(tags) > 1 else "",
        about="Their posts get the other tag, their names become its synonyms, and their addresses lead to it.",
        label="Into the tag",
        hint="The name of a tag that there is. One of those above may be it; that one stays.",
        into=into,
        names=names,
        error=error,
    )


def _ask_to_delete(request: Request, tags: Sequence[Edited]) -> Reply:
    lines = [f"“{tag.name}” is taken off {_posts(tag.uses)}, and {tag.path} will be gone." for tag in tags]
    return organizing.ask_to_delete(
        request,
        PATH + "delete/",
        _back(tags),
        title=f"Delete “{tags[0].name}”?" if len(tags) == 1 else f"Delete {len(tags)} tags?",
        lines=[*lines, "The posts stay. This can be undone."],
        fields=[("id", tag.id) for tag in tags],
    )


def _back(tags: Sequence[Edited]) -> str:
    return PATH if len(tags) > 1 else f"{PATH}{tags[0].id}/"


def _posts(number: int) -> str:
    return "no post" if number == 0 else "one post" if number == 1 else f"{number:,} posts"


def _nothing_chosen(request: Request) -> Reply:
    return flash.redirect(request, PATH, "Choose tags first: none of those is there.", bad=True)


ROUTES: tuple[Any, ...] = (
    Guarded(PATH, all_of_them, right=Right.ORGANIZE),
    Guarded(PATH + "new/", new, right=Right.ORGANIZE, methods=("GET", "POST")),
    Guarded(PATH + "merge/", merge, right=Right.ORGANIZE, methods=("GET", "POST")),
    Guarded(PATH + "delete/", delete, right=Right.ORGANIZE, methods=("GET", "POST")),
    Guarded(PATH + "{id:int}/", one, right=Right.ORGANIZE, methods=("GET", "POST")),
)
