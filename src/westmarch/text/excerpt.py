"""The beginning of a text, for lists and feeds: what stands before `<!-- more -->`, else the first paragraphs."""

import re
from collections.abc import Sequence
from copy import copy

from markdown_it.token import Token

from westmarch.text import words

ABOUT = 60
_AT_LEAST = 35
_AT_MOST = 90
_MORE = re.compile(r"<!--\s*(?:more|read[ -]?more)\s*-->", re.IGNORECASE)


def excerpt(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of the excerpt. Containers that the cut left open are closed by the sanitizer."""
    before = _before_more(tokens)
    return _first_paragraphs(tokens) if before is None else before


def _before_more(tokens: Sequence[Token]) -> list[Token] | None:
    for index, token in enumerate(tokens):
        if token.type == "html_block" and (match := _MORE.search(token.content)):
            last = copy(token)
            last.content = token.content[: match.start()]
            return [*tokens[:index], last]
        if token.type == "inline" and "<!--" in token.content:
            for place, child in enumerate(token.children or []):
                if child.type == "html_inline" and _MORE.fullmatch(child.content):
                    last = copy(token)
                    last.children = _closed((token.children or [])[:place])
                    return [*tokens[:index], last]
    return None


def _first_paragraphs(tokens: Sequence[Token]) -> list[Token]:
    chosen: list[Token] = []
    length = 0
    for index, token in enumerate(tokens):
        if token.type == "footnote_block_open" or length >= _AT_LEAST:
            break
        if token.type != "paragraph_open" or token.level:
            continue
        inline = tokens[index + 1]
        size = _size(_words(inline))
        if chosen and length + size > _AT_MOST:
            break
        if not size:
            continue
        chosen += [token, inline if size <= _AT_MOST else _cut(inline), tokens[index + 2]]
        length += size
    return chosen


def _words(inline: Token) -> str:
    return " ".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))


def _size(text: str) -> int:
    """Words; two ideographs count as one."""
    return words.count(text)[0] - len(words.IDEOGRAPH.findall(text)) // 2


def _cut(inline: Token) -> Token:
    """A paragraph up to about `ABOUT` words, ended with an ellipsis; what is still open is closed."""
    left = ABOUT
    children: list[Token] = []
    for child in inline.children or []:
        size = _size(child.content) if child.type in ("text", "code_inline") else 0
        if size <= left:
            children.append(child)
            left -= size
            continue
        last = copy(child)
        last.content = _shortened(child.content, left) if child.type == "text" else ""
        if last.content:
            children.append(last)
        break
    children.append(Token("text", "", 0, content="…"))
    result = copy(inline)
    result.children = _closed(children)
    return result


def _closed(children: list[Token]) -> list[Token]:
    """A line with closing tokens for what a cut left open: emphasis would run on into what follows."""
    opened: list[Token] = []
    for child in children:
        if child.nesting > 0:
            opened.append(child)
        elif child.nesting < 0 and opened:
            opened.pop()
    return children + [Token(each.type.replace("_open", "_close"), each.tag, -1) for each in reversed(opened)]


def _shortened(text: str, size: int) -> str:
    """The longest beginning of a text that holds so many words, cut at the end of a word."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if _size(text[:middle]) <= size:
            low = middle
        else:
            high = middle - 1
    kept = text[:low]
    if low < len(text) and not words.IDEOGRAPH.search(kept[-1:]) and " " in kept:
        kept = kept[: kept.rindex(" ")]
    return kept.rstrip(" ,;:.–—-")
