"""How the site looks: its theme with what it lets an owner decide, the colour of links, the foot, the logo."""

import asyncio
from typing import Any, NamedTuple

from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts.guard import Guarded, actor
from westmarch.accounts.rights import Right
from westmarch.admin import flash, sections, shell
from westmarch.admin.sections import LOOK, Section
from westmarch.errors import Invalid, Stale, WestmarchError
from westmarch.media import actions as media
from westmarch.media import uploading
from westmarch.media.files import Examined, keep
from westmarch.posts import options
from westmarch.settings import Settings
from westmarch.site import actions, queries
from westmarch.site.options import COLOUR, Site
from westmarch.site.versions import version
from westmarch.web import colours, forms
from westmarch.web.colours import corrected, hexadecimal
from westmarch.web.forms import Form
from westmarch.web.manifest import Option, Value
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface
from westmarch.web.theme import Theme

#: The path to which a logo is sent, and how large its file may be, in bytes.
LOGO_PATH = "/admin/settings/look/logo/"
LARGEST = 5 << 20
#: Where it is told how a colour would be shown.
SHADES_PATH = "/admin/settings/look/shades/"
#: What the other fields of its form may have, in bytes.
_FIELDS = 64 << 10
_LOGO = Section("", "", LOGO_PATH, "", ("logo",))


class Shade(NamedTuple):
    """The owner's colour as it is shown on a paper: where, as `#1f6f8b`, on which, and with what contrast to it."""

    where: str
    colour: str
    paper: str
    contrast: float


def shades(accent: str) -> list[Shade]:
    """The colour as the default theme corrects it, on light and on dark paper."""
    if not COLOUR.fullmatch(accent):
        return []
    found = []
    papers = (("light", colours.ON_LIGHT, colours.LIGHT), ("dark", colours.ON_DARK, colours.DARK))
    for where, target, paper in papers:
        made = corrected(accent.lower(), *target)
        found.append(Shade(where, hexadecimal(made), hexadecimal(paper), round(colours.contrast(made, paper), 1)))
    return found


async def look(request: Request) -> Reply:
    """`/admin/settings/look/`: theme, options of the theme, colour and foot; the logo has a form of its own."""
    site = await sections.current(request)
    theme = _theme(request, site)
    if request.method != "POST":
        return _page(request, site, _as_set(site, theme))
    form = await forms.read(request)
    typed: dict[str, Any] = {"theme": form.line("theme"), "accent": form.line("accent"), "footer": form.line("footer")}
    told = _options(form, theme) if form.line("options_of") == theme.name else {}
    typed |= _set(site, theme) | told
    values: dict[str, Any] = {name: typed[name] for name in ("theme", "accent", "footer")}
    chosen, faults = _chosen(theme, told)
    if told:
        values["theme_options"] = _theme_options(site, theme, chosen)
    faults |= actions.faults(site, values)
    if "theme" not in faults and values["theme"] != site.theme:
        faults |= await _unfit(request, values["theme"])
    if faults:
        return _page(request, site, typed, faults=faults, status=422)
    try:
        return await sections.save(request, LOOK, values, form.line("version"))
    except Stale:
        error, site = await sections.meanwhile(request, LOOK), await sections.current(request)
        other = sections.differing(site, values, ("theme", "accent", "footer"))
        return _page(request, site, typed, error=error, status=error.status, now=other)


async def told_shades(request: Request) -> Reply:
    """`/admin/settings/look/shades/?accent=#1f6f8b`: how a colour would be shown, for the script of the page."""
    return shell.plain(request, "settings/shades.html", title="", shades=shades(request.query_params.get("accent", "")))


def _theme(request: Request, site: Site) -> Theme:
    """The theme that answers: the chosen one, or the default where that cannot be used."""
    surface: Surface = request.app.state.surface
    return surface.themes.chosen(site.theme)


def _as_set(site: Site, theme: Theme) -> dict[str, Any]:
    """The fields of the page as the options are set."""
    return {"theme": site.theme, "accent": site.accent, "footer": site.footer} | _set(site, theme)


def _set(site: Site, theme: Theme) -> dict[str, Value]:
    """The options of a theme as they are set, by the names of their fields."""
    found, _ = theme.set(site.theme_options.get(theme.name, {}))
    return {f"option-{name}": value for name, value in vars(found).items()}


def _options(form: Form, theme: Theme) -> dict[str, Value]:
    """What was typed for the options of a theme, by the names of their fields."""
    return {
        f"option-{name}": form.checked(f"option-{name}") if option.type == "bool" else form.line(f"option-{name}")
        for name, option in theme.options.items()
    }


def _chosen(theme: Theme, told: dict[str, Value]) -> tuple[dict[str, Value], dict[str, str]]:
    """The values of options by name, and what is wrong by field."""
    values: dict[str, Value] = {}
    faults = {}
    for field, given in told.items():
        name = field.removeprefix("option-")
        option: Option = theme.options[name]
        try:
            values[name] = option.checked(given) if isinstance(given, bool) else option.parsed(str(given))
        except ValueError as error:
            faults[field] = str(error)
    return values, faults


def _theme_options(site: Site, theme: Theme, chosen: dict[str, Value]) -> dict[str, dict[str, Value]]:
    """What is set of the options of all themes: of this one what differs from its defaults, of others what was set.

    What is set for options that the theme does not have stays: another version of it may.
    """
    own = {name: value for name, value in site.theme_options.get(theme.name, {}).items() if name not in theme.options}
    own |= {name: value for name, value in chosen.items() if value != theme.options[name].default}
    others = {name: values for name, values in site.theme_options.items() if name != theme.name}
    return others | ({theme.name: own} if own else {})


async def _unfit(request: Request, name: str) -> dict[str, str]:
    """Why a theme cannot be chosen."""
    surface: Surface = request.app.state.surface
    try:
        await asyncio.to_thread(surface.themes.compiled, name)
    except WestmarchError as error:
        return {"theme": f"{error.message} {error.hint}".strip()}
    return {}


def _page(request: Request, site: Site, typed: dict[str, Any], **context: Any) -> Reply:
    surface: Surface = request.app.state.surface
    theme = _theme(request, site)
    names = surface.themes.names()
    return sections.page(
        request,
        LOOK,
        site,
        typed,
        theme=theme,
        themes=[(name, name) for name in dict.fromkeys((*names, str(typed["theme"])))],
        missing=site.theme not in names,
        shades=shades(str(typed["accent"])),
        shades_action=surface.href(SHADES_PATH),
        logo=site.logo,
        logo_action=surface.href(LOGO_PATH),
        logo_version=version(site, _LOGO.names),
        **({"logo_fault": ""} | context),
    )


async def logo(request: Request) -> Reply:
    """`POST /admin/settings/look/logo/`: put a picture in place of the title, or take it away."""
    settings: Settings = request.app.state.settings
    try:
        _require_small(request)
        form = await forms.read(request, most_bytes=_FIELDS, file_bytes=LARGEST)
        removes = form.line("do") == "remove"
        picture = None if removes else await _picture(form)
        if picture is not None:  # Writing it takes its time, so it is not done within the transaction.
            await asyncio.to_thread(keep, settings.media_folder, picture.examined, picture.content)
        write, expected = request.app.state.db.write, form.line("version")
        event_id = await write(_set_logo, settings, picture, expected, actor=actor(request))
    except (Invalid, Stale) as error:
        site = await sections.current(request)
        typed = _as_set(site, _theme(request, site))
        fault = f"{error.message} {error.hint if isinstance(error, Invalid) else 'Try again.'}".strip()
        return _page(request, site, typed, status=error.status, logo_fault=fault)
    done = "The logo is removed." if removes else "The logo stands on all pages."
    return flash.redirect(request, LOOK.path, done, undo=[event_id] if event_id is not None else [])


def _require_small(request: Request) -> None:
    """Raises Invalid for a body that is larger than a logo may be, before any of it is read."""
    length = request.headers.get("content-length", "")
    if not (length.isdecimal() and len(length) < 10 and int(length) <= LARGEST + _FIELDS):
        raise Invalid(f"The file has more than {LARGEST >> 20} MB.", hint="A logo needs far less: make it smaller.")


class Picture(NamedTuple):
    """A file that was sent, and what it is."""

    content: bytes
    examined: Examined
    filename: str


async def _picture(form: Form) -> Picture:
    """The picture in the form. Raises Invalid."""
    file = form.file("logo")
    if file is None:
        raise Invalid("Choose a picture first.")
    content = await file.read()
    await form.data.close()
    made = await asyncio.to_thread(uploading.ready, content, file.filename or "logo")
    if made.examined.kind != "picture":
        raise Invalid("This is no picture.", hint="JPEG, PNG, GIF, WebP and AVIF are taken.")
    return Picture(made.content, made.examined, made.filename)


def _set_logo(
    session: Session, settings: Settings, picture: Picture | None, expected: str, *, actor: str
) -> int | None:
    actions.locked(session)
    sections.require(expected, queries.current(session), _LOGO.names)
    value: dict[str, Any] = {}
    if picture is not None:
        content, examined, filename = picture
        stored = media.store(session, settings.media_folder, content, examined, filename=filename)
        value = {"path": stored.path, "width": stored.width, "height": stored.height}
    return options.change(session, {"logo": value}, actor=actor).event_id


ROUTES = (
    Guarded(LOOK.path, look, right=Right.MANAGE_SITE, methods=("GET", "POST")),
    Guarded(SHADES_PATH, told_shades, right=Right.MANAGE_SITE),
    Guarded(LOGO_PATH, logo, right=Right.MANAGE_SITE, methods=("POST",)),
)
