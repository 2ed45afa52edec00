"""What the renderer gives back, and what it may ask of its caller."""

from dataclasses import dataclass
from typing import Protocol

#: The state of the renderer, stored with each revision; changes whenever the same Markdown would give other HTML.
RENDERER = "3"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text: its level in the page (1 to 6), its anchor without `#`, and its words."""

    level: int
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A link to a page of this site as it stands in the text, and the subject that it leads to, if any is known."""

    href: str
    subject_id: int | None


@dataclass(frozen=True, slots=True)
class TextWarning:
    """Something the writer should know: what was removed, or could not be shown. `line` counts from 1."""

    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a picture of this site: its size in pixels, and a description for when the text gives none."""

    width: int | None
    height: int | None
    alt: str = ""


class Resolver(Protocol):
    """Knows the site: passed in, because text stands below links and media."""

    def link(self, href: str) -> int | None:
        """The subject that answers to an internal path such as `/über/`: percent-decoded, no query, no fragment."""

    def picture(self, src: str) -> Picture | None:
        """The picture at an internal path such as `/media/ab/cdef.webp`."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text made ready to be stored and shown. Both HTML fields have passed the sanitizer.

    Internal URLs in them carry the marker of `westmarch.text.places`. `words` counts words, and characters in
    Chinese and Japanese; `minutes` is the reading time, at least 1 where there is any text. `plain` says that the
    Markdown was too costly to parse and is kept as it was written; `math` that the text holds formulas.
    """

    html: str
    excerpt_html: str
    text: str
    toc: tuple[Heading, ...]
    words: int
    minutes: int
    references: tuple[Reference, ...]
    warnings: tuple[TextWarning, ...]
    plain: bool
    math: bool
