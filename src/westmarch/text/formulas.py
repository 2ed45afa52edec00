r"""Formulas: `$…$` and `\(…\)` within a line, `$$…$$` and `\[…\]` by themselves, as MathML.

math-core makes the MathML. It costs 2 to the power of the brackets that are opened and not closed, and ends the
process on thousands of nested braces, so that length, nesting and open brackets are bounded before it is asked. It
says alignment and lines by `style`, which a strict Content-Security-Policy refuses: here they become classes.
"""

import re
from bisect import bisect_left
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from math_core import LatexError, LatexToMathML

from westmarch.text.cost import charge

LONGEST = 4_000
DEEPEST = 40
MOST_OPEN = 8
_DOLLARS = "dollars"
_DOLLAR_RUN = re.compile(r"\\.|(\$+)", re.DOTALL)
_FORMULA_COST = 30

_CLASSES = {
    "text-align: left": "m-start",
    "text-align: right": "m-end",
    "padding-left: 0": "m-tight-start",
    "padding-right: 0": "m-tight-end",
    "padding-left:1em": "m-gap",
    "padding-left: 1em": "m-gap",
    "width: 100%": "m-wide",
    "width: 50%": "m-half",
    **{
        f"border-{side}: 0.05em {style} currentcolor": f"m-line-{name}{suffix}"
        for side, name in (("top", "top"), ("bottom", "bottom"), ("left", "start"), ("right", "end"))
        for style, suffix in (("solid", ""), ("dashed", "-dashed"))
    },
}
CLASSES = frozenset(_CLASSES.values()) | {
    "menclose-updiagonalstrike",
    "menclose-downdiagonalstrike",
    "menclose-horizontalstrike",
}
"""Classes on MathML elements in place of styles, and those that math-core sets itself."""

_STYLE = re.compile(r' style="([^"]*)"')
_LEVEL = re.compile(r' (?:displaystyle|scriptlevel)="[^"]*"')
_LEVELLED = re.compile(r"<(?P<name>mrow|mfrac|mtable)(?P<attributes>[^>]*)>|</(?:mrow|mfrac|mtable)>")
_TOKENS = re.compile(
    r"(?P<group>\{|\\begin\b)|(?P<end>\}|\\end\b)"
    r"|(?P<open>[(\[⟨⌊⌈⟦⟮⟬]|\\\{|\\(?:l(?:angle|brace|brack|paren|group|floor|ceil|vert|Vert|moustache|lbracket)"
    r"|[ul]l?corner)(?![A-Za-z]))"
    r"|(?P<close>[)\]⟩⌋⌉⟧⟯⟭]|\\\}|\\(?:r(?:angle|brace|brack|paren|group|floor|ceil|vert|Vert|moustache|rbracket)"
    r"|[ul]r?corner)(?![A-Za-z]))"
    r"|(?P<other>\\(?:[A-Za-z]+|.))",
    re.DOTALL,
)


def install(md: MarkdownIt) -> None:
    """Add the rules to a parser."""
    md.inline.ruler.before("escape", "formula_dollar", _dollar)
    md.inline.ruler.before("escape", "formula_bracket", _bracket)
    md.block.ruler.before("fence", "formula_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})


class Refused(Exception):
    """The formula cannot be shown; the message says why."""


def mathml(source: str, *, block: bool) -> str:
    """A formula as MathML with its source in an annotation.

    Raises:
        Refused: when it is too long, too deep, too open, or not understood.
    """
    if len(source) > LONGEST:
        raise Refused(f"longer than {LONGEST} characters")
    if open_brackets(source) > MOST_OPEN:
        raise Refused(f"more than {MOST_OPEN} brackets are not closed")
    return _mathml(source, block)


def cost(source: str) -> int:
    """What a formula will cost, in units of `westmarch.text.cost`."""
    return _FORMULA_COST + min(len(source), LONGEST) * (1 << min(open_brackets(source), MOST_OPEN)) // 50


def open_brackets(source: str) -> int:
    """How many brackets are open at the end of the group that they stand in; any kind closes any other.

    Raises:
        Refused: when groups are nested too deeply.
    """
    never_closed = 0
    groups = [0]
    for match in _TOKENS.finditer(source[:LONGEST]):
        kind = match.lastgroup
        if kind == "group":
            groups.append(0)
            if len(groups) > DEEPEST:
                raise Refused(f"nested deeper than {DEEPEST} groups")
        elif kind == "end" and len(groups) > 1:
            never_closed += groups.pop()
        elif kind == "open":
            groups[-1] += 1
        elif kind == "close" and groups[-1]:
            groups[-1] -= 1
    return never_closed + sum(groups)


@lru_cache(maxsize=2_000)
def _mathml(source: str, block: bool) -> str:
    converter = LatexToMathML(annotation=True, fancy_error=False)
    try:
        made: str = converter.convert_with_local_state(source, displaystyle=block)
    except LatexError as error:
        raise Refused((str(error).partition(": ")[2] or str(error)).rstrip(".")) from error
    return _levelled(_STYLE.sub(_classes, made))


def _classes(match: re.Match[str]) -> str:
    named = (_CLASSES.get(each.strip()) for each in match[1].split(";"))
    names = " ".join(dict.fromkeys(name for name in named if name))
    return f' class="{names}"' if names else ""


def _levelled(made: str) -> str:
    """MathML that says style and level by `mstyle` alone, as MathML 3 has it and checkers of HTML want it.

    A row becomes one, a fraction or table gets one around it. A table as wide as the text keeps its style, which it may
    have; it stands by itself, at the level that it names, and could not take its width from another element.
    """
    ends: list[str] = []

    def tag(match: re.Match[str]) -> str:
        name, attributes = match["name"], match["attributes"]
        if name is None:
            return ends.pop()
        levels = "".join(_LEVEL.findall(attributes))
        if "m-wide" in attributes:
            attributes, levels = attributes.replace(' scriptlevel="0"', ""), ""
        if not levels or name == "mrow":
            element = "mstyle" if levels else name
            ends.append(f"</{element}>")
            return f"<{element}{attributes}>"
        ends.append(f"</{name}></mstyle>")
        return f"<mstyle{levels}><{name}{_LEVEL.sub('', attributes)}>"

    return _LEVELLED.sub(tag, made)


def _dollar(state: StateInline, silent: bool) -> bool:
    """Pandoc's rules: no space inside the dollars, no digit after the closing one; so `$5 and $10` is money."""
    src, start = state.src, state.pos
    if src[start] != "$":
        return False
    width = 2 if src.startswith("$$", start) else 1
    first = start + width
    if first >= state.posMax or src.startswith("$", first) or (width == 1 and src[first].isspace()):
        end = start
        while end < state.posMax and src[end] == "$":
            end += 1
        return _pass(state, end, silent)
    if width == 1 and start and src[start - 1].isdigit():
        return False
    runs = _runs(state, width)
    index = bisect_left(runs, first + 1)
    if index == len(runs) or runs[index] > min(state.posMax - width, first + LONGEST):
        return False
    end = runs[index]
    if width == 1 and (src[end - 1].isspace() or src[end + 1 : end + 2].isdigit()):
        return False
    return _found(state, first, end, width, silent, display=width == 2)


def _pass(state: StateInline, end: int, silent: bool) -> bool:
    """Take a run of dollars that opens nothing as text, at once."""
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _runs(state: StateInline, width: int) -> list[int]:
    """Where one dollar, or two, stand by themselves and not escaped; found once for each line of text."""
    known = state.env.get(_DOLLARS)
    if known is None or known[0] is not state.src:
        found: tuple[list[int], list[int]] = ([], [])
        for match in _DOLLAR_RUN.finditer(state.src):
            if match[1] and len(match[1]) <= len(found):
                found[len(match[1]) - 1].append(match.start())
        known = state.env[_DOLLARS] = (state.src, found)
    runs: list[int] = known[1][width - 1]
    return runs


def _bracket(state: StateInline, silent: bool) -> bool:
    src, start = state.src, state.pos
    if src[start] != "\\" or not src.startswith("\\(", start):
        return False
    end = src.find("\\)", start + 2, min(state.posMax, start + LONGEST))
    return end > 0 and _found(state, start + 2, end, 2, silent, display=False)


def _found(state: StateInline, first: int, end: int, width: int, silent: bool, *, display: bool) -> bool:
    source = state.src[first:end]
    if not source.strip():
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content = source
        token.markup = state.src[state.pos : end + width]
        token.meta = {"display": display}
    state.pos = end + width
    return True


def _block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    start = state.bMarks[start_line] + state.tShift[start_line]
    opener = state.src[start : start + 2]
    if opener not in ("$$", "\\[") or state.is_code_block(start_line):
        return False
    closer = "$$" if opener == "$$" else "\\]"
    lines: list[str] = []
    size = 0
    for line in range(start_line, end_line):
        charge(state.env, 1)
        begin = start + 2 if line == start_line else state.bMarks[line] + state.tShift[line]
        text = state.src[begin : state.eMarks[line]].rstrip()
        if line > start_line and (not text or state.sCount[line] < state.blkIndent):
            return False
        at = text.find(closer)
        if at >= 0 and (at + 2 < len(text) or (line == start_line and not text[:at].strip())):
            return False  # something stands behind it, or nothing in it: no formula by itself
        lines.append(text[:at] if at >= 0 else text)
        size += len(text)
        if at >= 0:
            return _finish_block(state, start_line, line + 1, "\n".join(lines).strip(), silent)
        if size > LONGEST:
            return False
    return False


def _finish_block(state: StateBlock, start_line: int, next_line: int, source: str, silent: bool) -> bool:
    if not source:
        return False
    if not silent:
        token = state.push("formula_block", "math", 0)
        token.block = True
        token.content = source
        token.markup = state.src[state.bMarks[start_line] + state.tShift[start_line] : state.eMarks[next_line - 1]]
        token.map = [start_line, next_line]
        state.line = next_line
    return True
