"""The shape in which a post comes to the actions, from whatever surface."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from westmarch.posts.meta import NOTHING, Meta
from westmarch.text.rendered import Rendered

Kind = Literal["post", "page"]
Status = Literal["draft", "scheduled", "published"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that makes a post or page, ready to be stored: `rendered` is what `markdown` gives in `language`.

    `guid` is the id that feed readers know it by; without one a new post gets one of its own, for ever.

    `path` is an exact address, else one is made by the site's permalink from `slug` or the title. `tags`, `authors`
    and `topic` are names; `part` is the rank in the topic. `meta` is what search engines are told in place of title
    and summary. `aliases` are old addresses: paths, each may have a query.
    """

    kind: Kind = "post"
    title: str
    markdown: str
    rendered: Rendered
    language: str
    slug: str | None = None
    path: str | None = None
    summary: str = ""
    status: Status = "draft"
    unlisted: bool = False
    pinned: bool = False
    published_at: datetime | None = None
    updated_at: datetime | None = None
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    topic: str | None = None
    part: int | None = None
    cover_id: int | None = None
    translation_group: str | None = None
    guid: str | None = None
    source_key: str | None = None
    source_hash: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    meta: Meta = NOTHING

    @property
    def listed(self) -> bool:
        """Whether readers will find it in lists."""
        return self.kind == "post" and self.status == "published" and not self.unlisted
