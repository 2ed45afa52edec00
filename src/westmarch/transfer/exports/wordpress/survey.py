"""What must be known of all files of an export before one post can be read: names, pictures, and parts of texts."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from westmarch.links.paths import slugify
from westmarch.transfer.exports import addressing
from westmarch.transfer.exports.elements import elements
from westmarch.transfer.exports.listings import Listing
from westmarch.transfer.exports.wordpress.fields import meta, number, terms, text, written
from westmarch.transfer.exports.wordpress.revisions import Revisions
from westmarch.transfer.items import FileWarning

_NAMES = frozenset({"item", "wp:author", "wp:category", "wp:tag"})
#: Terms told one by one; more are counted.
_TOLD = 30


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the old site: its address, the words for it, and the address of the page that showed it alone."""

    number: int
    url: str
    alt: str
    caption: str
    page: str


@dataclass(slots=True)
class Survey:
    """Attachments by id, reusable blocks by id, names of authors by login, and what of the whole is left out.

    `hanging` are the attachments that were put in below a post, by its id. Of categories there are the name and the
    slug of the one above, of tags the name, by their slugs; `numbers` are the ids of categories.
    """

    revisions: Revisions = field(default_factory=Revisions)
    attachments: dict[int, Attachment] = field(default_factory=dict)
    hanging: defaultdict[int, list[Attachment]] = field(default_factory=lambda: defaultdict(list))
    menus: Counter[str] = field(default_factory=Counter)
    blocks: dict[int, str] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    categories: dict[str, tuple[str, str]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    described: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def below(self, post: int) -> list[Attachment]:
        """The attachments that were put in below a post."""
        return self.hanging.get(post, [])

    def listings(self) -> Iterator[Listing]:
        """The lists of posts, where WordPress has them unless its settings say otherwise."""
        for slug, (name, _) in self.categories.items():
            yield Listing("tag", name, f"/category/{'/'.join(self._above(slug))}/")
            if number := self.numbers.get(slug):
                yield Listing("tag", name, "/", f"cat={number}")
        for slug, name in self.tags.items():
            yield Listing("tag", name, f"/tag/{unquote(slug)}/")
            yield Listing("tag", name, "/", f"tag={slug}")
        for login, name in self.authors.items():
            yield Listing("author", name, f"/author/{slugify(login)}/")

    def _above(self, slug: str) -> list[str]:
        """The slugs on the way down to a category, decoded."""
        way: list[str] = []
        while slug and slug not in way:
            way.append(slug)
            slug = self.categories.get(slug, ("", ""))[1]
        return [unquote(one) for one in reversed(way)]

    def hosts(self) -> frozenset[str]:
        """The hosts on which its files lie."""
        return frozenset(addressing.parts(one.url).netloc.lower() for one in self.attachments.values()) - {""}

    def remarks(self) -> tuple[FileWarning, ...]:
        """What is told of the export as a whole."""
        found = []
        for menu, count in self.menus.items():
            called = f"the menu '{menu}' is" if menu else "menus without a name are"
            found.append(f"{called} not brought over: entries: {count}")
        if count := len(self.revisions):
            found.append(f"{count} earlier states of texts that are not in the export are not brought over")
        if count := self.kinds["attachment"]:
            found.append(f"{count} files of the library: those that come along are the ones that texts show or link to")
        nested = [(name, parent) for name, parent in self.categories.values() if parent]
        for name, parent in nested[:_TOLD]:
            above = self.categories.get(parent, (parent, ""))[0]
            found.append(f"the category '{name}' was below '{above}'; it comes in as a tag beside it")
        if self.described:
            found.append(f"{self.described} descriptions of categories and tags are not brought over")
        if len(nested) > _TOLD:
            found.append(f"and {len(nested) - _TOLD} more categories were below others")
        return tuple(FileWarning(None, message) for message in found)


def look_through(files: Sequence[Path], survey: Survey, zone: tzinfo) -> None:
    """Look through all files once; `zone` is that of dates without one.

    What is broken is told when the posts are read. Raises Invalid.
    """
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
                survey.numbers[slug] = number(piece.element, "wp:term_id")
                survey.described += bool(text(piece.element, "wp:category_description"))
            elif piece.name == "wp:tag":
                slug = text(piece.element, "wp:tag_slug")
                survey.tags[slug] = text(piece.element, "wp:tag_name") or slug
                survey.described += bool(text(piece.element, "wp:tag_description"))
            else:
                _item(piece.element, survey, zone)


def _item(element: Element, survey: Survey, zone: tzinfo) -> None:
    kind, key = text(element, "wp:post_type"), number(element, "wp:post_id")
    survey.kinds[kind] += 1
    if kind == "attachment":
        survey.attachments[key] = found = Attachment(
            key,
            text(element, "wp:attachment_url") or text(element, "guid"),
            meta(element).get("_wp_attachment_image_alt", "").strip(),
            text(element, "excerpt:encoded"),
            text(element, "link"),
        )
        survey.hanging[number(element, "wp:post_parent")].append(found)
    elif kind == "revision":
        survey.revisions.add(element, zone)
    elif kind == "nav_menu_item":
        survey.menus.update([one.name for one in terms(element) if one.taxonomy == "nav_menu"] or [""])
    elif kind == "wp_block":
        survey.blocks[key] = written(element, "content:encoded")
