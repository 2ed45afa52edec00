"""Media in the API, as shapes."""

from typing import Literal

from pydantic import Field

from westmarch.api.shapes import Line, Listed, Moment, Partial, Told


class Media(Told):
    """A picture or a file."""

    id: int
    kind: str = Field(description="`picture`, or `file`.")
    path: str = Field(description="The address below that of the site.")
    url: str = Field(description="The whole address.")
    mime: str = Field(description="The media type.")
    filename: str = Field(description="What it was called when it came.")
    size: int = Field(description="Bytes.")
    width: int | None = Field(description="Pixels.")
    height: int | None = Field(description="Pixels.")
    alt: str = Field(description="What a picture shows, for those who do not see it.")
    created_at: Moment


class MediaList(Told):
    """A page of the list of media, and the whole addresses of the pages around it."""

    results: list[Media]
    next: str | None
    previous: str | None


class MediaAsked(Listed):
    """A list of media."""

    sort: Literal["-created", "created", "filename", "-filename", "size", "-size"] = Field(
        "-created", description="The order; `-` is newest, last in the alphabet, or largest first."
    )
    kind: Literal["picture", "file", ""] = Field("", description="Pictures or files alone.")


class MediaPatched(Partial):
    """What is to be another in a medium."""

    alt: Line = Field(max_length=2_000, description="What a picture shows, for those who do not see it.")
