"""Boxes: GitHub's `> [!NOTE] Own title`, and `::: note Own title` … `:::`, which also makes details and figures."""

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from westmarch.text import attributes
from westmarch.text.cost import charge
from westmarch.text.languages import Words

KINDS = ("note", "tip", "important", "warning", "caution")
_ALIASES = {"info": "note", "hint": "tip", "attention": "caution", "danger": "caution"}
_CONTAINERS = frozenset({*KINDS, *_ALIASES, "details", "figure"})
_GITHUB = re.compile(r"\[!([A-Za-z]{3,12})\][ \t]*([^\n]*)(?:\n|$)")
_OPENER = re.compile(r"(:{3,})[ \t]*([A-Za-z]+)(?:[ \t]+(.*?))?[ \t]*$")
_CLOSER = re.compile(r":{3,}[ \t]*$")
_FENCE = re.compile(r"(`{3,}|~{3,})")


def install(md: MarkdownIt, words: Words) -> None:
    """Add the rules to a parser; `words` are the titles of callouts that have none of their own."""

    def github(state: StateCore) -> None:
        _github(state, words)

    def container(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        return _container(state, start_line, end_line, silent, words)

    md.core.ruler.after("attributes", "callouts", github)
    md.block.ruler.before("fence", "container", container, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def _github(state: StateCore, words: Words) -> None:
    result: list[Token] = []
    boxes: list[Token | None] = []
    skip = 0
    tokens = state.tokens
    for index, token in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        if token.type == "blockquote_open":
            head = _head(tokens, index)
            boxes.append(token if head else None)
            if head:
                result += [token, *_box(token, head[0], head[1], words)]
                skip = head[2]
                continue
        elif token.type == "blockquote_close" and boxes.pop():
            token.type, token.tag = "callout_close", "aside"
        result.append(token)
    state.tokens = result


def _head(tokens: list[Token], index: int) -> tuple[str, str, int] | None:
    """Kind and own title of a callout that begins here, and how many tokens its first line alone takes."""
    if index + 2 >= len(tokens) or tokens[index + 1].type != "paragraph_open":
        return None
    inline = tokens[index + 2]
    match = _GITHUB.match(inline.content)
    kind = _kind(match[1]) if match else ""
    if not match or not kind:
        return None
    inline.content = inline.content[match.end() :]
    return kind, match[2].strip(), 0 if inline.content.strip() else 3


def _kind(name: str) -> str:
    name = name.lower()
    name = _ALIASES.get(name, name)
    return name if name in KINDS else ""


def _box(token: Token, kind: str, title: str, words: Words) -> list[Token]:
    """Make a token the opening of a callout, and give the tokens of its title."""
    title = title or str(getattr(words, kind))
    token.type, token.tag = "callout_open", "aside"
    token.attrs = {**token.attrs, "class": " ".join(filter(None, ("callout", kind, str(token.attrs.get("class", "")))))}
    token.meta = {"title": title}
    return _titled("p", title, token, "callout-title")


def _titled(tag: str, title: str, above: Token, name: str = "") -> list[Token]:
    opening = Token(f"{tag}_title_open", tag, 1, block=True, level=above.level + 1, map=above.map)
    if name:
        opening.attrs = {"class": name}
    inline = Token("inline", "", 0, content=title, children=[], level=above.level + 2, map=above.map)
    return [opening, inline, Token(f"{tag}_title_close", tag, -1, block=True, level=above.level + 1)]


def _container(state: StateBlock, start_line: int, end_line: int, silent: bool, words: Words) -> bool:
    start = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith(":::", start) or state.is_code_block(start_line):
        return False
    match = _OPENER.match(state.src, start, min(state.eMarks[start_line], start + 500))
    if not match or match[2].lower() not in _CONTAINERS:
        return False
    last = _end(state, start_line, end_line)
    if last is None:
        return False
    if not silent:
        _open(state, start_line, last, match[2].lower(), match[3] or "", words)
    return True


def _end(state: StateBlock, start_line: int, end_line: int) -> int | None:
    """The line that closes the container which begins here; containers nest, and fences hide what is in them."""
    depth = 1
    fence = ""
    for line in range(start_line + 1, end_line):
        charge(state.env, 2)
        start, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
        if start < end and state.sCount[line] < state.blkIndent:
            return None
        if (mark := _FENCE.match(state.src, start, end)) and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence and state.src.startswith(":::", start):
            if _CLOSER.match(state.src, start, end):
                depth -= 1
                if not depth:
                    return line
            elif (opener := _OPENER.match(state.src, start, min(end, start + 500))) and opener[
                2
            ].lower() in _CONTAINERS:
                depth += 1
    return None


def _open(state: StateBlock, start_line: int, last: int, name: str, title: str, words: Words) -> None:
    title, wanted = attributes.split_trailing(title)
    kind = _kind(name)
    type_, tag = ("callout", "aside") if kind else (name, name)
    opening = state.push(f"{type_}_open", tag, 1)
    opening.block = True
    opening.map = [start_line, last + 1]
    if kind:
        state.tokens += _box(opening, kind, title, words)
    elif name == "details":
        opening.attrs = {"class": "fold"}
        state.tokens += _titled("summary", title or words.details, opening)
    attributes.put(opening, wanted, state.env, start_line + 1)
    _inner(state, start_line + 1, last)
    if name == "figure" and title:
        state.tokens += _titled("figcaption", title, opening)
    state.push(f"{type_}_close", tag, -1).block = True
    state.line = last + 1


def _inner(state: StateBlock, first: int, last: int) -> None:
    parent: Any = state.parentType
    maximum = state.lineMax
    state.parentType = "container"
    state.lineMax = last
    state.md.block.tokenize(state, first, last)
    state.parentType = parent
    state.lineMax = maximum
