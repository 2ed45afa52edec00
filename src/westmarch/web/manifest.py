"""`theme.toml`: what a theme says of itself, and the options that an owner may set."""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from westmarch.errors import Invalid, unfit
from westmarch.site.options import COLOUR, THEME_NAME

FILE = "theme.toml"
#: What reading a file of TOML may raise: all that its parser says of a text is a ValueError.
UNREADABLE = (OSError, ValueError, RecursionError)
#: The value of an option of a theme.
Value: TypeAlias = bool | int | str

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: Control characters, ends of lines and halves of surrogate pairs.
_NO_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
#: The most digits of a whole number that every reader of JSON keeps.
_MOST = 2**53 - 1
MOST_CHARACTERS = 2_000
#: The limits that each type of option may have.
_LIMITS = {
    "bool": set[str](),
    "integer": {"min", "max"},
    "text": {"max_length"},
    "choice": {"choices"},
    "colour": set[str](),
}
_BOOLS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Option(BaseModel):
    """An option of a theme. Its default is held to the same limits as what an owner sets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["bool", "integer", "text", "choice", "colour"]
    default: Any
    description: str = Field(min_length=1, max_length=300)
    choices: tuple[str, ...] = Field((), max_length=50)
    min: int = -_MOST
    max: int = _MOST
    max_length: int = Field(200, ge=1, le=MOST_CHARACTERS)

    @model_validator(mode="after")
    def _whole(self) -> "Option":
        for limit in sorted(self.model_fields_set - {"type", "default", "description"} - _LIMITS[self.type]):
            raise ValueError(f"{limit} is no limit of the type {self.type}")
        if self.type == "choice" and len(set(self.choices)) < max(2, len(self.choices)):
            raise ValueError("choices lists two or more different texts")
        if self.min > self.max:
            raise ValueError("min is greater than max")
        try:
            self.checked(self.default)
        except ValueError as error:
            raise ValueError(f"the default does not fit: {error}") from error
        return self

    @property
    def allowed(self) -> str:
        """What may be set, in words."""
        match self.type:
            case "bool":
                return "true or false"
            case "integer":
                low = f" from {self.min}" if self.min > -_MOST else ""
                return f"a whole number{low}{f' to {self.max}' if self.max < _MOST else ''}"
            case "text":
                return f"a line of {self.max_length} characters at most"
            case "choice":
                return "one of " + ", ".join(self.choices)
            case "colour":
                return "a colour as #1f6f8b"

    def checked(self, value: object) -> Value:
        """The value, if it may be set. Raises ValueError saying what is needed."""
        fits = False
        match self.type:
            case "bool":
                fits = isinstance(value, bool)
            case "integer":
                fits = isinstance(value, int) and not isinstance(value, bool) and self.min <= value <= self.max
            case "text":
                fits = isinstance(value, str) and len(value) <= self.max_length and not _NO_LINE.search(value)
            case "choice":
                fits = value in self.choices
            case "colour":
                fits = isinstance(value, str) and bool(COLOUR.fullmatch(value))
        if not fits or not isinstance(value, bool | int | str):
            raise ValueError(f"{self.allowed} is needed, not {value!r}"[:400])
        return value

    def parsed(self, text: str) -> Value:
        """The value that somebody wrote as text. Raises ValueError saying what is needed."""
        if self.type == "bool":
            return self.checked(_BOOLS.get(text.lower(), text))
        if self.type == "integer" and re.fullmatch("-?[0-9]{1,16}", text):
            return self.checked(int(text))
        return self.checked(text)


class Manifest(BaseModel):
    """The content of a `theme.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str = Field(min_length=1, max_length=300)
    author: str = Field("", max_length=200)
    licence: str = Field("", max_length=100)
    options: dict[str, Option] = {}

    @field_validator("options")
    @classmethod
    def _names(cls, options: dict[str, Option]) -> dict[str, Option]:
        for name in options:
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name of an option; one has small letters, digits and _")
        return options


def read_manifest(folder: Path, name: str) -> Manifest:
    """The `theme.toml` of the theme `name` in a folder. Raises Invalid naming the file and the key."""
    file = folder / FILE
    try:
        manifest = Manifest.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise Invalid(
            f"{folder} is no theme: it has no {FILE}.",
            hint=f"Make one with at least name = {name!r} and a description.".replace("'", '"'),
            place=str(file),
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise Invalid(
            f"{file}: {key}: {unfit(first)}.",
            hint="docs/theme.md says what a theme.toml holds.",
            place=f"{file}: {key}",
        ) from error
    except UNREADABLE as error:
        raise Invalid(f"{file} cannot be read: {error}.", hint="It is TOML in UTF-8.", place=str(file)) from error
    if not THEME_NAME.fullmatch(name):
        raise Invalid(
            f"{folder}: {name!r} is no name of a theme.",
            hint="One has small letters, digits, - and _: call the folder so.",
            place=str(folder),
        )
    if manifest.name != name:
        raise Invalid(
            f"{file}: name: it is {manifest.name!r}, and the folder is called {name!r}.",
            hint="Give both the same name.",
            place=f"{file}: name",
        )
    return manifest
