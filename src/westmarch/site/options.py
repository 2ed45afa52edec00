"""The options that an owner may set: names, types, defaults and meanings."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StrictBool,
    StrictInt,
    StrictStr,
    field_validator,
    model_serializer,
    model_validator,
)

from westmarch.links.paths import claimable
from westmarch.site import head_code

# Browsers leave out tabs and line ends of an address, and read a backslash as a slash.
_ADDRESS = re.compile(r"(?:/(?!/)|https?://(?!/)|mailto:)[^\s\\\x00-\x1f\x7f]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PATH_TEXT = re.compile(r"[\w/.~@+,=-]*")
_PICTURE = re.compile(r"/media/[0-9a-f]{2}/[0-9a-f]{62}\.(?:jpg|png|gif|webp|avif)")
#: What the folder of a theme may be called.
THEME_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def _one_line(value: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in value):
        raise ValueError("a single line is needed, without line breaks, tabs and other control characters")
    if value and not value.strip():
        raise ValueError("it has nothing but spaces")
    return value


Line = Annotated[str, AfterValidator(_one_line)]


def _storable(value: str) -> str:
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("it holds a character that no database takes (U+0000 or half of a pair)")
    return value


Text = Annotated[str, AfterValidator(_storable)]


#: The program's own pages, which have a name in every language.
NAMED = frozenset({"/archive/", "/topics/", "/tags/", "/authors/", "/books/", "/shelf/"})


class NavigationItem(BaseModel):
    """An entry of the site's menu: a path of the site, or a whole address.

    Without a title an entry has the name of the listing it leads to, in the language of the site.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line = Field("", max_length=80)
    address: str = Field(min_length=1, max_length=2000)

    @field_validator("address")
    @classmethod
    def _whole_address(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise ValueError(
                f"{value!r} is no address; one looks like /about/, https://example.org or mailto:me@example.org"
            )
        return value

    @model_validator(mode="after")
    def _has_a_name(self) -> "NavigationItem":
        if not self.title and self.address not in NAMED:
            raise ValueError(f"the entry for {self.address} needs a title")
        return self

    @property
    def listing(self) -> str:
        """What the themes' words call the listing that an entry without a title leads to."""
        return self.address.strip("/")


#: The parts that may stand beside the list of the front page.
PartName = Literal["about", "tags", "archives", "most-read", "feeds", "links", "text"]
#: What each may have beside its title.
_DETAIL: Mapping[str, str] = {
    "about": "text",
    "tags": "count",
    "archives": "count",
    "most-read": "count",
    "links": "links",
    "text": "text",
}
#: Those that are nothing without it. They may be there several times.
_OWN = frozenset({"links", "text"})


class Side(BaseModel):
    """A part beside the list of the front page: `text` is Markdown, `count` how many entries it shows at most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: PartName
    title: Line = Field("", max_length=80)
    text: Text = Field("", max_length=10_000)
    links: tuple[NavigationItem, ...] = Field((), max_length=50)
    count: int | None = Field(None, ge=1, le=20)

    @model_validator(mode="after")
    def _has_what_its_part_has(self) -> "Side":
        detail = _DETAIL.get(self.part)
        for name in ("text", "links", "count"):
            if name != detail and getattr(self, name):
                raise ValueError(f"the part {self.part} has no {name}")
        if self.part in _OWN and not (self.text.strip() or self.links):
            raise ValueError(f"the part {self.part} needs {detail}")
        return self

    @model_serializer(mode="wrap")
    def _without_what_is_not_set(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialize(self).items() if value}


class Logo(BaseModel):
    """A stored picture that stands where the title would: its public path, and its size in pixels. None has no path."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = ""
    width: int = Field(0, ge=0, le=100_000)
    height: int = Field(0, ge=0, le=100_000)

    @model_validator(mode="after")
    def _whole(self) -> "Logo":
        if self.path and not _PICTURE.fullmatch(self.path):
            raise ValueError(f"{self.path!r} is no path of a stored picture; one looks like /media/ab/cd….png")
        if self.path and not (self.width and self.height):
            raise ValueError("width and height of the picture are needed")
        return self


class Site(BaseModel):
    """All options of the site, each with a default. Immutable: another state is another object."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line = Field("Westmarch", min_length=1, max_length=200, description="The name of the site.")
    tagline: Line = Field("", max_length=300, description="One line under the name.")
    description: Line = Field("", max_length=1000, description="What the site is about, for feeds and search engines.")
    language: str = Field("en", description="The language of the site (BCP 47).")
    timezone: str = Field("UTC", description="The zone in which times are shown (IANA name).")
    permalink: str = Field(
        "/{slug}/",
        max_length=200,
        description="The path of a new post: {slug}, {year}, {month}, {day}, {id} between slashes.",
    )
    posts_per_page: int = Field(12, ge=1, le=100, description="How many posts a page of a list shows.")
    feed_items: int = Field(30, ge=1, le=200, description="How many posts a feed holds.")
    navigation: tuple[NavigationItem, ...] = Field(
        (
            NavigationItem(address="/archive/"),
            NavigationItem(address="/topics/"),
            NavigationItem(address="/tags/"),
        ),
        max_length=20,
        description="The menu.",
    )
    accent: str = Field("#1f6f8b", description="The colour of links; its lightness is corrected.")
    footer: Line = Field("", max_length=2000, description="A line at the foot of each page, in Markdown.")
    copyright: Line = Field("", max_length=300, description="Who holds the rights, for feeds.")
    theme: str = Field("default", description="The theme: `default`, or a folder in `themes/` of the site.")
    theme_options: dict[str, dict[str, StrictBool | StrictInt | StrictStr]] = Field(
        {}, description="What is set of the options of themes, by theme."
    )

    sides: tuple[Side, ...] = Field(
        (),
        max_length=20,
        description="The parts beside the list of the front page, in their order: "
        "`about`, `tags`, `archives`, `most-read`, `feeds`, `links`, `text`.",
    )

    logo: Logo = Field(
        Logo(), description="A stored picture in place of the title: `path`, `width` and `height` in pixels."
    )
    head: Text = Field(
        "",
        max_length=20_000,
        description="Code for the head of all pages: `meta`, `link` and `script`. It is put there only where the "
        "operator allows it (`head_code`).",
    )

    @field_validator("sides", mode="before")
    @classmethod
    def _named_alone(cls, value: object) -> object:
        """Parts that have nothing but a name are named alone: `about,tags`, or a text among the entries of a list."""
        if isinstance(value, str):
            value = value.split(",") if value.strip() else []
        if isinstance(value, list | tuple):
            return [{"part": each.strip()} if isinstance(each, str) else each for each in value]
        return value

    @field_validator("sides")
    @classmethod
    def _once(cls, value: tuple[Side, ...]) -> tuple[Side, ...]:
        parts = [side.part for side in value if side.part not in _OWN]
        if twice := next((part for part in parts if parts.count(part) > 1), None):
            raise ValueError(f"the part {twice} is there twice")
        return value

    @field_validator("head")
    @classmethod
    def _nothing_but_head(cls, value: str) -> str:
        if fault := head_code.fault(value):
            raise ValueError(fault)
        return value

    @field_validator("language")
    @classmethod
    def _known_form(cls, value: str) -> str:
        if not _LANGUAGE.fullmatch(value):
            raise ValueError(f"{value!r} is no tag of a language; a tag looks like en, de or zh-Hant")
        return value

    @field_validator("accent")
    @classmethod
    def _colour(cls, value: str) -> str:
        if not COLOUR.fullmatch(value):
            raise ValueError(f"{value!r} is no colour; a colour looks like #1f6f8b")
        return value

    @field_validator("theme")
    @classmethod
    def _name_of_a_folder(cls, value: str) -> str:
        if not THEME_NAME.fullmatch(value):
            raise ValueError(f"{value!r} is no name of a theme; one has small letters, digits, - and _")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no time zone is called {value!r}; a name looks like Europe/Berlin") from error
        return value

    @field_validator("permalink")
    @classmethod
    def _whole_pattern(cls, value: str) -> str:
        parts = re.split(r"\{(slug|year|month|day|id)\}", value)
        if any(brace in text for text in parts[::2] for brace in "{}"):
            raise ValueError(f"{value!r} is no pattern: use {{slug}}, {{year}}, {{month}}, {{day}}, {{id}}")
        if not all(map(_PATH_TEXT.fullmatch, parts[::2])) or {".", ".."} & set(value.split("/")):
            raise ValueError(f"{value!r} makes no paths: use letters, digits, slashes and -._~@+,= beside the names")
        if not value.startswith("/") or "//" in value or not {"slug", "id"} & set(parts[1::2]):
            raise ValueError("a permalink begins with one slash and holds {slug} or {id}")
        first, _, rest = value[1:].partition("/")
        if rest and not claimable(value):
            raise ValueError(f"what begins with /{first}/ belongs to the program; take another first name")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.timezone)
