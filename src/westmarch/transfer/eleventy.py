"""Blogs written for Eleventy: Markdown anywhere, addresses by folders or by templates, data handed down by folders."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from westmarch.links.paths import slugify
from westmarch.transfer import kramdown, liquid, metadata, program_texts
from westmarch.transfer.blogs import Document, Options, is_markdown, outside, walk
from westmarch.transfer.configuration import read_json
from westmarch.transfer.fields import Fields, as_json, names, text
from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning, Kind, Metadata, Role, Source
from westmarch.transfer.permalinks import from_url, given, tidy, whole, without_index
from westmarch.transfer.yaml_fields import typed

#: The names of the configuration.
NAMES = (".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", "eleventy.config.ts")

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)")
_INPUT = re.compile(r"setInputDirectory\(\s*[\"'`]([^\"'`]+)")
_EXPRESSION = re.compile(r"\{\{([^{}]*)\}\}")
_DATE_FILTER = re.compile(r"date\s*:\s*[\"']([^\"']+)[\"']")
#: Names of collections that many sites give by a tag: they tell posts from pages, and are none of their subjects.
_POSTS = frozenset({"post", "posts", "blog", "article", "articles", "blogpost", "blogposts"})
_NOT_TAGS = _POSTS | {"all", "nav", "page", "pages"}
_CLOCK = {"Created", "Last Modified", "git Created", "git Last Modified"}


class Eleventy:
    """An Eleventy site; `home` is its folder, with the configuration, `root` that of its sources."""

    program = "Eleventy"
    trouble = None

    def __init__(self, home: Path, options: Options) -> None:
        self.home, self.options = home, options
        config = next((found for name in NAMES if (found := program_texts.read(home / name, options.folder))), "")
        said = _INPUT.search(config)
        named = said[1] if said else program_texts.value(config, "input")
        root = Path(posixpath.normpath(home / named)) if named else home
        self.root = root if root.is_dir() and root.is_relative_to(home) and not outside(root, options.folder) else home
        prefix = program_texts.value(config, "pathPrefix").strip("/")
        self.base = f"/{prefix}" if prefix else ""
        self.url = self._site()
        self.ignored = self._ignored()
        self._data: dict[str, dict[str, Any]] = {}
        self.remarks: tuple[FileWarning, ...] = ()

    def _site(self) -> str | None:
        for name in ("metadata.json", "site.json", "meta.json"):
            address = urlsplit(text(read_json(self.root / "_data" / name, self.options.folder).get("url")))
            if address.scheme in {"http", "https"} and address.hostname != "example.com":
                return f"{address.scheme}://{address.netloc}"
        return None

    def _ignored(self) -> tuple[str, ...]:
        """The plain lines of `.eleventyignore`: files and folders that are left out."""
        written = program_texts.read(self.home / ".eleventyignore", self.options.folder)
        rows = (row.strip().removeprefix("./").strip("/") for row in written.split("\n"))
        return tuple(row for row in rows if row and not row.startswith(("#", "!")) and "*" not in row)

    def sources(self) -> Iterator[Source]:
        """All Markdown but that of layouts and data."""
        for path, inner in walk(self.root, keep=frozenset({"themes"})):
            if not is_markdown(inner) or any(part.startswith("_") for part in inner.split("/")):
                continue
            below = path.relative_to(self.home).as_posix()
            left = any(below == one or below.startswith(f"{one}/") for one in self.ignored)
            role: Role = "skip" if left else "post" if self._in_posts(inner) else "page"
            reason = "it is named in .eleventyignore" if left else ""
            yield Source(path, path.relative_to(self.options.folder).as_posix(), inner, role, reason)

    @staticmethod
    def _in_posts(inner: str) -> bool:
        return any(part.lower() in _POSTS for part in inner.split("/")[:-1])

    def parse(self, text_: str, _source: Source, /) -> FrontMatter:
        """YAML, TOML or JSON."""
        return parse(text_)

    def _handed_down(self, inner: str) -> dict[str, Any]:
        """The data of the folders above a file, the nearest one's last; lists of tags add up."""
        found: dict[str, Any] = {}
        folder = ""
        for part in ("", *PurePosixPath(inner).parent.parts):
            folder = posixpath.join(folder, part)
            if folder not in self._data:
                self._data[folder] = self._of_folder(folder)
            tags = [*names(found.get("tags"), "none"), *names(self._data[folder].get("tags"), "none")]
            found |= self._data[folder] | ({"tags": tags} if tags else {})
        return found

    def _of_folder(self, folder: str) -> dict[str, Any]:
        at = self.root / folder
        found: dict[str, Any] = {}
        for ending in (".json", ".11tydata.json"):
            found |= read_json(at / f"{at.name}{ending}", self.options.folder)
        for ending in (".js", ".cjs", ".mjs"):
            program = program_texts.read(at / f"{at.name}.11tydata{ending}", self.options.folder)
            for key in ("permalink", "tags", "layout"):
                if plain := program_texts.value(program, key):
                    found[key] = plain
        return found

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What a file says, with what its folders and its name say where it does not."""
        handed = self._handed_down(source.inner)
        tags = [*names(handed.get("tags"), "none"), *names(front.fields.get("tags"), "none")]
        fields = Fields(replace(front, fields=handed | front.fields), self.options.zone, "none")
        fields.take("tags", "tag", "layout", "permalink", "templateEngineOverride")
        stem = PurePosixPath(source.inner).stem
        dated = _DATED.fullmatch(stem)
        name = dated[2] if dated else stem
        if name in {"index", PurePosixPath(source.inner).parent.name} and "/" in source.inner:
            name = PurePosixPath(source.inner).parent.name
        collections = {tag.lower() for tag in tags}
        at = self._date(fields, dated)
        kind: Kind = "post" if source.role == "post" or collections & _POSTS else "page"
        draft = metadata.is_draft(fields)
        if at is None and kind == "post" and not draft:
            at = fields.last_changed(source.path)
        local = at.astimezone(self.options.zone) if at is not None else None
        title = metadata.plain(fields.text("title")) or metadata.titled(name)
        address = self._address(source, fields, kind, name, title, local)
        about = metadata.assemble(
            fields,
            kind=kind,
            status=metadata.status(at, draft=draft or address is None, now=self.options.now),
            title=title,
            slug=slugify(fields.text("slug") or name),
            addresses=[address] if address is not None else [],
            date=at,
            updated=fields.moment("updated", "modified", "lastmod"),
            tags=[*fields.names("categories", "category"), *(tag for tag in tags if tag.lower() not in _NOT_TAGS)],
            guid=whole(self.url, self.base, address) if kind == "post" else None,
            broken=front.broken,
        )
        return replace(about, unlisted=about.unlisted or fields.yes("eleventyExcludeFromCollections"))

    def _date(self, fields: Fields, dated: re.Match[str] | None) -> datetime | None:
        if text(fields.front.fields.get("date")) in _CLOCK:
            fields.take("date")
            return None
        at = fields.moment("date")
        return fields.of_name(dated[1]) if at is None and dated else at

    def _address(
        self, source: Source, fields: Fields, kind: Kind, name: str, title: str, at: datetime | None
    ) -> str | None:
        """The address by the file's own permalink, by that of its folders, or by its path; None where it has none."""
        own = fields.front.fields.get("permalink")
        written = text(own)
        if written == "false":
            fields.warn("the old site had no page for it, so it comes in as a draft", "permalink")
            return None
        if kind == "post" and self.options.permalink:
            return given(self.options.permalink, {"title": name, "slug": name}, at)
        if written and not isinstance(own, (dict, list)):
            made = self._expanded(written, source, fields, name, title, at)
            if made is not None:
                return without_index(from_url(f"/{made.lstrip('/')}"))
            fields.warn(f"the address '{written[:80]}' is computed by a template that is not run", "permalink")
        path = PurePosixPath(source.inner).with_suffix("")
        if path.name == "index" or path.name == path.parent.name:
            path = path.parent
        return tidy(f"/{path.as_posix().removeprefix('.')}/")

    def _expanded(
        self, written: str, source: Source, fields: Fields, name: str, title: str, at: datetime | None
    ) -> str | None:
        """A template of an address with its values put in; None where one of them is not known."""
        if "{%" in written:
            return None
        path = PurePosixPath(source.inner)
        values: dict[str, Any] = {
            key: part for key, part in fields.front.fields.items() if not isinstance(part, (dict, list))
        }
        values |= {
            "title": title, "page.fileSlug": name, "fileSlug": name,
            "page.filePathStem": "/" + (path.parent / name if path.stem != name else path.with_suffix("")).as_posix(),
        }  # fmt: skip
        unknown = False

        def replace_(found: re.Match[str]) -> str:
            nonlocal unknown
            operand, *filters = (part.strip() for part in found[1].strip("-").split("|"))
            value = at if operand in {"page.date", "date"} else values.get(operand)
            for one in filters:
                value = _filtered(value, one)
            unknown = unknown or value is None or isinstance(value, datetime)
            return text(value)

        made = _EXPRESSION.sub(replace_, written)
        return None if unknown or "{{" in made else made

    def convert(self, document: Document, index: Index, /) -> tuple[Body, list[FileWarning]]:
        """Liquid's tags, and the mark of the excerpt."""
        warnings: list[FileWarning] = []
        about, front = document.about, document.front
        values = typed(self._handed_down(document.source.inner) | front.fields)
        page = liquid.Page(
            index=index,
            site={},
            fields={key: as_json(value) for key, value in values.items()},
            address=about.addresses[0] if about.addresses else None,
            url=self.url,
            exists=lambda _: False,
        )
        body = Body(kramdown.excerpt_mark(front.body.text), front.body.line)
        return liquid.convert(body, page, warnings), warnings

    def places(self, address: str, document: Document) -> Iterator[Path]:
        """Beside the file, below the sources, or in the folders that sites copy as they are."""
        path = address.removeprefix(self.base).lstrip("/")
        yield document.source.path.parent / address.lstrip("/")
        yield self.root / path
        yield self.home / path
        for folder in ("public", "static", "assets"):
            yield self.home / folder / path


def _filtered(value: Any, written: str) -> Any:
    """A value behind one filter; None where the filter is not known."""
    if isinstance(value, datetime):
        found = _DATE_FILTER.fullmatch(written)
        return value.strftime(found[1]) if found else None
    if value is None:
        return None
    if written in {"slug", "slugify"}:
        return slugify(text(value))
    if written in {"lower", "downcase"}:
        return text(value).lower()
    return None
