"""A post of Tumblr, whatever it was written in."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Said:
    """What is said of a post: `id` in digits, `address` and `slug` where they are known, the text as HTML.

    `date` is as it is written; `state` one of Tumblr's: `published`, `draft`, `queued`, `private`, … `told` is what
    does not come along.
    """

    id: str
    title: str = ""
    html: str = ""
    address: str = ""
    slug: str = ""
    date: str = ""
    state: str = "published"
    tags: tuple[str, ...] = ()
    pinned: bool = False
    line: int | None = None
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fault:
    """A post that cannot be read: where it stands, and why."""

    place: str
    reason: str
    line: int | None = None
