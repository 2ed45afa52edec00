"""Blogs written for Zola: `content/`, pages with folders of their own, `@/…` links, translations by their names."""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from westmarch.links.paths import slugify
from westmarch.transfer import destinations, kramdown, metadata, zola_shortcodes
from westmarch.transfer.blogs import Document, Options, is_markdown, outside, walk
from westmarch.transfer.configuration import read_yaml
from westmarch.transfer.destinations import Destination
from westmarch.transfer.fields import Fields, names, text
from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning, Kind, Metadata, Role, Source
from westmarch.transfer.permalinks import from_url, tidy, whole

#: The file of the configuration; it had the second name alone before version 0.22.
NAMES = ("zola.toml", "config.toml")

_KEEP = frozenset({"public", "output", "themes", "vendor"})
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)?)\s?[_-]\s?(.+)")
_UNSAFE = re.compile(r"[<>:\"/|?*#()\n\[\]{}\\^~%]")
_POSTS = frozenset({"post", "posts", "blog", "article", "articles", "news"})
_TAXONOMIES = frozenset({"tags", "categories", "authors", "series"})
#: Latin letters that no decomposition makes ASCII.
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "đ": "d", "Đ": "D", "ð": "d",
     "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i", "ħ": "h", "Ħ": "H"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _File:
    """Where a file of content stands: its language, the folders above it, and its name without endings.

    `list_` is the page of a section, whose name is that of its folder.
    """

    language: str
    folders: tuple[str, ...]
    name: str
    list_: bool

    @property
    def logical(self) -> str:
        """What all translations of the page share."""
        return "/".join([*self.folders, "_index" if self.list_ else self.name])


class Zola:
    """A Zola site; `home` is its folder, with the configuration, `root` that of its content."""

    program = "Zola"

    def __init__(self, home: Path, options: Options) -> None:
        self.home, self.options = home, options
        path = next((home / name for name in NAMES if (home / name).is_file()), None)
        self.settings, self.trouble = read_yaml(path, options.folder) if path else ({}, None)
        self.root = home / "content" if (home / "content").is_dir() else home
        address = urlsplit(text(self.settings.get("base_url")))
        self.base = f"/{address.path.strip('/')}" if address.path.strip("/") else ""
        known = address.scheme in {"http", "https"} and address.hostname not in {None, "example.com"}
        self.url = f"{address.scheme}://{address.netloc}" if known else None
        self.language = text(self.settings.get("default_language")) or "en"
        others = self.settings.get("languages")
        self.languages = {self.language, *(others if isinstance(others, dict) else {})}
        style = self.settings.get("slugify")
        self.slugifying: dict[str, Any] = style if isinstance(style, dict) else {}
        self.remarks = tuple(self._remarks())

    def _remarks(self) -> Iterator[FileWarning]:
        given = self.settings.get("taxonomies")
        found = [text(one.get("name")) for one in given if isinstance(one, dict)] if isinstance(given, list) else []
        for name in found:
            if name.lower() not in _TAXONOMIES:
                yield FileWarning(None, f"the taxonomy '{name[:60]}' is kept as a field of each post")

    def sources(self) -> Iterator[Source]:
        """Pages, sections' own pages, and the texts that are parts of others."""
        for path, inner in walk(self.root, keep=_KEEP):
            if not is_markdown(inner):
                continue
            key = path.relative_to(self.options.folder).as_posix()
            owner = self._owner(path)
            if owner is not None:
                reason = f"it is a part of the page {owner}, not one of its own"
                yield Source(path, key, inner, "skip", reason)
                continue
            file = self._file(inner)
            first = file.folders[0].lower() if file.folders else ""
            role: Role = "post" if first in _POSTS and not file.list_ else "page"
            yield Source(path, key, inner, role)

    def _owner(self, path: Path) -> str | None:
        """The page to whose folder a text belongs, None where it is a page of its own."""
        folder = path.parent.parent if path.name.startswith("index.") else path.parent
        for one in itertools.takewhile(lambda one: one.is_relative_to(self.root), (folder, *folder.parents)):
            if one != self.root and (one / "index.md").is_file():
                return (one / "index.md").relative_to(self.options.folder).as_posix()
        return None

    def _file(self, inner: str) -> _File:
        path = PurePosixPath(inner)
        name, language = path.stem, self.language
        head, dot, ending = name.rpartition(".")
        if dot and ending in self.languages:
            name, language = head, ending
        folders = path.parent.parts
        if name == "_index":
            return _File(language, folders, folders[-1] if folders else "", list_=True)
        if name == "index":
            return _File(language, folders[:-1], folders[-1] if folders else "", list_=False)
        return _File(language, folders, name, list_=False)

    def parse(self, text_: str, _source: Source, /) -> FrontMatter:
        """TOML or YAML; what stands in `taxonomies` and `extra` counts as if it stood beside it."""
        front = parse(text_)
        fields = dict(front.fields)
        for key in ("taxonomies", "extra"):
            if isinstance(fields.get(key), dict):
                fields = fields.pop(key) | fields
        return replace(front, fields=fields)

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What a file says, with what its name says where it does not."""
        file = self._file(source.inner)
        aliases = names(front.fields.get("aliases"), "none")
        kept = {key: value for key, value in front.fields.items() if key != "aliases"}
        fields = Fields(replace(front, fields=kept), self.options.zone, "none")
        dated = _DATED.fullmatch(file.name)
        kind: Kind = "post" if source.role == "post" else "page"
        draft = fields.yes("draft")
        at = fields.moment("date")
        if at is None and dated:
            at = fields.of_name(dated[1])
        if kind == "page" and at is not None and not file.list_:
            kind = "post"
        if at is None and kind == "post" and not draft:
            at = fields.last_changed(source.path)
        name = dated[2] if dated and not self.slugifying.get("paths_keep_dates") else file.name
        title = metadata.plain(fields.text("title")) or metadata.titled(name or "home")
        own = self._address(fields, file, name)
        rendered = fields.yes("render", default=True)
        if not rendered:
            fields.warn("the old site had no page for it, so it comes in as a draft", "render")
        addresses = [own, *(self._whole(from_url(f"/{alias.lstrip('/')}")) for alias in aliases)]
        about = metadata.assemble(
            fields,
            kind=kind,
            status=metadata.status(at, draft=draft or not rendered, now=self.options.now),
            title=title,
            slug=slugify(fields.text("slug") or name or title),
            addresses=addresses if rendered else [],
            date=at,
            updated=fields.moment("updated"),
            tags=[*fields.names("categories"), *fields.names("tags")],
            guid=whole(self.url, self.base, own) if kind == "post" and rendered else None,
            broken=front.broken,
        )
        group = file.logical if len(self.languages) > 1 else about.translation
        said = "default_language" in self.settings or len(self.languages) > 1
        spoken = about.language or (metadata.language(file.language) if said else None)
        # The page of a section that only has a title was a list; it answers, and is in no list itself.
        unlisted = about.unlisted or (file.list_ and not front.body.text.strip())
        return replace(about, translation=group, language=spoken, unlisted=unlisted)

    def _address(self, fields: Fields, file: _File, name: str) -> str:
        given = fields.text("path")
        if given:
            return self._whole(from_url(f"/{given.lstrip('/')}"))
        parts = list(file.folders)
        if not file.list_:
            parts.append(self._slug(fields.text("slug") or name))
        prefix = [file.language] if file.language != self.language else []
        return tidy("/".join(["", *prefix, *parts, ""]))

    def _slug(self, name: str) -> str:
        """A name as Zola writes it in addresses (`slugify.paths`)."""
        style = text(self.slugifying.get("paths")) or "on"
        if style == "off":
            return name.strip()
        if style == "safe":
            return re.sub(r"_{2,}", "_", re.sub(r"\s", "_", _UNSAFE.sub("", name.strip())))
        decomposed = unicodedata.normalize("NFKD", name.translate(_LATIN))
        bare = "".join(char for char in decomposed if not unicodedata.combining(char))
        if not bare.isascii():
            # Zola writes other scripts in Latin letters by a table that is not part of this program.
            return slugify(name)
        return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")

    @staticmethod
    def _whole(path: str) -> str:
        return path if path.endswith("/") or PurePosixPath(path).suffix else f"{path}/"

    def convert(self, document: Document, index: Index, /) -> tuple[Body, list[FileWarning]]:
        """Shortcodes, the options of code blocks, links that begin with `@/`, and the mark of the excerpt."""
        warnings: list[FileWarning] = []
        body = document.front.body

        def replace_(one: Destination) -> str | None:
            if not one.address.startswith("@/"):
                return None
            path, mark, anchor = one.address[2:].partition("#")
            known = index.by_inner.get(path)
            return known.url + mark + anchor if known else None

        linked = Body(destinations.rewrite(body.text, replace_), body.line)
        converted = zola_shortcodes.convert(linked, warnings)
        return Body(kramdown.excerpt_mark(converted.text), body.line), warnings

    def places(self, address: str, document: Document) -> Iterator[Path]:
        """In the page's own folder, below the static files, or below the content."""
        path = address.removeprefix(self.base).lstrip("/")
        beside = document.source.path.parent
        yield beside / address.lstrip("/")
        own = next(iter(document.about.addresses), None)
        if own is not None and address.startswith(own):
            yield beside / address.removeprefix(own)
        yield self.home / "static" / path
        yield self.root / path


def like_zola(folder: Path, inside: Path) -> bool:
    """Whether a folder has Zola's configuration: its key `base_url`, where Hugo has `baseURL`."""
    if (folder / "zola.toml").is_file():
        return True
    path = folder / "config.toml"
    if not path.is_file() or outside(path, inside):
        return False
    values, _ = read_yaml(path, inside)
    return "base_url" in values and (folder / "content").is_dir()
