"""Small marks within a line: `==mark==`, `H~2~O`, `x^2^`, and emoji by their short codes."""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

_SUB = re.compile(r"~([^\s~]{1,100})~(?!~)")
_SUP = re.compile(r"\^([^\s^\[\]]{1,100})\^")
_UNESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_LONGEST_MARK = 1000
_SHORT_CODE = re.compile(r"(?<![\w:]):([a-z0-9_+-]{1,50}):(?![\w:])")


def install(md: MarkdownIt) -> None:
    """Add the rules to a parser."""
    md.inline.ruler.before("strikethrough", "mark", _mark)
    md.inline.ruler.before("strikethrough", "sub", _sub)
    md.inline.ruler.before("strikethrough", "sup", _sup)
    md.core.ruler.after("footnote_tail", "emoji", _emoji)


def _mark(state: StateInline, silent: bool) -> bool:
    src, start = state.src, state.pos
    if src[start] != "=" or not src.startswith("==", start) or (start and src[start - 1] == "="):
        return False
    end = src.find("==", start + 2, min(state.posMax, start + _LONGEST_MARK))
    if end <= start + 2 or src[start + 2].isspace() or src[end - 1].isspace() or src.startswith("=", end + 2):
        return False
    if not silent:
        maximum = state.posMax
        state.pos, state.posMax = start + 2, end
        state.push("mark_open", "mark", 1)
        state.md.inline.tokenize(state)
        state.push("mark_close", "mark", -1)
        state.posMax = maximum
    state.pos = end + 2
    return True


def _sub(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "~" or (state.pos and state.src[state.pos - 1] == "~"):
        return False
    return _simple(state, silent, _SUB, "sub")


def _sup(state: StateInline, silent: bool) -> bool:
    return state.src[state.pos] == "^" and _simple(state, silent, _SUP, "sup")


def _simple(state: StateInline, silent: bool, pattern: re.Pattern[str], tag: str) -> bool:
    match = pattern.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        state.push(f"{tag}_open", tag, 1)
        state.push("text", "", 0).content = _UNESCAPE.sub(r"\1", match[1])
        state.push(f"{tag}_close", tag, -1)
    state.pos = match.end()
    return True


def _emoji(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline" and ":" in block.content:
            for token in block.children or ():
                if token.type == "text" and ":" in token.content:
                    token.content = _SHORT_CODE.sub(_picture, token.content)


def _picture(match: re.Match[str]) -> str:
    return _emojized(match[0])


@lru_cache(maxsize=1000)
def _emojized(short_code: str) -> str:
    from emoji import emojize  # Its tables take ten megabytes, which a server that only shows pages can do without.

    return emojize(short_code, language="alias")
