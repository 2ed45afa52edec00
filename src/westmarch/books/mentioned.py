"""The books that a text names by their ISBN: filled in when the text is shown, and looked for by `doctor`."""

import re
from collections.abc import Sequence

from markupsafe import escape
from sqlalchemy import select

from westmarch.books import isbn, shown
from westmarch.books.models import Book
from westmarch.books.shown import Card
from westmarch.db.sessions import Reading
from westmarch.subjects.models import Reference
from westmarch.web.replies import HTML, Reply
from westmarch.web.surface import View

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
    keys = {found["number"]: isbn.key(found["number"]) for found in _LINK.finditer(html)}
    books = shown.by_isbn(session, sorted({key for key in keys.values() if key}))

    def fill(found: re.Match[str]) -> str:
        card = books.get(keys[found["number"]] or "")
        if card is None:
            return f"{found['card']}{found['label']}</p>" if found["card"] else found["label"]
        if found["card"]:
            return view.rendered("books/card.html", {"card": card, "language": "", "words": view.words()})
        return _link(view, card, found["label"])

    made = Reply(_LINK.sub(fill, html).encode(), reply.mime, reply.status_code, headers=reply.own)
    made.viewed, made.query, made.route = reply.viewed, reply.query, reply.route
    return made


def _link(view: View, card: Card, label: str) -> str:
    """A link with the writer's own words, which are HTML already, or with the title."""
    href = escape(view.surface.href(card.book.path))
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
