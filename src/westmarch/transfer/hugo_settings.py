"""A Hugo site's configuration: `hugo.toml`, `config.yaml` and their like, or a folder `config` of several."""

from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from westmarch.transfer.configuration import read_yaml, zone, zone_remarks
from westmarch.transfer.fields import names, text
from westmarch.transfer.items import FileWarning

_ENDINGS = (".toml", ".yaml", ".yml", ".json")
#: The file of the whole configuration; Hugo knew the second name alone before version 0.110.
NAMES = tuple(f"{stem}{ending}" for stem in ("hugo", "config") for ending in _ENDINGS)
#: Folders of `config` that count for a site as it is published; the later one wins.
_ENVIRONMENTS = ("_default", "production")
_EXAMPLES = frozenset({"", "example.com", "example.org", "www.example.com", "replace-this-with-your-hugo-site.com"})


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the site: its key in the configuration, its folder of content, and whether that is its own.

    `tag` is empty where nothing says which language it is.
    """

    key: str
    tag: str
    folder: Path
    own: bool


@dataclass(slots=True)
class HugoSettings:
    """What the configuration in a folder says; keys are in small letters, as Hugo compares them."""

    home: Path
    values: dict[str, Any]
    trouble: FileWarning | None = None
    _remarks: list[FileWarning] = field(default_factory=list)

    def word(self, key: str, default: str = "") -> str:
        """A value as text."""
        return text(self.values.get(key)) or default

    def yes(self, key: str) -> bool:
        """A value that means yes or no."""
        return self.values.get(key) is True

    def table(self, *keys: str) -> dict[str, Any]:
        """A table within tables; empty where there is none."""
        found: Any = self.values
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def base(self) -> str:
        """The base path of the site: '' or '/x'."""
        path = urlsplit(self.word("baseurl")).path.strip("/")
        return f"/{path}" if path else ""

    @property
    def url(self) -> str | None:
        """The site's address without its base path; None where it is not set or an example."""
        address = urlsplit(self.word("baseurl"))
        known = address.scheme in {"http", "https"} and (address.hostname or "") not in _EXAMPLES
        return f"{address.scheme}://{address.netloc}" if known else None

    def zone(self, default: tzinfo) -> tzinfo:
        """The zone of dates without one."""
        return zone(self.word("timezone"), default)

    @property
    def remarks(self) -> tuple[FileWarning, ...]:
        """What is not obeyed."""
        said = [*self._remarks, *zone_remarks(self.word("timezone"))]
        if self.table("module").get("mounts"):
            said.append(FileWarning(None, "module.mounts is not obeyed: content is read from its own folder"))
        if self.values.get("cascade"):
            said.append(FileWarning(None, "what it hands down to pages (`cascade`) is not obeyed"))
        others = [key for key in self._taxonomies() if key not in {"tags", "categories", "series", "authors", "author"}]
        said += [FileWarning(None, f"the taxonomy '{key[:60]}' is kept as a field of each post") for key in others]
        if any(text(table.get("baseurl")) for table in self._languages().values()):
            said.append(FileWarning(None, "languages have sites of their own; all come in below this one"))
        return tuple(said)

    def _taxonomies(self) -> list[str]:
        found = self.values.get("taxonomies")
        return [text(value).lower() for value in found.values()] if isinstance(found, dict) else ["tags", "categories"]

    def _languages(self) -> dict[str, dict[str, Any]]:
        return {
            key: table
            for key, table in self.table("languages").items()
            if isinstance(table, dict) and table.get("disabled") is not True
        }

    @property
    def default_language(self) -> str:
        """The key of the language whose pages have no prefix."""
        return self.word("defaultcontentlanguage", "en").lower()

    @property
    def languages(self) -> list[Language]:
        """The languages of the site, the default one first."""
        given = self._languages()
        shared = self.word("contentdir", "content").strip("/")
        default = self.default_language
        found = []
        for key in [default, *(key for key in given if key != default)]:
            table = given.get(key, {})
            named = text(table.get("contentdir")).strip("/") or shared
            tag = text(table.get("languagecode")) or (self.word("languagecode") if key == default else "")
            if not tag and (key in given or "defaultcontentlanguage" in self.values):
                tag = key
            found.append(Language(key, tag, self.home / named, named != shared))
        return found

    def prefix(self, language: str) -> str:
        """What stands before all paths of a language."""
        bare = language == self.default_language and not self.yes("defaultcontentlanguageinsubdir")
        return "" if bare else f"/{language}"

    @property
    def static(self) -> list[Path]:
        """The folders of files that are copied as they are; pictures of `assets` are taken from there too."""
        given = names(self.values.get("staticdir"), "none") or ["static"]
        folders = [*given, self.word("assetdir", "assets")]
        return [self.home / folder.strip("/") for folder in folders]

    @property
    def main_sections(self) -> list[str]:
        """The sections whose pages are posts, where the configuration says so."""
        value = self.table("params").get("mainsections") or self.values.get("mainsections")
        return [name.strip("/") for name in names(value, "none")]

    def permalink(self, section: str) -> str:
        """The pattern of the addresses of a section's pages; empty where they follow the folders."""
        table = self.table("permalinks")
        pages = table.get("page")
        if isinstance(pages, dict) and section.lower() in pages:
            return text(pages[section.lower()])
        return text(table.get(section.lower()))

    def ugly(self, section: str) -> bool:
        """Whether the pages of a section are files: `/a.html` for `/a/`."""
        value = self.values.get("uglyurls")
        return value.get(section.lower()) is True if isinstance(value, dict) else value is True

    def dates(self, key: str, defaults: tuple[str, ...]) -> list[str]:
        """The keys of front matter that a date is looked for under, in their order (`[frontmatter]`)."""
        found: list[str] = []
        for name in names(self.table("frontmatter").get(key), "none") or [":default"]:
            found += defaults if name == ":default" else [name.lower()]
        return found


def configured(folder: Path) -> bool:
    """Whether a folder holds files with the names of Hugo's configuration."""
    return any((folder / name).is_file() for name in NAMES) or (folder / "config" / "_default").is_dir()


def read(home: Path, folder: Path) -> HugoSettings:
    """The configuration in `home`; what lies outside of `folder` is not read."""
    settings = HugoSettings(home, {})
    for path in (home / name for name in NAMES):
        if path.is_file():
            _add(settings, path, folder, [])
            break
    for environment in _ENVIRONMENTS:
        at = home / "config" / environment
        paths = sorted(path for path in at.iterdir() if path.suffix in _ENDINGS) if at.is_dir() else []
        # The whole configuration first, then the parts of it, so that a part wins.
        for path in sorted(paths, key=lambda path: path.stem not in {"hugo", "config"}):
            whole = path.stem in {"hugo", "config"}
            _add(settings, path, folder, [] if whole else path.stem.lower().split("."))
    return settings


def _add(settings: HugoSettings, path: Path, folder: Path, keys: list[str]) -> None:
    values, trouble = read_yaml(path, folder)
    settings.trouble = settings.trouble or trouble
    found: Any = _small(values)
    for key in reversed(keys):
        found = {key: found}
    settings.values = _merged(settings.values, found)


def _small(value: Any) -> Any:
    """Tables with their keys in small letters."""
    return {str(key).lower(): _small(part) for key, part in value.items()} if isinstance(value, dict) else value


def _merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    merged = dict(first)
    for key, value in second.items():
        known = merged.get(key)
        merged[key] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged
