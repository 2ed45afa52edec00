"""What the importer of WordPress demands of accounts, moments and comments, so that it loses none.

Read in its source: https://github.com/WordPress/wordpress-importer, `class-wp-import.php`.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from westmarch.transfer.out.posts import ExportedComment

_LONGEST_LOGIN = 60


def login(number: int, slug: str) -> str:
    """What it takes for the name of an account: it keeps ASCII alone, and 60 characters at most."""
    return slug if slug.isascii() and len(slug) <= _LONGEST_LOGIN else f"author-{number}"


class Moments:
    """Gives each title a second of its own: two items with one title and one second are one item to WordPress."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, datetime]] = set()

    def free(self, title: str, at: datetime) -> datetime:
        """The moment, or the next second at which no other item has this title, as the database compares titles."""
        letters = unicodedata.normalize("NFKD", title).casefold()
        folded = "".join(one for one in letters if not unicodedata.combining(one)).strip()
        found = at.replace(microsecond=0)
        while (folded, found) in self._taken:
            found += timedelta(seconds=1)
        self._taken.add((folded, found))
        return found


def numbered(comments: Sequence[ExportedComment], last: int) -> Iterator[tuple[int, int, ExportedComment]]:
    """Comments with numbers above `last`, and with that of the comment that each answers (0: none), always lower.

    WordPress stores them by their number, and knows only those before.
    """
    waiting = {one.key: one for one in comments}
    numbers: dict[str, int] = {}
    for one in comments:
        above, passed = [one], {one.key}
        while (parent := waiting.get(above[-1].parent or "")) is not None and parent.key not in passed:
            above.append(parent)
            passed.add(parent.key)
        for comment in reversed(above):
            if waiting.pop(comment.key, None) is not None:
                last += 1
                numbers[comment.key] = last
                yield last, numbers.get(comment.parent or "", 0), comment
