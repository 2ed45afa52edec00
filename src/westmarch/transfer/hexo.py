"""Blogs written for Hexo: `source/_posts/…`, drafts, pages, and folders of pictures beside posts."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha1
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from westmarch.errors import Invalid
from westmarch.links.paths import slugify
from westmarch.transfer import hexo_tags, kramdown, metadata
from westmarch.transfer.blogs import Document, Options, is_markdown, outside, walk
from westmarch.transfer.configuration import read_yaml, zone, zone_remarks
from westmarch.transfer.dates import in_utc
from westmarch.transfer.decoding import decode
from westmarch.transfer.fields import Fields, names, text
from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning, Kind, Metadata, Role, Source
from westmarch.transfer.permalinks import expand_colons, from_url, tidy, unknown_colons, whole
from westmarch.transfer.yaml_fields import typed

PERMALINK = ":year/:month/:day/:title/"

_SPECIAL = re.compile(r"[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/]+")
_SEGMENTS = {"year": r"(\d{4})", "month": r"(\d{2})", "day": r"(\d{2})", "i_month": r"(\d{1,2})", "i_day": r"(\d{1,2})"}


class Hexo:
    """A Hexo site; `root` is its folder of sources, `home` the one with the configuration."""

    program = "Hexo"

    def __init__(self, root: Path, home: Path, options: Options) -> None:
        self.root, self.home, self.options = root, home, options
        path = home / "_config.yml"
        self.settings, self.trouble = read_yaml(path, options.folder) if path.is_file() else ({}, None)
        address = urlsplit(text(self.settings.get("url")))
        base = text(self.settings.get("root")).strip("/") or address.path.strip("/")
        self.base = f"/{base}" if base else ""
        known = address.scheme in {"http", "https"} and address.hostname != "example.com"
        self.url = f"{address.scheme}://{address.netloc}" if known else None
        self.zone = zone(text(self.settings.get("timezone")), options.zone)
        self.remarks = zone_remarks(text(self.settings.get("timezone")))
        self.permalink = options.permalink or text(self.settings.get("permalink")) or PERMALINK
        self.named, self.groups = _name_pattern(text(self.settings.get("new_post_name")) or ":title.md")

    def sources(self) -> Iterator[Source]:
        """Posts, drafts and pages."""
        for path, inner in walk(self.root):
            found = self._role(inner)
            if found is not None:
                role, reason = found
                yield Source(path, path.relative_to(self.options.folder).as_posix(), inner, role, reason)

    def _role(self, inner: str) -> tuple[Role, str] | None:
        first, _, rest = inner.partition("/")
        if first in {"_posts", "_drafts"} and rest:
            if is_markdown(inner):
                return ("draft" if first == "_drafts" else "post"), ""
            suffix = PurePosixPath(inner).suffix
            return ("skip", f"'{suffix}' is not Markdown") if suffix in {".html", ".htm", ".org", ".pug"} else None
        if any(part.startswith("_") for part in inner.split("/")):
            return None
        return ("page", "") if is_markdown(inner) else None

    def parse(self, text_: str, _source: Source, /) -> FrontMatter:
        """Front matter that may lack its opening line."""
        return parse(text_, unopened=True)

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What a file says, with what its name says where it does not."""
        fields = Fields(front, self.zone, "none")
        fields.take("layout", "permalink", "slug", "photos", "photo")
        stem = str(PurePosixPath(source.inner).with_suffix(""))
        path = stem.partition("/")[2] if source.role != "page" else stem
        named = self._named(path)
        kind: Kind = "page" if source.role == "page" else "post"
        draft = source.role == "draft" or metadata.is_draft(fields)
        at = self._date(source, fields, named, dated=source.role == "post" and not draft)
        categories = _categories(fields)
        name = named.get("title") or path
        last = PurePosixPath(name)
        last = last.parent if last.name == "index" and len(last.parts) > 1 else last
        addresses: list[str] = []
        if source.role == "page":
            addresses = [self._page_address(front, stem)]
        elif source.role == "post" and at is not None:
            addresses = [self._address(fields, name, at, categories)]
        return metadata.assemble(
            fields,
            kind=kind,
            status=metadata.status(at, draft=draft, now=self.options.now),
            title=metadata.plain(fields.text("title")) or metadata.titled(last.name),
            slug=slugify(text(front.fields.get("slug")) or last.name),
            addresses=addresses,
            date=at,
            updated=fields.moment("updated", "lastmod", "modified"),
            tags=[*(name for branch in categories for name in branch), *fields.names("tags"), *fields.names("tag")],
            guid=whole(self.url, self.base, next(iter(addresses), None)) if kind == "post" else None,
            broken=front.broken,
        )

    def _named(self, path: str) -> dict[str, str]:
        """What the name of a file says by the configured pattern of names."""
        found = self.named.fullmatch(path)
        return dict(zip(self.groups, found.groups(), strict=True)) if found else {"title": path}

    def _date(self, source: Source, fields: Fields, named: dict[str, str], *, dated: bool) -> datetime | None:
        at = fields.moment("date")
        if at is not None or source.role == "page":
            return at
        month, day = named.get("month") or named.get("i_month"), named.get("day") or named.get("i_day")
        if "year" in named and month and day:
            try:
                return in_utc(datetime(int(named["year"]), int(month), int(day), tzinfo=self.zone))
            except ValueError:
                fields.warnings.append(FileWarning(None, "the date in the file's name is none"))
        return fields.last_changed(source.path) if dated else None

    def _address(self, fields: Fields, name: str, at: datetime, categories: list[list[str]]) -> str:
        own = text(fields.front.fields.get("permalink"))
        if own:
            return _with_html(from_url(own))
        local = at.astimezone(self.zone)
        values = {
            key: text(value) for key, value in typed(fields.front.fields).items() if isinstance(value, (str, int))
        }
        given = self.settings.get("permalink_defaults")
        defaults = {key: text(value) for key, value in given.items()} if isinstance(given, dict) else {}
        values = defaults | values
        values |= {
            "title": name,
            "name": PurePosixPath(name).name,
            "post_title": slugized(text(fields.front.fields.get("title"))).lower(),
            "category": self._category(categories),
            "hash": sha1(f"{name}{int(at.timestamp())}".encode(), usedforsecurity=False).hexdigest()[:12],
            "year": f"{local.year:04}", "month": f"{local.month:02}", "day": f"{local.day:02}",
            "hour": f"{local.hour:02}", "minute": f"{local.minute:02}", "second": f"{local.second:02}",
            "i_month": str(local.month), "i_day": str(local.day), "timestamp": str(int(at.timestamp())),
        }  # fmt: skip
        if unknown := unknown_colons(self.permalink, values):
            fields.warn(f"the address has placeholders nobody knows: {', '.join(unknown)}")
        return tidy(expand_colons(self.permalink, values))

    def _category(self, categories: list[list[str]]) -> str:
        if not categories:
            return text(self.settings.get("default_category")) or "uncategorized"
        given = self.settings.get("category_map")
        known = given if isinstance(given, dict) else {}
        return "/".join(text(known.get(name)) or slugized(name) for name in categories[-1])

    @staticmethod
    def _page_address(front: FrontMatter, stem: str) -> str:
        own = text(front.fields.get("permalink"))
        if own:
            return _with_html(from_url(own))
        return tidy(stem.removesuffix("index")) if PurePosixPath(stem).name == "index" else tidy(f"{stem}.html")

    def convert(self, document: Document, index: Index, /) -> tuple[Body, list[FileWarning]]:
        """Tags, titles of code blocks, the mark of the excerpt, and photos that stood in the front matter."""
        warnings: list[FileWarning] = []
        body = document.front.body
        body = Body(kramdown.excerpt_mark(body.text), body.line)
        body = hexo_tags.convert(body, hexo_tags.Page(index, self._code), warnings)
        fields = document.front.fields
        photos = names(fields.get("photos") or fields.get("photo"), "none")
        if photos:
            pictures = "\n\n".join(f"![]({photo.replace(' ', '%20')})" for photo in photos)
            body = Body(f"{body.text.rstrip()}\n\n{pictures}\n", body.line)
        return body, warnings

    def _code(self, name: str) -> str | None:
        folder = text(self.settings.get("code_dir")) or "downloads/code"
        path = self.root / folder.strip("/") / name.lstrip("/")
        try:
            if path.is_file() and not outside(path, self.options.folder):
                return decode(path.read_bytes()).text
        except (OSError, ValueError, Invalid):
            return None
        return None

    def places(self, address: str, document: Document) -> Iterator[Path]:
        """Below the folder of sources, in the post's own folder of pictures, or beside the file."""
        path = document.source.path
        yield self.root / address.removeprefix(self.base).lstrip("/")
        yield path.with_suffix("") / PurePosixPath(address).name
        yield path.parent / address.lstrip("/")


def _categories(fields: Fields) -> list[list[str]]:
    """Branches of categories: a plain list is one branch, lists within a list are several."""
    value: Any = fields.take("categories", "category")
    if isinstance(value, list) and any(isinstance(part, list) for part in value):
        return [branch for part in value if (branch := names(part, "none"))]
    branch = names(value, "none")
    return [branch] if branch else []


def _with_html(path: str) -> str:
    return path if path.endswith("/") or PurePosixPath(path).suffix else f"{path}.html"


def _name_pattern(pattern: str) -> tuple[re.Pattern[str], list[str]]:
    """The pattern of file names (`new_post_name`) as an expression, and the names of its groups."""
    stem = re.sub(r"\.\w+$", "", pattern)
    groups: list[str] = []
    written: list[str] = []
    last = 0
    for found in re.finditer(r":(\w+)", stem):
        groups.append(found[1])
        written += [re.escape(stem[last : found.start()]), _SEGMENTS.get(found[1], r"(.+?)")]
        last = found.end()
    return re.compile("".join([*written, re.escape(stem[last:])])), groups


def slugized(name: str) -> str:
    """As hexo-util makes slugs: accents off, special characters as `-`."""
    bare = "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char))
    return _SPECIAL.sub("-", unicodedata.normalize("NFC", bare)).strip("-")
