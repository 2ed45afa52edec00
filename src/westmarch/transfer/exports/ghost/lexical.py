"""Lexical, in which Ghost 5 and later keep texts: a tree of nodes, as Koenig's `kg-default-nodes` define them."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from westmarch.transfer.exports.ghost.cards import NAMES, Parts
from westmarch.transfer.exports.ghost.fields import text, written

Node = Mapping[str, Any]

#: Nodes in nodes, at most; what stands deeper keeps its words alone.
DEEPEST = 100
#: The bits of `format` (Lexical's `LexicalConstants`), the outermost mark first.
_MARKS = ((1, "strong"), (2, "em"), (4, "s"), (8, "u"), (128, "mark"), (32, "sub"), (64, "sup"), (16, "code"))
_TEXTS = frozenset({"text", "extended-text", "tk", "zwnj", "emoji"})
_HEADINGS = frozenset({"heading", "extended-heading"})
_QUOTES = frozenset({"quote", "extended-quote", "aside"})


def parts(document: Mapping[str, Any]) -> Parts | None:
    """The parts of a text; None where it is no Lexical."""
    root = document.get("root")
    if not isinstance(root, dict) or not isinstance(root.get("children"), list):
        return None
    found = Parts()
    _Blocks(found).add(_children(root), 0)
    return found


def _children(node: Node) -> list[Node]:
    children = node.get("children")
    return [one for one in children if isinstance(one, dict)] if isinstance(children, list) else []


class _Blocks:
    def __init__(self, found: Parts) -> None:
        self.found = found

    def add(self, nodes: Sequence[Node], depth: int) -> None:
        """Add blocks; what stands in a line becomes a paragraph of its own."""
        loose: list[Node] = []
        for node in nodes:
            name = text(node, "type")
            if name in _TEXTS or name in {"link", "autolink", "at-link", "linebreak", "tab"}:
                loose.append(node)
                continue
            self._flush(loose, depth)
            loose = []
            if not self._block(name, node, depth):
                self.found.card(name, node)
        self._flush(loose, depth)

    def _flush(self, loose: list[Node], depth: int) -> None:
        if loose:
            self.found.add(f"<p>{self.line(loose, depth)}</p>")

    def _block(self, name: str, node: Node, depth: int) -> bool:
        """Add a block of text; False where the node is a card."""
        if name == "paragraph":
            inner = self._inner(node, depth)
            self.found.add(f"<p>{inner}</p>" if inner else "")
        elif name in _HEADINGS:
            tag = text(node, "tag")
            tag = tag if tag in {"h1", "h2", "h3", "h4", "h5", "h6"} else "h2"
            self.found.add(f"<{tag}>{self._inner(node, depth)}</{tag}>")
        elif name in _QUOTES:
            self.found.add(f"<blockquote><p>{self._inner(node, depth)}</p></blockquote>")
        elif name == "list":
            self.found.add(self._list(node, depth + 1))
        elif name == "code" and _children(node):
            self.found.card("codeblock", {"code": _words(node), "language": node.get("language")})
        elif _children(node) and name not in NAMES:
            self.found.warn(f"the node '{name[:60]}' is not known here; its text stays")
            self.add(_children(node) if depth < DEEPEST else [{"type": "text", "text": _words(node)}], depth + 1)
        else:
            return False
        return True

    def _inner(self, node: Node, depth: int) -> str:
        return self.line(_children(node), depth + 1)

    def _list(self, node: Node, depth: int) -> str:
        if depth > DEEPEST:
            return f"<p>{escape(_words(node), quote=False)}</p>"
        tag = "ol" if text(node, "listType") == "number" or text(node, "tag") == "ol" else "ul"
        start = node.get("start")
        begins = f' start="{start}"' if tag == "ol" and isinstance(start, int) and start not in {0, 1} else ""
        items: list[str] = []
        for item in _children(node):
            inner = [one for one in _children(item) if text(one, "type") == "list"]
            line = self.line([one for one in _children(item) if text(one, "type") != "list"], depth + 1)
            if text(node, "listType") == "check":
                line = f"{'☑' if item.get('checked') else '☐'} {line}"
            nested = "".join(self._list(one, depth + 2) for one in inner)
            if nested and not line and items:
                # A list in a list stands in an item of its own, behind the one that it belongs to.
                items[-1] = items[-1].removesuffix("</li>") + nested + "</li>"
            else:
                items.append(f"<li>{line}{nested}</li>")
        return f"<{tag}{begins}>{''.join(items)}</{tag}>" if items else ""

    def line(self, nodes: Sequence[Node], depth: int) -> str:
        """What stands in a line, with as few marks as say it."""
        out: list[str] = []
        open_: list[str] = []

        def mark(wanted: list[str]) -> None:
            same = 0
            while same < min(len(open_), len(wanted)) and open_[same] == wanted[same]:
                same += 1
            while len(open_) > same:
                out.append(f"</{open_.pop()}>")
            for tag in wanted[same:]:
                open_.append(tag)
                out.append(f"<{tag}>")

        for node in nodes:
            name = text(node, "type")
            if name in _TEXTS or (not name and "text" in node):
                format_ = node.get("format")
                bits = format_ if isinstance(format_, int) else 0
                marks = [tag for bit, tag in _MARKS if bits & bit]
                said = written(node, "text")
                if said.strip() or not marks:
                    mark(marks)
                out.append(escape(said, quote=False))
            elif name == "tab":
                out.append("\t")
            else:
                mark([])
                out.append("<br>" if name == "linebreak" else self._within(name, node, depth))
        mark([])
        return "".join(out)

    def _within(self, name: str, node: Node, depth: int) -> str:
        if depth > DEEPEST:
            self.found.warn(f"more than {DEEPEST} nodes stand in each other; only the words of the inner ones stay")
            return escape(_words(node), quote=False)
        if name in {"link", "autolink"}:
            title = f' title="{escape(text(node, "title"))}"' if text(node, "title") else ""
            return f'<a href="{escape(text(node, "url"))}"{title}>{self._inner(node, depth)}</a>'
        if _children(node):
            self.found.warn(f"the node '{name[:60]}' is not known here; its text stays")
            return self._inner(node, depth)
        if name not in {"at-link", "at-link-search"}:
            before = len(self.found.pieces)
            self.found.card(name, node)
            held = "".join(piece.text for piece in self.found.pieces[before:] if piece.format == "html")
            del self.found.pieces[before:]
            return held
        return ""


def _words(node: Node) -> str:
    """The words of a node and all that is in it, however deep."""
    said: list[str] = []
    waiting: list[Node] = [node]
    while waiting:
        one = waiting.pop()
        if text(one, "type") == "linebreak":
            said.append("\n")
        elif text(one, "type") == "tab":
            said.append("\t")
        else:
            said.append(written(one, "text"))
        waiting.extend(reversed(_children(one)))
    return "".join(said)
