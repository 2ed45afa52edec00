"""The icons of a site and its web manifest, all from one mark: made when they are first asked for, then kept."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from io import BytesIO
from threading import Lock

from starlette.requests import Request

from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.site.options import Site
from westmarch.web import asking, colours
from westmarch.web.languages import direction
from westmarch.web.mark import Mark, checked, pictures
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
#: The part of a maskable icon that is never cut off is a circle of 80 % of its width (W3C Manifest, purpose
#: `maskable`); the square within that circle has so many of 512 pixels.
SAFE = 288
FAVICON, CARD = (16, 32, 48), 208
SIZES = (*FAVICON, 180, 192, SAFE, 512, CARD)
#: So many marks in colours are kept; an owner who tries colours makes a new one each time.
MOST_KEPT = 16
SVG, PNG = "image/svg+xml", "image/png"


class Marked:
    """What is made of one mark in one colour."""

    def __init__(self, mark: Mark, made: Mapping[int, bytes], colour: str) -> None:
        self.svg = mark.svg
        #: The colour behind the mark where it must fill a square: the owner's where the mark takes it.
        self.ground = colour if mark.tinted else PAPER
        self._made = made
        self._kept: dict[str, bytes] = {}

    @property
    def card(self) -> bytes:
        """The mark for social cards, a PNG."""
        return self._made[CARD]

    def png(self, size: int) -> bytes:
        """The mark as it is, with what is transparent in it."""
        return self._made[size]

    def once(self, path: str) -> bytes:
        """The icon at a path of `ICONS`, made when it is first asked for."""
        if path not in self._kept:
            self._kept[path] = ICONS[path][1](self)
        return self._kept[path]

    def ico(self) -> bytes:
        """A favicon of 16, 32 and 48 pixels, as PNGs in one file."""
        from PIL import Image

        out = BytesIO()
        small, *larger = (Image.open(BytesIO(self._made[size])) for size in sorted(FAVICON, reverse=True))
        small.save(out, "ICO", sizes=[(size, size) for size in FAVICON], append_images=larger)
        return out.getvalue()

    def filled(self, size: int, inner: int) -> bytes:
        """The mark in `inner` pixels on its ground, which fills a square of `size` pixels."""
        from PIL import Image

        with Image.open(BytesIO(self._made[inner])) as picture:
            mark = picture.convert("RGBA")
        whole = Image.new("RGB", (size, size), self.ground)
        whole.paste(mark, ((size - inner) // 2, (size - inner) // 2), mark)
        out = BytesIO()
        whole.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        return out.getvalue()


class Icons:
    """The marks of a site's themes in its colours, each made once. Safe to use from several threads."""

    def __init__(self, surface: Surface) -> None:
        self._themes = surface.themes
        self._made: dict[tuple[str, str, str], Marked] = {}
        self._one_at_a_time = Lock()

    def of(self, site: Site) -> Marked:
        """The mark of the site in its owner's colour. It may take seconds the first time: call it in a thread."""
        theme = self._themes.chosen(site.theme)
        accent = site.accent.lower()
        key = (theme.key, theme.asset(NAME), accent)
        with self._one_at_a_time:
            if (made := self._made.get(key)) is None:
                if len(self._made) >= MOST_KEPT:
                    self._made.clear()
                made = self._made[key] = self._make(theme, accent)
        return made

    def _make(self, theme: Theme, accent: str) -> Marked:
        packaged = self._themes.packaged
        colour = colours.hexadecimal(colours.corrected(accent, *colours.ON_LIGHT))
        svg, own = _body(theme), _body(packaged)
        if svg != own:
            try:
                mark = checked(svg, colour, packaged=False)
                return Marked(mark, pictures(mark, SIZES), colour)
            except Invalid as error:
                logger.error(
                    "static/%s of the theme cannot be the mark of the site: %s. That of the package stands in. Mend "
                    "the file and start the server again.",
                    NAME,
                    error.message,
                )
        mark = checked(own, colour, packaged=True)
        return Marked(mark, pictures(mark, SIZES), colour)


def _body(theme: Theme) -> bytes:
    found = theme.find(NAME)
    return found[0].body if found else b""


async def icon(request: Request) -> Reply:
    """One of `ICONS`, by the path that was asked for."""
    site = await _site(request)
    icons: Icons = request.app.state.icons
    path = asking.path(request.scope)
    body = await asyncio.to_thread(lambda: icons.of(site).once(path))
    mime = ICONS[path][0]
    return Reply(body, mime, headers=(HARMLESS,) if mime == SVG else ())


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
            {"src": surface.base + path, "sizes": sizes, "type": ICONS[path][0], "purpose": purpose}
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


#: By path: the media type, and how it is made. Links of the site cannot take these paths (`links.paths`).
ICONS: Mapping[str, tuple[str, Callable[[Marked], bytes]]] = {
    "/icon.svg": (SVG, lambda made: made.svg),
    "/favicon.ico": ("image/x-icon", Marked.ico),
    "/apple-touch-icon.png": (PNG, lambda made: made.filled(180, 180)),
    "/icon-192.png": (PNG, lambda made: made.png(192)),
    "/icon-512.png": (PNG, lambda made: made.png(512)),
    "/icon-maskable-512.png": (PNG, lambda made: made.filled(512, SAFE)),
}
