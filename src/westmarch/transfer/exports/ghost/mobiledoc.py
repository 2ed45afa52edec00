"""Mobiledoc, in which Ghost 1 to 5 kept texts (https://github.com/bustle/mobiledoc-kit/blob/master/MOBILEDOC.md)."""

from collections.abc import Mapping
from html import escape
from typing import Any

from westmarch.transfer.exports.ghost.cards import Parts
from westmarch.transfer.exports.ghost.fields import own

_MARKUP, _IMAGE, _LIST, _CARD = 1, 2, 3, 10
_TAGS = frozenset(
    {"a", "b", "code", "del", "em", "i", "ins", "mark", "s", "small", "strike", "strong", "sub", "sup", "u"}
)
_BLOCKS = frozenset({"aside", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p"})


def parts(document: Mapping[str, Any]) -> Parts | None:
    """The parts of a text; None where it is no Mobiledoc of the versions 0.3."""
    sections = document.get("sections")
    if not isinstance(sections, list) or not str(document.get("version", "")).startswith("0.3"):
        return None
    reading = _Reading(document)
    for section in sections:
        reading.section(section if isinstance(section, list) else [])
    return reading.found


class _Reading:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.found = Parts()
        self.document = document

    def section(self, section: list[Any]) -> None:
        """Add one of the sections, by the number that says what it is."""
        kind = section[0] if section else None
        if kind == _MARKUP and len(section) > 2:
            self._markup(str(section[1]).lower(), section[2])
        elif kind == _IMAGE and len(section) > 1:
            self.found.card("image", {"src": section[1]})
        elif kind == _LIST and len(section) > 2 and isinstance(section[2], list):
            tag = "ol" if section[1] == "ol" else "ul"
            items = "".join(f"<li>{self.line(one)}</li>" for one in section[2])
            self.found.add(f"<{tag}>{items}</{tag}>" if items else "")
        elif kind == _CARD and len(section) > 1:
            name, payload = self._named("cards", section[1])
            self.found.card(name, payload)
        else:
            self.found.unknown.append(f"section {kind}")
            self.found.add(f"<pre><code>{escape(str(section)[:10_000], quote=False)}</code></pre>")

    def _markup(self, tag: str, markers: Any) -> None:
        line = self.line(markers)
        if not line.strip():
            return
        if tag not in _BLOCKS:
            tag = "p"
        if tag in {"aside", "blockquote"}:
            self.found.add(f"<blockquote><p>{line}</p></blockquote>")
        else:
            self.found.add(f"<{tag}>{line}</{tag}>")

    def _named(self, table: str, index: Any) -> tuple[str, dict[str, Any]]:
        """The name and the payload of a card or an atom."""
        entry = self._at(table, index)
        name = str(entry[0]) if entry else "?"
        payload = entry[-1] if len(entry) > 1 and isinstance(entry[-1], dict) else {}
        return name, payload

    def _at(self, table: str, index: Any) -> list[Any]:
        listed = self.document.get(table)
        known = isinstance(listed, list) and isinstance(index, int) and 0 <= index < len(listed)
        entry = listed[index] if known and isinstance(listed, list) else []
        return entry if isinstance(entry, list) else []

    def line(self, markers: Any) -> str:
        """The markers of a section: `[kind, marks that open, how many close behind it, text]`."""
        out: list[str] = []
        open_: list[str] = []
        for marker in markers if isinstance(markers, list) else ():
            if not isinstance(marker, list) or len(marker) < 4:
                self.found.unknown.append("marker")
                continue
            kind, opening, closing, value = marker[:4]
            for index in opening if isinstance(opening, list) else ():
                markup = self._at("markups", index)
                name = str(markup[0]).lower() if markup else ""
                open_.append(name if name in _TAGS else "")
                out.append(self._opened(name, markup) if name in _TAGS else "")
            out.append(escape(own(str(value)), quote=False) if kind == 0 else self._atom(value))
            for _ in range(min(closing, len(open_)) if isinstance(closing, int) else 0):
                name = open_.pop()
                out.append(f"</{name}>" if name else "")
        out += [f"</{name}>" for name in reversed(open_) if name]
        return "".join(out)

    def _atom(self, index: Any) -> str:
        entry = self._at("atoms", index)
        name = str(entry[0]) if entry else "?"
        if name == "soft-return":
            return "<br>"
        self.found.warn(f"the atom '{name[:60]}' is not known here; its text stays")
        return escape(str(entry[1]), quote=False) if len(entry) > 1 else ""

    def _opened(self, name: str, markup: list[Any]) -> str:
        said = markup[1] if len(markup) > 1 and isinstance(markup[1], list) else []
        pairs = {str(key): own(str(value)) for key, value in zip(said[::2], said[1::2], strict=False)}
        if name != "a":
            return f"<{name}>"
        title = f' title="{escape(pairs["title"])}"' if pairs.get("title") else ""
        return f'<a href="{escape(pairs.get("href", ""))}"{title}>'
