"""The icons of a site and its web manifest, all from one mark: made when one is first asked for, then kept."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from starlette.requests import Request

from westmarch.db.database import Database
from westmarch.errors import Invalid, Unavailable
from westmarch.site.options import Site
from westmarch.web import colours, request_target
from westmarch.web.languages import direction
from westmarch.web.mark import checked
from westmarch.web.pictures import pictures
from westmarch.web.replies import HARMLESS, Reply
from westmarch.web.surface import Surface
from westmarch.web.theme import Theme

logger = logging.getLogger(__name__)

#: The file of the theme that all icons are made from.
NAME = "icon.svg"
#: The light paper, on which a mark stands that brings no ground in the owner's colour.
PAPER = "#fcfbf8"
#: Longer names are cut for the places where a manifest's short name stands.
SHORT = 12
#: So many marks in colours are kept; an owner who tries colours makes a new one each time.
MOST_KEPT = 16
SVG, PNG = "image/svg+xml", "image/png"


@dataclass(frozen=True, slots=True)
class Marked:
    """What is made of one mark in one colour: pictures by their names; `ground` is the colour behind them."""

    svg: bytes
    ground: str
    pictures: Mapping[str, bytes]

    @property
    def card(self) -> bytes:
        """The mark for social cards, a PNG."""
        return self.pictures["card.png"]

    def icon(self, path: str) -> bytes:
        """The icon at a path of `ICONS`."""
        return self.svg if ICONS[path] == SVG else self.pictures[path.removeprefix("/")]


class Icons:
    """The marks of a site's themes in its colours, each made once. Safe to use from several threads."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._made: dict[tuple[str, str, str], Marked] = {}
        self._one_at_a_time = Lock()

    def of(self, site: Site) -> Marked:
        """The mark of the site in its owner's colour. Raises Unavailable where no process can be started to draw it.

        It may take seconds the first time: call it in a thread.
        """
        theme = self._surface.themes.chosen(site.theme)
        accent = site.accent.lower()
        key = (theme.key, theme.asset(NAME), accent)
        with self._one_at_a_time:
            if (made := self._made.get(key)) is None:
                if len(self._made) >= MOST_KEPT:
                    self._made.clear()
                made = self._made[key] = self._make(theme, accent)
        return made

    def _make(self, theme: Theme, accent: str) -> Marked:
        packaged = self._surface.themes.packaged
        colour = colours.hexadecimal(colours.corrected(accent, *colours.ON_LIGHT))
        svg, own = _body(theme), _body(packaged)
        if svg != own:
            try:
                return _marked(svg, colour)
            except Invalid as error:
                logger.error(
                    "static/%s of the theme cannot be the mark of the site: %s. That of the package stands in. Mend "
                    "the file and send SIGHUP to the server.",
                    NAME,
                    error.message,
                )
        try:
            return _marked(own, colour)
        except Invalid as error:
            raise Unavailable(f"The icons of the site cannot be made: {error.message}.") from error


def _marked(svg: bytes, colour: str) -> Marked:
    mark = checked(svg, colour)
    ground = colour if mark.tinted else PAPER
    return Marked(mark.svg, ground, pictures(mark, ground))


def _body(theme: Theme) -> bytes:
    found = theme.find(NAME)
    return found[0].body if found else b""


async def icon(request: Request) -> Reply:
    """One of `ICONS`, by the path that was asked for."""
    site = await _site(request)
    icons: Icons = request.app.state.icons
    path = request_target.path(request.scope)
    made = await asyncio.to_thread(icons.of, site)
    mime = ICONS[path]
    return Reply(made.icon(path), mime, headers=(HARMLESS,) if mime == SVG else ())


async def manifest(request: Request) -> Reply:
    """`/site.webmanifest`: the site as an application of the reader's device (W3C Web Application Manifest)."""
    site = await _site(request)
    surface: Surface = request.app.state.surface
    icons: Icons = request.app.state.icons
    made = await asyncio.to_thread(icons.of, site)
    told = {
        "name": site.title,
        "short_name": short(site.title),
        "description": site.description or site.tagline,
        "lang": site.language,
        "dir": direction(site.language),
        "id": surface.base + "/",
        "start_url": surface.base + "/",
        "scope": surface.base + "/",
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": made.ground,
        "icons": [
            {"src": surface.base + path, "sizes": sizes, "type": ICONS[path], "purpose": purpose}
            for path, sizes, purpose in (
                ("/icon.svg", "any", "any"),
                ("/icon-192.png", "192x192", "any"),
                ("/icon-512.png", "512x512", "any"),
                ("/icon-maskable-512.png", "512x512", "maskable"),
            )
        ],
    }
    body = json.dumps({key: value for key, value in told.items() if value}, ensure_ascii=False, indent=1)
    return Reply(body.encode("utf-8", "replace"), "application/manifest+json")


async def _site(request: Request) -> Site:
    surface: Surface = request.app.state.surface
    db: Database = request.app.state.db
    return (await db.read(surface.options.newest)).site


def short(title: str) -> str:
    """The name where there is little room: whole words of it as far as they go, else its beginning."""
    if len(title) <= SHORT:
        return title
    words = title[: SHORT + 1].rpartition(" ")[0].rstrip(" ,:;–—-")
    return words or title[:SHORT]


#: Media types by path. Links of the site cannot take these paths (`links.paths`).
ICONS: Mapping[str, str] = {
    "/icon.svg": SVG,
    "/favicon.ico": "image/x-icon",
    "/apple-touch-icon.png": PNG,
    "/icon-192.png": PNG,
    "/icon-512.png": PNG,
    "/icon-maskable-512.png": PNG,
}
