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

#: Parameters by which programs that count readers know them again: they are no part of any address, so that no link can
#: declare them and no page looks at them. A redirect keeps them. Those of `utm_` are Urchin's, those of `mtm_` and
#: `pk_` Matomo's.
COUNTING = frozenset(
    {"_ga", "_gl", "_hsenc", "_hsmi", "dclid", "epik", "fbclid", "gad_campaignid", "gad_source", "gbraid", "gclid",
     "gclsrc", "igsh", "igshid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "msclkid", "srsltid", "ttclid", "twclid",
     "wbraid", "yclid"}
)  # fmt: skip
_COUNTING_BEGIN = ("utm_", "mtm_", "pk_")

_SAFE = "%/?:@!$&'()*+,;=~[]"


def spelled(parameter: str) -> str:
    """The one spelling of a parameter: `name=value`, percent-encoded, also where there is no value."""
    name, _, value = parameter.partition("=")
    return f"{quote_plus(unquote_plus(name), errors='replace')}={quote_plus(unquote_plus(value), errors='replace')}"


def declared(query: str) -> str:
    """The query in the spelling in which a link declares it.

    Raises Invalid where it is not exactly one parameter, or one of `COUNTING`.
    """
    parameter = spelled(query.removeprefix("?"))
    if counting(parameter):
        raise Invalid(
            f"A path cannot declare the parameter {parameter.partition('=')[0]!r}.",
            place="query",
            hint="Programs that count readers add it to any address, so it leads nowhere.",
        )
    if "&" in query or parameter.startswith("=") or len(parameter) > LONGEST:
        raise Invalid(
            f"A path cannot declare the query {query[:LONGEST]!r}.",
            place="query",
            hint=f"It is one parameter such as p=123, of at most {LONGEST} characters.",
        )
    return parameter


def counting(parameter: str) -> bool:
    """Whether a parameter is one of `COUNTING`."""
    name = parameter.partition("=")[0]
    if "%" in name:  # Seldom, and this is asked for each request with a query.
        name = unquote_plus(name)
    return name in COUNTING or name.startswith(_COUNTING_BEGIN)


def uncounted(query: str) -> str:
    """The query as it was written, without the parameters of `COUNTING`: all that an address can depend on."""
    parts = query.split("&")
    kept = [part for part in parts if not counting(part)]
    return query if len(kept) == len(parts) else "&".join(kept)


def candidates(query: str) -> list[str]:
    """The parameters of a request's query, of which one may be declared; at most `MOST`."""
    written = (spelled(part) for part in uncounted(query).split("&", MOST)[:MOST] if part)
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
