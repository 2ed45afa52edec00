"""The things that several kinds of pages tell of, as schema.org has them: the site, ways to a page, lists of pages."""

from collections.abc import Iterable, Sequence

from westmarch.web.metadata import Node
from westmarch.web.surface import View


def website(view: View) -> Node:
    """The site, by its name and address."""
    root = view.surface.absolute("/")
    return {"@type": "WebSite", "@id": root + "#website", "name": view.site.title, "url": root}


def described_website(view: View) -> Node:
    """The site with all that it says of itself, for its front page."""
    node = website(view) | {"inLanguage": view.site.language}
    if about := view.site.description or view.site.tagline:
        node["description"] = about
    return node


def breadcrumbs(view: View, steps: Sequence[tuple[str, str]]) -> Node:
    """The way from the front page by `steps` (names and paths), the page itself last."""
    absolute = view.surface.absolute
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": {"@id": absolute(path)}}
            for position, (name, path) in enumerate([(view.site.title, "/"), *steps], 1)
        ],
    }


def collection(
    view: View,
    name: str,
    path: str,
    *,
    language: str,
    description: str = "",
    items: Iterable[tuple[int, str, str]] = (),
) -> Node:
    """A page that lists others: `items` are their places in the list, titles and paths."""
    absolute = view.surface.absolute
    address = absolute(path)
    node: Node = {
        "@type": "CollectionPage",
        "@id": address,
        "url": address,
        "name": name,
        "inLanguage": language,
        "isPartOf": website(view),
    }
    if description:
        node["description"] = description
    listed = [
        {"@type": "ListItem", "position": position, "name": title, "url": absolute(item)}
        for position, title, item in items
    ]
    if listed:
        node["mainEntity"] = {"@type": "ItemList", "numberOfItems": len(listed), "itemListElement": listed}
    return node
