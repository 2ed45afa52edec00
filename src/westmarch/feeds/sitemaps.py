"""For search engines: the index of sitemaps, its parts, and what robots may read."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from westmarch.authors import queries as author_queries
from westmarch.books import catalogue, shelf
from westmarch.books import shown as books
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.posts import archive, queries
from westmarch.tags import queries as tag_queries
from westmarch.topics import queries as topic_queries
from westmarch.web.replies import Reply
from westmarch.web.surface import View

#: Addresses in one sitemap; the protocol allows 50,000. A month that has more is cut.
MOST = 50_000
#: A year with a month of more posts has a sitemap for each month, as it may have more than `MOST`.
CROWDED = MOST // 12
_XML = "application/xml; charset=utf-8"
_PART = re.compile(
    r"/sitemap-(?:(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2}))?|books-(?P<books>[1-9][0-9]{0,5})|lists)\.xml"
)


def index(session: Reading, view: View) -> Reply:
    """One sitemap for each year with posts, or month where there are very many; those of books; one for the rest."""
    crowded = archive.crowded(session, CROWDED)
    months = archive.months(session)
    parts = (f"{row.year:04}-{row.month:02}" if row.year in crowded else f"{row.year:04}" for row in months)
    of_books = range(books.parts(session, MOST) if books.there(session, view) else 0)
    names = list(dict.fromkeys(("lists", *parts, *(f"books-{number + 1}" for number in of_books))))
    return view.document("feeds/sitemaps.xml", _XML, names=names)


def part(session: Reading, view: View, path: str) -> Reply:
    """A sitemap that the index names. Raises NotFound."""
    match = _PART.fullmatch(path)
    if match is None:
        raise NotFound("There is no such sitemap.")
    if match["books"]:
        return _books(session, view, int(match["books"]))
    if match["year"] is None:
        return view.document("feeds/sitemap.xml", _XML, addresses=list(_lists(session, view)))
    year, month = int(match["year"]), int(match["month"] or 0)
    if not 1 <= year <= 9998 or (match["month"] and not 1 <= month <= 12):
        raise NotFound("There is no such sitemap.")
    zone = view.site.zone
    after = datetime(year, month or 1, 1, tzinfo=zone).astimezone(UTC)
    found = queries.addresses(session, after, archive.month_end(year, month or 12, zone), MOST)
    if not found:
        raise NotFound("There is no such sitemap.")
    rows = [(row.path, max(at for at in (row.updated_at, row.published_at) if at)) for row in found]
    return view.document("feeds/sitemap.xml", _XML, addresses=rows)


def _books(session: Reading, view: View, number: int) -> Reply:
    """Books, by the numbers of their subjects."""
    if not books.there(session, view) or number > books.parts(session, MOST):
        raise NotFound("There is no such sitemap.")
    found = books.addresses(session, number - 1, MOST)
    return view.document("feeds/sitemap.xml", _XML, addresses=[(row.path, row.updated_at) for row in found])


def _lists(session: Reading, view: View) -> Iterator[tuple[str, datetime | None]]:
    """The front page, pages, topics, tags and authors; the catalogue and the shelf where there is anything in them."""
    yield "/", None
    if books.there(session, view):
        any_books, any_readings = books.any_of_each(session)
        if any_books:
            yield catalogue.PATH, None
        if any_readings:
            yield shelf.PATH, None
    for row in queries.pages(session, MOST // 2):
        yield row.path, row.updated_at or row.published_at
    tags = tag_queries.paths(session, MOST // 4)
    for row in (*topic_queries.paths(session), *tags, *author_queries.paths(session)):
        yield row.path, None


def robots(view: View) -> Reply:
    """What robots may read: all of it, and nothing of a rehearsal."""
    rule = "Disallow: /" if view.surface.staging else "Allow: /"
    text = f"User-agent: *\n{rule}\n\nSitemap: {view.surface.absolute('/sitemap.xml')}\n"
    return Reply(text.encode(), "text/plain; charset=utf-8")
