"""What the keys of front matter mean, whatever program they were written for."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path
from typing import Any, Literal

from westmarch.transfer.dates import moment
from westmarch.transfer.frontmatter import FrontMatter
from westmarch.transfer.items import FileWarning
from westmarch.transfer.yaml_fields import typed, without_zero

#: How a list is written in one text: Jekyll parts by white space, Pelican by commas, Hexo not at all.
Splitting = Literal["space", "comma", "none"]

_YES = frozenset({"true", "yes", "on", "1", "y"})
_NO = frozenset({"false", "no", "off", "0", "n"})


@dataclass(slots=True)
class Fields:
    """The fields of one file, taken by meaning; what nobody has taken is left for `extra`.

    Keys are compared without regard to case, `-` and `_`. `zone` is that of dates without one.
    """

    front: FrontMatter
    zone: tzinfo
    splitting: Splitting
    warnings: list[FileWarning] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.warnings.extend(self.front.warnings)
        for key in self.front.fields:
            self._names.setdefault(_folded(key), key)

    def take(self, *keys: str) -> Any:
        """The value of the first of these keys that has one; all of them count as taken."""
        found = None
        for key in keys:
            name = self._names.get(_folded(key))
            if name is None:
                continue
            self.taken.add(name)
            if found is None:
                found = self.front.fields[name]
        return found

    def line(self, *keys: str) -> int | None:
        """The line of the first of these keys that is there."""
        names = [self._names[_folded(key)] for key in keys if _folded(key) in self._names]
        return self.front.lines.get(names[0]) if names else None

    def warn(self, message: str, *keys: str) -> None:
        """Add a warning at the line of the key."""
        self.warnings.append(FileWarning(self.line(*keys), message))

    def text(self, *keys: str) -> str:
        """A value as text; empty where there is none."""
        return text(self.take(*keys))

    def yes(self, *keys: str, default: bool = False) -> bool:
        """A value that means yes or no."""
        value = self.take(*keys)
        if value is None:
            return default
        word = text(value).lower()
        if word in _YES:
            return True
        if word in _NO:
            return False
        self.warn(f"'{word[:40]}' is neither yes nor no", *keys)
        return default

    def moment(self, *keys: str) -> datetime | None:
        """A date in UTC, or None; a value that is no date is a warning."""
        value = self.take(*keys)
        if value is None or text(value) == "":
            return None
        try:
            return moment(value, self.zone)
        except ValueError as error:
            self.warn(str(error), *keys)
            return None

    def of_name(self, written: str) -> datetime | None:
        """The date in UTC that the name of the file has, or None; one that is no date is a warning."""
        try:
            return moment(written, self.zone)
        except ValueError as error:
            self.warnings.append(FileWarning(None, f"the file's name: {error}"))
            return None

    def last_changed(self, path: Path) -> datetime:
        """What stands for the date of a file that has none, with a warning that says so. Raises OSError."""
        self.warnings.append(FileWarning(None, "no date: the time at which the file was last changed stands for it"))
        return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)

    def number(self, *keys: str) -> int | None:
        """A whole number, or None."""
        word = text(self.take(*keys))
        if not word:
            return None
        if re.fullmatch(r"\d{1,9}", word):
            return int(word)
        self.warn(f"'{word[:40]}' is no whole number", *keys)
        return None

    def names(self, *keys: str) -> list[str]:
        """A list of names, written as a list or as one text."""
        return names(self.take(*keys), self.splitting)

    def extra(self) -> dict[str, Any]:
        """All that was not taken, as JSON knows it."""
        rest = {key: value for key, value in self.front.fields.items() if key not in self.taken}
        return {key: as_json(typed(value)) for key, value in rest.items()}


def _folded(key: str) -> str:
    return key.lower().replace("-", "_").replace(" ", "_")


def text(value: Any) -> str:
    """A value as the text that was meant."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(text(part) for part in value)
    if isinstance(value, dict):
        return text(value.get("name") or value.get("title") or "")
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return without_zero(str(value)).strip()


def names(value: Any, splitting: Splitting) -> list[str]:
    """Names from a list (nested lists are flattened, as Hexo's categories need), or from one text."""
    if value is None:
        return []
    if isinstance(value, list):
        return [name for part in value for name in names(part, "none")]
    whole = text(value)
    parts = [whole]
    if splitting == "space":
        parts = whole.split()
    elif splitting == "comma":
        # Pelican: a semicolon wins where there is one, so that a name may hold a comma.
        parts = whole.split(";") if ";" in whole else whole.split(",")
    return [" ".join(part.split()) for part in parts if part.strip()]


def as_json(value: Any) -> Any:
    """A value that JSON can hold."""
    if isinstance(value, dict):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, float) and not (-1e300 < value < 1e300):
        return str(value)
    return without_zero(value) if isinstance(value, str) else value
