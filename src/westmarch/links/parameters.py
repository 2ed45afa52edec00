"""The query of an address, as far as links know it: single parameters, of which a path may declare one. No database.

`/?p=123` is how WordPress addresses a post: the parameter is the address, wherever it stands in the query. What else
the query holds survives a redirect.
"""

from urllib.parse import quote, quote_plus, unquote_plus

from westmarch.errors import Invalid

#: The longest declared parameter, in characters of its one spelling.
LONGEST = 200
#: How many parameters of a request are looked at.
MOST = 15

_SAFE = "%/?:@!$&'()*+,;=~[]"


def spelled(parameter: str) -> str:
    """The one spelling of a parameter: `name=value`, percent-encoded, also where there is no value."""
    name, _, value = parameter.partition("=")
    return f"{quote_plus(unquote_plus(name), errors='replace')}={quote_plus(unquote_plus(value), errors='replace')}"


def declared(query: str) -> str:
    """The query in the spelling in which a link declares it. Raises Invalid where it is not exactly one parameter."""
    parameter = spelled(query.removeprefix("?"))
    if "&" in query or parameter.startswith("=") or len(parameter) > LONGEST:
        raise Invalid(
            f"A path cannot declare the query {query[:LONGEST]!r}.",
            place="query",
            hint=f"It is one parameter such as p=123, of at most {LONGEST} characters.",
        )
    return parameter


def candidates(query: str) -> list[str]:
    """The parameters of a request's query, of which one may be declared; at most `MOST`."""
    written = (spelled(part) for part in query.split("&", MOST)[:MOST] if part)
    return [parameter for parameter in written if len(parameter) <= LONGEST]


def without(query: str, parameter: str) -> str:
    """The query as it was written, without the parameter (in its one spelling)."""
    return written("&".join(part for part in query.split("&") if part and spelled(part) != parameter))


def written(query: str) -> str:
    """The query (or fragment) as it is, but for what cannot stand in an address, which is percent-encoded."""
    return quote(query, safe=_SAFE, errors="replace")


def appended(location: str, query: str) -> str:
    """The address with the query of a request, unless it has one of its own."""
    if not query:
        return location
    address, mark, fragment = location.partition("#")
    return location if "?" in address else f"{address}?{query}{mark}{fragment}"
