"""Media in the API, as shapes."""

from typing import Literal

from pydantic import Field

from westmarch.api.shapes import Line, Listed, Moment, Partial, Shape, Told


class Media(Told):
    """A picture or a file."""

    id: int
    kind: str = Field(description="`picture`, or `file`.")
    path: str = Field(description="The address below that of the site.")
    url: str = Field(description="The whole address.")
    mime: str = Field(description="The media type.")
    filename: str = Field(description="What it is called.")
    size: int = Field(description="Bytes.")
    width: int | None = Field(description="Pixels.")
    height: int | None = Field(description="Pixels.")
    alt: str = Field(description="What a picture shows, for those who do not see it.")
    caption: str = Field(description="What stands below a picture where it is put into a text.")
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
    kind: Literal["picture", "file", "sound", "film", "document", ""] = Field(
        "", description="Pictures alone, or files: all of them, sounds, films, or other documents."
    )
    unused: bool = Field(default=False, description="Those alone that no post, page, book, author or option shows.")


class MediaPatched(Partial):
    """What is to be another in a medium."""

    filename: Line = Field("", max_length=200, description="What it is called; its address stays.")
    alt: Line = Field("", max_length=2_000, description="What a picture shows, for those who do not see it.")
    caption: Line = Field("", max_length=2_000, description="What stands below a picture where it is put into a text.")


class MediaRemoved(Shape):
    """How a medium is deleted."""

    anyway: bool = Field(
        default=False,
        description="Also while something shows it: covers, portraits and the logo go with it, in texts a gap stays.",
    )
