"""How a list of the admin is narrowed, sorted and paged by its address, and what is chosen of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from westmarch.db.keyset import Found
from westmarch.errors import Invalid, NotFound
from westmarch.web.surface import Surface

#: No id of ours is larger; so many of a list are chosen at once, and so many characters a search may have.
LARGEST_ID, MOST_CHOSEN, LONGEST = 2**31 - 1, 200, 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the address of a list asks for; what is no choice there is left out of it."""

    action: str
    search: str
    sort: str
    show: str
    after: str | None

    def href(self, **other: str | None) -> str:
        """The address of the same list with something else asked for: `search`, `sort`, `show` or `after`.

        Another order or another choice begins at the first page.
        """
        fields = {"q": self.search, "sort": self.sort, "show": self.show, "after": None}
        fields |= {"q" if name == "search" else name: value for name, value in other.items()}
        asked = urlencode({name: value for name, value in fields.items() if value})
        return f"{self.action}?{asked}" if asked else self.action

    @property
    def narrow(self) -> bool:
        """Whether the list shows less than there is."""
        return bool(self.search or self.show)


def narrowed(request: Request, path: str, *, sorts: Sequence[str], shows: Sequence[str] = ()) -> Narrowed:
    """What the address of the list at a path asks for; the first of `sorts` is the order that nobody has to ask for."""
    surface: Surface = request.app.state.surface
    query = request.query_params
    sort, show = query.get("sort", ""), query.get("show", "")
    return Narrowed(
        surface.href(path),
        storable(query.get("q", ""))[:LONGEST],
        sort if sort.removeprefix("-") in {each.removeprefix("-") for each in sorts} else sorts[0],
        show if show in shows else "",
        query.get("after") or None,
    )


def found_or_first(asked: Narrowed, find: Callable[[str | None], T]) -> T:
    """What `find` gives for the cursor that is asked for, or for none where it is no cursor of this list any more."""
    try:
        return find(asked.after)
    except Invalid as error:
        if error.place != "cursor":
            raise
        return find(None)


def storable(text: str) -> str:
    """The text without what no database takes, and without spaces at its ends."""
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()


def number(request: Request) -> int:
    """The id in the path. Raises NotFound for a number that no id can have."""
    found: int = request.path_params["id"]
    if found > LARGEST_ID:
        raise NotFound("There is nothing of this number.")
    return found


def chosen(values: Sequence[str], *, most: int = MOST_CHOSEN) -> list[int]:
    """The ids that were chosen, in order and each once. What is no id is left out.

    Raises Invalid where there are more than are taken at once.
    """
    digits = (value for value in values if value.isascii() and value.isdigit() and len(value) <= 10)
    ids = list(dict.fromkeys(id_ for id_ in map(int, digits) if 0 < id_ <= LARGEST_ID))
    if len(ids) > most:
        raise Invalid(f"At most {most} can be chosen at once.", place="id")
    return ids


def pages(asked: Narrowed, found: Found) -> Mapping[str, str | None]:
    """The addresses of the pages around this one; None where this is the first, or the last."""
    return {
        "first": asked.href() if found.previous else None,
        "previous": asked.href(after=found.previous) if found.previous else None,
        "next": asked.href(after=found.next) if found.next else None,
    }
