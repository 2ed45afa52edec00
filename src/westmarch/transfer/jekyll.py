"""Blogs written for Jekyll: `_posts/YYYY-MM-DD-title.md`, drafts, pages and published collections."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any

from westmarch.links.paths import slugify
from westmarch.transfer import html_posts, jekyll_settings, kramdown, liquid, metadata, template_tags
from westmarch.transfer.blogs import Document, Options, beginning, begins_with, is_markdown, walk
from westmarch.transfer.configuration import zone_remarks
from westmarch.transfer.dates import in_utc
from westmarch.transfer.fields import Fields, names, text
from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, Broken, FileWarning, Kind, Metadata, Role, Source
from westmarch.transfer.permalinks import expand_colons, from_url, tidy, unknown_colons
from westmarch.transfer.yaml_fields import typed

_DATED = re.compile(r"(?P<date>\d{2,4}-\d{1,2}-\d{1,2})-(?P<slug>[^/]*)(?P<extension>\.[^./]+)")
# Ruby's \p{M}\p{L}\p{Nd} is Python's \w without `_`, and the marks that \w leaves out.
_PRETTY = re.compile(r"[^\w\u0300-\u036f._~!$&'()+,;=@]+")
_DEFAULT = re.compile(r"[^\w\u0300-\u036f]+|_+")
#: What makes a template of a page in HTML, and how much of one is looked at.
_LOGIC = re.compile(rb"\{%-?\s*(?:assign|capture|case|for|if|tablerow|unless)\b")
_LOOKED_AT = 256 * 1024
#: Markdown to Jekyll without any configuration; other texts keep their extension in the address.
_KNOWN = frozenset({".md", ".markdown", ".mkd", ".mkdn", ".mkdown"})


class Jekyll:
    """A Jekyll site in `root`."""

    program = "Jekyll"

    def __init__(self, root: Path, options: Options) -> None:
        self.root, self.options = root, options
        self.settings = jekyll_settings.read(root, options.folder)
        self.trouble = self.settings.trouble
        self.base, self.url = self.settings.base, self.settings.url
        self.zone = self.settings.zone(options.zone)
        self.remarks = zone_remarks(text(self.settings.values.get("timezone")))
        pattern = options.permalink or self.settings.permalink
        self.permalink = jekyll_settings.STYLES.get(pattern, pattern)

    def sources(self) -> Iterator[Source]:
        """Posts, drafts, pages and collections; what Jekyll publishes and is no Markdown is skipped with a reason."""
        for path, inner in walk(self.root):
            found = self._role(path, inner)
            if found is not None:
                key = path.relative_to(self.options.folder).as_posix()
                role, reason, collection = found
                yield Source(path, key, inner, role, reason, collection)

    def _role(self, path: Path, inner: str) -> tuple[Role, str, str] | None:
        parts = inner.split("/")
        folders = parts[:-1]
        if "_posts" in folders or "_drafts" in folders:
            role: Role = "draft" if "_drafts" in folders else "post"
            if is_markdown(inner) or html_posts.is_html(inner):
                return role, "", ""
            written = path.suffix.lower() in {".yml", ".textile", ".rst", ".org", ".adoc", ".txt"}
            return ("skip", f"'{path.suffix}' is neither Markdown nor HTML", "") if written else None
        if folders and folders[0].startswith("_"):
            published = self.settings.collection(folders[0][1:]) is not None
            return ("page", "", folders[0][1:]) if published and is_markdown(inner) else None
        if any(part.startswith("_") for part in parts) or self.settings.excluded(inner):
            return None
        return self._page_role(path, inner)

    @staticmethod
    def _page_role(path: Path, inner: str) -> tuple[Role, str, str] | None:
        if is_markdown(inner):
            if begins_with(path, b"---"):
                return "page", "", ""
            return "skip", "it has no front matter, so Jekyll makes no page of it", ""
        if html_posts.is_html(inner) and begins_with(path, b"---"):
            if _LOGIC.search(beginning(path, _LOOKED_AT)):
                return "skip", "it is a template: loops and conditions make its text", ""
            return "page", "", ""
        return None

    def parse(self, text_: str, _source: Source, /) -> FrontMatter:
        """Front matter between lines of dashes."""
        return parse(text_)

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What a file says, with what its name and the configuration's defaults say where it does not."""
        named = _DATED.fullmatch(PurePosixPath(source.inner).name)
        type_ = {"post": "posts", "draft": "drafts", "page": source.collection or "pages"}[source.role]
        defaults = self.settings.defaults(source.inner, type_)
        fields = Fields(replace(front, fields=defaults | front.fields), self.options.zone, "space")
        fields.take("layout", "permalink", "slug", "excerpt_separator")
        stem = PurePosixPath(source.inner).stem
        name = re.sub(r"\.+$", "", named["slug"]) if named else stem
        at, named_day = self._date(fields, named)
        categories = self._categories(source, fields)
        kind: Kind = "page" if source.role == "page" else "post"
        draft = metadata.is_draft(fields) or source.role == "draft"
        status = metadata.status(at, draft=draft, now=self.options.now)
        broken = front.broken
        if kind == "post" and at is None and source.role == "post":
            status = "draft"
            reason = "its name does not begin with a date such as 2026-05-01-, so Jekyll does not publish it"
            fields.warnings.append(FileWarning(None, reason))
            if named:
                broken = broken or Broken(f"there is no such day as {named['date']}")
        title = metadata.plain(fields.text("title")) or metadata.titled(name)
        slug = text(front.fields.get("slug")) or name
        addresses: tuple[str, ...] = ()
        if source.role == "page" or (at is not None and source.role == "post"):
            addresses = self._addresses(source, fields, slug, at, named_day, categories)
        return metadata.assemble(
            fields,
            kind=kind,
            status=status,
            title=title,
            slug=slugify(slug),
            addresses=addresses,
            date=at,
            updated=fields.moment("last_modified_at", "updated", "modified", "lastmod"),
            tags=[*categories, *fields.names("tag"), *fields.names("tags")],
            guid=self._guid(addresses, name) if kind == "post" and addresses else None,
            broken=broken,
        )

    def _date(self, fields: Fields, named: re.Match[str] | None) -> tuple[datetime | None, date | None]:
        """The date in UTC, and the day that the file's name says."""
        day: date | None = None
        begins: datetime | None = None
        if named:
            year, month, number = (int(part) for part in named["date"].split("-"))
            try:
                # As Jekyll reads two digits: the years from 1969 to 2068.
                said = date(year if year > 99 else year + (2000 if year < 69 else 1900), month, number)
                begins, day = in_utc(datetime.combine(said, time(), self.zone)), said
            except ValueError:
                fields.warnings.append(
                    FileWarning(None, f"there is no such day as {named['date']}, in the file's name")
                )
        at = fields.moment("date")
        return (begins if at is None else at), day

    @staticmethod
    def _categories(source: Source, fields: Fields) -> list[str]:
        """From the folders above `_posts`, then from the front matter."""
        above = (
            []
            if source.role == "page"
            else re.split(r"(?:^|/)_(?:posts|drafts)/", source.inner, maxsplit=1)[0].split("/")
        )
        plural = fields.take("categories")
        singular = names(fields.take("category"), "none")
        return list(dict.fromkeys(name for name in [*above, *names(plural, "space"), *singular] if name))

    def _addresses(
        self, source: Source, fields: Fields, slug: str, at: datetime | None, named: date | None, categories: list[str]
    ) -> tuple[str, ...]:
        inner = PurePosixPath(source.inner)
        extension = ".html" if inner.suffix.lower() in _KNOWN else inner.suffix
        values = {
            "output_ext": extension,
            "title": _slugified(slug, _PRETTY) or slug,
            "slug": _slugified(slug, _DEFAULT).lower(),
            "name": _slugified(inner.stem, _DEFAULT).lower(),
            "basename": inner.stem,
            "categories": "/".join(dict.fromkeys(name.lower() for name in categories)),
            "slugified_categories": "/".join(_slugified(name, _DEFAULT).lower() for name in categories),
            "collection": source.collection or "posts",
            "path": self._path(source, inner),
        }
        own = text(fields.front.fields.get("permalink"))
        own = jekyll_settings.STYLES.get(own, own)
        pattern = own or self._pattern(source, inner)
        if at is not None:
            values |= _clock(at.astimezone(self.zone))
        if unknown := unknown_colons(pattern, values):
            fields.warn(f"the address has placeholders nobody knows: {', '.join(unknown)}", "permalink")
        found = [from_url(expand_colons(pattern, values)) if own else tidy(expand_colons(pattern, values))]
        if at is not None and named is not None and abs((at.astimezone(self.zone).date() - named).days) == 1:
            # The old site may have been built in another zone, in which the day was that of the file's name.
            other = values | _clock(datetime.combine(named, at.astimezone(self.zone).time()))
            found.append(tidy(expand_colons(pattern, other)))
        return tuple(found)

    @staticmethod
    def _path(source: Source, inner: PurePosixPath) -> str:
        if source.collection:
            return str(inner.with_suffix("")).partition("/")[2]
        return "" if str(inner.parent) == "." else str(inner.parent)

    def _pattern(self, source: Source, inner: PurePosixPath) -> str:
        if source.role == "post":
            return self.permalink
        if source.collection:
            settings = self.settings.collection(source.collection) or {}
            written = text(settings.get("permalink"))
            return jekyll_settings.STYLES.get(written, written) or "/:collection/:path:output_ext"
        if inner.stem == "index":
            return "/:path/"
        return "/:path/:basename/" if self.permalink.endswith("/") else "/:path/:basename:output_ext"

    def _guid(self, addresses: tuple[str, ...], name: str) -> str | None:
        """The id that jekyll-feed gives to an entry: the address with the file's name in place of its last part."""
        if self.url is None:
            return None
        folder = addresses[0].rstrip("/").rpartition("/")[0]
        return f"{self.url}{self.base}{folder}/{name}"

    def convert(self, document: Document, index: Index, /) -> tuple[Body, list[FileWarning]]:
        """HTML as Markdown; Liquid, then what Kramdown writes in its own way."""
        front, about = document.front, document.about
        warnings: list[FileWarning] = []
        values: dict[str, Any] = typed(front.fields)
        page = liquid.Page(
            index=index,
            site=self.settings.values,
            fields={"title": about.title, "slug": about.slug} | values,
            address=about.addresses[0] if about.addresses else None,
            url=self.url,
            exists=self._exists,
        )
        body = front.body
        separator = text(front.fields.get("excerpt_separator")) or text(self.settings.values.get("excerpt_separator"))
        body = Body(kramdown.excerpt_mark(body.text, separator.replace("\\n", "\n")), body.line)
        if html_posts.is_html(document.source.inner):
            body = liquid.convert(html_posts.convert(body, template_tags.tags, warnings), page, warnings)
            return body, html_posts.without_lines(warnings)
        body = kramdown.convert(liquid.convert(body, page, warnings), warnings)
        return body, warnings

    def _exists(self, inner: str) -> bool:
        return ".." not in inner and (self.root / inner).is_file()

    def places(self, address: str, document: Document) -> Iterator[Path]:
        """Below the site's folder, or beside the file."""
        yield self.root / address.removeprefix(self.base).lstrip("/")
        yield document.source.path.parent / address.lstrip("/")


def _slugified(name: str, pattern: re.Pattern[str]) -> str:
    return re.sub(r"^-|-$", "", pattern.sub("-", name))


def _clock(at: datetime) -> dict[str, str]:
    """The placeholders of a date, as `strftime` of the C locale writes them."""
    year, week, weekday = at.isocalendar()
    return {
        "year": f"{at.year:04}", "month": f"{at.month:02}", "day": f"{at.day:02}",
        "hour": f"{at.hour:02}", "minute": f"{at.minute:02}", "second": f"{at.second:02}",
        "i_month": str(at.month), "i_day": str(at.day), "short_year": f"{at.year % 100:02}",
        "y_day": f"{at.timetuple().tm_yday:03}", "w_year": str(year), "week": f"{week:02}", "w_day": str(weekday),
        "short_month": at.strftime("%b").upper(), "long_month": at.strftime("%B"),
        "short_day": at.strftime("%a").upper(), "long_day": at.strftime("%A"),
    }  # fmt: skip
