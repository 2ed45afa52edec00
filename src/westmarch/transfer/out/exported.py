"""What an export did."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Exported:
    """How many texts, files and books went out, the files that are not there, and what the format cannot say."""

    posts: int = 0
    media: int = 0
    books: int = 0
    lost: list[str] = field(default_factory=list)
    losses: dict[str, int] = field(default_factory=dict)

    def lose(self, what: str) -> None:
        """Count one thing that the format has no place for."""
        self.losses[what] = self.losses.get(what, 0) + 1
