"""Speculation rules: which links a browser may fetch before they are followed, when it seems that they will be.

They are the same for every page and named by a header, because the Content-Security-Policy allows no rules in a page.
The format is that of https://wicg.github.io/nav-speculation/speculation-rules.html.
"""

import hashlib
import json
import re
from urllib.parse import quote

from westmarch.web.assets import Asset

MIME = "application/speculationrules+json"
#: What is no page: programs' own paths, files, feeds, and whatever has a query.
_NO_PAGES = (
    "/admin/*", "/api/*", "/auth/*", "/media/*", "/static/*",
    "/*.xml", "/*.json", "/*.txt", "/*.ico", "/*.png", "/*.webmanifest", "/*\\?(.+)",
)  # fmt: skip
#: What means something else in a pattern of addresses (URL Pattern Standard) than itself.
_SPECIAL = re.compile(r"[+*?:{}()\\]")
_NAME = re.compile(r"speculation\.[0-9a-f]{8}\.json")


class Speculation:
    """The rules of a site whose pages lie below the path `base`, as a static file."""

    def __init__(self, base: str) -> None:
        below = _SPECIAL.sub(r"\\\g<0>", base)
        rule = {
            "source": "document",
            "eagerness": "moderate",
            "where": {
                "and": [
                    {"href_matches": f"{below}/*"},
                    {"not": {"href_matches": [below + pattern for pattern in _NO_PAGES]}},
                    {"not": {"selector_matches": "[rel~=nofollow], [download], [target=_blank]"}},
                ]
            },
        }
        body = json.dumps({"prefetch": [rule]}).encode()
        digest = hashlib.blake2b(body, digest_size=4).hexdigest()
        self.asset = Asset(f"/static/speculation.{digest}.json", MIME, body)
        #: The header of a page, a structured field (RFC 9651): a list of addresses in quotes.
        self.header = ("speculation-rules", f'"{quote(base, safe="%/:@!$&()*+,;=~")}{self.asset.address}"')

    def find(self, name: str) -> tuple[Asset, bool] | None:
        """The rules, if `/static/{name}` are rules, and whether they are of the very version that its hash means."""
        if not _NAME.fullmatch(name):
            return None
        return self.asset, self.asset.address == f"/static/{name}"
