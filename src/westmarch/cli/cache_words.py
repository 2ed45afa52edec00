"""What a page read, and what removed it, in words that an owner understands: titles and names instead of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from westmarch.authors.models import Author
from westmarch.books.models import SCHEMA as BOOKS
from westmarch.books.models import Book, BookTag, Series, Writer
from westmarch.db.sessions import Reading
from westmarch.links.models import Link
from westmarch.media.models import Media
from westmarch.ops import schema
from westmarch.posts.models import Post
from westmarch.subjects.models import Revision
from westmarch.tags.models import Tag
from westmarch.topics.models import Topic

Told = Mapping[str, Any]
#: Names by table and key.
Names = Mapping[tuple[str, Any], str]

#: So many names of one kind are written out.
MOST_NAMES = 4
#: Rows that have a name, with the noun before it, the name, and where they are.
_NAMED: Mapping[str, tuple[str, Any, Any]] = {
    "post": ("the post", Post.title, Post.path),
    "tag": ("the tag", Tag.name, Tag.path),
    "author": ("the author", Author.name, Author.path),
    "topic": ("the topic", Topic.title, Topic.path),
    "media": ("the picture", Media.filename, None),
    "link": ("the address", Link.path, None),
}
#: The like of them, which a database of an older schema does not have.
_NAMED_OF_BOOKS: Mapping[str, tuple[str, Any, Any]] = {
    "book": ("the book", Book.title, Book.path),
    "writer": ("the writer", Writer.name, Writer.path),
    "series": ("the series", Series.title, Series.path),
    "book_tag": ("the tag of books", BookTag.slug, None),
}
_ALL_NAMED = {**_NAMED, **_NAMED_OF_BOOKS}
_PLURALS = {
    "post": "posts", "tag": "tags", "author": "authors", "topic": "topics", "media": "pictures", "link": "addresses",
    "subject": "entries", "revision": "texts", "book": "books", "writer": "writers", "series": "series",
    "book_tag": "tags of books",
}  # fmt: skip
#: What is read by the values of a column: the sentence, and the table whose rows the values are ("" for themselves).
_BY_COLUMN: Mapping[tuple[str, str], tuple[str, str]] = {
    ("tagging", "subject_id"): ("the tags of {}", "post"),
    ("tagging", "tag_id"): ("which posts have {}", "tag"),
    ("byline", "post_id"): ("the authors of {}", "post"),
    ("byline", "author_id"): ("which posts are by {}", "author"),
    ("part", "subject_id"): ("of which topic {} is a part", "post"),
    ("part", "topic_id"): ("the parts of {}", "topic"),
    ("related", "post_id"): ("what is related to {}", "post"),
    ("archive_count", "scope_id"): ("how many posts of {} there are by year and month", "scope"),
    ("link", "subject_id"): ("the address of {}", "subject"),
    ("link", "folded"): ("what is at the address {}", ""),
    ("revision", "id"): ("the text of {}", "revision"),
    ("subject", "id"): ("whether {} was removed for good", "subject"),
    ("link", "id"): ("where {} leads", "link"),
    ("post", "translation_group"): ("which posts are translations of one another", ""),
    ("post_meta", "post_id"): ("what search engines are told of {}", "post"),
    ("post_view", "post_id"): ("how often {} was read", "post"),
    ("book_writer", "book_id"): ("who wrote {}", "book"),
    ("book_writer", "writer_id"): ("which books are by {}", "writer"),
    ("book_tagging", "book_id"): ("the tags of {}", "book"),
    ("book_tagging", "tag_id"): ("which books have {}", "book_tag"),
    ("book", "series_id"): ("which books are in {}", "series"),
    ("book", "isbn_key"): ("which book has the ISBN {}", ""),
    ("book_tag", "slug"): ("whether books have the tag {}", ""),
    ("reading", "book_id"): ("when {} was read", "book"),
    ("reference", "to_subject_id"): ("which texts name {}", "subject"),
    ("reference", "href"): ("which texts name {}", ""),
}  # fmt: skip
#: What is read of a table without a condition that has a sentence of its own.
_OF_TABLE = {
    "site_option": "the options of the site",
    "most_read": "which posts are read most",
    "post": "which posts are published",
    "tag": "which tags have posts",
    "author": "which authors have posts",
    "topic": "which topics have posts",
    "media": "all pictures",
    "tagging": "the tags of all posts",
    "byline": "the authors of all posts",
    "part": "the parts of all topics",
    "link": "all addresses",
    "related": "what is related to what",
    "post_meta": "what search engines are told of all posts",
    "archive_count": "how many posts there are by year and month",
    "book": "which books there are",
    "writer": "which writers have books",
    "series": "which series have books",
    "book_tag": "which tags books have",
    "book_writer": "who wrote which book",
    "book_tagging": "the tags of all books",
    "reading": "what is on the shelf",
    "reference": "what texts refer to",
    "index_generation": "what the search finds",
}
_COLUMNS = {
    "path": "address", "published_at": "date", "updated_at": "date of the last edit", "excerpt_html": "excerpt",
    "cover_id": "cover", "published_revision_id": "text", "html": "text", "toc": "contents", "visible": "visibility",
    "minutes": "reading time", "next_id": "next post", "previous_id": "previous post", "folded": "place in the order",
    "post_count": "number of posts", "bio_html": "biography", "introduction_html": "introduction",
    "picture_id": "picture", "listed_at": "date", "rank": "order", "alt": "description", "hash": "file",
    "extension": "file", "translation_group": "translations", "extra": "other fields", "pinned": "pinning",
    "words": "number of words", "title_plain": "title", "book_count": "number of books", "book_id": "number",
    "description_html": "description", "review_html": "review", "isbn_key": "ISBN", "isbn10": "ISBN", "isbn13": "ISBN",
    "isbn_valid": "ISBN", "ratings_count": "number of ratings", "series_id": "series",
    "series_order": "place in the series", "series_number": "place in the series",
}  # fmt: skip
#: Columns that say nothing to people.
_SILENT = frozenset({"id", "kind"})


def columns(names: Iterable[str] | None) -> str:
    """The columns of a table as a list of words; all of them for None."""
    if names is None:
        return "all"
    words = dict.fromkeys(_COLUMNS.get(name, name.replace("_", " ")) for name in names if name not in _SILENT)
    return ", ".join(sorted(words))


def named(session: Reading, told: Iterable[Told]) -> Names:
    """The names of the rows that reads (`conditions`) and changes (`key`) refer to, where they are still there."""
    wanted: dict[str, set[Any]] = {}
    for one in told:
        for table, keys in _keys(one):
            wanted.setdefault(table, set()).update(key for key in keys if isinstance(key, int))
    found: dict[tuple[str, Any], str] = {}
    if revisions := wanted.get("revision"):
        statement = select(Revision.id, Post.title, Post.path).join(Post, Post.id == Revision.subject_id)
        rows = session.execute(statement.where(Revision.id.in_(revisions)))
        found |= {("revision", key): f"the post “{title}” ({path})" for key, title, path in rows}
    subjects = wanted.pop("subject", set()) | (wanted.pop("scope", set()) - {0})
    there = _ALL_NAMED if schema.reached(session, BOOKS) else _NAMED
    for table, (noun, name, path) in there.items():
        own = wanted.get(table, set()) | (subjects if path is not None else set())
        found |= _of_table(session, table, noun, (name, path), own)
    for key in subjects:
        owner = next((found[table, key] for table in there if (table, key) in found and table != "media"), None)
        if owner is not None:
            found["subject", key] = found["scope", key] = owner
    return found | {("scope", 0): "the site"}


def _keys(told: Told) -> Iterable[tuple[str, Sequence[Any]]]:
    """The tables and keys of the rows that a read or a change means."""
    table = told["table"]
    if "key" in told:
        yield _BY_COLUMN.get((table, _first_key(table)), ("", table))[1] or table, told["key"][:1]
        return
    for column, _, values in told["conditions"]:
        if column == "id":
            yield table, values or ()
        elif (table, column) in _BY_COLUMN:
            yield _BY_COLUMN[table, column][1], values or ()


def _first_key(table: str) -> str:
    return {
        "tagging": "subject_id", "byline": "post_id", "part": "topic_id", "related": "post_id", "post_meta": "post_id",
        "archive_count": "scope_id", "book_writer": "book_id", "book_tagging": "book_id",
    }.get(table, "id")  # fmt: skip


def _of_table(
    session: Reading, table: str, noun: str, shown: tuple[Any, Any], keys: set[Any]
) -> dict[tuple[str, Any], str]:
    if not keys:
        return {}
    name, path = shown
    key: ColumnElement[int] = name.class_.id
    parts = [key, name] if path is None else [key, name, path]
    found = {}
    for row in session.execute(select(*parts).where(key.in_(keys))):
        where = f" ({row[2]})" if path is not None else ""
        found[table, row[0]] = f"{noun} “{row[1]}”{where}"
    return found


def in_words(told: Sequence[Told], names: Names) -> list[str]:
    """What a page read as phrases, each once; what another one says as well is left out."""
    rows: dict[tuple[str, frozenset[Any]], tuple[Sequence[Any], set[str]]] = {}
    others: dict[str, set[str]] = {}
    for read in told:
        keys = next((values for column, _, values in read["conditions"] if column == "id" and values), None)
        if keys is not None and (read["table"], "id") not in _BY_COLUMN:
            rows.setdefault((read["table"], frozenset(keys)), (keys, set()))[1].update(read["columns"] or ("all",))
        else:
            what, shown = _phrase(read, names)
            others.setdefault(what, set()).update(shown)
    phrases = [f"{what} ({columns(shown)})" if columns(shown) else what for what, shown in others.items()]
    for (table, keys), (in_order, shown) in rows.items():
        said = any(other == table and keys < more and shown <= rows[other, more][1] for other, more in rows)
        if not said:
            which = _listed(table, in_order, names)
            phrases.append(f"{columns(shown)} of {which}" if columns(shown) else f"whether there is {which}")
    return sorted(phrases)


def _phrase(read: Told, names: Names) -> tuple[str, Iterable[str]]:
    """A read that does not name rows by their own keys, and the columns that are worth a word."""
    table = read["table"]
    for column, _, values in read["conditions"]:
        sentence, of = _BY_COLUMN.get((table, column), ("", ""))
        if sentence and values:
            return sentence.format(_listed(of, values, names) if of else ", ".join(map(str, values))), ()
    told = table in _ALL_NAMED and bool(read["conditions"])
    return _OF_TABLE.get(table, f"the table {table}"), (read["columns"] or ()) if told else ()


def _listed(table: str, keys: Sequence[Any], names: Names) -> str:
    """Rows by their names, the first ones of many. Those that are not there have none, and are told of only alone."""
    told = [names[table, key] for key in keys if (table, key) in names] or [f"{table} {keys[0]}, which is gone"]
    if len(told) == 1:
        return told[0]
    noun = _PLURALS.get(table, "")
    prefix = _ALL_NAMED[table][0] + " " if table in _ALL_NAMED else ""
    short = [name.removeprefix(prefix) for name in told[:MOST_NAMES]]
    more = f" and {len(told) - MOST_NAMES} more" if len(told) > MOST_NAMES else ""
    return f"{len(told)} {noun}: {', '.join(short)}{more}" if noun else f"{', '.join(short)}{more}"


def hidden(session: Reading, path: str) -> str:
    """What is at a path that readers do not see, as a sentence; empty where there is nothing."""
    statement = select(Post.title, Post.status, Post.trashed_at, Post.published_at)
    here = statement.join(Link, Link.subject_id == Post.id).where(Link.path == path, Post.visible == 0)
    found = session.execute(here).first()
    if found is None:
        return ""
    if found.trashed_at is not None:
        state = "in the trash"
    elif found.status == "scheduled" and found.published_at is not None:
        state = f"scheduled for {found.published_at:%Y-%m-%d %H:%M:%S} UTC"
    else:
        state = {"draft": "a draft"}.get(found.status, found.status)
    return f"There is the post “{found.title}”, which readers do not see: it is {state}."


def change(told: Told, names: Names) -> str:
    """A change as a clause: what happened to what."""
    table, key = told["table"], told["key"]
    sentence, of = _BY_COLUMN.get((table, _first_key(table)), ("", table))
    name = names.get((of or table, key[0] if key else None))
    if sentence and name is not None:
        return f"{sentence.format(name)} changed"
    if table in _OF_TABLE and table not in _ALL_NAMED:
        return f"{_OF_TABLE[table]} changed"
    what = name or f"the row {', '.join(map(str, key))} of {table}"
    if told["operation"] == "update":
        shown = columns(told["columns"])
        return f"{what} changed{f' ({shown})' if shown and shown != 'all' else ''}"
    return f"{what} was {'added' if told['operation'] == 'insert' else 'deleted'}"
