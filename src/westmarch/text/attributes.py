"""Attributes in braces: `{#id .class key=value}` after a picture, link, code or `[span]`, at the end of a heading or
of a fence, and alone on the line before a block. Kramdown's `{: .class}` after a block is understood too.

What a writer may set is a list; the rest is reported and dropped. Liquid's `{{ x }}` and `{% x %}` are left alone.
"""

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from westmarch.text.notices import warn

ALLOWED = frozenset(
    {"id", "class", "width", "height", "lang", "dir", "title", "start", "reversed", "rel", "hreflang", "cite"}
)
CLASSES = frozenset({"wide", "full", "small", "lead", "center", "start", "end", "nb"})
"""Classes that a writer may set."""

_ITEM = r"""(?:\#[^\s#.{}=<>"']+|\.[\w-]+|[A-Za-z][\w:-]*=(?:"[^"{}\n]*"|'[^'{}\n]*'|[^\s"'{}<>=]+))"""
ATTRIBUTES = re.compile(rf"\{{:?[ ]*{_ITEM}(?:[ ]+{_ITEM})*[ ]*\}}")
_ITEMS = re.compile(_ITEM)
_ALONE = re.compile(rf"{ATTRIBUTES.pattern}[ \t]*$")
_TRAILING_FIRST = 400
_CARRIERS = frozenset({"image", "code_inline", "link_close", "span_close", "autolink_close"})


def parse(text: str) -> dict[str, str]:
    """The attributes in a piece of text that `ATTRIBUTES` matched; classes are joined by spaces."""
    attributes: dict[str, str] = {}
    classes: list[str] = []
    for item in _ITEMS.findall(text):
        if item[0] == "#":
            attributes["id"] = item[1:]
        elif item[0] == ".":
            classes.append(item[1:])
        else:
            name, _, value = item.partition("=")
            value = value[1:-1] if value[0] in "\"'" else value
            if name.lower() == "class":
                classes.extend(value.split())
            else:
                attributes[name.lower()] = value
    if classes:
        attributes["class"] = " ".join(classes)
    return attributes


def split_trailing(text: str) -> tuple[str, dict[str, str]]:
    """A text without the attributes at its end, and those attributes."""
    if not text.endswith("}"):
        return text, {}
    start = text.rfind("{", max(0, len(text) - _TRAILING_FIRST))
    if start < 0 or not (match := ATTRIBUTES.fullmatch(text, start)):
        return text, {}
    return text[:start].rstrip(), parse(match[0])


def put(token: Token, attributes: dict[str, str], env: Any, line: int | None) -> None:
    """Set what is allowed of the attributes on a token; classes are added, the rest is reported."""
    for name, value in attributes.items():
        if name == "class":
            known = [each for each in value.split() if each in CLASSES]
            for each in value.split():
                if each not in CLASSES:
                    warn(env, line, f"The class “{each[:60]}” is not one of {', '.join(sorted(CLASSES))}: left out.")
            if known:
                token.attrJoin("class", " ".join(known))
        elif name in ALLOWED:
            token.attrSet(name, value)
        else:
            warn(env, line, f"The attribute “{name[:60]}” cannot be set: left out.")


def install(md: MarkdownIt) -> None:
    """Add the rules to a parser."""
    md.block.ruler.before("fence", "attributes", _line)
    md.inline.ruler.after("link", "span", _span)
    md.inline.ruler.push("attributes", _after)
    md.core.ruler.after("block", "attributes", _resolve)


def _line(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    start = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith("{", start) or state.is_code_block(start_line):
        return False
    match = _ALONE.match(state.src, start, state.eMarks[start_line])
    if not match:
        return False
    if not silent:
        token = state.push("attributes", "", 0)
        token.content = match[0]
        token.map = [start_line, start_line + 1]
        token.hidden = True
        # Kramdown's mark belongs to what stands above, when nothing stands below.
        token.info = ":" if match[0].startswith("{:") else ""
        state.line = start_line + 1
    return True


def _resolve(state: StateCore) -> None:
    kept: list[Token] = []
    waiting: list[Token] = []
    for token in state.tokens:
        if token.type == "attributes":
            above = _opening(kept) if token.info else None
            if above is not None:
                put(above, parse(token.content), state.env, _line_of(token))
            else:
                waiting.append(token)
            continue
        if waiting and token.nesting >= 0:
            for each in waiting:
                put(token, parse(each.content), state.env, _line_of(each))
        waiting.clear()
        if token.type == "inline" and kept and token.content.endswith("}"):
            _trailing(token, kept[-1], state.env)
        kept.append(token)
    state.tokens = kept


def _line_of(token: Token) -> int | None:
    return token.map[0] + 1 if token.map else None


def _opening(tokens: list[Token]) -> Token | None:
    """The opening token of the block that has just ended."""
    if not tokens or tokens[-1].nesting > 0:
        return None
    if tokens[-1].nesting == 0:
        return tokens[-1]
    level = tokens[-1].level
    for token in reversed(tokens[:-1][-2_000:]):
        if token.level == level:
            return token
    return None


def _trailing(inline: Token, opening: Token, env: Any) -> None:
    """Attributes at the end of a heading, or alone on the last line of a paragraph with kramdown's mark."""
    if opening.type == "heading_open":
        inline.content, attributes = split_trailing(inline.content)
    elif opening.type == "paragraph_open":
        before, newline, last = inline.content.rpartition("\n")
        if not newline or not last.startswith("{:") or not ATTRIBUTES.fullmatch(last):
            return
        inline.content, attributes = before, parse(last)
    else:
        return
    put(opening, attributes, env, _line_of(opening))


def _after(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{" or state.pending or not state.tokens:
        return False
    last = state.tokens[-1]
    if last.type not in _CARRIERS:
        return False
    match = ATTRIBUTES.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        carrier = _opening(state.tokens)
        if carrier is None:
            return False
        put(carrier, parse(match[0]), state.env, None)
    state.pos = match.end()
    return True


def _span(state: StateInline, silent: bool) -> bool:
    """`[text]{.class}`."""
    if state.src[state.pos] != "[" or state.html_terminator_last("]{") < state.pos:
        return False
    end = parseLinkLabel(state, state.pos)
    if end < 0:
        return False
    match = ATTRIBUTES.match(state.src, end + 1, state.posMax)
    if not match:
        return False
    if not silent:
        maximum = state.posMax
        state.pos += 1
        state.posMax = end
        put(state.push("span_open", "span", 1), parse(match[0]), state.env, None)
        state.md.inline.tokenize(state)
        state.push("span_close", "span", -1)
        state.posMax = maximum
    state.pos = match.end()
    return True
