"""What the page of a post tells machines of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from westmarch.db.rows import NamedRow
from westmarch.posts.models import LISTED
from westmarch.web.languages import primary
from westmarch.web.linked_data import breadcrumbs, website
from westmarch.web.metadata import Alternate, Metadata, Node, Picture, locale
from westmarch.web.surface import View, media_path
from westmarch.web.words import Words

#: The size of a social card in pixels.
CARD_WIDTH, CARD_HEIGHT = 1200, 630
_LATEST = datetime.max.replace(tzinfo=UTC)


def of_post(
    view: View,
    post: NamedRow,
    title: str,
    description: str,
    cover_alt: str,
    authors: Sequence[NamedRow],
    tags: Sequence[NamedRow],
    translations: Sequence[NamedRow],
) -> Metadata:
    """The metadata of a post or page, with what it is called there.

    It is told with the words for its cover, with those who wrote it, what it is filed under, and the listed posts of
    its group of translations.
    """
    words = view.words(post.language)
    begun, changed = post.published_at, post.updated_at
    published = words.stamp(begun) if begun else ""
    modified = words.stamp(changed) if begun and changed and changed > begun else published
    people = [(author.name, view.surface.absolute(author.path) if author.has_page else "") for author in authors]
    shown = picture(view, post, cover_alt)
    properties = [("og:locale:alternate", told) for one in translations if (told := locale(one.language))]
    if post.kind == "post":
        properties += _article(published, modified, post, people, tags)
    graph: list[Node] = []
    if post.visible == LISTED:
        main = _described(view, post, title, description, published, modified, shown)
        if people:
            main["author"] = [_person(name, address) for name, address in people]
        if tags:
            main["keywords"] = [tag.name for tag in tags]
        if translations:
            main |= _translated(view, post, translations)
        graph = [main, breadcrumbs(view, _way(words, post, published))]
    return Metadata(
        "article" if post.kind == "post" else "website", shown, alternates(view, post, translations), properties, graph
    )


def card(view: View, post: NamedRow) -> Picture:
    """The social card of a post."""
    return Picture(view.card(post), CARD_WIDTH, CARD_HEIGHT, post.title)


def picture(view: View, post: NamedRow, cover_alt: str = "") -> Picture:
    """The picture that stands for a post: its cover, for which the post may have words of its own, else its card."""
    if not post.cover_hash:
        return card(view, post)
    address = view.surface.root + media_path(post.cover_hash, post.cover_extension)
    return Picture(address, post.cover_width, post.cover_height, cover_alt or post.cover_alt or "")


def alternates(view: View, post: NamedRow, translations: Sequence[NamedRow]) -> list[Alternate]:
    """The languages in which a listed post can be read, its own first, and which one is for all others.

    Each of a group tells of all of it, as search engines ask: one that only points away is not believed.
    """
    if not translations or post.visible != LISTED:
        return []
    found: dict[str, str] = {}
    for one in (post, *translations):
        found.setdefault(one.language, view.surface.absolute(one.path))
    if len(found) == 1:
        return []
    site = view.site.language
    default = found.get(site) or next((found[tag] for tag in found if primary(tag) == primary(site)), None)
    told = [Alternate(language, address) for language, address in found.items()]
    return [*told, Alternate("x-default", default)] if default else told


def _article(
    published: str, modified: str, post: NamedRow, people: Sequence[tuple[str, str]], tags: Sequence[NamedRow]
) -> list[tuple[str, str]]:
    """The properties of an article in Open Graph; each of several authors and tags has one of its own."""
    found = [("article:published_time", published), ("article:modified_time", modified)] if published else []
    if post.topic_id:
        found.append(("article:section", post.topic_title))
    found += [("article:author", address) for _, address in people if address]
    return found + [("article:tag", tag.name) for tag in tags]


def _person(name: str, address: str) -> Node:
    return {"@type": "Person", "name": name} | ({"url": address} if address else {})


def _described(
    view: View, post: NamedRow, title: str, description: str, published: str, modified: str, shown: Picture
) -> Node:
    """What a post and a page have in common."""
    address = view.surface.absolute(post.path)
    node: Node = {
        "@type": "BlogPosting" if post.kind == "post" else "WebPage",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": title,
        "inLanguage": post.language,
        "wordCount": post.words,
        "image": shown.address,
        "isPartOf": website(view),
    }
    if description:
        node["description"] = description
    if published:
        node["datePublished"] = published
        node["dateModified"] = modified
    return node


def _translated(view: View, post: NamedRow, translations: Sequence[NamedRow]) -> Node:
    """Which of a group of translations is the original: that which came first, else that in the site's language."""
    original = min((post, *translations), key=lambda one: _age(view, one))
    if original is post:
        return {"workTranslation": [_work(view, one) for one in translations]}
    return {"translationOfWork": _work(view, original)}


def _age(view: View, post: NamedRow) -> tuple[datetime, bool, int]:
    return post.published_at or _LATEST, post.language != view.site.language, post.id


def _work(view: View, post: NamedRow) -> Node:
    address = view.surface.absolute(post.path)
    return {"@type": "CreativeWork", "@id": address, "url": address, "name": post.title, "inLanguage": post.language}


def _way(words: Words, post: NamedRow, published: str) -> list[tuple[str, str]]:
    """The way to a post: by its topic, else by the year of the archive. A page hangs on the front page."""
    if post.topic_id:
        return [(post.topic_title, post.topic_path), (post.title, post.path)]
    if post.kind == "page" or not published:
        return [(post.title, post.path)]
    year = int(published[:4])
    return [
        (words("archive"), "/archive/"),
        (words.number(year), f"/archive/{year}/"),
        (post.title, post.path),
    ]
