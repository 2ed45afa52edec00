"""Two served sites that between them have every kind of page: the demonstration, and an empty one that rehearses."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.cli.test_doctor import write
from tests.factories import SITE, day, post
from westmarch.posts import actions as posts
from westmarch.site import actions as site

LANGUAGES = ("en", "de", "zh", "ar")
#: Few on a page, so that the demonstration's lists have several.
ON_A_PAGE = 5

#: Kinds of pages of the demonstration, whichever language its owner has chosen.
KINDS = {
    "front": "/",
    "front, second page": "/page/2/",
    "archive": "/archive/",
    "archive of a year": "/archive/2025/",
    "tags": "/tags/",
    "tag": "/tags/clocks/",
    "tag, second page": "/tags/clocks/page/2/",
    "topics": "/topics/",
    "topic": "/topics/keeping-time/",
    "authors": "/authors/",
    "author": "/authors/nell-ashdown/",
    "catalogue": "/books/",
    "book": "/books/la-divina-commedia/",
    "series": "/series/sherlock-holmes/",
    "shelf": "/shelf/",
    "search": "/search/",
    "search with results": "/search/?q=sea",
    "not found": "/nothing/",
    "gone": "/removed/",
}
#: Posts and pages by their own language: long, short, unlisted, with everything that can be written.
WRITTEN = {
    "en": {
        "page": "/about/",
        "post": "/leap-second/",
        "short post": "/a-clock-is-a-bell/",
        "part of a topic": "/writing-lists-tables-asides/",
        "post with code": "/writing-code-formulas/",
        "post with pictures": "/writing-pictures-films/",
        "unlisted post": "/specimen-sheet/",
    },
    "de": {"post": "/die-minute-mit-einundsechzig-sekunden/"},
    "zh": {"post": "/八月十八潮/", "book in Chinese": "/books/西遊記/"},
    "ar": {"post": "/الثانية-الكبيسة/", "book in Arabic": "/books/كليلة-ودمنة/"},
}

#: Pages of books and of the search by one language each: they are made of the same parts as those above.
FOUND = {
    "en": {
        "writer": "/writers/lewis-carroll/",
        "book in a series": "/books/the-sign-of-the-four/",
        "book with a review": "/books/pride-and-prejudice/",
        "shelf, all of one status": "/shelf/?status=read",
        "catalogue, chosen": "/books/?tag=novels&tag=crime&language=en&sort=year",
        "search, corrected": "/search/?q=Frankenstien",
    },
    "de": {"shelf, a year": "/shelf/2026/", "search, narrowed": "/search/?q=sea&kind=book&sort=newest"},
    "zh": {"catalogue, searched": "/books/?q=紅樓夢", "search, nothing found": "/search/?q=qqqqqqqq"},
    "ar": {"catalogue, nothing found": "/books/?q=qqqqqqqq", "search in Arabic": "/search/?q=كليلة"},
}


@dataclass(frozen=True, slots=True)
class Sites:
    """The addresses of the two servers, without a slash at the end, and the folders of their sites."""

    full: str
    full_folder: Path
    empty: str
    empty_folder: Path

    def pages(self, language: str) -> dict[str, str]:
        """Addresses of all kinds of pages in a language, which the sites speak from now on."""
        for folder in (self.full_folder, self.empty_folder):
            write(folder, lambda session: site.change(session, {"language": language}, actor="test"))
        paths = KINDS | WRITTEN[language] | FOUND[language]
        return {kind: self.full + quote(path, safe="/?&=") for kind, path in paths.items()} | {
            "empty site": self.empty + "/"
        }

    @contextmanager
    def dressed(self, theme: Path) -> Iterator[None]:
        """Let the demonstration wear a theme of its own until the block ends."""
        shutil.copytree(theme, self.full_folder / "themes" / theme.name)
        write(self.full_folder, lambda session: site.change(session, {"theme": theme.name}, actor="test"))
        try:
            yield
        finally:
            write(self.full_folder, lambda session: site.change(session, {"theme": "default"}, actor="test"))

    @contextmanager
    def broken(self) -> Iterator[str]:
        """The address of a page that answers 503 until the block ends: a table is missing."""
        _execute(self.full_folder, "ALTER TABLE link RENAME TO hidden")
        try:
            yield self.full + "/"
        finally:
            _execute(self.full_folder, "ALTER TABLE hidden RENAME TO link")


def furnish(folder: Path) -> None:
    """Let a demonstration site have what it has not: several pages of lists, and a post that was removed for good."""

    def fill(session: Session) -> None:
        site.change(session, {"posts_per_page": ON_A_PAGE}, actor="test")
        removed = post(session, "Removed", path="/removed/", published_at=day(0))
        posts.trash(session, removed, SITE, actor="test")
        posts.purge(session, removed, SITE, actor="test")

    write(folder, fill)


def _execute(folder: Path, statement: str) -> None:
    write(folder, lambda session: session.execute(text(statement)))
