"""What books of a catalogue of ours carry with them: their addresses, and the covers among the site's media."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.books.entries import Entry
from westmarch.errors import Conflict, Invalid
from westmarch.links import actions as links
from westmarch.links import paths
from westmarch.links.paths import slugify
from westmarch.media.models import Media


def path(entry: Entry) -> str:
    """The path that the page of a new book should have."""
    given = entry.own.path if entry.own is not None else None
    return given or f"/books/{slugify(entry.values['title_plain'])}/"


def find_covers(session: Session, entries: Sequence[Entry]) -> None:
    """Give entries the covers that they name; one that the site does not have is told, and the cover stays as it is."""
    named = {entry.own.cover for entry in entries if entry.own is not None and entry.own.cover}
    there = dict(session.execute(select(Media.hash, Media.id).where(Media.hash.in_(named))).all()) if named else {}
    for entry in entries:
        if entry.own is None:
            continue
        if entry.own.cover is None:
            entry.values["cover_id"] = None
        elif cover := there.get(entry.own.cover):
            entry.values["cover_id"] = cover
        else:
            entry.tell("cover")(f"the file {entry.own.cover[:12]}… is not among the media of this site: left out")


def pages(entries: Iterable[Entry]) -> tuple[dict[str, str], dict[str, str]]:
    """The paths that the pages of new writers and series should have, by name."""
    writers: dict[str, str] = {}
    series: dict[str, str] = {}
    for entry in entries:
        if entry.own is not None:
            writers |= entry.own.writers
            if entry.series is not None and entry.own.series:
                series[entry.series.title] = entry.own.series
    return writers, series


def lead(session: Session, books: Iterable[tuple[int, Entry]]) -> None:
    """Let the old addresses lead to the books; those that something else has stay with that."""
    for id_, entry in books:
        for address in entry.own.old if entry.own is not None else ():
            with suppress(Conflict, Invalid, ValueError):
                parts = urlsplit(address)
                links.add_old(session, id_, paths.parse(parts.path), query=parts.query)
