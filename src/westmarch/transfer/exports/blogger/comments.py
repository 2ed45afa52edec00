"""The comments of a blog on the disk: in the file they stand anywhere, and memory is not to grow with them."""

import pickle
from typing import BinaryIO

from westmarch.transfer.items import Comment


class Comments:
    """Comments by the number of the post that they are below, in a temporary file that is open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._offsets: dict[str, list[int]] = {}

    def add(self, post: str, comment: Comment) -> None:
        """Keep a comment."""
        self._offsets.setdefault(post, []).append(self._file.seek(0, 2))
        pickle.dump(comment, self._file, protocol=pickle.HIGHEST_PROTOCOL)

    def take(self, post: str) -> tuple[Comment, ...]:
        """The comments below a post, oldest first; they are given once."""
        found: list[Comment] = []
        for offset in self._offsets.pop(post, ()):
            self._file.seek(offset)
            comment = pickle.load(self._file)  # noqa: S301 - this program wrote the file, which nobody else can write
            assert isinstance(comment, Comment)
            found.append(comment)
        found.sort(key=lambda one: (one.date is not None and one.date.timestamp(), len(one.key), one.key))
        return tuple(found)

    @property
    def left(self) -> int:
        """How many were not taken."""
        return sum(map(len, self._offsets.values()))
