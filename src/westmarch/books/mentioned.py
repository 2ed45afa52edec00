"""The books that a text names by their ISBN: filled in when the text is shown, and looked for by `doctor`."""

import re
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import escape
from sqlalchemy import select

from westmarch.books import isbn, shown
from westmarch.books.models import Book
from westmarch.books.shown import Card
from westmarch.db.sessions import Reading
from westmarch.subjects.models import Reference
from westmarch.text.places import MARK
from westmarch.web.replies import HTML, Reply
from westmarch.web.surface import View, quoted

# As text/output.py writes them, below the site's base path.
_LINK = re.compile(
    r'(?P<card><p class="book-card">)?<a class="isbn" href="[^"]*/isbn/(?P<number>[0-9X]+)/">(?P<label>[^<]*)</a>'
    r"(?(card)</p>)"
)
#: What stands in a text whose writer has not said more.
_NUMBER = re.compile("ISBN [0-9X]+")


def filled(session: Reading, view: View, reply: Reply) -> Reply:
    """A page with titles and cards where its texts name books; a number that the catalogue lacks is no link."""
    if b'class="isbn"' not in reply.body or reply.mime != HTML or not shown.there(session, view):
        return reply
    html = reply.body.decode()
    books = _named(session, [html])

    def fill(found: re.Match[str]) -> str:
        card = books.get(found["number"])
        if card is None:
            return f"{found['card']}{found['label']}</p>" if found["card"] else found["label"]
        if found["card"]:
            return view.rendered("books/card.html", {"card": card, "language": "", "words": view.words()})
        return _link(view.surface.href(card.book.path), card, found["label"])

    made = Reply(_LINK.sub(fill, html).encode(), reply.mime, reply.status_code, headers=reply.own)
    made.viewed, made.query, made.route = reply.viewed, reply.query, reply.route
    return made


def linked(session: Reading, view: View, texts: Mapping[int, str]) -> dict[int, str]:
    """Of stored texts by their ids those that name books, with plain links to them, as feeds hold them."""
    naming = {id_: html for id_, html in texts.items() if 'class="isbn"' in html}
    if not naming or not shown.there(session, view):
        return {}
    books = _named(session, naming.values())

    def link(found: re.Match[str]) -> str:
        card = books.get(found["number"])
        inside = found["label"] if card is None else _link(MARK + quoted(card.book.path), card, found["label"])
        return f"<p>{inside}</p>" if found["card"] else inside

    return {id_: _LINK.sub(link, html) for id_, html in naming.items()}


def _named(session: Reading, texts: Iterable[str]) -> dict[str, Card]:
    """The books that texts name, by their numbers as they stand there."""
    keys = {found["number"]: isbn.key(found["number"]) for html in texts for found in _LINK.finditer(html)}
    books = shown.by_isbn(session, sorted({key for key in keys.values() if key}))
    return {number: books[key] for number, key in keys.items() if key in books}


def _link(address: str, card: Card, label: str) -> str:
    """A link with the writer's own words, which are HTML already, or with the title."""
    href = escape(address)
    if not _NUMBER.fullmatch(label):
        return f'<a href="{href}">{label}</a>'
    return f'<a href="{href}"><cite{card.tongue("")}>{escape(card.title)}</cite></a>'


_ADDRESSED = select(Reference.href, Reference.from_subject_id).where(Reference.href.startswith("/isbn/"))


def missing(session: Reading) -> list[tuple[str, Sequence[int]]]:
    """Numbers that texts name and the catalogue lacks, each with the ids of the texts."""
    named: dict[str, list[int]] = {}
    for href, id_ in session.execute(_ADDRESSED):
        named.setdefault(href.removeprefix("/isbn/").strip("/"), []).append(id_)
    keys = {number: isbn.key(number) for number in named}
    wanted = sorted({key for key in keys.values() if key})
    there = {
        key
        for start in range(0, len(wanted), 500)
        for key in session.scalars(select(Book.isbn_key).where(Book.isbn_key.in_(wanted[start : start + 500])))
    }
    return [(number, ids) for number, ids in sorted(named.items()) if keys[number] not in there]
