"""The export of an account at Medium: a folder `posts` with a page of HTML for each story."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from westmarch.errors import Invalid
from westmarch.text.raw_html import Tag, tags
from westmarch.transfer import metadata
from westmarch.transfer.blogs import Options, outside
from westmarch.transfer.dates import moment
from westmarch.transfer.decoding import decode
from westmarch.transfer.exports import addressing, spans, titles, zips
from westmarch.transfer.exports.records import Record
from westmarch.transfer.exports.spans import attribute, classes
from westmarch.transfer.exports.zips import Unpacked
from westmarch.transfer.items import Broken, FileWarning, Metadata, Source, Unread

_ID = re.compile(r"-([0-9a-f]{8,12})\.html$")
_HREF = re.compile(r"(<a\b[^<>]*?\shref=\")(https?://[^\"<>]+)(\")", re.IGNORECASE)
_STORY = re.compile(r"(?:/p/|-)([0-9a-f]{8,12})$")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TITLE = re.compile(r"(?:draft|\d{4}-\d{2}-\d{2})_(.+?)(?:-[0-9a-f]{8,12})?\.html")


def wanted(name: str) -> bool:
    """Whether a file of the zip is read: Medium's also holds sessions, bookmarks and addresses of its user."""
    return re.fullmatch(r"(?:.*/)?posts/[^/]+\.html", name) is not None


@dataclass(slots=True)
class Medium:
    """The stories of one account. `ids` are those of all of them."""

    folder: Path
    options: Options
    name: str
    url: str | None
    base: str
    ids: frozenset[str]
    remarks: tuple[FileWarning, ...]
    program: str = field(default="Medium", init=False)

    def records(self) -> Iterator[Record | Unread]:
        """The stories, by the names of their files, which begin with the date."""
        taken: set[str] = set()
        for path in sorted(self.folder.glob("*.html")):
            key = _key(path)
            source = Source(path, key, path.name, "post")
            if outside(path, self.folder):
                yield Unread(source, "skipped", "a link out of the folder")
                continue
            try:
                text = decode(path.read_bytes()).text
            except Invalid as error:
                yield Unread(source, "failed", error.message)
                continue
            except OSError as error:
                yield Unread(source, "failed", f"it cannot be read: {error.strerror or error}")
                continue
            whole = spans.first(text, _is_body)
            body = whole or _beginning(text)
            if body is None:
                yield Unread(source, "failed", "it holds no text of a story")
                continue
            record = self._record(path, key, text[: body.start] + text[body.end :], body.inner, taken)
            if whole is None:
                broken = Broken("its text has no end: the file was cut off")
                record = replace(record, about=replace(record.about, status="draft", broken=broken))
            yield record

    def places(self, _address: str, _record: Record) -> Iterator[Path]:
        """Pictures lie at Medium: none is part of the export."""
        yield from ()

    def _record(self, path: Path, key: str, around: str, body: str, taken: set[str]) -> Record:
        warnings: list[FileWarning] = []
        about = self._about(path, around, taken, warnings)
        about = replace(about, title=titles.of(about.title, body, path.stem))
        return Record(
            key=key,
            path=path,
            line=None,
            about=about,
            content=_HREF.sub(self._linked, content(body, about.title, about.summary)),
            warnings=tuple(warnings),
        )

    def _about(self, path: Path, text: str, taken: set[str], warnings: list[FileWarning]) -> Metadata:
        at = _date(text, self.options, warnings)
        draft = path.name.startswith("draft_") or at is None
        title = _plain(text, lambda tag: "p-name" in classes(tag)) or _plain(text, lambda tag: tag.name == "title")
        author = _plain(text, lambda tag: "p-author" in classes(tag))
        canonical = _canonical(text)
        named = _TITLE.fullmatch(path.name)
        last = addressing.last(re.sub(r"-[0-9a-f]{8,12}$", "", addressing.path(canonical, "")))
        slug = addressing.slug(last, title, named[1] if named else "")
        summary = _plain(text, lambda tag: attribute(tag, "data-field") == "subtitle" or "p-summary" in classes(tag))
        return Metadata(
            kind="post",
            status=metadata.status(at, draft=draft, now=self.options.now),
            title=title,
            slug=slug,
            addresses=() if draft else self._addresses(path, canonical, (slug, at), taken),
            date=at,
            authors=(author,) if author else (),
            summary=summary,
            guid=canonical or None,
            extra={},
        )

    def _addresses(
        self, path: Path, canonical: str, named: tuple[str, datetime | None], taken: set[str]
    ) -> tuple[str, ...]:
        """Those at Medium; first one that this site would give it, unless the stories had an address of their own."""
        here = "" if _at_medium(canonical) or not canonical else addressing.path(canonical, self.base)
        there = addressing.path(canonical, self.base) if _at_medium(canonical) else ""
        number = _ID.search(path.name)
        slug, at = named
        made = addressing.by_permalink(self.options, slug, at) or ""
        if made in taken and number:
            made = addressing.by_permalink(self.options, f"{slug}-{number[1]}", at) or ""
        taken.add(made)
        return metadata.unique((here or made, there, f"/p/{number[1]}" if number else ""))

    def _linked(self, found: re.Match[str]) -> str:
        """A link to another story of the account, however it is written, as one by its id."""
        parts = addressing.parts(html.unescape(found[2]))
        story = _STORY.search(parts.path.rstrip("/"))
        home = f"{parts.scheme}://{parts.netloc}"
        if story is None or story[1] not in self.ids or not (_at_medium(home) or home == self.url):
            return found[0]
        return f"{found[1]}{self.url}{self.base}/p/{story[1]}{f'#{parts.fragment}' if parts.fragment else ''}{found[3]}"


def _is_body(tag: Tag) -> bool:
    return attribute(tag, "data-field") == "body" or "e-content" in classes(tag)


def _beginning(text: str) -> spans.Span | None:
    """A text whose end is missing: it goes as far as the footer, else as the file."""
    opening = next((tag for tag in tags(text) if tag.closed and _is_body(tag)), None)
    if opening is None:
        return None
    start, footer = text.find(">", opening.start) + 1, text.find("<footer", opening.start)
    end = footer if footer >= 0 else len(text)
    return spans.Span(opening, opening.start, end, text[start:end])


def _key(path: Path) -> str:
    number = _ID.search(path.name)
    return f"post-{number[1]}" if number else f"post-{path.stem}"


def _at_medium(address: str) -> bool:
    host = addressing.parts(address).hostname or ""
    return host == "medium.com" or host.endswith(".medium.com")


def _plain(text: str, wanted: spans.Wanted) -> str:
    span = spans.first(text, wanted)
    return metadata.plain(html.unescape(metadata.plain(span.inner))) if span else ""


def _canonical(text: str) -> str:
    """The story's own address; empty where it has none, as a draft."""
    link = spans.first(text, lambda tag: tag.name == "a" and "p-canonical" in classes(tag))
    return link.said("href") if link else ""


def _date(text: str, options: Options, warnings: list[FileWarning]) -> datetime | None:
    time = spans.first(text, lambda tag: tag.name == "time" and "dt-published" in classes(tag))
    if time is None:
        return None
    try:
        return moment(time.said("datetime"), options.zone)
    except ValueError as error:
        warnings.append(FileWarning(None, f"published: {error}; it comes in as a draft"))
        return None


def content(body: str, title: str, summary: str) -> str:
    """The text of a story without its wrappers, and without title and subtitle, which stand there once more."""

    def part(tag: Tag) -> bool:
        return bool(classes(tag) & {"graf--title", "graf--subtitle", "graf--pre", "graf--iframe", "graf--mixtapeEmbed"})

    def make(span: spans.Span) -> str:
        named = classes(span.tag)
        if named & {"graf--title", "graf--subtitle"}:
            words = metadata.plain(html.unescape(metadata.plain(span.inner)))
            return "" if words in {title, summary} else body[span.start : span.end]
        if "graf--pre" in named:
            return _code(span)
        if "graf--iframe" in named:
            return spans.replaced(span.inner, lambda tag: tag.name == "figcaption", lambda one: f"<p>{one.inner}</p>")
        links = spans.replaced(span.inner, lambda tag: tag.name == "a", lambda one: _card(one, span.inner))
        return f"<p>{links}</p>"

    text = spans.unwrapped(spans.replaced(body, part, make), "section", "div")
    return re.sub(r"^\s*<hr\b[^<>]*>", "", text).strip()


def _card(link: spans.Span, card: str) -> str:
    """A link of a card; the one that only shows the picture of what it leads to is left out."""
    return card[link.start : link.end] if metadata.plain(link.inner) else ""


def _code(span: spans.Span) -> str:
    """Program text, without the colours that Medium gave it."""
    language = span.said("data-code-block-lang").lower()
    marked = f' class="language-{html.escape(language)}"' if language else ""
    text = re.sub(r"<[^<>]*>", "", _BREAK.sub("\n", span.inner))
    return f"<pre><code{marked}>{text}</code></pre>"


def open_(given: Unpacked, options: Options, *, origin: Path, url: str | None = None) -> Medium:
    """The export that was unpacked from `origin`; `url` is the address of the old site where it was not at Medium.

    Raises Invalid where it is no export of Medium.
    """
    folder = next((one for one in zips.found(given.folder, "posts") if one.is_dir()), given.folder)
    paths = sorted(folder.glob("*.html"))
    home, author = addressing.stated(url), ""
    for path in paths:
        text = "" if outside(path, folder) else _footer(path)
        link = spans.first(text, lambda tag: tag.name == "a" and "p-author" in classes(tag))
        author = author or (link.said("href") if link else "")
        home = home or _canonical(text)
        if home and author:
            break
    if not author and not any(_ID.search(path.name) for path in paths):
        raise Invalid(
            f"{origin.name} is no export of Medium: there are no stories in a folder 'posts'.",
            hint="It is made at Medium by Settings, Security and apps, Download your information.",
        )
    site, base = addressing.home(home if url else "https://medium.com" if not home or _at_medium(home) else _root(home))
    broken = tuple(FileWarning(None, f"'{name[:100]}' in the zip is broken") for name in given.broken)
    ids = frozenset(found[1] for path in paths if (found := _ID.search(path.name)))
    return Medium(folder, options, author or str(origin.resolve()), site, base, ids, broken)


def _root(address: str) -> str:
    parts = addressing.parts(address)
    return f"{parts.scheme}://{parts.netloc}"


def _footer(path: Path) -> str:
    """The footer of a story, where its address and author stand; nothing of a file that cannot be read."""
    try:
        text = decode(path.read_bytes()).text
    except (Invalid, OSError):
        return ""
    return text[text.rfind("<footer") :] if "<footer" in text else ""
