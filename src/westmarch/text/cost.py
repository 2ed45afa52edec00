"""A bound on the work that one text may cause, counted and not timed, so that the same text always ends the same way.

markdown-it-py has inputs on which it is quadratic (a hundred thousand `[`) or merely slow. Its loops ask rules at
every position, so a rule that stands first and never matches sees all of the work. One unit is about a microsecond.
"""

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from westmarch.text.notices import times_warned
from westmarch.text.remembered import REMEMBER, Piece, Remembered, alone

LEFT = "cost_left"
_DEPTH = "inline_depth"
DEEPEST_BLOCK = 60
DEEPEST_INLINE = 6

_BLOCK_TRIED = 20
_LINE_TRIED = 8
_INLINE_TRIED = 6
_TOKEN_SKIPPED = 1


class TooCostly(Exception):
    """The text would cost more than it may."""


def charge(env: Any, units: int) -> None:
    """Take units off what a text may cost; `env` is the parser's environment of this text.

    Raises:
        TooCostly: when nothing is left.
    """
    env[LEFT] -= units
    if env[LEFT] < 0:
        raise TooCostly


def affords(env: Any, units: int) -> bool:
    """Take units off what a text may cost if they are there: for what can be left out without loss."""
    if env[LEFT] < units:
        return False
    env[LEFT] -= units
    return True


class MeteredBlock(ParserBlock):
    """The block parser, which stops at deep nesting instead of dropping what is nested deeper."""

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803  the library's names
        if state.level >= DEEPEST_BLOCK:
            raise TooCostly
        super().tokenize(state, startLine, endLine)


class MeteredInline(ParserInline):
    """The inline parser, counted also where it looks ahead, and with bounded texts within texts."""

    def __init__(self) -> None:
        super().__init__()
        self.remembered = Remembered()

    def skipToken(self, state: StateInline) -> None:  # noqa: N802  the library's name
        charge(state.env, _TOKEN_SKIPPED)
        super().skipToken(state)

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        depth = env.get(_DEPTH, 0)
        if depth >= DEEPEST_INLINE:
            raise TooCostly
        if depth == 0 and env.get(REMEMBER) and alone(src, env):
            return self._parsed_once(src, md, env, tokens)
        env[_DEPTH] = depth + 1
        result = super().parse(src, md, env, tokens)
        env[_DEPTH] = depth
        return result

    def _parsed_once(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        piece = self.remembered.find(src)
        if piece is not None:
            charge(env, piece.cost)
            tokens += piece.tokens
            return tokens
        left, told = env[LEFT], times_warned(env)
        env[_DEPTH] = 1
        result = super().parse(src, md, env, tokens)
        env[_DEPTH] = 0
        if times_warned(env) == told:
            self.remembered.keep(src, Piece(result, left - env[LEFT]))
        return result


class MeteredMarkdown(MarkdownIt):
    """A parser with the metered parts in the places of the plain ones."""

    def configure(self, presets: Any, options_update: Any = None) -> MarkdownIt:
        self.block = MeteredBlock()
        self.inline = MeteredInline()
        super().configure(presets, options_update=options_update)
        self.block.ruler.before(
            self.block.ruler.get_all_rules()[0],
            "meter",
            _block_meter,
            {"alt": ["paragraph", "reference", "blockquote", "list"]},
        )
        self.inline.ruler.before("text", "meter", _inline_meter)
        return self


def _block_meter(state: StateBlock, _start_line: int, _end_line: int, silent: bool) -> bool:
    charge(state.env, _LINE_TRIED if silent else _BLOCK_TRIED)
    return False


def _inline_meter(state: StateInline, _silent: bool) -> bool:
    charge(state.env, _INLINE_TRIED)
    return False
