"""What somebody asks of the page `/search/`, as its address says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import get_args
from urllib.parse import parse_qsl, urlencode

from westmarch.books.shapes import YEARS
from westmarch.search.shapes import Kind

PATH = "/search/"
#: What can be chosen among results, one value of each.
FACETS = ("kind", "tag", "year", "language")
#: A longer question is cut.
LONGEST = 200
_MOST_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """A question, values of facets and an order. Each has one spelling as a query of the address."""

    q: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    newest: bool = False

    @property
    def asked(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.q or self.chosen)

    @property
    def query(self) -> str:
        """The choice as an address writes it, with the question mark; empty for none."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(name, self.chosen[name]) for name in FACETS if name in self.chosen]
        pairs += [("sort", "newest")] if self.newest and self.asked else []
        return "?" + urlencode(pairs) if pairs else ""

    def with_(self, name: str, value: str) -> "Choice":
        """The choice with another value."""
        return replace(self, chosen={**self.chosen, name: value})

    def without(self, name: str) -> "Choice":
        """The choice without the value of a facet."""
        return replace(self, chosen={key: value for key, value in self.chosen.items() if key != name})


def choice(query: str) -> Choice:
    """The choice that the query of an address makes; what nobody can choose is left out."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, max_num_fields=_MOST_FIELDS) if query.count("&") < _MOST_FIELDS else ():
        text = " ".join(value.replace("\0", "").encode("utf-8", "replace").decode().split())[:LONGEST].strip()
        if text:
            found.setdefault(name, text)
    chosen = {name: found[name] for name in FACETS if name in found and _fits(name, found[name])}
    return Choice(found.get("q", ""), chosen, found.get("sort") == "newest")


def _fits(name: str, value: str) -> bool:
    if name == "kind":
        return value in get_args(Kind)
    if name != "year":
        return True
    digits = value.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) < len(str(YEARS)) and str(int(value)) == value
