"""Blogs written for Astro: collections below `src/content`, and pages of Markdown below `src/pages`."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from westmarch.links.paths import slugify
from westmarch.transfer import kramdown, metadata, program_texts
from westmarch.transfer.blogs import Document, Options, is_markdown, walk
from westmarch.transfer.fields import Fields
from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning, Kind, Metadata, Role, Source
from westmarch.transfer.permalinks import given, tidy, whole

#: The endings of the configuration.
ENDINGS = (".mjs", ".js", ".ts", ".mts", ".cjs")

_KEEP = frozenset({"public", "output", "themes", "vendor"})
_ROUTE = re.compile(r"\[(?:\.\.\.)?\w+\]\.(?:astro|ts|js)")
_COLLECTION = re.compile(r"getCollection\(\s*[\"'`]([\w-]+)[\"'`]|[?&]collection=([\w-]+)")
_BASE = re.compile(r"\bbase\s*:\s*[\"'`](?:\./)?src/([\w./-]+?)/?[\"'`]")
_POSTS = frozenset({"post", "posts", "blog", "articles", "writing", "news"})
_DATE = ("pubDate", "date", "publishDate", "pubDatetime", "publishedAt", "published", "publishedDate", "createdAt")
_UPDATED = ("updatedDate", "modDatetime", "updated", "updatedAt", "lastmod", "modified")


class Astro:
    """An Astro site; `home` is its folder, with the configuration, `root` that of its sources."""

    program = "Astro"
    trouble = None

    def __init__(self, home: Path, options: Options) -> None:
        self.home, self.options = home, options
        self.root = home / "src" if (home / "src").is_dir() else home
        config = program_texts.first(home, options.folder, "astro.config", ENDINGS)
        address = urlsplit(program_texts.value(config, "site"))
        self.url = f"{address.scheme}://{address.netloc}" if address.scheme in {"http", "https"} else None
        base = program_texts.value(config, "base").strip("/")
        self.base = f"/{base}" if base else ""
        self.slash = program_texts.value(config, "trailingSlash") != "never"
        self.file = program_texts.value(config, "format") == "file"
        said = program_texts.first(self.root, options.folder, "content.config", ENDINGS)
        said = said or program_texts.first(self.root / "content", options.folder, "config", ENDINGS)
        #: The folders of collections, below the sources.
        self.collections = ["content", *dict.fromkeys(_BASE.findall(said))]
        self.routes = self._routes()
        self.remarks: tuple[FileWarning, ...] = ()

    def _routes(self) -> dict[str, str]:
        """Where the pages of each collection are: the folder of the page that is made for each of its entries."""
        found: dict[str, str] = {}
        pages = self.root / "pages"
        for path, inner in walk(pages, keep=_KEEP):
            folder = PurePosixPath(inner).parent.as_posix().removeprefix(".")
            if _ROUTE.fullmatch(path.name) and "[" not in folder:
                for names in _COLLECTION.findall(program_texts.read(path, self.options.folder)):
                    found.setdefault(names[0] or names[1], folder)
        return found

    def sources(self) -> Iterator[Source]:
        """The entries of all collections, and the pages."""
        for path, inner in walk(self.root, keep=_KEEP):
            found = self._role(inner)
            if found is not None:
                role, reason = found
                yield Source(path, path.relative_to(self.options.folder).as_posix(), inner, role, reason)

    def _role(self, inner: str) -> tuple[Role, str] | None:
        page = inner.startswith("pages/")
        if not page and self._entry(inner) is None:
            return None
        if not is_markdown(inner):
            return ("skip", "'.mdx' is not Markdown alone") if inner.endswith(".mdx") else None
        if any(part.startswith("_") for part in inner.split("/")):
            return "skip", "Astro leaves out what begins with '_'"
        return ("page" if page else "post"), ""

    def _entry(self, inner: str) -> tuple[str, str] | None:
        """The collection of an entry, and its path in it."""
        for folder in sorted(self.collections, key=len, reverse=True):
            if not inner.startswith(f"{folder}/"):
                continue
            rest = inner.removeprefix(f"{folder}/")
            if folder != "content":
                return PurePosixPath(folder).name, rest
            collection, found, path = rest.partition("/")
            return (collection, path) if found else ("", rest)
        return None

    def parse(self, text_: str, _source: Source, /) -> FrontMatter:
        """YAML or TOML."""
        return parse(text_)

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What a file says, with what its path says where it does not."""
        fields = Fields(front, self.options.zone, "comma")
        collection, path = self._entry(source.inner) or ("", source.inner.removeprefix("pages/"))
        stem = PurePosixPath(path).with_suffix("")
        name = stem.parent.name if stem.name == "index" else stem.name
        draft = metadata.is_draft(fields) if "published" not in _dated(front) else fields.yes("draft")
        at = fields.moment(*_DATE)
        kind: Kind = "post" if source.role == "post" and (at is not None or collection in _POSTS) else "page"
        if at is None and kind == "post" and not draft:
            at = fields.last_changed(source.path)
        title = metadata.plain(fields.text("title")) or metadata.titled(name or "home")
        slug = fields.text("slug")
        address = self._address(collection, stem, slug, at) if source.role == "post" else self._page(stem)
        fields.take("layout")
        return metadata.assemble(
            fields,
            kind=kind,
            status=metadata.status(at, draft=draft, now=self.options.now),
            title=title,
            slug=slugify(PurePosixPath(slug).name or name or title),
            addresses=[address],
            date=at,
            updated=fields.moment(*_UPDATED),
            tags=[*fields.names("categories", "category"), *fields.names("tags", "tag")],
            guid=whole(self.url, self.base, address) if kind == "post" else None,
            broken=front.broken,
        )

    def _address(self, collection: str, stem: PurePosixPath, slug: str, at: datetime | None) -> str:
        parts = [_slugged(part) for part in stem.parts]
        if parts and parts[-1] == "index":
            parts.pop()
        name = slug.strip("/") or "/".join(parts)
        if self.options.permalink:
            local = at.astimezone(self.options.zone) if at is not None else None
            return given(self.options.permalink, {"title": name, "slug": name, "category": collection}, local)
        return self._whole(f"/{self.routes.get(collection, collection)}/{name}")

    def _page(self, stem: PurePosixPath) -> str:
        return self._whole("/" + (stem.parent if stem.name == "index" else stem).as_posix().removeprefix("."))

    def _whole(self, path: str) -> str:
        path = tidy(path).rstrip("/")
        if self.file and path:
            return f"{path}.html"
        return f"{path}/" if self.slash or not path else path

    def convert(self, document: Document, _index: Index, /) -> tuple[Body, list[FileWarning]]:
        """The text as it is, with the mark of the excerpt written our way."""
        body = document.front.body
        return Body(kramdown.excerpt_mark(body.text), body.line), []

    def places(self, address: str, document: Document) -> Iterator[Path]:
        """Beside the file, in the folder of files that are copied as they are, or below the sources (`@/`, `~/`)."""
        path = address.removeprefix(self.base).lstrip("/")
        yield document.source.path.parent / address.lstrip("/")
        yield self.home / "public" / path
        yield self.root / path.removeprefix("@/").removeprefix("~/")
        yield self.home / path


def _dated(front: FrontMatter) -> set[str]:
    """The keys whose value holds a year: `published` may be a date as well as a yes."""
    return {key for key, value in front.fields.items() if re.match(r"\d{4}-", str(value))}


def _slugged(name: str) -> str:
    """As github-slugger makes slugs: small letters, digits, hyphens and low lines of any script."""
    kept = re.sub(r"[^\w\s-]", "", name.lower())
    return re.sub(r"\s", "-", kept)
