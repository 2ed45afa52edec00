"""What a feed is of, and which of its posts one document holds.

The newest posts are the feed itself; a document of the archive (RFC 5005, section 4) holds posts counted from the
oldest, so that it stays as it is when new ones come.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from westmarch.authors import queries as author_queries
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.posts import archive, queries
from westmarch.posts.archive import SITE, Scope, Window
from westmarch.tags import queries as tag_queries
from westmarch.topics import queries as topic_queries
from westmarch.web.surface import View

#: No archive has more documents.
MOST = 1_000_000
_PAGE = re.compile(r"(?:^|&)page=([0-9]{1,9})(?:&|$)")


#: Posts with their whole texts, or what has the like of their columns.
Entries = Sequence[Any]
#: Whole texts of posts, the newest first, and whether the list goes on after them for more than as many again.
Archived = tuple[Entries, bool]


@dataclass(frozen=True, slots=True)
class Channel:
    """A list that has a feed: its title, the path of its page, and how to read its posts, with their whole texts.

    `newest(take)` are so many of them, and how many there are. `archived(number, take)` are those of a document of the
    archive, or None where the list does not go on after them; what is newer is not looked at. `titled` are languages of
    titles, by the ids of entries whose texts are in another one.
    """

    title: str
    description: str
    language: str
    path: str
    newest: Callable[[int], tuple[Entries, int]]
    archived: Callable[[int, int], Archived | None]
    titled: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a feed: its posts, its number in the archive (None: the newest), and its neighbours there."""

    posts: Entries
    number: int | None
    previous: int | None
    next: int | None


def of_site(session: Reading, view: View) -> Channel:
    """The feed of all posts."""
    site = view.site
    return _dated(session, view, SITE, (site.title, site.description or site.tagline, "/"), None)


def of_tag(session: Reading, view: View, tag_id: int) -> Channel:
    """The feed of a tag. Raises NotFound."""
    tag = tag_queries.used(session, tag_id, _further(view))
    if tag is None:
        raise NotFound("There is no such tag.")
    told = (f"{tag.name} · {view.site.title}", tag.description, tag.path)
    return _dated(session, view, Scope("tag", tag_id), told, tag.longer is not None)


def of_author(session: Reading, view: View, author_id: int) -> Channel:
    """The feed of an author. Raises NotFound."""
    author = author_queries.used(session, author_id, _further(view))
    if author is None:
        raise NotFound("There is no such author.")
    told = (f"{author.name} · {view.site.title}", "", author.path)
    return _dated(session, view, Scope("author", author_id), told, author.longer is not None)


def of_topic(session: Reading, view: View, topic_id: int) -> Channel:
    """The feed of a topic: its parts, the last one first. Raises NotFound."""
    topic = topic_queries.used(session, topic_id)
    if topic is None:
        raise NotFound("There is no such topic.")

    def newest(take: int) -> tuple[Sequence[NamedRow], int]:
        last = topic_queries.size(session, topic_id)
        return queries.part_texts(session, topic_id, last - take + 1, last), last

    def archived(number: int, take: int) -> Archived | None:
        after, further = number * take + 1, (number + 1) * take + 1
        there = topic_queries.numbers(session, topic_id, (after, further))
        if after not in there:
            return None
        return queries.part_texts(session, topic_id, after - take, after - 1), further in there

    title = f"{topic.title} · {view.site.title}"
    return Channel(title, "", topic.language, topic.path, newest, archived)


def _further(view: View) -> int:
    """A list of more posts than this goes on after the document that is asked for and the next one."""
    return ((_number(view.query) or 0) + 1) * view.site.feed_items


def _dated(session: Reading, view: View, scope: Scope, told: tuple[str, str, str], longer: bool | None) -> Channel:
    """The feed of a list by time; `told` are its title, its description and the path of its page.

    `longer`: whether it has more posts than `_further`, where that is known.
    """
    title, description, path = told

    def newest(take: int) -> tuple[Sequence[NamedRow], int]:
        posts = queries.texts(session, Window(archive.END_OF_TIME, 0, take), scope)
        return posts, archive.size(session, scope)

    def archived(number: int, take: int) -> Archived | None:
        months = archive.oldest(session, scope, (number + (longer is None)) * take)
        left = archive.total(months) - number * take
        window = archive.window(months, left, take, view.site.zone) if left > 0 else None
        if window is None:
            return None
        return queries.texts(session, window, scope), left > take if longer is None else longer

    return Channel(title, description, view.site.language, path, newest, archived)


def _number(query: str) -> int | None:
    """The number of the document that is asked for, 0 for one that no archive has, None where none is asked for."""
    match = _PAGE.search(query)
    if match is None:
        return None
    number = int(match[1])
    return number if number <= MOST else 0


def document(channel: Channel, query: str, size: int) -> Document:
    """The document that the query asks for (`page=N` of the archive). Raises NotFound for one that there is not yet."""
    number = _number(query)
    if number is None:
        newest, total = channel.newest(size)
        last = max(0, -(-(total - size) // size))
        return Document(newest, None, last or None, None)
    found = channel.archived(number, size) if number else None
    if found is None:
        raise NotFound("The feed has no such page.")
    posts, goes_on = found
    return Document(posts, number, number - 1 or None, number + 1 if goes_on else None)
