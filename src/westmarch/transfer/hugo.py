"""Blogs written for Hugo: folders of content that are its addresses, bundles, translations, static files."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any

from westmarch.links.paths import slugify
from westmarch.transfer import html_posts, hugo_addresses, hugo_settings, hugo_shortcodes, kramdown, metadata
from westmarch.transfer.blogs import Document, Options
from westmarch.transfer.fields import Fields, names, text
from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.hugo_content import PAGES, POSTS, Content, File
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning, Kind, Metadata, Source
from westmarch.transfer.permalinks import whole

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})[-_ ]*(.*)")
_OFFSET = re.compile(r"\d\s*([+-])([01]\d|2[0-3]):?([0-5]\d)$")
_DATE = ("date", "publishdate", "pubdate", "published", "lastmod", "modified")
_ALIASES = frozenset({"aliases", "alias"})
_LASTMOD = ("lastmod", "modified")
_PUBLISHED = ("publishdate", "pubdate", "published")


class Hugo:
    """A Hugo site; `home` is its folder, with the configuration, `root` that of its content."""

    program = "Hugo"

    def __init__(self, home: Path, options: Options) -> None:
        self.home, self.options = home, options
        self.settings = hugo_settings.read(home, options.folder)
        self.trouble, self.remarks = self.settings.trouble, self.settings.remarks
        self.base, self.url = self.settings.base, self.settings.url
        self.zone = self.settings.zone(options.zone)
        self.content = Content(home, options.folder, self.settings)
        self.root = self.content.root

    def sources(self) -> Iterator[Source]:
        """Pages, sections' own pages, and the texts that are parts of others."""
        return self.content.sources()

    def parse(self, text_: str, _source: Source, /) -> FrontMatter:
        """TOML, YAML or JSON; what stands in `params` counts as if it stood beside it."""
        front = parse(text_)
        params = next((value for key, value in front.fields.items() if key.lower() == "params"), None)
        if not isinstance(params, dict):
            return front
        fields = {key: value for key, value in front.fields.items() if key.lower() != "params"}
        return replace(front, fields=params | fields)

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What a file says, with what its place and the configuration say where it does not."""
        file = self.content.file_of(source)
        aliases = names(next((value for key, value in front.fields.items() if key.lower() in _ALIASES), None), "none")
        kept = {key: value for key, value in front.fields.items() if key.lower() not in _ALIASES}
        fields = Fields(replace(front, fields=kept), self.zone, "none")
        kind = self._kind(source, fields, file)
        name, at = self._date(source, fields, file, kind)
        published = fields.moment(*_PUBLISHED) if not self._published(front) else None
        draft = self._draft(fields, front)
        if published is not None and (at is None or published > self.options.now or at > self.options.now):
            at = published
        title = metadata.plain(fields.text("title")) or metadata.titled(name or "home")
        place = hugo_addresses.Place(
            folders=file.folders,
            sections=self.content.sections_of(file),
            name=name,
            list_=file.list_,
            title=title,
            slug=fields.text("slug"),
            url=fields.text("url"),
            language=file.language.key,
            at=self._as_written(front, at),
        )
        if file.list_ and any(key.lower() == "cascade" for key in front.fields):
            fields.warn("what it hands down to its pages (`cascade`) is not obeyed", "cascade")
        addresses = self._addresses(fields, place, aliases) if self._rendered(fields) else []
        draft = draft or not addresses
        about = metadata.assemble(
            fields,
            kind=kind,
            status=metadata.status(at, draft=draft, now=self.options.now),
            title=title,
            slug=slugify(place.slug or name or title),
            addresses=addresses,
            date=at,
            updated=fields.moment(*self.settings.dates("lastmod", _LASTMOD)),
            tags=[*fields.names("categories", "category"), *fields.names("tags", "tag")],
            guid=whole(self.url, self.base, next(iter(addresses), None)) if kind == "post" else None,
            broken=front.broken,
        )
        group = fields.text("translationKey") or (
            file.logical if len(self.content.languages) > 1 else about.translation
        )
        spoken = about.language or metadata.language(file.language.tag)
        extra = {key: value for key, value in about.extra.items() if key.lower() != "translationkey"}
        # The page of a section that only has a title was a list; it answers, and is in no list itself.
        unlisted = about.unlisted or (file.list_ and not front.body.text.strip())
        return replace(about, translation=group, language=spoken, unlisted=unlisted, extra=extra)

    def _kind(self, source: Source, fields: Fields, file: File) -> Kind:
        said = fields.text("type").lower()
        if file.list_ or said in PAGES:
            return "page"
        dated = any(key.lower() in _DATE for key in fields.front.fields)
        if said in POSTS or (source.role == "post" and (file.folders or dated)):
            return "post"
        return "post" if dated and file.folders and file.folders[0].lower() not in PAGES else "page"

    def _date(self, source: Source, fields: Fields, file: File, kind: Kind) -> tuple[str, datetime | None]:
        """The name without a date where the configuration takes that from it, and the date."""
        keys = self.settings.dates("date", _DATE)
        dated = _DATED.fullmatch(file.name) if ":filename" in keys else None
        name = dated[2] or file.name if dated else file.name
        at = None
        if dated and keys[0] == ":filename":
            at = fields.of_name(dated[1])
        if at is None:
            known = self._published(fields.front)
            at = fields.moment(*(key for key in keys if not key.startswith(":") and not (known and key == "published")))
        if at is not None and at.year == 1:  # Go's time of nothing, as its templates write it.
            at = None
        if at is None and dated:
            at = fields.of_name(dated[1])
        if at is None and kind == "post" and not fields.yes("draft"):
            at = fields.last_changed(source.path)
        return name, at

    @staticmethod
    def _published(front: FrontMatter) -> bool:
        """Whether `published` says yes or no, as it may, and not when."""
        value = next((value for key, value in front.fields.items() if key.lower() == "published"), None)
        return text(value).lower() in {"true", "false"}

    def _draft(self, fields: Fields, front: FrontMatter) -> bool:
        draft = fields.yes("draft")
        if self._published(front):
            draft = not fields.yes("published") or draft
        ends = fields.moment("expirydate", "unpublishdate")
        if ends is not None and ends <= self.options.now and not draft:
            fields.warn("it expired, so it comes in as a draft", "expirydate", "unpublishdate")
            return True
        return draft

    def _as_written(self, front: FrontMatter, at: datetime | None) -> datetime | None:
        """The date in its own zone: the day in an address is the one that was written, wherever the site is."""
        if at is None:
            return None
        try:
            return at.astimezone(_zone_of(front.fields, self.zone))
        except OverflowError:  # In the first or the last year that there is.
            return at

    @staticmethod
    def _rendered(fields: Fields) -> bool:
        """Whether the page had an address of its own; one that has none is a part of others."""
        build: Any = fields.front.fields.get("build") or fields.front.fields.get("_build")
        render = text(build.get("render")).lower() if isinstance(build, dict) else ""
        if render not in {"never", "link", "false"} and not fields.yes("headless"):
            return True
        fields.warnings.append(FileWarning(None, "the old site had no page for it, so it comes in as a draft"))
        return False

    def _addresses(self, fields: Fields, place: hugo_addresses.Place, aliases: list[str]) -> list[str]:
        pattern = "" if place.list_ else (self.options.permalink or self.settings.permalink(place.section))
        own, unknown = hugo_addresses.address(place, self.settings, pattern)
        if unknown:
            fields.warn(f"the address has placeholders nobody knows: {', '.join(unknown)}", "url")
        return [own, *(hugo_addresses.alias(written, own) for written in aliases)]

    def convert(self, document: Document, index: Index, /) -> tuple[Body, list[FileWarning]]:
        """HTML as Markdown, shortcodes, attributes of code, and the mark of the excerpt."""
        warnings: list[FileWarning] = []
        body = document.front.body
        page = hugo_shortcodes.Page(
            find=lambda written, language: self.content.find(written, language, document.source, index),
            params=self.settings.table("params"),
            fields=document.front.fields,
        )
        written = html_posts.is_html(document.source.inner)
        if written:
            body = html_posts.convert(body, hugo_shortcodes.shortcodes, warnings)
        body = hugo_shortcodes.convert(body, page, warnings)
        body = Body(kramdown.excerpt_mark(body.text), body.line)
        return body, html_posts.without_lines(warnings) if written else warnings

    def places(self, address: str, document: Document) -> Iterator[Path]:
        """In the page's own bundle, below the folders of static files and of content, or beside the file."""
        path = address.removeprefix(self.base).lstrip("/")
        source = document.source.path
        bundle = source.parent
        yield bundle / address.lstrip("/")
        own = next(iter(document.about.addresses), None)
        if own is not None and address.startswith(own):
            yield bundle / address.removeprefix(own)
        for folder in [*self.settings.static, self.home / "static", self.root]:
            yield folder / path
        # Translations share the pictures of the page in the site's own language.
        file = self.content.file_of(document.source)
        if file.language.own and file.bundle:
            yield self.root.joinpath(*file.folders, file.name, address.lstrip("/"))


def _zone_of(fields: dict[str, Any], default: tzinfo) -> tzinfo:
    """The zone in which a date is written."""
    by_key = {key.lower(): value for key, value in fields.items()}
    value = next((by_key[key] for key in _DATE if by_key.get(key)), None)
    if isinstance(value, datetime):
        return value.tzinfo or default
    written = text(value)
    if written[-1:] in {"Z", "z"}:
        return UTC
    found = _OFFSET.search(written)
    if found is None:
        return default
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == "-" else offset)
