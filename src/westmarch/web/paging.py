"""Numbered pages of a list: the first is the list's own address, the others hang below it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paging:
    """Page `number` of `count` pages of the list at `path` (which ends in a slash)."""

    path: str
    number: int
    count: int

    def at(self, number: int) -> str:
        """The path of a page."""
        return self.path if number == 1 else f"{self.path}page/{number}/"

    @property
    def current(self) -> str:
        """The path of this page."""
        return self.at(self.number)

    @property
    def newer(self) -> str | None:
        """The path of the page before, or None."""
        return self.at(self.number - 1) if self.number > 1 else None

    @property
    def older(self) -> str | None:
        """The path of the page after, or None."""
        return self.at(self.number + 1) if self.number < self.count else None

    @property
    def shown(self) -> list[int]:
        """The numbers to offer: the first, the last, and this one with its neighbours; 0 stands for a gap."""
        near = {1, self.count, *range(self.number - 1, self.number + 2)}
        numbers = sorted(number for number in near if 1 <= number <= self.count)
        shown: list[int] = []
        for number in numbers:
            if shown and number - shown[-1] == 2:
                shown.append(number - 1)
            elif shown and number - shown[-1] > 2:
                shown.append(0)
            shown.append(number)
        return shown


def pages(items: int, size: int) -> int:
    """How many pages `items` fill; an empty list has one."""
    return max(1, -(-items // size))
