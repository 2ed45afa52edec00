"""What must be known of all files of an export before one post can be read: names, pictures, and parts of texts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from westmarch.transfer.exports.elements import elements
from westmarch.transfer.exports.wordpress.fields import meta, number, text, written
from westmarch.transfer.items import FileWarning

_NAMES = frozenset({"item", "wp:author", "wp:category"})
#: Terms told one by one; more are counted.
_TOLD = 30


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the old site: its address, the words for it, and the post below which it was put in."""

    url: str
    alt: str
    caption: str
    parent: int


@dataclass(slots=True)
class Survey:
    """Attachments by id, reusable blocks by id, names of authors by login, and what of the whole is left out."""

    attachments: dict[int, Attachment] = field(default_factory=dict)
    blocks: dict[int, str] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    categories: dict[str, tuple[str, str]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def below(self, post: int) -> list[Attachment]:
        """The attachments that were put in below a post."""
        return [one for one in self.attachments.values() if one.parent == post]

    def remarks(self) -> tuple[FileWarning, ...]:
        """What is told of the export as a whole."""
        found = []
        if count := self.kinds["nav_menu_item"]:
            found.append(f"{count} entries of menus are not brought over")
        if count := self.kinds["attachment"]:
            found.append(f"{count} files of the library: those that come along are the ones that texts show or link to")
        nested = [(name, parent) for name, parent in self.categories.values() if parent]
        for name, parent in nested[:_TOLD]:
            above = self.categories.get(parent, (parent, ""))[0]
            found.append(f"the category '{name}' was below '{above}'; it comes in as a tag beside it")
        if len(nested) > _TOLD:
            found.append(f"and {len(nested) - _TOLD} more categories were below others")
        return tuple(FileWarning(None, message) for message in found)


def surveyed(files: Sequence[Path]) -> Survey:
    """Look through all files once. What is broken is told when the posts are read. Raises Invalid."""
    survey = Survey()
    for path in files:
        for piece in elements(path, _NAMES):
            if piece.element is None:
                continue
            if piece.name == "wp:author":
                login = text(piece.element, "wp:author_login")
                survey.authors[login] = text(piece.element, "wp:author_display_name") or login
            elif piece.name == "wp:category":
                slug, name = text(piece.element, "wp:category_nicename"), text(piece.element, "wp:cat_name")
                survey.categories[slug] = (name or slug, text(piece.element, "wp:category_parent"))
            else:
                _item(piece.element, survey)
    return survey


def _item(element: Element, survey: Survey) -> None:
    kind, key = text(element, "wp:post_type"), number(element, "wp:post_id")
    survey.kinds[kind] += 1
    if kind == "attachment":
        survey.attachments[key] = Attachment(
            text(element, "wp:attachment_url") or text(element, "guid"),
            meta(element).get("_wp_attachment_image_alt", "").strip(),
            text(element, "excerpt:encoded"),
            number(element, "wp:post_parent"),
        )
    elif kind == "wp_block":
        survey.blocks[key] = written(element, "content:encoded")
