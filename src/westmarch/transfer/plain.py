"""A folder of Markdown files, with front matter of ours or of anybody's, or with none."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path, PurePosixPath

from westmarch.links.paths import slugify
from westmarch.transfer import kramdown, metadata
from westmarch.transfer.blogs import Document, Options, is_markdown, walk
from westmarch.transfer.fields import Fields, text
from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning, Kind, Metadata, Role, Source
from westmarch.transfer.permalinks import expand_braces, expand_colons, from_url, tidy

_DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_ ]+(.+)")
_HEADING = re.compile(r"\s*#[ \t]+([^\n]+?)[ \t]*#*[ \t]*(?:\n|$)|\s*([^\n]+)\n=+[ \t]*(?:\n|$)")
_PAGES = re.compile(r"(?:^|/)pages?/")


class Plain:
    """A folder of files. Its texts have no old addresses but those that they name themselves."""

    program = "plain folder"
    base = ""
    trouble = None
    remarks = ()
    url = None

    def __init__(self, root: Path, options: Options, permalink: str) -> None:
        """`permalink` is the site's own pattern, by which addresses are made where nothing else says them."""
        self.root, self.options = root, options
        self.permalink = options.permalink or permalink

    def sources(self) -> Iterator[Source]:
        """All Markdown of the folder; what lies in a folder `drafts` is a draft, in `pages` a page."""
        for path, inner in walk(self.root, keep=frozenset({"public", "output", "themes"})):
            if not is_markdown(inner):
                continue
            role: Role = "page" if _PAGES.search(inner) else "post"
            if re.search(r"(?:^|/)_?drafts/", inner):
                role = "draft"
            yield Source(path, path.relative_to(self.options.folder).as_posix(), inner, role)

    def parse(self, text_: str, _source: Source, /) -> FrontMatter:
        """Front matter of any kind."""
        return parse(text_)

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What a file says; its first heading is its title where nothing else is."""
        fields = Fields(front, self.options.zone, "comma")
        stem = PurePosixPath(source.inner).stem
        named = _DATED.fullmatch(stem)
        name = named[2] if named else stem
        if name.lower() in {"index", "readme"} and "/" in source.inner:
            name = PurePosixPath(source.inner).parent.name
        kind: Kind = "page" if "page" in {fields.text("kind", "type", "layout"), source.role} else "post"
        draft = source.role == "draft" or metadata.is_draft(fields)
        at = self._date(source, fields, named, dated=kind == "post" and not draft)
        title = metadata.plain(fields.text("title")) or _heading(front.body.text) or metadata.titled(name)
        said = fields.text("status").lower()
        status = metadata.status(at, draft=draft, now=self.options.now)
        if said == "scheduled" and at is not None and status == "published":
            fields.warn("the date of a scheduled post has passed, so it is published", "date")
        slug = slugify(fields.text("slug") or name)
        own = fields.text("path", "permalink", "url")
        address = from_url(own) if own else self._address(kind, slug, at)
        addresses = [address] if address and (own or status != "draft") else []
        categories = fields.names("categories", "category")
        return metadata.assemble(
            fields,
            kind=kind,
            status=status,
            title=title,
            slug=slug,
            addresses=addresses,
            date=at,
            updated=fields.moment("updated", "modified", "lastmod", "last_modified_at", "update"),
            tags=[*categories, *fields.names("tags", "tag", "keywords")],
            guid=None,
            broken=front.broken,
        )

    def _date(self, source: Source, fields: Fields, named: re.Match[str] | None, *, dated: bool) -> datetime | None:
        at = fields.moment("date", "published_at", "created", "publishdate")
        if at is None and named:
            at = fields.of_name(named[1])
        if at is not None or not dated:
            return at
        return fields.last_changed(source.path)

    def _address(self, kind: Kind, slug: str, at: datetime | None) -> str:
        """The address by the site's pattern; empty where only the site can make it (`{id}`)."""
        if kind == "page":
            return tidy(f"{slug}/")
        local = (at or datetime.combine(self.options.now.date(), time(), UTC)).astimezone(self.options.zone)
        values = {
            "slug": slug, "title": slug,
            "year": f"{local.year:04}", "month": f"{local.month:02}", "day": f"{local.day:02}",
        }  # fmt: skip
        made = expand_braces(expand_colons(self.permalink, values), values, local)
        return "" if "{" in made else tidy(made)

    def convert(self, document: Document, _index: Index, /) -> tuple[Body, list[FileWarning]]:
        """The text as it is; a heading that became the title is not repeated."""
        body = document.front.body
        text_ = body.text
        heading = _HEADING.match(text_)
        if heading and not text(document.front.fields.get("title") or document.front.fields.get("Title")):
            text_ = text_[heading.end() :].lstrip("\n")
        return Body(kramdown.excerpt_mark(text_), body.line), []

    def places(self, address: str, document: Document) -> Iterator[Path]:
        """Below the folder, or beside the file."""
        yield document.source.path.parent / address.lstrip("/")
        yield self.root / address.lstrip("/")


def without_title(text_: str, title: str) -> str:
    """The text without a first heading that only says the title again."""
    heading = _HEADING.match(text_)
    return text_[heading.end() :].lstrip("\n") if heading and _heading(text_) == title else text_


def _heading(text_: str) -> str:
    found = _HEADING.match(text_)
    return metadata.plain(re.sub(r"[*_`]", "", found[1] or found[2])) if found else ""
