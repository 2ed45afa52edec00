"""Books in a text, named by their ISBN: `[[isbn:9780439023483]]` in a line, `::book{isbn=9780439023483}` as a card.

What is stored is a link to the number, which the site leads to the book: titles and covers are filled in when the page
is shown, so that they are always those of the catalogue.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from westmarch.text.notices import warn

_INLINE = re.compile(r"\[\[isbn:([^\[\]|\n]{1,60})(?:\|([^\[\]\n]{1,300}))?\]\]", re.IGNORECASE)
_BLOCK = re.compile(r"::book\{\s*isbn=(?:\"([^\"\n]{1,60})\"|([^\s\"{}]{1,60}))\s*\}[ \t]*$", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212.]+|^isbn(?:-1[03])?:?", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{9}[0-9X]|[0-9]{13}")


def install(md: MarkdownIt) -> None:
    """Add the rules to a parser."""
    md.inline.ruler.before("link", "book_link", _inline)
    md.block.ruler.before("fence", "book", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def number(written: str) -> str:
    """The digits (and X) of an ISBN; empty for what is none by its length."""
    compact = _BETWEEN.sub("", written.strip()).upper()
    return compact if _NUMBER.fullmatch(compact) else ""


def _inline(state: StateInline, silent: bool) -> bool:
    match = _INLINE.match(state.src, state.pos, state.posMax) if state.src.startswith("[[", state.pos) else None
    if match is None:
        return False
    if not silent:
        found = number(match[1])
        token = state.push("book_link" if found else "text", "", 0)
        token.content = match[0]
        token.meta = {"number": found, "label": (match[2] or "").strip()}
        if not found:
            warn(state.env, None, f"“{match[0][:80]}” names no book: an ISBN of 10 or 13 digits is needed.")
    state.pos = match.end()
    return True


def _block(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    start = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith("::book{", start) or state.is_code_block(start_line):
        return False
    match = _BLOCK.match(state.src, start, min(state.eMarks[start_line], start + 200))
    if match is None:
        return False
    found = number(match[1] or match[2])
    if not found:
        warn(state.env, start_line + 1, f"“{match[0][:80]}” names no book: an ISBN of 10 or 13 digits is needed.")
        return False
    if not silent:
        token = state.push("book", "p", 0)
        token.map = [start_line, start_line + 1]
        token.meta = {"number": found}
        state.line = start_line + 1
    return True
