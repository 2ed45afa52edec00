"""The lists of posts, of pages and of the trash: what their addresses ask for, and the way back to one of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request

from westmarch.accounts.guard import signed_in
from westmarch.accounts.rights import Right
from westmarch.admin.narrowing import LONGEST, storable
from westmarch.db.keyset import Found
from westmarch.posts import ownership
from westmarch.posts.managing import Gathers, Wanted
from westmarch.web.surface import Surface

#: Says to which list the pages of its posts lead back; so many characters of its address are kept.
COOKIE, _LONGEST_ADDRESS = "westmarch-list", 1_500
_ADDRESS = re.compile(r"/admin/(posts|pages|trash)/(?:\?[A-Za-z0-9=&%+._~-]*)?")
#: What narrows a list by a slug.
GATHERS = ("tag", "author", "topic")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its path, its title, what its rows are called, what it can be sorted by and narrowed to.

    The first of `sorts` is the order that nobody has to ask for. `kind` is what it holds (None: posts and pages).
    """

    path: str
    title: str
    nouns: tuple[str, str]
    kind: str | None
    shows: Mapping[str, str]
    sorts: tuple[str, ...]
    trashed: bool = False


_STATES = {
    "draft": "Drafts",
    "scheduled": "Scheduled",
    "published": "Published",
    "unlisted": "Unlisted",
    "edited": "Edited since",
}
_SORTS = ("-published", "title", "-changed", "-views")
POSTS = Listing("/admin/posts/", "Posts", ("post", "posts"), "post", _STATES, _SORTS)
PAGES = Listing("/admin/pages/", "Pages", ("page", "pages"), "page", _STATES, _SORTS)
TRASH = Listing(
    "/admin/trash/",
    "Trash",
    ("entry", "entries"),
    None,
    {"post": "Posts", "page": "Pages"},
    ("-trashed", "title"),
    trashed=True,
)


class Chip(NamedTuple):
    """Something by which a list is narrowed: what it is, its name, and the address of the list without it."""

    what: str
    name: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list asks for; what is no choice there is left out of it."""

    listing: Listing
    base: str
    search: str = ""
    show: str = ""
    sort: str = ""
    tag: str = ""
    author: str = ""
    topic: str = ""
    language: str = ""
    after: str = ""

    def href(self, **other: str) -> str:
        """The address of the same list with something else asked for; unless told, it begins at the first page."""
        return self.base + self.path(**{"after": "", **other})

    def path(self, **other: str) -> str:
        """The path of the same list below the site's, with its query; on the same page unless told otherwise."""
        asked = self._query(**other)
        return f"{self.listing.path}?{asked}" if asked else self.listing.path

    def toward(self, name: str) -> str:
        """The address of the same list narrowed by a tag, an author or a topic, but for its slug, which follows."""
        href = self.href(**{name: ""})
        return f"{href}{'&' if '?' in href else '?'}{name}="

    def doing(self) -> str:
        """The address to which the form of the list is sent."""
        asked = self._query()
        return f"{self.base}{self.listing.path}do/" + (f"?{asked}" if asked else "")

    def _query(self, **other: str) -> str:
        asked = replace(self, **other)  # type: ignore[arg-type]
        usual = asked.sort == self.listing.sorts[0]
        fields = {"q": asked.search, "show": asked.show, **{name: getattr(asked, name) for name in GATHERS}}
        fields |= {"language": asked.language, "sort": "" if usual else asked.sort, "after": asked.after}
        return urlencode({name: value for name, value in fields.items() if value})

    @property
    def narrow(self) -> bool:
        """Whether the list shows less than there is."""
        return any((self.search, self.show, self.tag, self.author, self.topic, self.language))

    def chips(self, gathers: Mapping[str, Gathers]) -> list[Chip]:
        """All by which the list is narrowed, but for the state, which has tabs."""
        found = [Chip("Search", self.search, self.href(search=""))] if self.search else []
        found += [Chip(name.capitalize(), gathers[name].name, self.href(**{name: ""})) for name in gathers]
        if self.language:
            found.append(Chip("Language", self.language, self.href(language="")))
        return found

    def pages(self, found: Found) -> Mapping[str, str | None]:
        """The addresses of the pages around this one; None where this is the first, or the last."""
        return {
            "first": self.href() if found.previous else None,
            "previous": self.href(after=found.previous) if found.previous else None,
            "next": self.href(after=found.next) if found.next else None,
        }


def asked(request: Request, listing: Listing) -> Asked:
    """What the address of a list asks for."""
    surface: Surface = request.app.state.surface
    query = request.query_params
    texts = {name: storable(query.get(name, ""))[:LONGEST] for name in ("q", *GATHERS, "language")}
    sort, show = query.get("sort", ""), query.get("show", "")
    return Asked(
        listing,
        surface.base,
        texts["q"],
        show if show in listing.shows else "",
        sort if sort.removeprefix("-") in {each.removeprefix("-") for each in listing.sorts} else listing.sorts[0],
        texts["tag"],
        texts["author"],
        texts["topic"],
        texts["language"],
        storable(query.get("after", "")),
    )


def wanted(request: Request, asked: Asked, gathers: Mapping[str, Gathers]) -> Wanted:
    """Which posts and pages a list holds for whoever asks: in the trash only those that they may restore."""
    who, listing = signed_in(request), asked.listing
    own = ownership.own_only(who)
    return Wanted(
        # Pages are not for those who look through their own posts alone.
        kind=listing.kind if own is None else "post",
        trashed=listing.trashed,
        show=asked.show,
        search=asked.search,
        language=asked.language,
        own=own,
        drafts=listing.trashed and not who.may(Right.PUBLISH),
        **{name: found.id for name, found in gathers.items()},
    )


def remembered(request: Request, asked: Asked) -> tuple[tuple[str, str], ...]:
    """The header by which a browser remembers the list that it shows, where it does not yet."""
    address = asked.path()
    if len(address) > _LONGEST_ADDRESS or request.cookies.get(COOKIE) == address:
        return ()
    surface: Surface = request.app.state.surface
    secure = "; Secure" if surface.origin.startswith("https:") else ""
    return (("set-cookie", f"{COOKIE}={address}; Path={surface.base}/admin/; HttpOnly; SameSite=Lax{secure}"),)


def back(request: Request, kind: str) -> str:
    """The path of the list from which somebody came to a post or page: as it was narrowed, sorted and paged there."""
    address = request.cookies.get(COOKIE, "")
    listing = _ADDRESS.fullmatch(address)
    return address if listing and listing[1] in (f"{kind}s", "trash") else f"/admin/{kind}s/"
