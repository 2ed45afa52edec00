"""The options that an owner may set: names, types, defaults and meanings."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator


class NavigationItem(BaseModel):
    """An entry of the site's menu: a path of the site, or a whole address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1, max_length=80)
    address: str = Field(min_length=1, max_length=2000, pattern=r"^(/|/[^/].*|https?://.+|mailto:.+)$")


class Site(BaseModel):
    """All options of the site, each with a default. Immutable: another state is another object."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field("Westmarch", min_length=1, max_length=200, description="The name of the site.")
    tagline: str = Field("", max_length=300, description="One line under the name.")
    description: str = Field("", max_length=1000, description="What the site is about, for feeds and search engines.")
    language: str = Field(
        "en", pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="The language of the site (BCP 47)."
    )
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
            NavigationItem(title="Archive", address="/archive/"),
            NavigationItem(title="Topics", address="/topics/"),
            NavigationItem(title="Tags", address="/tags/"),
        ),
        max_length=20,
        description="The menu.",
    )
    accent: str = Field(
        "#1f6f8b", pattern=r"^#[0-9a-fA-F]{6}$", description="The colour of links; its lightness is corrected."
    )
    footer: str = Field("", max_length=2000, description="A line at the foot of each page, in Markdown.")
    copyright: str = Field("", max_length=300, description="Who holds the rights, for feeds.")

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
        if not value.startswith("/") or "//" in value or not {"slug", "id"} & set(parts[1::2]):
            raise ValueError("a permalink begins with one slash and holds {slug} or {id}")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.timezone)
