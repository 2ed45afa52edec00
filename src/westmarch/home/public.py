"""The front page and the pages of lists: tags, topics, authors."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from westmarch.authors import queries as author_queries
from westmarch.books import shown as books
from westmarch.books.catalogue import Choice
from westmarch.books.shown import Card
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.home import authors as people
from westmarch.home import metadata, sides, tagged
from westmarch.links.paths import Suffix, directory
from westmarch.posts import archive, queries
from westmarch.posts.archive import SITE, Scope
from westmarch.tags import queries as tag_queries
from westmarch.topics import queries as topic_queries
from westmarch.web import errors
from westmarch.web.metadata import Metadata, beginning
from westmarch.web.paging import Paging, pages
from westmarch.web.replies import Reply
from westmarch.web.surface import View

#: Parts on a page of a topic, and names on a page of tags.
PARTS_PER_PAGE = 100
TAGS_PER_PAGE = 500
#: Tags in the list of those that are used most, other topics on the page of one, posts on the page of what is missing.
MOST_USED = 10
OTHER_TOPICS = 5
#: Books with the tag, on its first page.
MOST_BOOKS = 12
OFFERED = 5


def _paging(path: str, suffix: Suffix, items: int, size: int) -> Paging:
    """The page that is asked for. Raises NotFound past the last one, and for a year of a list that has none."""
    count = pages(items, size)
    if suffix.page > count or suffix.year is not None:
        raise NotFound("The list has no such page.")
    return Paging(path, suffix.page, count)


def _posts(
    session: Reading, view: View, scope: Scope, path: str, suffix: Suffix, count: int | None = None
) -> tuple[Paging, Sequence[NamedRow]]:
    """The page of a list by time that is asked for, and its posts. Raises NotFound as `_paging` does.

    `count` is how many posts the list has, where that is known.
    """
    size = view.site.posts_per_page
    total, window = archive.place(session, scope, (suffix.page - 1) * size, size, view.site.zone, count)
    paging = _paging(path, suffix, total, size)
    return paging, queries.entries(session, window, scope) if window else ()


def front(session: Reading, view: View, suffix: Suffix) -> Reply:
    """The front page: the pinned or the newest post, then the others by time; or what to do with an empty site.

    The owner's parts stand beside the first page alone: who goes on to the next ones is looking for a post.
    """
    paging, posts = _posts(session, view, SITE, "/", suffix)
    lead = None
    if paging.number == 1:
        lead = queries.pinned(session) or next(iter(posts), None)
        posts = [post for post in posts if lead is None or post.id != lead.id]
    shown = [post.id for post in posts] + ([lead.id] if lead else [])
    return view.page(
        "home/front.html",
        title=view.words()("page", paging.number) if paging.number > 1 else "",
        description=view.site.description or view.site.tagline,
        canonical=paging.current,
        metadata=metadata.of_front(view, paging.current, [lead, *posts] if lead else posts),
        pages=paging,
        lead=lead,
        posts=posts,
        tags=tag_queries.of_subjects(session, shown),
        sides=sides.parts(session, view) if paging.number == 1 else (),
    )


def tag(session: Reading, view: View, tag_id: int, suffix: Suffix) -> Reply:
    """The posts with a tag."""
    about = tagged.by_id(session, tag_id, with_books=books.there(session, view))
    if about is None or about.post_count == 0:
        raise NotFound("There is no such tag.")
    paging, posts = _posts(session, view, Scope("tag", tag_id), directory(about.path), suffix, about.post_count)
    path = _canonical(paging, about)
    told = metadata.of_list(view, about.name, path, metadata.TAGS, description=about.description, posts=posts)
    description = Markup.escape(about.description)
    shown = books.tagged(session, about.books_id, MOST_BOOKS) if about.books_id and paging.number == 1 else ()
    return _list(session, view, "tag", about, paging, posts, told, about.description, description, shown=shown)


def author(session: Reading, view: View, author_id: int, suffix: Suffix) -> Reply:
    """Somebody who writes, and the posts."""
    about = people.by_id(session, author_id)
    if about is None or about.post_count == 0:
        raise NotFound("There is no such author.")
    paging, posts = _posts(session, view, Scope("author", author_id), directory(about.path), suffix, about.post_count)
    description = beginning(about.bio_html)
    told = metadata.of_author(view, about, _canonical(paging, about), description)
    bio = view.surface.placed(about.bio_html)
    return _list(session, view, "author", about, paging, posts, told, description, bio, about.links)


def _canonical(paging: Paging, about: NamedRow) -> str:
    """The path of a page of a list, whose first page is at its own address, with a slash at the end or without."""
    path: str = about.path
    return paging.current if paging.number > 1 else path


def _list(
    session: Reading,
    view: View,
    kind: str,
    about: NamedRow,
    paging: Paging,
    posts: Sequence[NamedRow],
    told: Metadata,
    description: str,
    introduction: Markup,
    links: Sequence[dict[str, str]] = (),
    shown: Sequence[Card] = (),
) -> Reply:
    return view.page(
        "home/list.html",
        title=about.name,
        description=description,
        canonical=_canonical(paging, about),
        metadata=told,
        about=about,
        heading=about.name,
        kind=kind,
        introduction=introduction,
        links=links,
        pages=paging,
        posts=posts,
        tags=tag_queries.of_subjects(session, [post.id for post in posts]),
        books=shown,
        books_query=Choice(chosen={"tag": (about.slug,)}).query if shown else "",
    )


def topic(session: Reading, view: View, topic_id: int, suffix: Suffix) -> Reply:
    """A topic as a table of contents, in the order in which to read."""
    about = topic_queries.by_id(session, topic_id)
    if about is None or about.post_count == 0:
        raise NotFound("There is no such topic.")
    paging = _paging(directory(about.path), suffix, about.post_count, PARTS_PER_PAGE)
    first = (paging.number - 1) * PARTS_PER_PAGE + 1
    posts = queries.parts(session, topic_id, first, first + PARTS_PER_PAGE - 1)
    path, description = _canonical(paging, about), beginning(about.introduction_html)
    return view.page(
        "home/topic.html",
        title=about.title,
        description=description,
        language=about.language,
        canonical=path,
        metadata=metadata.of_list(
            view, about.title, path, metadata.TOPICS,
            language=about.language, description=description, posts=posts, first=first,
        ),
        topic=about,
        pages=paging,
        posts=posts,
        others=topic_queries.most_parts(session, topic_id, OTHER_TOPICS),
    )  # fmt: skip


def tags(session: Reading, view: View, suffix: Suffix) -> Reply:
    """All tags, by use and by name."""
    paging = _paging("/tags/", suffix, tag_queries.count(session), TAGS_PER_PAGE)
    return view.page(
        "home/tags.html",
        **_index(view, "tags", paging.current),
        pages=paging,
        used=tag_queries.most_used(session, MOST_USED, described=True) if paging.number == 1 else (),
        tags=tag_queries.by_name(session, paging.number, TAGS_PER_PAGE),
    )


def topics(session: Reading, view: View, suffix: Suffix) -> Reply:
    """All topics, by title."""
    _paging("/topics/", suffix, 0, 1)
    return view.page("home/topics.html", **_index(view, "topics", "/topics/"), topics=topic_queries.by_title(session))


def authors(session: Reading, view: View, suffix: Suffix) -> Reply:
    """All authors, by name."""
    _paging("/authors/", suffix, 0, 1)
    return view.page(
        "home/authors.html", **_index(view, "authors", "/authors/"), authors=author_queries.by_name(session)
    )


def _index(view: View, key: str, path: str) -> dict[str, Any]:
    """What the head of a list of lists says, which is named and told of by `words`."""
    title, description = view.words()(key), view.words()(f"{key} about")
    told = metadata.of_list(view, title, path, None, description=description)
    return {"title": title, "description": description, "canonical": path, "metadata": told}


def missing(session: Reading, view: View, status: int) -> Reply:
    """The page that says that nothing is there (404), or no longer (410), and offers the newest posts."""
    return errors.page(view, status, newest=queries.newest(session, OFFERED))
