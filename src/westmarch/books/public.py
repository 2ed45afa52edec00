"""Books for readers: the catalogue, a book, who wrote it, its series, and the way from an ISBN."""

from collections.abc import Callable, Sequence

from westmarch.books import catalogue, citation, detail, isbn, languages, metadata, shelf, shown, similar
from westmarch.books.catalogue import FACETS, MOST_PAGES, PATH, PER_PAGE, SINGLE, Choice, Found
from westmarch.books.shown import Card
from westmarch.books.tag_titles import tag_titles
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.links.paths import PLAIN, Suffix
from westmarch.pagecache import reads
from westmarch.textindex.models import IndexGeneration
from westmarch.web.facets import Facet, Value
from westmarch.web.metadata import Metadata, beginning
from westmarch.web.paging import Paging, pages
from westmarch.web.replies import Reply, redirect, unavailable
from westmarch.web.surface import View

#: Where books are found by their ISBN, in any form.
BY_ISBN = "/isbn/"
#: What `words` call what can be chosen, and the orders.
FACET_WORDS = {
    "tag": "facet tag",
    "author": "facet author",
    "language": "facet language",
    "year": "facet year",
    "series": "facet series",
}
SORT_WORDS = {
    "newest": "by newest",
    "title": "by title",
    "year": "by year",
    "oldest": "by oldest",
    "rating": "by rating",
    "relevance": "by relevance",
}
#: So many books of a writer and of a series are on their page; the catalogue has all.
MOST_OF_WRITER, MOST_OF_SERIES = 120, 200
#: So many books stand in the catalogue of a copy in files, which cannot be looked through.
MOST_BY_TITLE = 480
#: So many tags of a book stand in the open, the others folded away; so many posts about it are shown.
MOST_TAGS, MOST_MENTIONS = 16, 20

#: Posts that name a subject or one of these addresses, at most so many, newest first.
Mentions = Callable[[Reading, int, Sequence[str], int], Sequence[NamedRow]]


def list_(session: Reading, view: View, suffix: Suffix, found: Found | None) -> Reply:
    """A page of the catalogue, of what the index has found; the books by title, and 503, where it is away.

    Where nobody has asked it, as for a copy of the site in files, they are there by title too. Raises NotFound where
    there are no books, and past the last page.
    """
    reads.note(IndexGeneration.__tablename__)
    choice = catalogue.choice(view.query)
    if suffix.year is not None or suffix.page > MOST_PAGES:
        raise NotFound("The catalogue has no such page.")
    if found is None or found.away or not (found.count or choice.narrowed):
        if not shown.there(session, view) or not shown.any_books(session) or suffix.page > 1:
            raise NotFound("There are no books.")
        return _by_title(session, view, choice, away=found is not None)
    count = min(MOST_PAGES, pages(found.count, PER_PAGE))
    if suffix.page > count:
        raise NotFound("The catalogue has no such page.")
    words = view.words()
    paging = Paging(PATH, suffix.page, count)
    cards = shown.cards(session, found.ids)
    title, description = words("books"), words("books about")
    reply = view.page(
        "books/list.html",
        title=title,
        description=description,
        canonical=paging.current if not choice.query else PATH,
        noindex=bool(choice.query),
        metadata=metadata.of_books(
            view, title, paging.current, cards, description=description, first=(suffix.page - 1) * PER_PAGE + 1
        ),
        cards=cards,
        pages=paging,
        choice=choice,
        count=found.count,
        facets=_facets(session, view, choice, found),
        sorts=_sorts(view, choice),
        loosely=found.loosely,
        away=False,
        searched=True,
        further="",
    )
    reply.query = choice.query.removeprefix("?")
    return reply


def _by_title(session: Reading, view: View, choice: Choice, *, away: bool) -> Reply:
    """The books by title: those behind the ones that were shown, where the index is away; else the first of them."""
    size = PER_PAGE if away else MOST_BY_TITLE
    cards = shown.by_slug(session, choice.after, size + 1)
    further = Choice(after=cards[size - 1].book.slug).query if away and len(cards) > size else ""
    title, description = view.words()("books"), view.words()("books about")
    reply = view.page(
        "books/list.html",
        title=title,
        description=description,
        canonical=PATH,
        noindex=away,
        metadata=metadata.of_books(view, title, PATH, cards[:size], description=description),
        status=503 if away else 200,
        cards=cards[:size],
        pages=Paging(PATH, 1, 1),
        choice=choice,
        count=0,
        facets=(),
        sorts=(),
        loosely=False,
        away=away,
        searched=False,
        further=further,
    )
    return unavailable(reply) if away else reply


def _facets(session: Reading, view: View, choice: Choice, found: Found) -> list[Facet]:
    """What can be chosen beside what has been, which stands first; the counts are those of the choice."""
    facets = []
    titles = tag_titles(session, {*choice.chosen.get("tag", ()), *(slug for slug, _ in found.facets.get("tag", ()))})

    def label(name: str, value: str) -> str:
        return titles.get(value, value) if name == "tag" else languages.name(value) if name == "language" else value

    for name in FACETS:
        taken = choice.chosen.get(name, ())
        counts = dict(found.facets.get(name, ()))
        values = [
            Value(
                value,
                label(name, value),
                choice.without(name, value).query,
                counts.get(value, found.count),
                chosen=True,
            )
            for value in taken
        ]
        if not (taken and name in SINGLE):
            offered = [(value, count) for value, count in counts.items() if value not in taken]
            if name == "year":
                offered.sort(key=lambda pair: -int(pair[0]))
            values += [Value(value, label(name, value), choice.with_(name, value).query, n) for value, n in offered]
        if len(values) > 1 or taken:
            facets.append(Facet(name, view.words()(FACET_WORDS[name]), values))
    return facets


def _sorts(view: View, choice: Choice) -> list[Value]:
    words = view.words()
    names = [name for name in catalogue.SORTS if name != "relevance" or choice.q]
    return [
        Value(name, words(SORT_WORDS[name]), choice.sorted_by(name).query, 0, name == choice.order) for name in names
    ]


def book(session: Reading, view: View, id_: int, suffix: Suffix, mentions: Mentions) -> Reply:
    """The page of a book. Raises NotFound."""
    found = detail.detail(session, id_) if suffix == PLAIN else None
    if found is None:
        raise NotFound("There is no such book.")
    row, readings = found
    names = detail.names(session, id_)
    card = Card(row, names.writers)
    description = beginning(row.description_html) if row.description_html else ""
    address = view.surface.absolute(row.path)
    tags = [(tag.name, Choice(chosen={"tag": (tag.path,)}).query) for tag in names.tags]
    return view.page(
        "books/detail.html",
        title=card.title,
        description=description or view.words()("book by", title=card.title, by=card.by),
        canonical=row.path,
        metadata=metadata.of_book(view, card, names.tags[:MOST_TAGS], description),
        card=card,
        book=row,
        tags=tags[:MOST_TAGS],
        further_tags=tags[MOST_TAGS:],
        language_name=languages.name(row.language) if row.language else "",
        numbers=_numbers(row),
        around=similar.around(session, row, names),
        posts=mentions(session, id_, addresses(row), MOST_MENTIONS),
        readings=readings,
        statuses=shelf.titles(view),
        citations=[("BibTeX", citation.bibtex(card, address)), ("CSL-JSON", citation.csl(card, address))],
    )


def addresses(row: NamedRow) -> list[str]:
    """The addresses by its ISBN under which texts may name a book."""
    numbers = list(isbn.forms(row.isbn_key)) if row.isbn_key else []
    numbers += [isbn.compact(given) for given in (row.isbn10, row.isbn13) if given]
    return [f"{BY_ISBN}{number}/" for number in dict.fromkeys(numbers)]


def _numbers(row: NamedRow) -> list[tuple[str, str]]:
    """The ISBNs of a book with what each is called: the valid ones, else what was given."""
    if row.isbn_key and row.isbn_valid:
        return [(f"ISBN-{len(number)}", number) for number in isbn.forms(row.isbn_key)]
    return [("ISBN", given) for given in (row.isbn13, row.isbn10) if given]


def writer(session: Reading, view: View, id_: int, suffix: Suffix) -> Reply:
    """Somebody who wrote books. Raises NotFound."""
    row = shown.writer(session, id_) if suffix == PLAIN else None
    if row is None or not row.book_count:
        raise NotFound("There is no such writer.")
    cards = shown.of_writer(session, id_, MOST_OF_WRITER)
    further = Choice(chosen={"author": (row.name,)}).query if row.book_count > len(cards) else ""
    return _names_list(view, "writer", row, row.name, cards, further, metadata.of_writer(view, row, cards))


def series(session: Reading, view: View, id_: int, suffix: Suffix) -> Reply:
    """A series in its order. Raises NotFound."""
    row = shown.series(session, id_) if suffix == PLAIN else None
    if row is None or not row.book_count:
        raise NotFound("There is no such series.")
    cards = shown.of_series(session, id_, MOST_OF_SERIES)
    further = Choice(chosen={"series": (row.title,)}).query if row.book_count > len(cards) else ""
    told = metadata.of_books(view, row.title, row.path, cards)
    return _names_list(view, "series", row, row.title, cards, further, told)


def _names_list(
    view: View, kind: str, about: NamedRow, heading: str, cards: Sequence[Card], further: str, told: Metadata
) -> Reply:
    return view.page(
        "books/named.html",
        title=heading,
        description=view.words()("book count", about.book_count),
        canonical=about.path,
        metadata=told,
        kind=kind,
        heading=heading,
        count=about.book_count,
        cards=cards,
        further=further,
    )


def by_isbn(session: Reading, view: View, path: str) -> Reply:
    """The way from `/isbn/…/`, with whatever stands between the digits, to the book. Raises NotFound."""
    key = isbn.key(path.removeprefix(BY_ISBN).strip("/"))
    found = shown.path_of_isbn(session, key) if key and shown.there(session, view) else None
    if found is None:
        raise NotFound("No book of the catalogue has this number.")
    return redirect(view.surface.absolute(found), permanent=False)
