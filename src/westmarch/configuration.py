"""Where settings come from: a flag, else the environment (`WESTMARCH_*`), else `.env`, else `westmarch.toml`.

Both files lie in the site's folder. What is found nowhere has its default.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, PydanticBaseSettingsSource, SettingsError

from westmarch.errors import Invalid, unfit
from westmarch.settings import PREFIX, Settings

SITE_VARIABLE = "WESTMARCH_SITE"
#: Variables by which another search service for books is set, and what they are called here. They count for the search
#: service alone.
OTHER_NAMES = {
    "ES_HOST": "search_url",
    "PROJECT_NAME": "project_name",
    "API_IP": "host",
    "API_PORT": "port",
    "BACKEND_CORS_ORIGINS": "cors_origins",
}
#: Where the search service listens if nothing says otherwise.
SEARCH_PORT = 5000
TOML_NAME = "westmarch.toml"
DOTENV_NAME = ".env"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings together with where each value came from: `flag`, `environment`, a file's name or `default`."""

    settings: Settings
    origins: Mapping[str, str]


def site_folder(flag: Path | None = None) -> Path:
    """The folder that is meant: by the flag, else `WESTMARCH_SITE`, else the current one. It may not be a site yet."""
    return Path(flag or os.environ.get(SITE_VARIABLE) or ".").expanduser().absolute()


def load(site: Path, *, search: bool = False, **flags: Any) -> Loaded:
    """Gather the settings of the site in that folder; a flag that is None was not given.

    `search` is for the search service: it has a port of its own, and takes `OTHER_NAMES` too, after ours.

    Raises Invalid, naming file and key, for a folder that is no site, for unknown keys and for unfit values.
    """
    if not (site / TOML_NAME).exists():
        raise Invalid(
            f"{site} is not a site: it has no {TOML_NAME}.",
            hint=f"Make one with `westmarch --site {site} init`, or name the folder of a site with --site.",
            place=str(site),
        )
    return gather(site, search=search, **flags)


def gather(site: Path, *, search: bool = False, **flags: Any) -> Loaded:
    """As `load`, for a folder that may not be a site yet."""
    toml_file, dotenv_file = site / TOML_NAME, site / DOTENV_NAME
    sources = {
        "flag": {name: value for name, value in flags.items() if value is not None},
        "environment": _environment(),
        str(dotenv_file): _dotenv(dotenv_file),
        str(toml_file): _toml(toml_file),
    }
    others: dict[str, list[tuple[str, str, str]]] = {}
    if search:
        others = {str(dotenv_file): _others(dotenv_values(dotenv_file)), "environment": _others(os.environ)}
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    for origin, found in reversed(sources.items()):
        values |= found
        origins |= dict.fromkeys(found, origin)
        for other, name, value in others.get(origin, ()):
            if name not in found:
                values[name], origins[name] = value, f"{origin}: {other}"
    if search:
        values.setdefault("port", SEARCH_PORT)
    try:
        settings = Settings(**values, site=site)
    except ValidationError as error:
        raise _unfit(error, origins) from None
    return Loaded(settings, origins)


def _unfit(error: ValidationError, origins: Mapping[str, str]) -> Invalid:
    """One line for each value that cannot be taken: where it stands, its key, what is needed."""
    lines = []
    for detail in error.errors(include_url=False, include_input=False):
        if detail["type"] == "default_factory_not_called":
            continue  # It follows from another line.
        key = ".".join(str(part) for part in detail["loc"])
        origin = origins.get(str(detail["loc"][0]), "default") if detail["loc"] else "default"
        name = PREFIX + key.upper() if origin == "environment" or origin.endswith(DOTENV_NAME) else key
        place = f"--{key.replace('_', '-')}" if origin == "flag" else f"{origin}: {name}"
        lines.append(f"{place}: {unfit(detail)}")
    return Invalid("\n".join(lines), hint="`docs/settings.md` names every setting.", place=lines[0].split(": ")[0])


def _refuse_unknown(keys: Iterable[str], known: Iterable[str], origin: str) -> None:
    known = sorted(known)
    unknown = sorted(set(keys) - set(known))
    if not unknown:
        return
    near = get_close_matches(unknown[0], known, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise Invalid(
        f"{origin}: {unknown[0]} is not a setting.{meant}",
        hint="`westmarch settings` and `docs/settings.md` name them all.",
        place=origin,
    )


def _variables() -> set[str]:
    return {PREFIX + name.upper() for name in Settings.model_fields if name != "site"}


def _environment() -> dict[str, Any]:
    given = {name.upper() for name in os.environ if name.upper().startswith(PREFIX)} - {SITE_VARIABLE}
    _refuse_unknown(given, _variables(), "environment")
    return _read(EnvSettingsSource(Settings), "environment")


def _dotenv(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        with file.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from error
    for binding in bindings:
        if binding.error or (binding.key is not None and binding.value is None):
            line = binding.original.line
            raise Invalid(f"{file}: line {line} is not KEY=VALUE.", hint="Mend the line.", place=f"{file}:{line}")
    given = {binding.key.upper() for binding in bindings if binding.key} - OTHER_NAMES.keys()
    _refuse_unknown(given, _variables(), str(file))
    found = _read(DotEnvSettingsSource(Settings, env_file=file, env_file_encoding="utf-8"), str(file))
    return {name: value for name, value in found.items() if PREFIX + name.upper() in given}


def _others(variables: Mapping[str, str | None]) -> list[tuple[str, str, str]]:
    """Variables that are called otherwise: that name, ours, and the value."""
    return [
        (other, ours, _cluster(value) if other == "ES_HOST" else value)
        for other, ours in OTHER_NAMES.items()
        if (value := variables.get(other))
    ]


def _cluster(host: str) -> str:
    """The address of a cluster from a host, with or without scheme and port."""
    complete = host if "://" in host else f"http://{host if ':' in host else f'{host}:9200'}"
    return complete if "+" in complete.partition("://")[0] else f"opensearch+{complete}"


def _read(source: PydanticBaseSettingsSource, origin: str) -> dict[str, Any]:
    """What the source says, without what names the folder itself."""
    try:
        found = source()
    except SettingsError as error:
        raise Invalid(f"{origin}: {error}", hint="A list or table is written as JSON there.", place=origin) from error
    found.pop("site", None)
    return found


def _toml(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = f"{file}:{line[1]}" if line else str(file)
        raise Invalid(f"{file}: {error}", hint="Mend the file; https://toml.io tells its form.", place=place) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from error
    _refuse_unknown(found, set(Settings.model_fields) - {"site"}, str(file))
    return found


def _unreadable(file: Path, error: OSError | UnicodeDecodeError) -> Invalid:
    why = error.strerror if isinstance(error, OSError) else f"it is not UTF-8 at byte {error.start}"
    return Invalid(f"{file} cannot be read: {why}.", hint="Mend the file or its permissions.", place=str(file))
