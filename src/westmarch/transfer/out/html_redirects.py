"""Redirects where no program answers: a page that leads on, and the file `_redirects` for hosts that read it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from westmarch.links.paths import quote

#: The file that Netlify and Cloudflare Pages read: https://docs.netlify.com/manage/routing/redirects/overview/ and
#: https://developers.cloudflare.com/pages/configuration/redirects/.
NAME = "_redirects"
_PAGE = Markup(
    """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{whole}</title>
<meta http-equiv="refresh" content="0; url={address}">
<link rel="canonical" href="{whole}">
</head>
<body>
<p><a href="{address}">{whole}</a></p>
</body>
</html>
"""
)


@dataclass(frozen=True, slots=True)
class Redirect:
    """A path of the site, decoded, that leads to an address, with status 301 or 302.

    `address` is what links write (`/blog/new/`, or a whole address elsewhere), `whole` the same with the host.
    `target` is the path that it leads to on the site itself, None where that is elsewhere.
    """

    path: str
    address: str
    whole: str
    status: int
    target: str | None


def page(redirect: Redirect, language: str) -> bytes:
    """The page that stands at the redirect's path."""
    return _PAGE.format(language=language, address=redirect.address, whole=redirect.whole).encode()


def lines(redirects: Iterable[Redirect], base: str) -> Iterator[str]:
    """The lines of the file `_redirects`: from, to, status. In a path `:` and `*` would stand for anything."""
    if base:
        yield f"/ {base}/ 302\n"
    for one in redirects:
        path = quote(one.path).replace(":", "%3A").replace("*", "%2A")
        yield f"{base}{path} {one.address} {one.status}\n"
