"""What a static copy is made of, and what came of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.types import ASGIApp

from westmarch.transfer.answering import Render


@dataclass(frozen=True, slots=True)
class PublicSite:
    """What a copy is made of: the public address, the program, and what `render` answers in a snapshot.

    `listings` are paths that no link leads to, `files` those at which the program answers without it: icons, and the
    static files of the theme.
    """

    url: str
    language: str
    app: ASGIApp
    render: Render
    listings: Sequence[str]
    files: Sequence[str]


@dataclass(frozen=True, slots=True)
class Dead:
    """An address of the site that leads nowhere, there too, and the first page that names it."""

    address: str
    page: str


@dataclass(frozen=True, slots=True)
class Lost:
    """An address at which the site answers and its copy does not, and why."""

    address: str
    reason: str


@dataclass(slots=True)
class Copied:
    """How much a copy holds, and what is not in it.

    `documents` are feeds, sitemaps and `robots.txt`. `queries` counts addresses with a query (`/?p=1`), which file
    servers cannot tell apart, `gone` what was removed for good.
    """

    pages: int = 0
    documents: int = 0
    redirects: int = 0
    files: int = 0
    queries: int = 0
    gone: int = 0
    dead: list[Dead] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self)
