"""Everything that can be wrong with a theme, found by looking through its files and by rendering pages with it."""

from collections.abc import Sequence
from pathlib import Path

from westmarch.cli.theme_sample import Sample, sample
from westmarch.cli.theme_sources import (
    Remark,
    from_default,
    imported_alone,
    missing_references,
    of_default,
    refused,
    sources,
    undefined_names,
    unused_files,
    wrong_calls,
)
from westmarch.errors import Invalid
from westmarch.settings import Settings
from westmarch.web.theme import DEFAULT, Theme
from westmarch.web.themes import Themes

#: What `chrome.html` receives, beside the functions.
CHROME = frozenset({"site", "navigation", "words", "language", "current", "here", "options"})


async def check_theme(settings: Settings, themes: Themes, name: str) -> list[Remark]:
    """All remarks about the theme `name` and the site's own files in its place. Raises NotFound, Unavailable."""
    try:
        theme = themes.load(name)
    except Invalid as error:
        return [Remark("", 0, f"{error.message} {error.hint}")]
    folders = [folder for folder in theme.folders if folder != DEFAULT]
    rendered = await sample(settings, name)
    remarks = _looked_through(theme, folders, rendered)
    return sorted(remarks, key=lambda remark: (not remark.wrong, remark.file, remark.line))


def _looked_through(theme: Theme, folders: Sequence[Path], rendered: Sample) -> list[Remark]:
    remarks: list[Remark] = []
    own = list(sources(theme, folders, remarks))
    imported = {name for source in (*own, *of_default(theme)) for name in imported_alone(source)}
    words = theme.catalogues.keys
    for source in own:
        known = rendered.furnished if source.name in imported else _received(source.name, rendered)
        remarks += undefined_names(theme, source, known)
        remarks += wrong_calls(theme, source, words)
        remarks += refused(source)
    for folder in folders:
        whole = folder.parent.name == "themes"
        remarks += unused_files(theme, own, folder, whole=whole)
        if whole:
            remarks += from_default(theme, folder)
    remarks += missing_references(theme, folders)
    remarks += [Remark("", 0, problem) for problem in theme.catalogues.problems()]
    told = {(remark.file, remark.line) for remark in remarks if remark.wrong}
    # What was seen in the source is said better there.
    return remarks + [remark for remark in rendered.remarks if (remark.file, remark.line) not in told]


def _received(name: str, rendered: Sample) -> frozenset[str]:
    """The names that a template receives: a page its own, a frame those of all pages, a piece those of any."""
    if name == "chrome.html":
        return CHROME | rendered.furnished
    if name in rendered.received:
        return rendered.received[name] | rendered.furnished
    pages = [names for template, names in rendered.received.items() if template.endswith(".html")]
    if name == "base.html":  # What is rendered alone, as the card of a book in a text, has no frame and no title.
        return frozenset.intersection(*(names for names in pages if "title" in names)) | rendered.furnished
    return frozenset.union(*pages) | rendered.furnished
