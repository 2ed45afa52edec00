"""Notion's export in Markdown: files named by title and id, properties as lines below the title, boxes as HTML."""

import itertools
import re
import unicodedata
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from westmarch.transfer import embeds, kramdown
from westmarch.transfer.blogs import Document, is_markdown, walk
from westmarch.transfer.code_regions import CodeRegions
from westmarch.transfer.fields import names
from westmarch.transfer.frontmatter import FrontMatter
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning, Metadata, Source
from westmarch.transfer.plain import Plain
from westmarch.transfer.yaml_fields import PlainScalar

_ID = re.compile(r"[ _-]?([0-9a-f]{32})$")
_TITLE = re.compile(r"\s*# ([^\n]*)(?:\n|$)")
_PROPERTY = re.compile(r"([^\W\d_][\w ()/&?-]{0,60}): ?([^\n]*)(?:\n|$)")
_ASIDE = re.compile(r"<aside>((?:[^<]|<(?!/?aside>))*)</aside>")
_ICON = re.compile(r"\s*(?:<img src=\"[^\"\n]*\"[^<>\n]*>|(\S{1,8}))\s+")
#: Names that people give to properties, and the fields that they mean here. A `URL` is that of something else.
_MEANINGS = {
    "created": "date", "created time": "date", "published": "date", "publish date": "date", "published at": "date",
    "published on": "date", "date": "date", "last edited time": "updated", "last edited": "updated",
    "updated": "updated", "tags": "tags", "tag": "tags", "category": "categories", "categories": "categories",
    "topics": "tags", "author": "authors", "authors": "authors", "slug": "slug", "summary": "description",
    "description": "description", "excerpt": "description", "language": "language", "status": "status",
    "url": "link",
}  # fmt: skip
#: So many names tell whether a folder is Notion's.
_SAMPLE = 40
_DRAFTS = frozenset({"draft", "idea", "not started", "in progress", "to do", "in review", "private"})


class Notion(Plain):
    """A folder of Notion's pages. They have no old addresses that a blog could keep."""

    program = "Notion"

    def parse(self, text_: str, source: Source, /) -> FrontMatter:
        """The first heading as the title, and the lines `Name: value` below it up to the first empty one."""
        head = _TITLE.match(text_)
        if head is None:
            return super().parse(text_, source)
        fields: dict[str, Any] = {"title": head[1].strip()} if head[1].strip() else {}
        lines: dict[str, int] = {}
        position = head.end()
        line = text_.count("\n", 0, position) + 1
        if text_.startswith("\n", position):
            position, line = position + 1, line + 1
        start, first, known = position, line, False
        found = _PROPERTY.match(text_, position)
        while found:
            name, value = found[1].strip(), found[2].strip()
            key = _MEANINGS.get(name.lower(), name)
            known = known or name.lower() in _MEANINGS
            key = name if key in fields else key
            if value and key not in fields:
                fields[key], lines[key] = PlainScalar(value), line
            position, line = found.end(), line + 1
            found = _PROPERTY.match(text_, position)
        # A paragraph that only begins like properties is none: they end with an empty line, or with the text, and at
        # least one of them has a name that says something.
        if not known or (position < len(text_) and not text_.startswith("\n", position)):
            kept = {"title": fields["title"]} if "title" in fields else {}
            fields, lines, position, line = kept, {}, start, first
        rest = text_[position:].lstrip("\n")
        line += len(text_) - position - len(rest)
        return FrontMatter("lines", fields, Body(rest, line), lines)

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What a page says; its name without the id is its slug."""
        fields = dict(front.fields)
        stem = PurePosixPath(source.inner).stem
        name = _ID.sub("", stem) or stem
        fields.setdefault("slug", name)
        fields.setdefault("title", name)
        said = str(fields.pop("status", "")).strip()
        if said and said.lower() not in {"draft", "published"}:
            # Its own word for where a page stands, such as "In progress".
            fields["notion_status"] = PlainScalar(said)
        if said.lower() in _DRAFTS:
            fields["status"] = "draft"
        for key in ("date", "updated"):
            if key in fields:
                # A span of days is written with an arrow; it begins on its first.
                fields[key] = PlainScalar(str(fields[key]).partition("→")[0].strip(" @"))
        for key in ("tags", "categories"):
            if key in fields:
                fields[key] = names(fields[key], "comma")
        return super().metadata(source, replace(front, fields=fields))

    def convert(self, document: Document, _index: Index, /) -> tuple[Body, list[FileWarning]]:
        """Boxes as ours has them, and the mark of the excerpt."""
        body = document.front.body
        regions = CodeRegions(body.text)

        def box(found: re.Match[str]) -> str:
            if found.start() in regions:
                return found[0]
            icon = _ICON.match(found[1])
            shown = icon is not None and (icon[1] is None or _is_sign(icon[1]))
            return embeds.callout("note", "", found[1][icon.end() :] if icon is not None and shown else found[1])

        return Body(kramdown.excerpt_mark(_ASIDE.sub(box, body.text)), body.line), []


def _is_sign(word: str) -> bool:
    """Whether a word is an emoji: symbols, and what joins and colours them."""
    kinds = {unicodedata.category(char) for char in word}
    return "So" in kinds and kinds <= {"So", "Sk", "Mn", "Cf"}


def like_notion(folder: Path) -> bool:
    """Whether most texts of a folder have names with an id of Notion's."""
    written = (PurePosixPath(inner).stem for _, inner in walk(folder) if is_markdown(inner))
    stems = list(itertools.islice(written, _SAMPLE))
    return bool(stems) and sum(bool(_ID.search(stem)) for stem in stems) * 2 > len(stems)
