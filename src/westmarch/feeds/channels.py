"""What a feed is of, and which of its posts one document holds.

The newest posts are the feed itself; a document of the archive (RFC 5005, section 4) holds posts counted from the
oldest, so that it stays as it is when new ones come.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from westmarch.authors import queries as author_queries
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.posts import archive, queries
from westmarch.posts.archive import Scope, Window
from westmarch.tags import queries as tag_queries
from westmarch.topics import queries as topic_queries
from westmarch.web.surface import View

_PAGE = re.compile(r"(?:^|&)page=([0-9]{1,9})(?:&|$)")


@dataclass(frozen=True, slots=True)
class Channel:
    """A list that has a feed: its title, the path of its page, how many posts it has, and how to read some.

    `read(skip, take)` gives whole texts, the newest first, without the `skip` newest.
    """

    title: str
    description: str
    language: str
    path: str
    total: int
    read: Callable[[int, int], Sequence[NamedRow]]


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a feed: its posts, its number in the archive (None: the newest), and its neighbours there."""

    posts: Sequence[NamedRow]
    number: int | None
    previous: int | None
    next: int | None


def of_site(session: Reading, view: View) -> Channel:
    """The feed of all posts."""
    months = archive.counts(session)

    def read(skip: int, take: int) -> Sequence[NamedRow]:
        window = archive.window(months, skip, take, view.site.zone)
        return queries.texts(session, window) if window else ()

    site = view.site
    return Channel(site.title, site.description or site.tagline, site.language, "/", archive.total(months), read)


def of_tag(session: Reading, view: View, tag_id: int) -> Channel:
    """The feed of a tag. Raises NotFound."""
    tag = tag_queries.by_id(session, tag_id)
    if tag is None or tag.post_count == 0:
        raise NotFound("There is no such tag.")
    read = _reader(session, view, Scope("tag", tag_id))
    title = f"{tag.name} · {view.site.title}"
    return Channel(title, tag.description, view.site.language, tag.path, tag.post_count, read)


def of_author(session: Reading, view: View, author_id: int) -> Channel:
    """The feed of an author. Raises NotFound."""
    author = author_queries.by_id(session, author_id)
    if author is None or author.post_count == 0:
        raise NotFound("There is no such author.")
    read = _reader(session, view, Scope("author", author_id))
    title = f"{author.name} · {view.site.title}"
    return Channel(title, "", view.site.language, author.path, author.post_count, read)


def of_topic(session: Reading, view: View, topic_id: int) -> Channel:
    """The feed of a topic: its parts, the last one first. Raises NotFound."""
    topic = topic_queries.by_id(session, topic_id)
    if topic is None or topic.post_count == 0:
        raise NotFound("There is no such topic.")

    def read(skip: int, take: int) -> Sequence[NamedRow]:
        last = topic.post_count - skip
        return queries.part_texts(session, topic_id, last - take + 1, last)

    title = f"{topic.title} · {view.site.title}"
    return Channel(title, "", topic.language, topic.path, topic.post_count, read)


def _reader(session: Reading, view: View, scope: Scope) -> Callable[[int, int], Sequence[NamedRow]]:
    def read(skip: int, take: int) -> Sequence[NamedRow]:
        if skip == 0:
            return queries.texts(session, Window(archive.END_OF_TIME, 0, take), scope)
        window = archive.window(archive.counts(session, scope), skip, take, view.site.zone)
        return queries.texts(session, window, scope) if window else ()

    return read


def document(channel: Channel, query: str, size: int) -> Document:
    """The document that the query asks for (`page=N` of the archive). Raises NotFound for one that there is not yet."""
    last = max(0, -(-(channel.total - size) // size))
    match = _PAGE.search(query)
    if match is None:
        return Document(channel.read(0, size), None, last or None, None)
    number = int(match[1])
    if not 1 <= number <= last:
        raise NotFound("The feed has no such page.")
    posts = channel.read(channel.total - number * size, size)
    return Document(posts, number, number - 1 or None, number + 1 if number < last else None)
