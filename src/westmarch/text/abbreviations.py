"""Abbreviations: `*[HTML]: Hypertext Markup Language` explains each HTML of the text."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_DEFINITION = re.compile(r"\*\[([^\[\]\n]{1,100})\]:[ \t]*(\S.*)$")
_KEY = "abbreviations"
_MOST = 100


def install(md: MarkdownIt) -> None:
    """Add the rules to a parser."""
    md.block.ruler.before("reference", "abbreviation", _definition, {"alt": ["paragraph", "reference"]})
    md.core.ruler.push("abbreviations", _explain)


def _definition(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    start = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith("*[", start) or state.is_code_block(start_line):
        return False
    match = _DEFINITION.match(state.src, start, state.eMarks[start_line])
    known = state.env.setdefault(_KEY, {})
    if not match or len(known) >= _MOST:
        return False
    if not silent:
        known.setdefault(match[1].strip(), match[2].strip())
        state.line = start_line + 1
    return True


def _explain(state: StateCore) -> None:
    known: dict[str, str] = state.env.get(_KEY, {})
    known.pop("", None)
    if not known:
        return
    names = sorted(known, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = [piece for token in block.children for piece in _pieces(token, pattern, known)]


def _pieces(token: Token, pattern: re.Pattern[str], known: dict[str, str]) -> Iterator[Token]:
    if token.type != "text":
        yield token
        return
    done = 0
    for match in pattern.finditer(token.content):
        if match.start() > done:
            yield Token("text", "", 0, content=token.content[done : match.start()], level=token.level)
        yield Token("abbr_open", "abbr", 1, attrs={"title": known[match[0]]}, level=token.level)
        yield Token("text", "", 0, content=match[0], level=token.level + 1)
        yield Token("abbr_close", "abbr", -1, level=token.level)
        done = match.end()
    if done == 0:
        yield token
    elif done < len(token.content):
        yield Token("text", "", 0, content=token.content[done:], level=token.level)
