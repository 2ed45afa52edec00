"""What the front page and the pages of lists tell machines of themselves."""

from collections.abc import Sequence

from westmarch.db.rows import NamedRow
from westmarch.posts.metadata import picture
from westmarch.web.linked_data import breadcrumbs, collection, described_website, website
from westmarch.web.metadata import Metadata, Node, Picture
from westmarch.web.surface import View, media_path

#: Where a page of a list hangs: a name of `words` and a path.
TAGS, TOPICS, AUTHORS, ARCHIVE = (
    ("tags", "/tags/"),
    ("topics", "/topics/"),
    ("authors", "/authors/"),
    ("archive", "/archive/"),
)


def of_front(view: View, path: str, posts: Sequence[NamedRow]) -> Metadata:
    """The front page, or a page of the list that begins there."""
    list_ = collection(
        view,
        view.site.title,
        path,
        language=view.site.language,
        description=view.site.description or view.site.tagline,
        items=_items(posts),
    )
    return Metadata(picture=_shown(view, posts), graph=[described_website(view), list_])


def of_list(
    view: View,
    name: str,
    path: str,
    above: tuple[str, str] | None,
    *,
    language: str = "",
    description: str = "",
    posts: Sequence[NamedRow] = (),
    first: int = 1,
    shown: Picture | None = None,
) -> Metadata:
    """A list at a path, below another one or none; `first` is the place of the first of its posts.

    `shown` is its picture where its posts are not told of; else it has that of its first post.
    """
    language = language or view.site.language
    list_ = collection(view, name, path, language=language, description=description, items=_items(posts, first))
    return Metadata(picture=shown or _shown(view, posts), graph=[list_, _way(view, name, path, above, language)])


def of_author(view: View, author: NamedRow, path: str, description: str) -> Metadata:
    """Somebody who writes, whose page is at a path."""
    surface = view.surface
    address = surface.absolute(path)
    person: Node = {"@type": "Person", "@id": surface.absolute(author.path) + "#person", "name": author.name}
    person["url"] = surface.absolute(author.path)
    if description:
        person["description"] = description
    shown = None
    if author.picture_hash:
        shown = Picture(
            surface.root + media_path(author.picture_hash, author.picture_extension),
            author.picture_width,
            author.picture_height,
            author.picture_alt or "",
        )
        person["image"] = shown.address
    elsewhere = [link["href"] for link in author.links if link["href"].startswith(("https://", "http://"))]
    if elsewhere:
        person["sameAs"] = elsewhere
    page: Node = {
        "@type": "ProfilePage",
        "@id": address,
        "url": address,
        "name": author.name,
        "inLanguage": view.site.language,
        "isPartOf": website(view),
        "mainEntity": person,
    }
    return Metadata("profile", shown, graph=[page, _way(view, author.name, path, AUTHORS, view.site.language)])


def _items(posts: Sequence[NamedRow], first: int = 1) -> list[tuple[int, str, str]]:
    return [(place, post.title, post.path) for place, post in enumerate(posts, first)]


def _shown(view: View, posts: Sequence[NamedRow]) -> Picture | None:
    """The picture of the first of the posts."""
    return picture(view, posts[0]) if posts else None


def _way(view: View, name: str, path: str, above: tuple[str, str] | None, language: str) -> Node:
    steps = [(name, path)]
    if above:
        key, listing = above
        steps.insert(0, (view.words(language)(key), listing))
    return breadcrumbs(view, steps)
