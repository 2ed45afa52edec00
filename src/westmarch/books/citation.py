"""How a book is cited: BibTeX and CSL-JSON.

BibTeX's fields: Oren Patashnik, BibTeXing (1988). CSL-JSON: https://citeproc-js.readthedocs.io/en/latest/csl-json/.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from westmarch.books.shown import Card, Credit
from westmarch.db.rows import NamedRow

_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_ESCAPED = re.compile(r"[\\~^&%$#_{}]")
#: What the roles of sources are called by both.
_ROLES = {"translator": "translator", "editor": "editor", "illustrator": "illustrator"}
_SUFFIXES = frozenset({"jr.", "jr", "sr.", "sr", "ii", "iii", "iv"})


def bibtex(card: Card, address: str) -> str:
    """The entry of a book."""
    book = card.book
    authors = _by_role(card.writers)
    fields = {
        "author": _bibtex_names(authors.get("author", ())),
        "editor": _bibtex_names(authors.get("editor", ())),
        "translator": _bibtex_names(authors.get("translator", ())),
        "title": _braced(card.title),
        "year": str(book.year) if book.year is not None else "",
        "series": _escaped(book.series_title or ""),
        "number": _escaped(book.series_number or ""),
        "isbn": _isbn(book),
        "language": card.language,
        "url": address,
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return "@book{" + ",\n".join((_key(card), *lines)) + "\n}"


def csl(card: Card, address: str) -> str:
    """The item of a book as CSL-JSON."""
    book = card.book
    item: dict[str, Any] = {"id": _key(card), "type": "book", "title": card.title}
    for role, names in _by_role(card.writers).items():
        item[role] = [_csl_name(name) for name in names]
    if book.year is not None:
        item["issued"] = {"date-parts": [[book.year]]}
    more = {
        "collection-title": book.series_title,
        "collection-number": book.series_number,
        "original-title": book.original_title if book.original_title != card.title else None,
        "ISBN": _isbn(book),
        "language": card.language,
        "URL": address,
    }
    item |= {name: value for name, value in more.items() if value}
    return json.dumps([item], ensure_ascii=False, indent=2)


def _by_role(writers: Sequence[Credit]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for writer in writers:
        role = "author" if not writer.role else _ROLES.get(writer.role.casefold(), "")
        if role:
            found.setdefault(role, []).append(writer.name)
    return found


def _isbn(book: NamedRow) -> str:
    return str(book.isbn_key) if book.isbn_key and book.isbn_valid else str(book.isbn13 or book.isbn10 or "")


def _key(card: Card) -> str:
    """A name for the entry: the family name of the first author, the year, the first word of the title."""
    first = _csl_name(card.writers[0].name) if card.writers else {}
    parts = [first.get("family", first.get("literal", "")), str(card.book.year or "").replace("-", "bc")]
    words = [word for word in card.title.split() if len(word) > 3] or card.title.split()
    key = "".join(_ascii(part) for part in (*parts, words[0] if words else ""))
    return key if re.match("[a-z]", key) else f"book{card.book.book_id}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]", "", plain)


def _csl_name(name: str) -> dict[str, str]:
    """A name in its parts. What is no European name of several words is left whole."""
    if "," in name:
        family, _, given = name.partition(",")
        return {"family": family.strip(), "given": given.strip()}
    words = name.split()
    suffix = words.pop() if len(words) > 2 and words[-1].lower() in _SUFFIXES else ""
    european = all(unicodedata.name(word[0], "").startswith(("LATIN", "CYRILLIC", "GREEK")) for word in words)
    if len(words) < 2 or not european:
        return {"literal": name}
    start = len(words) - 1
    while start > 1 and words[start - 1].islower():  # Ursula K. Le Guin, Ludwig van Beethoven
        start -= 1
    parts = {"family": " ".join(words[start:]), "given": " ".join(words[:start])}
    return parts | ({"suffix": suffix} if suffix else {})


def _bibtex_names(names: Sequence[str]) -> str:
    return " and ".join(map(_bibtex_name, names))


def _bibtex_name(name: str) -> str:
    parts = _csl_name(name)
    if "literal" in parts:
        return "{" + _escaped(name) + "}"
    middle = f"{_escaped(parts['suffix'])}, " if "suffix" in parts else ""
    return f"{_escaped(parts['family'])}, {middle}{_escaped(parts['given'])}"


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _SPECIAL.get(found[0], "\\" + found[0]), " ".join(text.split()))


def _braced(title: str) -> str:
    """A title whose capitals stay as they are in every style."""
    return "{" + _escaped(title) + "}"
