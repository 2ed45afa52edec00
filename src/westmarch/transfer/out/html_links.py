"""Which addresses of its own site a document names: a copy must have what is at each of them."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urljoin

from westmarch.links.paths import parse, quote

# Possessive, so that a tag that never ends costs one look at the rest of the document and no more.
_TAG = re.compile(
    r"<(?P<name>a|area|audio|embed|iframe|img|link|meta|script|source|track|video)(?=[\s/])"
    r"""(?P<attributes>(?:[^"'<>]++|"[^"]*+"|'[^']*+')*+)>""",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?""")
_CANDIDATE = re.compile(r"(?:^|,\s)\s*([^\s,]\S*)")
_LOCATION = re.compile(r"<loc>([^<]*)</loc>")
_NAMING = frozenset({"href", "src", "poster"})
#: What a page tells search engines (https://schema.org): breadcrumbs name lists that nothing else may lead to.
_DATA = re.compile(r"<script type=\"application/ld\+json\"[^<>]*>([^<]*)</script>")


def named(document: str) -> Iterator[str]:
    """The addresses that a page of HTML leads to or loads, as written there; those of `meta` where they are whole.

    Behind them come those of JSON-LD.
    """
    for tag in _TAG.finditer(document):
        meta = tag["name"].lower() == "meta"
        for attribute in _ATTRIBUTE.finditer(tag["attributes"]):
            name, value = attribute[1].lower(), attribute[2] or attribute[3] or attribute[4] or ""
            if meta:
                if name == "content" and value.startswith(("http://", "https://")):
                    yield unescape(value)
            elif name in _NAMING:
                yield unescape(value)
            elif name == "srcset":
                yield from (found.rstrip(",") for found in _CANDIDATE.findall(unescape(value)))
    for data in _DATA.findall(document):
        with suppress(ValueError, RecursionError):
            yield from _told(json.loads(data))


def _told(value: Any) -> Iterator[str]:
    """The whole addresses in JSON."""
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _told(one)


def listed(sitemap: str) -> Iterator[str]:
    """The addresses in a sitemap, or in an index of sitemaps."""
    yield from (unescape(found) for found in _LOCATION.findall(sitemap))


@dataclass(frozen=True, slots=True)
class Inside:
    """Tells what is of a site at `origin` (`https://example.org`) below its base path (empty, or `/blog`)."""

    origin: str
    base: str

    def of(self, page: str, address: str) -> tuple[str, str] | None:
        """Path, decoded and below the base path, and query of an address that the page at a path names.

        None for what is elsewhere, and for a place of the page itself. Raises Invalid for what can be no path.
        """
        address = address.strip()
        if address.startswith("#"):
            return None
        root = self.origin + self.base
        if address.startswith("/") and not address.startswith("//") and "/." not in address:
            whole = self.origin + address
        else:
            try:
                whole = urljoin(root + quote(page), address)
            except ValueError:  # Such as brackets in the place of a host: a browser leads nowhere.
                return None
        path, _, query = whole.partition("#")[0].partition("?")
        if path != root and not path.startswith(f"{root}/"):
            return None
        return parse(path[len(root) :] or "/"), query
