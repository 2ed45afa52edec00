"""Whether addresses of the site lead anywhere, as readers would find it."""

from collections.abc import Iterable

from westmarch.answers import answer
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid
from westmarch.links.paths import claimable, parse
from westmarch.web.surface import Surface


def nowhere(session: Reading, surface: Surface, addresses: Iterable[str]) -> frozenset[str]:
    """Those of the addresses that are paths of the site at which a reader finds nothing.

    Whole addresses elsewhere are not looked at, and neither are paths below which other parts of the program answer.
    """
    inside = {address for address in addresses if address.startswith("/")}
    return frozenset(address for address in inside if not _found(session, surface, address))


def _found(session: Reading, surface: Surface, address: str) -> bool:
    way, _, query = address.partition("#")[0].partition("?")
    try:
        path = parse(way)
    except Invalid:
        return False
    return answer(session, surface, path, query).status_code < 400 or not claimable(path)
