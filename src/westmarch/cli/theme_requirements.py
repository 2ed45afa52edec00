"""What commands about themes ask for first: that a theme, an option or a file is there and fits."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from westmarch.settings import Settings
    from westmarch.web.manifest import Option
    from westmarch.web.theme import Theme
    from westmarch.web.themes import Themes


def themes_of(settings: "Settings") -> "Themes":
    """The themes of the site, for looking at; their templates are not furnished with what pages call."""
    from westmarch.web.themes import Themes

    return Themes(settings.theme_folder, settings.themes_folder, lambda _: None)


def require_theme(settings: "Settings", name: str) -> "Theme":
    """The theme, whose templates all compile. Raises NotFound naming those that there are, and Invalid."""
    return themes_of(settings).compiled(name)


def replaced_files(theme: "Theme", settings: "Settings") -> list[str]:
    """The files of a theme in whose place the site has its own."""
    return [name for name in theme.originals(settings.theme_folder) if (settings.theme_folder / name).is_file()]


def require_fit(settings: "Settings", name: str, value: Any) -> None:
    """Refuse a value of the option `theme` or `theme_options` of the site that no theme can take: NotFound, Invalid."""
    from westmarch.errors import Invalid

    if name == "theme" and value:
        require_theme(settings, value)
    if name == "theme_options" and isinstance(value, dict):
        for named, options in value.items():
            theme = themes_of(settings).load(named)
            for each, given in options.items() if isinstance(options, dict) else ():
                try:
                    require_option(theme, each).checked(given)
                except ValueError as error:
                    place = f"theme_options.{named}.{each}"
                    raise Invalid(f"The option {place} cannot be set so: {error}.", place=place) from error


def require_option(theme: "Theme", name: str) -> "Option":
    """The option. Raises NotFound naming those that there are."""
    from westmarch.errors import NotFound

    if name not in theme.options:
        known = ", ".join(theme.options)
        raise NotFound(f"The theme {theme.name} has no option {name!r}.", hint=f"There are: {known}.")
    return theme.options[name]


def require_original(originals: "Mapping[str, Path]", name: str) -> "Path":
    """Where the original of a file lies. Raises NotFound naming one that may be meant."""
    from difflib import get_close_matches

    from westmarch.errors import NotFound

    if name not in originals:
        close = get_close_matches(name, originals, 1)
        raise NotFound(
            f"The theme has no file {name!r}.{f' Is {close[0]} meant?' if close else ''}",
            hint="`westmarch theme copy` lists those that there are.",
        )
    return originals[name]
