"""The parts beside the list of the front page, in the order that the owner gave them. An empty one is left out."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from westmarch.db.sessions import Reading
from westmarch.ops import schema
from westmarch.posts import archive, queries, views
from westmarch.site.options import Side
from westmarch.tags import queries as tag_queries
from westmarch.web.surface import View

#: How many entries a part shows where the owner has not said it.
TAGS, YEARS, MOST_READ = 8, 6, 5

# The sanitizer writes tags without < and > inside, and attributes in double quotes.
_TAG = re.compile(r"<[a-z][^<>]*>")
_ID = re.compile(r' (id|aria-labelledby|href)="((?<=href=")#|(?<!href="))([^"]*)"')


@dataclass(frozen=True, slots=True)
class Part:
    """A part to show: `rows` are its entries, `more` whether there are others, `html` is its text."""

    name: str
    title: str
    rows: Sequence[Any] = ()
    more: bool = False
    html: Markup = Markup()  # noqa: RUF009 - immutable

    @property
    def empty(self) -> bool:
        """Whether it has nothing to show."""
        return not self.rows and not self.html


def parts(session: Reading, view: View) -> list[Part]:
    """What stands beside the list; one statement at most for each part."""
    made = [MAKERS[side.part](session, view, side) for side in view.site.sides]
    return [part for part in made if not part.empty]


def _title(view: View, side: Side, key: str) -> str:
    return side.title or view.words()(key)


def _about(_session: Reading, view: View, side: Side) -> Part:
    html = _text(view, side)
    if not html and view.site.description:
        html = Markup("<p>") + escape(view.site.description) + Markup("</p>")
    return Part(side.part, _title(view, side, "about"), html=html)


def _own_text(_session: Reading, view: View, side: Side) -> Part:
    return Part(side.part, side.title, html=_text(view, side))


def _text(view: View, side: Side) -> Markup:
    """The Markdown of a part as HTML below the base path; rendered once for a state of the options."""
    if not side.text:
        return Markup()
    # Two parts may say the same; each is one of its own.
    number = next(number for number, each in enumerate(view.site.sides, 1) if each is side)
    key = ("sides", "text", str(number))
    html = view.held.made.get(key)
    if not isinstance(html, Markup):
        from westmarch.text.markdown import render  # Its import takes its time, and few sites need it here.

        rendered = apart(render(side.text, language=view.site.language).html, number)
        html = view.held.made[key] = view.surface.placed(rendered)
    return html


def apart(html: str, number: int) -> str:
    """Stored HTML whose ids, and links to them, no other text on the page has."""
    return _TAG.sub(lambda tag: _ID.sub(rf' \1="\2s{number}-\3"', tag[0]), html)


def _tags(session: Reading, view: View, side: Side) -> Part:
    return _cut(side, _title(view, side, "tags"), TAGS, lambda limit: tag_queries.most_used(session, limit))


def _archives(session: Reading, view: View, side: Side) -> Part:
    return _cut(side, _title(view, side, "archive"), YEARS, lambda limit: archive.years(session, limit))


def _cut(side: Side, title: str, usual: int, look: Callable[[int], Sequence[Any]]) -> Part:
    count = side.count or usual
    rows = look(count + 1)
    return Part(side.part, title, rows[:count], more=len(rows) > count)


def _most_read(session: Reading, view: View, side: Side) -> Part:
    reached = schema.reached(session, views.SCHEMA, view.held.schemas)
    rows = queries.most_read(session, side.count or MOST_READ) if reached else ()
    return Part(side.part, _title(view, side, "most read"), rows)


def _feeds(_session: Reading, view: View, side: Side) -> Part:
    rows = (("RSS", "/rss.xml"), ("Atom", "/feed.xml"), (view.words()("json feed"), "/feed.json"))
    return Part(side.part, _title(view, side, "subscribe"), rows)


def _links(_session: Reading, view: View, side: Side) -> Part:
    return Part(side.part, _title(view, side, "links"), view.titled(side.links))


#: What makes each part.
MAKERS: Mapping[str, Callable[[Reading, View, Side], Part]] = {
    "about": _about,
    "tags": _tags,
    "archives": _archives,
    "most-read": _most_read,
    "feeds": _feeds,
    "links": _links,
    "text": _own_text,
}
