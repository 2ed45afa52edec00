"""Elements of HTML that a program wrote, found by their opening tags and replaced whole."""

import html as entities
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from westmarch.text.raw_html import Tag, tags

Wanted = Callable[[Tag], bool]

_VOID = frozenset({"br", "hr", "img", "input", "source", "wbr", "meta", "link", "embed"})
_REST = r"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*"


@dataclass(frozen=True, slots=True)
class Span:
    """An element: where it begins and ends in the HTML, and what is in it."""

    tag: Tag
    start: int
    end: int
    inner: str

    def said(self, name: str) -> str:
        """An attribute, as text; empty where there is none."""
        return attribute(self.tag, name)


def attribute(tag: Tag, name: str) -> str:
    """An attribute of a tag, as text; empty where there is none."""
    return next((entities.unescape(value) for key, value in tag.attributes if key == name), "")


def classes(tag: Tag) -> frozenset[str]:
    """The classes of a tag."""
    return frozenset(attribute(tag, "class").split())


def spans(html: str, wanted: Wanted) -> Iterator[Span]:
    """The outermost elements that are wanted, in order. One that does not end is passed over."""
    done = 0
    endless: set[str] = set()
    for tag in tags(html):
        if tag.start < done or not tag.closed or tag.name == "!--" or tag.name in endless or not wanted(tag):
            continue
        opening = re.compile(rf"<{re.escape(tag.name)}\b{_REST}>", re.IGNORECASE).match(html, tag.start)
        if opening is None:
            continue
        inner, end = _ends(html, tag.name, opening.end())
        if end < 0:
            endless.add(tag.name)
            continue
        done = end
        yield Span(tag, tag.start, end, html[opening.end() : inner])


def _ends(html: str, name: str, position: int) -> tuple[int, int]:
    """Where an element's content ends, and where it itself does; -1 where it does not."""
    if name in _VOID:
        return position, position
    depth = 1
    for mark in re.compile(rf"<(/?){re.escape(name)}\b{_REST}>", re.IGNORECASE).finditer(html, position):
        depth += -1 if mark[1] else 1
        if depth == 0:
            return mark.start(), mark.end()
    return -1, -1


def replaced(html: str, wanted: Wanted, make: Callable[[Span], str]) -> str:
    """The HTML with something made in place of each of the outermost elements that are wanted."""
    out: list[str] = []
    done = 0
    for one in spans(html, wanted):
        out += [html[done : one.start], make(one)]
        done = one.end
    return "".join(out) + html[done:]


def unwrapped(html: str, *names: str) -> str:
    """The HTML without the tags of these elements; what is in them stays."""
    return re.sub(rf"</?(?:{'|'.join(names)})\b{_REST}>", "", html, flags=re.IGNORECASE)


def first(html: str, wanted: Wanted) -> Span | None:
    """The first of the elements that are wanted."""
    return next(spans(html, wanted), None)
