"""Blogs written for Pelican: Markdown with lines `Key: value` on top, reST, HTML; folders name the category."""

import importlib.util
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit

from westmarch.links.paths import slugify
from westmarch.transfer import html_posts, kramdown, metadata, pelican_settings, python_markdown
from westmarch.transfer.blogs import Document, Options, beginning, is_markdown, walk
from westmarch.transfer.fields import Fields, text
from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning, Kind, Metadata, Role, Source
from westmarch.transfer.permalinks import expand_braces, expand_colons, from_url, tidy, unknown_braces, without_index

_FILENAME = r"(?P<date>\d{4}-\d{2}-\d{2}).*"
#: A page in HTML has its title within so many bytes.
_LOOKED_AT = 64 * 1024


class Pelican:
    """A Pelican site; `root` is its folder of content, `home` the one with the configuration."""

    program = "Pelican"

    def __init__(self, root: Path, home: Path, options: Options) -> None:
        self.root, self.home, self.options = root, home, options
        self.settings = pelican_settings.read(home, options.folder)
        self.trouble, self.remarks = self.settings.trouble, self.settings.remarks
        self.base, self.url = self.settings.base, self.settings.url
        self.zone = self.settings.zone(options.zone)
        self.pages = [path.strip("/") for path in self.settings.words("PAGE_PATHS", ["pages"])]
        self.left_out = {path.strip("/") for path in self.settings.words("ARTICLE_EXCLUDES", [])}

    def sources(self) -> Iterator[Source]:
        """Articles and pages."""
        for path, inner in walk(self.root, keep=frozenset({"public", "output"})):
            found = self._role(path, inner)
            if found is not None:
                role, reason = found
                yield Source(path, path.relative_to(self.options.folder).as_posix(), inner, role, reason)

    def _role(self, path: Path, inner: str) -> tuple[Role, str] | None:
        page = any(inner.startswith(f"{folder}/") for folder in self.pages)
        if is_markdown(inner) or html_posts.is_html(inner) or _is_restructured(inner):
            if any(inner.startswith(f"{folder}/") for folder in self.left_out):
                return "skip", "its folder is in ARTICLE_EXCLUDES"
            if html_posts.is_html(inner) and b"<title" not in beginning(path, _LOOKED_AT).lower():
                return "skip", "it has no <title>, so Pelican makes no article of it"
            if _is_restructured(inner) and importlib.util.find_spec("docutils") is None:
                return "skip", "reStructuredText is read by docutils: pip install 'westmarch[rest]'"
            return ("page" if page else "post"), ""
        suffix = PurePosixPath(inner).suffix
        unread = suffix in {".ipynb", ".org", ".adoc", ".asciidoc"}
        return ("skip", f"'{suffix}' is not Markdown, reStructuredText or HTML") if unread else None

    def parse(self, text_: str, source: Source, /) -> FrontMatter:
        """Lines `Key: value` up to the first empty one, or YAML between dashes; of reST and HTML their own heads."""
        if html_posts.is_html(source.inner):
            return html_posts.page(text_)
        if _is_restructured(source.inner):
            from westmarch.transfer import restructured

            return restructured.front_matter(text_)
        return parse(text_, meta=True)

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What a file says, with what its name, its folder and the configuration say where it does not."""
        fields = Fields(front, self.zone, "comma")
        named = self._named(source)
        kind: Kind = "page" if source.role == "page" else "post"
        draft = metadata.is_draft(fields)
        at = self._date(source, fields, named, dated=kind == "post" and not draft)
        title = metadata.plain(fields.text("title")) or metadata.titled(PurePosixPath(source.inner).stem)
        own = fields.text("slug") or named.get("slug", "")
        slug, guessed = self._slug(own, title, source)
        category = fields.text("category") or named.get("category") or self._folder(source, kind)
        language = fields.text("lang").lower()
        said = fields.front.fields.get("status")
        addresses = self._addresses(source, fields, kind, slug, at, category)
        if guessed and addresses:
            other = self._addresses(source, fields, kind, PurePosixPath(source.inner).stem, at, category)
            addresses = [*addresses, *other]
        fields.take("template", "save_as", "url")
        about = metadata.assemble(
            fields,
            kind=kind,
            status=metadata.status(at, draft=draft, now=self.options.now),
            title=title,
            slug=slugify(slug),
            addresses=addresses,
            date=at,
            updated=fields.moment("modified", "update", "updated"),
            tags=[
                *([category] if kind == "post" and category else []),
                *fields.names("tags"),
                *fields.names("keywords"),
            ],
            guid=self._guid(addresses, at) if kind == "post" else None,
            broken=front.broken,
        )
        hidden = text(said).lower() == "hidden"
        group = slug if language or about.translation in {"true", "True"} else about.translation
        spoken = about.language or metadata.language(self.settings.word("DEFAULT_LANG"))
        return replace(about, unlisted=about.unlisted or hidden, translation=group, language=spoken)

    def _named(self, source: Source) -> dict[str, str]:
        """What the settings let the file's name and path say."""
        found: dict[str, str] = {}
        stem = PurePosixPath(source.inner).stem
        for pattern, subject in (
            (self.settings.word("FILENAME_METADATA", _FILENAME), stem),
            (self.settings.word("PATH_METADATA"), source.inner),
        ):
            try:
                match = re.match(pattern, subject) if pattern else None
            except re.error:
                continue
            found |= {key.lower(): value for key, value in match.groupdict().items() if value} if match else {}
        return found

    def _date(self, source: Source, fields: Fields, named: dict[str, str], *, dated: bool) -> datetime | None:
        at = fields.moment("date")
        if at is None and "date" in named:
            at = fields.of_name(named["date"])
        if at is not None or not dated:
            return at
        return fields.last_changed(source.path)

    def _slug(self, own: str, title: str, source: Source) -> tuple[str, bool]:
        """The slug, and whether it was guessed: the file's name may have made it, for all that is known."""
        stem = PurePosixPath(source.inner).stem
        if own:
            return own, False
        if self.settings.word("SLUGIFY_SOURCE", "title") == "basename":
            return self._slugified(stem), False
        made = self._slugified(title)
        if not made or (not made.isascii() and not self.settings.yes("SLUGIFY_USE_UNICODE", default=False)):
            # Pelican writes other scripts in Latin letters by a table that is not part of this program.
            return stem, False
        return made, not self.settings.values and made != stem

    def _slugified(self, name: str) -> str:
        kept = unicodedata.normalize("NFKC", name)
        if not self.settings.yes("SLUGIFY_USE_UNICODE", default=False):
            decomposed = unicodedata.normalize("NFKD", kept)
            kept = "".join(char for char in decomposed if not unicodedata.combining(char))
        kept = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", kept).strip())
        return kept if self.settings.yes("SLUGIFY_PRESERVE_CASE", default=False) else kept.lower()

    def _folder(self, source: Source, kind: Kind) -> str:
        folder = PurePosixPath(source.inner).parent.name
        if kind == "post" and folder and self.settings.yes("USE_FOLDER_AS_CATEGORY", default=True):
            return folder
        return ""

    def _addresses(
        self, source: Source, fields: Fields, kind: Kind, slug: str, at: datetime | None, category: str
    ) -> list[str]:
        status = text(fields.front.fields.get("status")).lower()
        values: dict[str, Any] = {
            "slug": slug,
            "category": self._slugified(category or self.settings.word("DEFAULT_CATEGORY", "misc")),
            "author": self._slugified(text(fields.front.fields.get("author")) or self.settings.word("AUTHOR")),
            "lang": text(fields.front.fields.get("lang")).lower() or self.settings.word("DEFAULT_LANG", "en"),
            "path": PurePosixPath(source.inner).with_suffix("").as_posix(),
        }
        values |= {
            key: text(value) for key, value in fields.front.fields.items() if key not in values and key != "date"
        }
        local = at.astimezone(self.zone) if at is not None else None
        found = []
        for key in ("url", "save_as"):
            own = text(fields.front.fields.get(key))
            pattern = own or self._pattern(kind, key, status, values["lang"])
            if unknown := unknown_braces(pattern, values, dated=local is not None):
                fields.warn(f"the address has placeholders nobody knows: {', '.join(unknown)}", key)
            made = expand_braces(expand_colons(pattern, _clock(values, local)), values, local)
            if made.strip("/") or key == "url":
                found.append(without_index(from_url(made) if own else tidy(made)))
        return found if status != "draft" else []

    def _pattern(self, kind: Kind, key: str, status: str, language: str) -> str:
        if kind == "post" and self.options.permalink:
            return self.options.permalink
        name = "ARTICLE" if kind == "post" else "PAGE"
        folder = "" if kind == "post" else "pages/"
        if status == "draft":
            name, folder = ("DRAFT", "drafts/") if kind == "post" else ("DRAFT_PAGE", "drafts/pages/")
        default = f"{folder}{{slug}}.html"
        if language != self.settings.word("DEFAULT_LANG", "en").lower():
            name, default = f"{name}_LANG", f"{folder}{{slug}}-{{lang}}.html"
        other = "SAVE_AS" if key == "url" else "URL"
        return self.settings.word(f"{name}_{key.upper()}") or self.settings.word(f"{name}_{other}") or default

    def _guid(self, addresses: list[str], at: datetime | None) -> str | None:
        """The id that Pelican's Atom feed gives to an entry: `tag:host,date:path`."""
        if self.url is None or at is None or not addresses:
            return None
        path = quote(self.base + addresses[0], safe="/:@!$&'()*+,;=~-._")
        return f"tag:{urlsplit(self.url).hostname},{at.astimezone(self.zone).date().isoformat()}:{path}"

    def convert(self, document: Document, index: Index, /) -> tuple[Body, list[FileWarning]]:
        """Python-Markdown's own ways of writing, reST and HTML as Markdown, then Pelican's links."""
        warnings: list[FileWarning] = []
        body, inner = document.front.body, document.source.inner
        if html_posts.is_html(inner):
            body = html_posts.convert(body, lambda _: (), warnings)
        elif _is_restructured(inner):
            from westmarch.transfer import restructured

            body = restructured.convert(body.text, warnings)
        body = Body(kramdown.excerpt_mark(body.text), body.line)
        if not is_markdown(inner):
            told: list[FileWarning] = []
            return python_markdown.links(body, inner, index, told), [*warnings, *html_posts.without_lines(told)]
        body = python_markdown.links(body, inner, index, warnings)
        return kramdown.convert(python_markdown.convert(body), warnings), warnings

    def places(self, address: str, document: Document) -> Iterator[Path]:
        """Below the folder of content, beside it (themes' `static/`), or beside the file."""
        path = address.removeprefix(self.base).lstrip("/")
        yield self.root / path
        yield self.home / path
        yield document.source.path.parent / address.lstrip("/")
        yield self.root / path.removeprefix("static/")


def _is_restructured(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in {".rst", ".rest"}


def _clock(values: dict[str, Any], at: datetime | None) -> dict[str, str]:
    """Placeholders with a colon, for a pattern that was given in the other programs' way."""
    known = {key: str(values[key]) for key in ("slug", "category", "author", "lang")} | {"title": str(values["slug"])}
    if at is not None:
        known |= {"year": f"{at.year:04}", "month": f"{at.month:02}", "day": f"{at.day:02}"}
    return known
