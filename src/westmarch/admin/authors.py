"""The authors: all of them in a list, each with their form and where they are named, merging and deleting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor
from westmarch.accounts.rights import Right
from westmarch.admin import flash, narrowing, organizing, shell
from westmarch.admin.narrowing import Narrowed
from westmarch.authors import editing, managing
from westmarch.authors.managing import Edited
from westmarch.authors.models import Author
from westmarch.authors.queries import MOST
from westmarch.db.keyset import Found
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, NotFound, Stale, WestmarchError
from westmarch.posts import bylines, uses
from westmarch.posts.introductions import introduction
from westmarch.site import queries as site_queries
from westmarch.subjects.names import fold
from westmarch.web import forms
from westmarch.web.forms import Form
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

PATH = "/admin/authors/"
_FIELDS = ("name", "slug", "bio", "links", "picture", "version")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    name: str = ""
    slug: str = ""
    bio: str = ""
    links: str = ""
    picture: str = ""
    version: str = ""

    @classmethod
    def of(cls, form: Form) -> "Typed":
        """What was sent."""
        return cls(*(form.text(name) for name in _FIELDS))

    @classmethod
    def stored(cls, author: Edited) -> "Typed":
        """What is stored."""
        links = "\n".join(f"{each['title']} {each['href']}" for each in author.links)
        picture = "" if author.picture_id is None else str(author.picture_id)
        return cls(author.name, author.slug, author.bio_markdown, links, picture, author.version)

    def elsewhere(self) -> list[dict[str, str]]:
        """The links, of which the last word of a line is the address."""
        words = [line.rsplit(maxsplit=1) for line in self.links.split("\n") if line.strip()]
        return [{"title": each[0].strip(), "href": each[-1]} for each in words]

    def picture_id(self) -> int | None:
        """The picture. Raises Invalid where it is no number."""
        text = self.picture.strip()
        if text and not (text.isascii() and text.isdigit() and int(text[:11]) <= narrowing.LARGEST_ID):
            raise Invalid("There is no such picture.", place="picture", hint="Write the number of one of the media.")
        return int(text) if text else None


@dataclass(frozen=True, slots=True)
class Shown:
    """An author with where they are named."""

    author: Edited
    total: int
    uses: Sequence[NamedRow]


async def all_of_them(request: Request) -> Reply:
    """`/admin/authors/`: the authors, searched, sorted and page by page."""
    return await organizing.listed(request, "authors/list.html", PATH, _find, title="Authors", sorts=("name", "posts"))


def _find(session: Reading, asked: Narrowed, after: str | None) -> Found:
    return managing.find(session, search=asked.search, sort=asked.sort, after=after)


async def new(request: Request) -> Reply:
    """`/admin/authors/new/`: the form for another author."""
    if request.method != "POST":
        return _form(request, Typed())
    typed = Typed.of(await forms.read(request, most_bytes=organizing.MOST_BYTES))
    try:
        author_id = await shell.db(request).write(
            editing.create,
            typed.name,
            slug=typed.slug.strip() or None,
            bio=await _bio(request, typed),
            links_elsewhere=typed.elsewhere(),
            picture_id=typed.picture_id(),
            actor=actor(request),
        )
    except (Invalid, Conflict) as error:
        return _form(request, typed, error=error)
    return flash.redirect(request, f"{PATH}{author_id}/", "The author is made.")


async def one(request: Request) -> Reply:
    """`/admin/authors/12/`: the form of an author, and where they are named."""
    author_id = narrowing.number(request)
    shown = await shell.db(request).read(_shown, author_id)
    if request.method != "POST":
        return _form(request, Typed.stored(shown.author), shown)
    typed = Typed.of(await forms.read(request, most_bytes=organizing.MOST_BYTES))
    slug = typed.slug.strip()
    try:
        event = await shell.db(request).write(
            editing.change,
            author_id,
            name=typed.name,
            slug=None if slug in ("", shown.author.slug) else slug,
            bio=await _bio(request, typed),
            links_elsewhere=typed.elsewhere(),
            picture_id=typed.picture_id(),
            expected=typed.version,
            actor=actor(request),
        )
    except Stale as error:
        now = await shell.db(request).read(_shown, author_id)
        return _form(request, replace(typed, version=now.author.version), now, error=error, now=now.author)
    except (Invalid, Conflict) as error:
        return _form(request, typed, shown, error=error)
    return organizing.saved(request, f"{PATH}{author_id}/", "The author", event)


async def merge(request: Request) -> Reply:
    """`/admin/authors/12/merge/`: asks into which author this one shall be merged, and does it."""
    author_id = narrowing.number(request)
    shown, names = await shell.db(request).read(_to_merge, author_id)
    if request.method != "POST":
        return _ask_into(request, shown, names)
    into = (await forms.read(request, most_bytes=organizing.MOST_BYTES)).line("into")
    try:
        kept, event = await shell.db(request).write(_merge, author_id, into, actor(request))
    except (Invalid, Conflict) as error:
        return _ask_into(request, shown, names, into, error)
    message = f"“{shown.author.name}” is merged into “{into}”."
    return flash.redirect(request, f"{PATH}{kept}/", message, undo=[event])


def _merge(session: Session, author_id: int, name: str, by: str) -> tuple[int, int]:
    into = session.scalar(select(Author.id).where(Author.folded == fold(name)))
    if into is None:
        raise Invalid(f"There is no author {name[:100]!r}.", place="into", hint="Choose one that there is.")
    return into, bylines.merge(session, author_id, into, site_queries.current(session), actor=by)


async def delete(request: Request) -> Reply:
    """`/admin/authors/12/delete/`: asks whether the author shall be deleted, and does it."""
    author_id = narrowing.number(request)
    shown = await shell.db(request).read(_shown, author_id)
    if request.method == "POST":
        event = await shell.db(request).write(bylines.delete, author_id, actor=actor(request))
        return flash.redirect(request, PATH, f"The author “{shown.author.name}” is deleted.", undo=[event])
    back = f"{PATH}{author_id}/"
    return organizing.ask_to_delete(
        request,
        back + "delete/",
        back,
        title=f"Delete “{shown.author.name}”?",
        lines=[f"{shown.author.path} will be gone. This can be undone."],
    )


def _shown(session: Reading, author_id: int) -> Shown:
    author = managing.edited(session, author_id)
    if author is None:
        raise NotFound(f"There is no author {author_id}.", hint="Somebody deleted or merged them.")
    return Shown(author, *uses.of_author(session, author_id, organizing.SHOWN))


def _to_merge(session: Reading, author_id: int) -> tuple[Shown, list[str]]:
    found = managing.find(session, size=MOST)
    return _shown(session, author_id), [row.name for row in found.rows if row.id != author_id]


async def _bio(request: Request, typed: Typed) -> tuple[str, str]:
    surface: Surface = request.app.state.surface
    return await introduction(shell.db(request), typed.bio, surface.options.latest.site.language, place="bio")


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
        "authors/edit.html",
        PATH + (f"{shown.author.id}/" if shown else "new/"),
        title=f"Author “{shown.author.name}”" if shown else "New author",
        typed=typed,
        shown=shown,
        error=error,
        now=now,
    )


def _ask_into(
    request: Request, shown: Shown, names: Sequence[str], into: str = "", error: WestmarchError | None = None
) -> Reply:
    author = shown.author
    back = f"{PATH}{author.id}/"
    return organizing.ask_into(
        request,
        back + "merge/",
        back,
        [{"id": author.id, "name": author.name, "path": author.path, "posts": shown.total}],
        about="The posts are by the other author then, and the address leads to them. An account's byline goes along.",
        label="Into the author",
        hint="The name of an author that there is.",
        into=into,
        names=names,
        error=error,
    )


ROUTES: tuple[Any, ...] = (
    Guarded(PATH, all_of_them, right=Right.ORGANIZE),
    Guarded(PATH + "new/", new, right=Right.ORGANIZE, methods=("GET", "POST")),
    Guarded(PATH + "{id:int}/", one, right=Right.ORGANIZE, methods=("GET", "POST")),
    Guarded(PATH + "{id:int}/merge/", merge, right=Right.ORGANIZE, methods=("GET", "POST")),
    Guarded(PATH + "{id:int}/delete/", delete, right=Right.ORGANIZE, methods=("GET", "POST")),
)
