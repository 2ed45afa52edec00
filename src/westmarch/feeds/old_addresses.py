"""The usual addresses of feeds in other programs, and what each has become here.

A site that comes from another program keeps its readers: whoever is subscribed at a usual address is sent to the feed
of the same kind. Nothing of this is stored. A link of the site that has such an address wins (see `app`).

A feed of comments leads to the page that the comments were on, never to a feed of posts, which nobody asked for.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote_plus

from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.links.parameters import written
from westmarch.links.paths import directory, slugify
from westmarch.links.queries import resolve

#: Whether readers may see the subject of that kind and id.
Shown = Callable[[str, int], bool]

ATOM, RSS, JSON = "feed.xml", "rss.xml", "feed.json"
#: What an address calls the kind of feed; `rdf` (RSS 1.0) has become RSS 2.0.
KINDS = {"atom": ATOM, "feed": RSS, "rdf": RSS, "rss": RSS, "rss2": RSS}


@dataclass(frozen=True, slots=True)
class Usual:
    """An address at which a program puts feeds.

    In `address` stand `{name}` (of a tag, category, author or topic, behind the names of what it belongs to),
    `{place}` (any path), `{language}` and `{kind}` (one of `KINDS`, which then says which feed it is).
    `of` is what the feed is of: the site, a tag (a category is one), an author, a topic, either of tag and author, or
    whatever is at `{place}`.
    """

    program: str
    address: str
    of: Literal["site", "tag", "author", "topic", "tag or author", "place", "comments"]
    feed: str = ""


#: Where each stands is said in the programs' own documents and sources, which the comments name.
USUAL = (
    # jekyll-feed: README.md, "Already have a feed path?", "Categories", "Tags"; /atom.xml: Octopress, Jekyll Bootstrap.
    Usual("Jekyll", "/atom.xml", "site", ATOM),
    Usual("Jekyll", "/feed/by_tag/{name}.xml", "tag", ATOM),
    Usual("Jekyll", "/feed/{name}.xml", "tag", ATOM),
    Usual("Jekyll", "/blog/categories/{name}/atom.xml", "tag", ATOM),
    # hexo-generator-feed: README.md, "path"; hexo-feed: README.md, "Usage"; hexo-generator-tag-feed: "path";
    # hexo-generator-json-feed: "Usage".
    Usual("Hexo", "/rss2.xml", "site", RSS),
    Usual("Hexo", "/rss.json", "site", JSON),
    Usual("Hexo", "/tag/{name}/{kind}.xml", "tag"),
    # gohugo.io/configuration/outputs: RSS for home, sections, taxonomies and terms; its base name is `index`.
    Usual("Hugo", "/index.xml", "site", RSS),
    Usual("Hugo", "/posts/index.xml", "site", RSS),
    Usual("Hugo", "/post/index.xml", "site", RSS),
    Usual("Hugo", "/blog/index.xml", "site", RSS),
    Usual("Hugo", "/{language}/index.xml", "site", RSS),
    Usual("Hugo", "/categories/{name}/index.xml", "tag", RSS),
    Usual("Hugo", "/series/{name}/index.xml", "topic", RSS),
    # docs.getpelican.com, "Settings": FEED_ALL_*, TRANSLATION_FEED_*, CATEGORY_FEED_*, AUTHOR_FEED_*.
    Usual("Pelican", "/feeds/all.{kind}.xml", "site"),
    Usual("Pelican", "/feeds/all-{language}.{kind}.xml", "site"),
    Usual("Pelican", "/feeds/{name}.{kind}.xml", "tag or author"),
    # wp-includes/class-wp-rewrite.php: $feeds, $comments_base, author, category and tag bases; /feed/json/: JSON Feed.
    Usual("WordPress", "/feed/", "site", RSS),
    Usual("WordPress", "/feed/{kind}/", "site"),
    Usual("WordPress", "/feed/json/", "site", JSON),
    Usual("WordPress", "/{kind}/", "site"),
    Usual("WordPress", "/comments/feed/", "comments"),
    Usual("WordPress", "/comments/feed/{kind}/", "comments"),
    Usual("WordPress", "/category/{name}/feed/", "tag", RSS),
    Usual("WordPress", "/category/{name}/feed/{kind}/", "tag"),
    Usual("WordPress", "/tag/{name}/feed/", "tag", RSS),
    Usual("WordPress", "/tag/{name}/feed/{kind}/", "tag"),
    Usual("WordPress", "/author/{name}/feed/", "author", RSS),
    Usual("WordPress", "/author/{name}/feed/{kind}/", "author"),
    Usual("WordPress", "/series/{name}/feed/", "topic", RSS),
    # ghost/core/core/frontend/services/routing/rss-router.js, mounted by the routers of collections and taxonomies.
    Usual("Ghost", "/tag/{name}/rss/", "tag", RSS),
    Usual("Ghost", "/author/{name}/rss/", "author", RSS),
    # What hung on a page of the old site and hangs on one of this site: tags, topics and authors that keep their
    # addresses, and the comments on a post.
    Usual("Hugo", "{place}index.xml", "place", RSS),
    Usual("WordPress", "{place}feed/", "place", RSS),
    Usual("WordPress", "{place}feed/{kind}/", "place"),
    Usual("Ghost", "{place}rss/", "place", RSS),
    Usual("Hexo", "{place}{kind}.xml", "place"),
)

_PARTS = {
    "name": r"(?:.+/)?(?P<name>[^/]+)",
    "place": r"(?P<place>/.+/)",
    "language": r"[a-z]{2,3}(?:[-_][a-z]{2,4})?",
    "kind": f"(?P<kind>{'|'.join(KINDS)})",
}
_LISTS = {
    "tag": ("/tags/",),
    "author": ("/authors/",),
    "topic": ("/topics/",),
    "tag or author": ("/tags/", "/authors/"),
}
#: Parameters of WordPress that say which part of a list, and which feed; those that narrow the site down to a list.
_OF_FEEDS = {"feed", "page", "paged", "tag"}
_NARROWING = {"attachment_id", "author", "cat", "day", "m", "monthnum", "name", "p", "page_id", "s", "w", "year"}


def _pattern(usual: Usual) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", usual.address.removesuffix("/"))
    written_out = (_PARTS[piece] if number % 2 else re.escape(piece) for number, piece in enumerate(pieces))
    return re.compile("".join(written_out) + "/?", re.ASCII | re.IGNORECASE)


_PATTERNS = [(usual, _pattern(usual)) for usual in USUAL]


def successor(session: Reading, path: str, query: str, shown: Shown) -> str | None:
    """The path of what an old feed at the address has become, or None where the address is none of an old feed.

    Raises NotFound where that is nothing that readers may see.
    """
    if path == "/":
        return _asked(session, query, shown) if "feed=" in query else None
    for usual, pattern in _PATTERNS:
        if match := pattern.fullmatch(path):
            found = match.groupdict()
            feed = usual.feed or KINDS[(found.get("kind") or "feed").lower()]
            if new := _of(session, usual.of, found.get("name") or found.get("place") or "", feed, shown):
                return new
    return None


def kept(query: str) -> str:
    """The query that the successor is asked with: pages of another program's feed are not those of this one's."""
    parts = (part for part in query.split("&") if part)
    return written("&".join(part for part in parts if unquote_plus(part.partition("=")[0]) not in _OF_FEEDS))


def _asked(session: Reading, query: str, shown: Shown) -> str | None:
    """The successor of `/?feed=rss2` and its like, as WordPress writes addresses without permalinks."""
    given = dict(parse_qsl(query))
    kind = given.get("feed", "").lower()
    if given.keys() & _NARROWING:
        return None
    if kind.startswith("comments-") and kind.removeprefix("comments-") in KINDS:
        return "/"
    if kind not in KINDS:
        return None
    return _of(session, "tag" if "tag" in given else "site", given.get("tag", ""), KINDS[kind], shown)


def _of(session: Reading, of: str, name: str, feed: str, shown: Shown) -> str | None:
    if of in ("site", "comments"):
        return "/" + (feed if of == "site" else "")
    for path in (name,) if of == "place" else (f"{folder}{slugify(name)}/" for folder in _LISTS[of]):
        found = resolve(session, path)
        if found.kind is None or found.subject_id is None or found.status not in (200, 301):
            continue
        if not shown(found.kind, found.subject_id):
            raise NotFound("Nothing is published at this address.")
        return found.path if found.kind in ("post", "page") else directory(found.path) + feed
    return None
