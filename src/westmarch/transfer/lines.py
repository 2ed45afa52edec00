"""Line numbers of positions in a text."""

import re
from bisect import bisect_right


class Lines:
    """Lines of a text whose first one has the number `first`."""

    def __init__(self, text: str, first: int = 1) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._first = first

    def at(self, position: int) -> int:
        """The number of the line that holds this position."""
        return self._first + bisect_right(self._starts, position) - 1
