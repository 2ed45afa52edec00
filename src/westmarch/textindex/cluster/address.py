"""The address of a cluster in a setting.

    opensearch+https://user:password@one:9200,two:9200/westmarch?ca=/etc/ssl/own.pem
    elasticsearch+https://one:9200/westmarch?api_key=…

The path names the alias of the index, `westmarch` where there is none.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from westmarch.errors import Invalid

PLACE = "search_url"
#: Names that both engines take for an index.
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
_OPTIONS = ("api_key", "ca")


@dataclass(frozen=True, slots=True)
class Address:
    """Nodes as URLs, the alias, and how to sign in."""

    nodes: tuple[str, ...]
    alias: str
    user: tuple[str, str] | None = None
    api_key: str = ""
    ca: str = ""


def parse_address(url: str) -> Address:
    """Take the address apart. Raises Invalid, without the password in its message."""
    scheme, parted, rest = url.partition("://")
    engine, _, protocol = scheme.partition("+")
    if engine not in ("opensearch", "elasticsearch") or protocol not in ("http", "https"):
        raise Invalid(
            f"No search engine is known for {scheme}://." if parted else "The address of the search has no scheme.",
            hint="Write opensearch+https:// or elasticsearch+https:// with the nodes, or leave it empty.",
            place=PLACE,
        )
    at, _, query = rest.partition("?")
    authority, _, path = at.partition("/")
    if "@" in rest.removeprefix(authority):  # Part of a password, most likely, which no message may show.
        raise Invalid(
            "The address of the search has a `@` behind its hosts.",
            hint="Write `/`, `?` and `@` in a user, a password or an option as %2F, %3F and %40.",
            place=PLACE,
        )
    user, _, hosts = authority.rpartition("@")
    name, _, password = user.partition(":")
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(set(options).difference(_OPTIONS))
    if unknown:
        raise Invalid(f"No option is called {unknown[0]!r}: known are {', '.join(_OPTIONS)}.", place=PLACE)
    return Address(
        nodes=tuple(_node(protocol, host) for host in hosts.split(",")),
        alias=_alias(path.strip("/") or "westmarch"),
        user=(unquote(name), unquote(password)) if user else None,
        api_key=options.get("api_key", ""),
        ca=options.get("ca", ""),
    )


def _node(protocol: str, host: str) -> str:
    try:
        parts = urlsplit(f"{protocol}://{host}")
        port = parts.port or 9200
    except ValueError as error:
        raise Invalid(f"{host!r} is no host with a port.", place=PLACE) from error
    if not parts.hostname:
        raise Invalid("The address names no host.", place=PLACE)
    named = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{protocol}://{named}:{port}"


def _alias(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Invalid(f"{name!r} cannot be the name of an index: small letters, digits, `-`, `_`, `.`.", place=PLACE)
    return name
