"""What answers at a link of the site, and at the addresses that a link may take from the program: the tables."""

from collections.abc import Callable, Mapping

from westmarch.authors import queries as author_queries
from westmarch.books import catalogue, mentioned, shelf
from westmarch.books import public as books
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.feeds import old_addresses, opensearch, reviews, sitemaps
from westmarch.feeds import public as feeds
from westmarch.home import archive
from westmarch.home import public as home
from westmarch.links.parameters import appended, written
from westmarch.links.paths import Suffix, quote
from westmarch.links.queries import Resolution, resolve
from westmarch.metrics import routes
from westmarch.pagecache import reads
from westmarch.posts import mentions
from westmarch.posts import public as posts
from westmarch.posts import queries as post_queries
from westmarch.search import asking
from westmarch.search import public as search
from westmarch.search.choice import PATH as SEARCH
from westmarch.site.models import SiteOption
from westmarch.tags import queries as tag_queries
from westmarch.textindex.engine import Engine
from westmarch.topics import queries as topic_queries
from westmarch.web.replies import Reply, redirect
from westmarch.web.surface import Surface, View

#: What the search index has for a page; None where it does not answer, or the page asks nothing of it.
Indexed = catalogue.Found | asking.Found | None
Listing = Callable[[Reading, View, Suffix], Reply]
Showing = Callable[[Reading, View, int, Suffix], Reply]

#: The pages of the kinds of subjects.
SHOWN: Mapping[str, Showing] = {
    "tag": home.tag,
    "topic": home.topic,
    "author": home.author,
    "book": lambda session, view, id_, suffix: books.book(session, view, id_, suffix, mentions.naming),
    "writer": books.writer,
    "series": books.series,
}
#: Their feeds: `feed.xml`, `rss.xml`, `feed.json` below their paths.
FEEDS: Mapping[str, Showing] = {"tag": feeds.tag, "topic": feeds.topic, "author": feeds.author}
#: What a list that has a page is; readers see one that has posts.
LISTED: Mapping[str, Callable[[Reading, int], NamedRow | None]] = {
    "tag": tag_queries.by_id,
    "topic": topic_queries.by_id,
    "author": author_queries.by_id,
}
#: Pages at addresses that a link may take from them.
LISTINGS: Mapping[str, Listing] = {
    "/": home.front,
    "/archive/": archive.page,
    "/tags/": home.tags,
    "/topics/": home.topics,
    "/authors/": home.authors,
    "/books/": lambda session, view, suffix: books.list_(session, view, suffix, None),
    "/shelf/": shelf.page,
    SEARCH: lambda session, view, suffix: search.page(session, view, suffix, None),
}
#: The feeds of listings.
LISTING_FEEDS: Mapping[str, Listing] = {"/": feeds.site, "/shelf/": reviews.feed}
#: Subjects of which readers see all there are.
_OPEN = frozenset({"book", "writer", "series"})


async def look(index: Engine | None, surface: Surface, path: str, query: str) -> Indexed:
    """What the search index has for the page at a path: it is asked before the page is rendered."""
    if index is None:
        return None
    if catalogue.is_at(path):
        return await catalogue.find(index, path, query)
    if asking.is_at(path):
        return await asking.find(index, path, query, surface.options.latest.site.language)
    return None


def answer(
    session: Reading,
    surface: Surface,
    path: str,
    query: str,
    variant: str = "",
    indexed: Indexed = None,
) -> Reply:
    """The answer for a path of the site, all of it read and rendered in one snapshot.

    `indexed` is what the search index has for the path, where that is one that asks it (`look`).
    """
    found = resolve(session, path, query)
    view = surface.view(session, path, query, found.moment, variant)
    reads.note(SiteOption.__tablename__)  # The options are kept in memory as of the moment.
    try:
        return mentioned.filled(session, view, _found(session, view, found, indexed))
    except NotFound:
        return home.missing(session, view, 404)


def _found(session: Reading, view: View, found: Resolution, indexed: Indexed) -> Reply:
    if found.status in (301, 302):
        if found.kind is not None and not _shown(session, found.kind, found.subject_id or 0):
            raise NotFound("Nothing is published at this address.")  # A redirect would tell of a draft.
        return _redirected(view, found.location, permanent=found.status == 301)
    if found.status == 410:
        return home.missing(session, view, 410)
    if view.path == "/" and (moved := _feed_of_old(session, view)):  # What hangs on the front page is the site's.
        return moved
    if found.subject_id is not None and found.status == 200:
        reply = _subject(session, view, found.kind or "", found.subject_id, found.suffix)
    else:
        reply = _listing(session, view, found, indexed)
    if reply.status_code == 200:
        reply.route = routes.pattern(view.path, found, found.path in LISTINGS)
    return reply


def _shown(session: Reading, kind: str, subject_id: int) -> bool:
    """Whether readers may see what is at an address."""
    if kind in ("post", "page"):
        return post_queries.shown(session, subject_id)
    if kind in _OPEN:
        return True
    found = LISTED[kind](session, subject_id) if kind in LISTED else None
    return found is not None and found.post_count > 0


def _feed_of_old(session: Reading, view: View) -> Reply | None:
    """The way from an address at which another program had a feed to what it has become."""
    new = old_addresses.successor(session, view.path, view.query, lambda kind, key: _shown(session, kind, key))
    if new is None:
        return None
    return _redirected(view, appended(quote(new), old_addresses.kept(view.query)), permanent=True)


def _subject(session: Reading, view: View, kind: str, subject_id: int, suffix: Suffix) -> Reply:
    if kind in ("post", "page"):
        if suffix != Suffix():
            raise NotFound("Nothing hangs below a post.")
        reply = posts.detail(session, view, subject_id)
        reply.viewed = subject_id
        return reply
    show = FEEDS.get(kind) if suffix.feed else SHOWN.get(kind)
    if show is None:
        raise NotFound("This has no page.")
    return show(session, view, subject_id, suffix)


def _listing(session: Reading, view: View, found: Resolution, indexed: Indexed) -> Reply:
    if view.path == "/robots.txt":
        return sitemaps.robots(view)
    if view.path == "/sitemap.xml":
        return sitemaps.index(session, view)
    if view.path.startswith("/sitemap-"):
        return sitemaps.part(session, view, view.path)
    if view.path == "/opensearch.xml":
        return opensearch.description(view)
    if view.path.startswith(books.BY_ISBN):
        return books.by_isbn(session, view, view.path)
    listing = (LISTING_FEEDS if found.suffix.feed else LISTINGS).get(found.path)
    if listing is None:
        if moved := _feed_of_old(session, view):
            return moved
        raise NotFound("Nothing answers to this address.")
    if found.location != quote(view.path):
        return _redirected(view, appended(found.location, written(view.query)), permanent=True)
    if found.path == catalogue.PATH:
        return books.list_(session, view, found.suffix, indexed if isinstance(indexed, catalogue.Found) else None)
    if found.path == SEARCH:
        return search.page(session, view, found.suffix, indexed if isinstance(indexed, asking.Found) else None)
    return listing(session, view, found.suffix)


def _redirected(view: View, location: str, *, permanent: bool) -> Reply:
    inside = location.startswith("/")
    return redirect(view.surface.root + location if inside else location, permanent=permanent)
