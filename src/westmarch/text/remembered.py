"""What a preview parsed before: who writes changes one paragraph of a long text at a time.

Only pieces are remembered that nothing around them can change: without footnotes, and without brackets where the text
defines what stands in them. They cost a text what they did the first time, so that a preview is refused what a post is.
"""

from collections import OrderedDict
from threading import Lock
from typing import Any, NamedTuple

from markdown_it.token import Token

#: Set in the environment of a text whose pieces are remembered.
REMEMBER = "remember"
#: So many pieces are kept of each language, and so long may one be: some five long posts, ten megabytes at most.
_MOST, _LONGEST = 1_000, 2_000


class Piece(NamedTuple):
    """The tokens of a piece, and what it cost to make them."""

    tokens: list[Token]
    cost: int


class Remembered:
    """Pieces of texts by what they were made of; the one that nobody asked for longest is forgotten first."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[str, Piece] = OrderedDict()
        self._lock = Lock()

    def find(self, source: str) -> Piece | None:
        """A piece, with tokens that may be changed."""
        with self._lock:
            found = self._pieces.get(source)
            if found is None:
                return None
            self._pieces.move_to_end(source)
        return Piece(_copies(found.tokens), found.cost)

    def keep(self, source: str, piece: Piece) -> None:
        """Remember a piece as it is now, unless it is of the few that have pieces of their own."""
        if any(token.children for token in piece.tokens):
            return
        kept = Piece(_copies(piece.tokens), piece.cost)
        with self._lock:
            self._pieces[source] = kept
            if len(self._pieces) > _MOST:
                self._pieces.popitem(last=False)


def alone(source: str, env: Any) -> bool:
    """Whether nothing around a piece of a text can change what it gives."""
    if len(source) > _LONGEST or "[^" in source or "^[" in source:
        return False
    return "[" not in source or not env.get("references")


def _copies(tokens: list[Token]) -> list[Token]:
    return [
        Token(
            each.type, each.tag, each.nesting, dict(each.attrs), None, each.level, None, each.content, each.markup,
            each.info, dict(each.meta), each.block, each.hidden,
        )
        for each in tokens
    ]  # fmt: skip
