"""Quotation marks, dashes and ellipses by language, in one pass over each paragraph.

Straight marks are paired with a stack. A single mark without partner is an apostrophe; a double one without partner
stays as it is (inches), but at the head of a paragraph it opens.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from westmarch.text.languages import Language, Quotes

_MARKS = re.compile(r"[\"']|-{2,}|\.{3,}")
_SHAPES = {"--": "–", "---": "—", "...": "…"}
_BEFORE_OPENING = frozenset(" \t\n\xa0([{<–—-/«„“‚‘»›‹¿¡=（「『【")
_STANDS = ("<br", "<img")
_SPACES = frozenset(" \t\n\xa0")


def install(md: MarkdownIt, language: Language) -> None:
    """Add the rule to a parser, unless the language keeps its marks as typed."""
    quotes = language.quotes
    if quotes is None:
        return

    def typeset(state: StateCore) -> None:
        for block in state.tokens:
            if block.type == "inline" and block.children and _MARKS.search(block.content):
                _typeset(block.children, quotes)

    md.core.ruler.before("text_join", "quotes", typeset)


def _typeset(children: list[Token], quotes: Quotes) -> None:
    line, places = _flatten(children)
    found = {index: list(_MARKS.finditer(children[index].content)) for index, _ in places}
    marks = [(start + match.start(), match[0]) for index, start in places for match in found[index]]
    replaced = _pair(line, marks, quotes)
    for index, start in places:
        content = children[index].content
        pieces: list[str] = []
        done = 0
        for match in found[index]:
            pieces += [content[done : match.start()], replaced[start + match.start()]]
            done = match.end()
        if pieces:
            children[index].content = "".join(pieces) + content[done:]


def _flatten(children: list[Token]) -> tuple[str, list[tuple[int, int]]]:
    """The line as a reader sees it, and where in it each text token (by index) begins."""
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    length = 0
    for index, token in enumerate(children):
        if token.type == "text":
            piece = token.content
            places.append((index, length))
        elif token.type == "text_special":
            piece = token.content
        elif token.type in ("softbreak", "hardbreak"):
            piece = " "
        elif token.nesting or (token.type == "html_inline" and not token.content.lower().startswith(_STANDS)):
            piece = ""
        else:
            piece = "x"
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces), places


def _pair(line: str, marks: list[tuple[int, str]], quotes: Quotes) -> dict[int, str]:
    """What stands for each mark, by its place in the line."""
    result: dict[int, str] = {}
    pairs = _Pairs(quotes, result)
    for at, text in marks:
        if len(text) > 1:
            result[at] = _SHAPES.get(text, text)
        else:
            pairs.meet(text, at, line[at - 1] if at else " ", line[at + 1] if at + 1 < len(line) else " ")
    pairs.finish()
    return result


class _Pairs:
    """Opened quotations of a paragraph, and what their marks become."""

    def __init__(self, quotes: Quotes, result: dict[int, str]) -> None:
        self.shapes = {'"': (quotes.open, quotes.close), "'": (quotes.inner_open, quotes.inner_close)}
        self.result = result
        self.stack: list[tuple[str, int]] = []
        self.waiting = {'"': 0, "'": 0}

    def meet(self, mark: str, at: int, before: str, after: str) -> None:
        """Decide about a quotation mark between two characters."""
        follows_opening = bool(self.stack) and self.stack[-1][1] == at - 1
        starts = after not in _SPACES and (before in _BEFORE_OPENING or follows_opening)
        if mark == "'" and before.isalnum() and after.isalnum():
            self.result[at] = "’"
        elif mark == '"' == after and before.isdigit():
            self.result[at] = mark  # inches, at the end of a quotation
        elif self.waiting[mark] and not (starts and before not in "-/"):
            self._close(mark, at)
        elif starts:
            self.stack.append((mark, at))
            self.waiting[mark] += 1
        else:
            self.result[at] = "’" if mark == "'" else mark

    def finish(self) -> None:
        """Give what was opened and never closed its shape."""
        for mark, at in self.stack:
            self._leave_open(mark, at)

    def _close(self, mark: str, at: int) -> None:
        while True:
            opened, where = self.stack.pop()
            self.waiting[opened] -= 1
            if opened == mark:
                break
            self._leave_open(opened, where)
        self.result[where], self.result[at] = self.shapes[mark]

    def _leave_open(self, mark: str, at: int) -> None:
        # A quotation that runs over paragraphs is opened again at the head of each.
        self.result[at] = "’" if mark == "'" else self.shapes[mark][0] if at == 0 else mark
