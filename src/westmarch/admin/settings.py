"""The settings of the site: what it is called, how it is read, and code for the head of its pages."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from starlette.requests import Request

from westmarch.accounts.guard import Guarded
from westmarch.accounts.rights import Right
from westmarch.admin import sections
from westmarch.admin.sections import GENERAL, HEAD, READING, Section
from westmarch.db.types import now
from westmarch.errors import Stale
from westmarch.links.paths import slugify
from westmarch.site import actions
from westmarch.site.options import Site
from westmarch.web import forms
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

#: Languages that are offered; any other tag may be typed.
LANGUAGES = {
    "ar": "Arabic", "bn": "Bengali", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "de-AT": "German (Austria)", "de-CH": "German (Switzerland)", "el": "Greek", "en": "English",
    "en-GB": "English (Britain)", "en-US": "English (United States)", "es": "Spanish", "et": "Estonian",
    "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French", "fr-CA": "French (Canada)", "ga": "Irish",
    "gl": "Galician", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian",
    "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "ms": "Malay", "nb": "Norwegian (Bokmål)", "nl": "Dutch", "nn": "Norwegian (Nynorsk)",
    "pl": "Polish", "pt": "Portuguese", "pt-BR": "Portuguese (Brazil)", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh-Hans": "Chinese (simplified)",
    "zh-Hant": "Chinese (traditional)",
}  # fmt: skip
#: Permalinks that are offered.
PERMALINKS = ("/{slug}/", "/{year}/{month}/{slug}/", "/{year}/{month}/{day}/{slug}/", "/posts/{id}/")
#: The post whose address is shown as an example.
EXAMPLE = "A walk by the sea"


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """The names of all time zones that this machine knows."""
    return sorted(available_timezones() - {"localtime", "Factory"})


def example(pattern: str, site: Site, moment: datetime) -> str:
    """The path that a new post would get; empty where the pattern is none."""
    if actions.faults(site, {"permalink": pattern}):
        return ""
    local = moment.astimezone(site.zone)
    parts = {"year": f"{local:%Y}", "month": f"{local:%m}", "day": f"{local:%d}", "id": "128"}
    return pattern.format(slug=slugify(EXAMPLE), **parts)


async def general(request: Request) -> Reply:
    """`/admin/settings/`: what the site is called and where it is at home."""
    return await _answer(request, GENERAL, languages=LANGUAGES, zones=zones())


async def reading(request: Request) -> Reply:
    """`/admin/settings/reading/`: how much a list holds, and where new posts stand."""
    surface: Surface = request.app.state.surface
    moment = now()

    def shown(pattern: str, site: Site) -> str:
        path = example(pattern, site, moment)
        return surface.absolute(path) if path else ""

    return await _answer(request, READING, shown=shown, patterns=PERMALINKS, example=EXAMPLE, root=surface.root)


async def head(request: Request) -> Reply:
    """`/admin/settings/head/`: code that stands in the head of all pages, where the operator allows it."""
    allowed = bool(request.app.state.settings.head_code)
    return await _answer(request, HEAD, allowed=allowed)


async def _answer(request: Request, section: Section, **context: Any) -> Reply:
    """The form, or what comes of one that was sent."""
    site = await sections.current(request)
    if request.method != "POST":
        typed = site.model_dump(mode="json", include=set(section.names))
        return sections.page(request, section, site, typed, site_now=site, **context)
    form = await forms.read(request)
    typed = {name: form.text(name).strip() if name == "head" else form.line(name) for name in section.names}
    faults = actions.faults(site, typed)
    if section is HEAD and typed["head"] and not context["allowed"]:
        faults = {"head": "the operator of this site does not allow code in the head"}
    if faults:
        return sections.page(request, section, site, typed, faults=faults, status=422, site_now=site, **context)
    try:
        return await sections.save(request, section, typed, form.line("version"))
    except Stale:
        error, site = await sections.meanwhile(request, section), await sections.current(request)
        other = sections.differing(site, typed, section.names)
        return sections.page(
            request, section, site, typed, error=error, status=error.status, now=other, site_now=site, **context
        )


ROUTES = (
    Guarded(GENERAL.path, general, right=Right.MANAGE_SITE, methods=("GET", "POST")),
    Guarded(READING.path, reading, right=Right.MANAGE_SITE, methods=("GET", "POST")),
    Guarded(HEAD.path, head, right=Right.MANAGE_SITE, methods=("GET", "POST")),
)
