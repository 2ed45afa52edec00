"""What the pages of books tell machines of themselves (schema.org)."""

from collections.abc import Sequence

from westmarch.books.shown import Card, Credit
from westmarch.db.rows import NamedRow
from westmarch.web.linked_data import breadcrumbs, collection
from westmarch.web.metadata import Metadata, Node, Picture
from westmarch.web.surface import View, media_path

#: Where the pages hang: a name of `words` and a path.
BOOKS = ("books", "/books/")
SHELF = ("shelf", "/shelf/")


def of_book(view: View, card: Card, tags: Sequence[NamedRow], description: str) -> Metadata:
    """A book on its page."""
    book, surface = card.book, view.surface
    address = surface.absolute(book.path)
    node: Node = {"@type": "Book", "@id": address + "#book", "url": address, "name": card.title}
    if book.title != card.title:
        node["alternateName"] = book.title
    for role, property_ in (("", "author"), ("translator", "translator"), ("editor", "editor")):
        people = [_person(view, writer) for writer in card.writers if writer.role.casefold() == role]
        if people:
            node[property_] = people
    if book.isbn_key and book.isbn_valid:
        node["isbn"] = book.isbn_key
    if book.year is not None and book.year > 0:
        node["datePublished"] = f"{book.year:04}"
    if card.language:
        node["inLanguage"] = card.language
    if description:
        node["description"] = description
    if tags:
        node["keywords"] = ", ".join(tag.name for tag in tags)
    picture = picture_of(view, book)
    if picture is not None:
        node["image"] = picture.address
    node |= _place(view, book) | _rating(book)
    way = breadcrumbs(view, [(view.words()(BOOKS[0]), BOOKS[1]), (card.title, book.path)])
    return Metadata(picture=picture, graph=[node, way])


def _place(view: View, book: NamedRow) -> Node:
    """Where a book stands in a series."""
    if not book.series_title:
        return {}
    series = {"@type": "BookSeries", "name": book.series_title, "url": view.surface.absolute(book.series_path)}
    return {"isPartOf": series} | ({"position": book.series_number} if book.series_number else {})


def _rating(book: NamedRow) -> Node:
    if book.rating is None or not book.ratings_count:
        return {}
    rating = {"@type": "AggregateRating", "ratingValue": book.rating, "ratingCount": book.ratings_count}
    return {"aggregateRating": rating | {"bestRating": 5}}


def picture_of(view: View, book: NamedRow) -> Picture | None:
    """The picture of a book's cover, where it has one."""
    if not book.cover_hash:
        return None
    address = view.surface.root + media_path(book.cover_hash, book.cover_extension)
    return Picture(address, book.cover_width, book.cover_height, "")


def _person(view: View, writer: NamedRow | Credit) -> Node:
    return {"@type": "Person", "name": writer.name, "url": view.surface.absolute(writer.path)}


def of_writer(view: View, writer: NamedRow, cards: Sequence[Card]) -> Metadata:
    """Somebody who wrote books."""
    node = _person(view, writer) | {"@id": view.surface.absolute(writer.path) + "#person"}
    list_ = _list(view, writer.name, writer.path, cards)
    return Metadata(graph=[list_ | {"about": node}, _way(view, writer.name, writer.path)])


def of_books(
    view: View, name: str, path: str, cards: Sequence[Card], *, description: str = "", first: int = 1
) -> Metadata:
    """A list of books; `first` is the place of the first of them."""
    list_ = _list(view, name, path, cards, description, first)
    way = breadcrumbs(view, [(name, path)]) if path == BOOKS[1] else _way(view, name, path)
    return Metadata(graph=[list_, way])


def of_shelf(view: View, name: str, path: str, cards: Sequence[Card]) -> Metadata:
    """The shelf, or a part of it."""
    steps = [(view.words()(SHELF[0]), SHELF[1])]
    if path != SHELF[1]:
        steps.append((name, path))
    return Metadata(graph=[_list(view, name, path, cards), breadcrumbs(view, steps)])


def _way(view: View, name: str, path: str) -> Node:
    return breadcrumbs(view, [(view.words()(BOOKS[0]), BOOKS[1]), (name, path)])


def _list(view: View, name: str, path: str, cards: Sequence[Card], description: str = "", first: int = 1) -> Node:
    items = [(place, card.title, card.book.path) for place, card in enumerate(cards, first)]
    return collection(view, name, path, language=view.site.language, description=description, items=items)
