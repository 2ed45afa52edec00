"""Pieces of a text that go unchanged through a conversion: a word stands for each of them meanwhile."""

import re

_MARK = "heldpiece"
#: What the words look like that stand for pieces.
WORD = rf"{_MARK}x*+\d++z"
_BEGINNING = re.compile(r"[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)*")


class Held:
    """Pieces set aside from one text."""

    def __init__(self, text: str) -> None:
        self._mark = _MARK
        while self._mark in text:
            self._mark += "x"
        self._pieces: list[str] = []

    def hold(self, piece: str) -> str:
        """The word that stands for a piece from now on."""
        self._pieces.append(piece)
        return f"{self._mark}{len(self._pieces) - 1}z"

    def put_back(self, text: str) -> str:
        """The text with its pieces; one of several lines that begins a line of a list or a quote stays within that."""
        return re.sub(rf"{self._mark}(\d+)z", lambda found: self._piece(found, text), text)

    def _piece(self, found: re.Match[str], text: str) -> str:
        piece = self._pieces[int(found[1])]
        if "\n" not in piece:
            return piece
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if not before or not _BEGINNING.fullmatch(before):
            return piece
        margin = "".join(char if char in "> \t" else " " for char in before)
        first, *others = piece.split("\n")
        return "\n".join([first, *(f"{margin}{row}".rstrip() for row in others)])
