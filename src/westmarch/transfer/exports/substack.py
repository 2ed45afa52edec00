"""The export of a publication at Substack: `posts.csv`, and a folder `posts` with the HTML of each."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from westmarch.errors import Invalid
from westmarch.text.raw_html import Tag
from westmarch.transfer import embeds, metadata
from westmarch.transfer.blogs import Options, outside
from westmarch.transfer.dates import moment
from westmarch.transfer.decoding import decode
from westmarch.transfer.exports import addressing, csv_, spans, titles, zips
from westmarch.transfer.exports.records import Record
from westmarch.transfer.exports.spans import Span, attribute, classes
from westmarch.transfer.exports.zips import Unpacked
from westmarch.transfer.items import FileWarning, Metadata, Source, Unread

_READ = re.compile(r"(?:.*/)?posts(?:\.csv|/[^/]+\.html)")
_LIST = re.compile(r"(?:.*/)?email_list\.([a-z0-9-]{1,80})\.csv")
_ID = re.compile(r"(\d{1,20})(?:\.(.*))?")
_COLUMNS = frozenset({"post_id", "post_date", "is_published", "title"})
#: Who may read a post.
_PAID = {
    "only_paid": "it was for those who pay; it comes in as a draft",
    "founding": "it was for founding members; it comes in as a draft",
    "only_free": "it was for subscribers; it comes in as a draft",
}
_BUTTONS = frozenset({"button-wrapper", "subscription-widget-wrap", "subscription-widget-wrap-editor", "paywall-jump"})
_FRAMES = frozenset({"captioned-image-container", "tweet", "twitter-embed", "youtube-wrap", "vimeo-wrap"})


def wanted(name: str) -> bool:
    """Whether a file of the zip is read: addresses of subscribers and what they opened stay in it."""
    return _READ.fullmatch(name) is not None


@dataclass(slots=True)
class Substack:
    """One publication. `folder` holds `posts.csv`."""

    folder: Path
    options: Options
    name: str
    url: str | None
    base: str
    remarks: tuple[FileWarning, ...]
    program: str = field(default="Substack", init=False)

    def records(self) -> Iterator[Record | Unread]:
        """The posts, in the order of `posts.csv`; then the texts that it does not name."""
        path = self.folder / "posts.csv"
        named: set[str] = set()
        with csv_.opened(path, csv_.encoding_of(path)) as file:
            table = csv_.rows(file, ",")
            _, head = next(table, (1, []))
            for line, row in table:
                if isinstance(row, str) or len(row) > len(head):
                    key = f"posts.csv:{line}"
                    reason = (
                        row if isinstance(row, str) else f"it has {len(row)} columns, and the first row {len(head)}"
                    )
                    yield Unread(Source(path, key, key, "post"), "failed", reason, line)
                elif any(row):
                    said = dict(zip(head, (cell.strip() for cell in row), strict=False))
                    named.add(said.get("post_id", ""))
                    yield self._record(said, line)
        for text in sorted((self.folder / "posts").glob("*.html")):
            if text.stem not in named:
                source = Source(text, f"posts/{text.name}", text.name, "post")
                yield Unread(source, "skipped", "posts.csv does not name it")

    def places(self, _address: str, _record: Record) -> Iterator[Path]:
        """Pictures lie at Substack: none is part of the export."""
        yield from ()

    def _record(self, said: dict[str, str], line: int) -> Record | Unread:
        number = _ID.fullmatch(said.get("post_id", ""))
        path = self.folder / "posts.csv"
        if number is None:
            key = f"posts.csv:{line}"
            return Unread(Source(path, key, key, "post"), "failed", "it has no id", line)
        key = f"post-{number[1]}"
        source = Source(path, key, key, "post")
        file = self.folder / "posts" / f"{number[0]}.html"
        if number[0] != Path(number[0]).name or outside(file, self.folder):
            return Unread(source, "failed", "its id leads out of the folder", line)
        try:
            text = decode(file.read_bytes()).text
        except FileNotFoundError:
            return Unread(source, "skipped", "its text is not part of the export", line)
        except Invalid as error:
            return Unread(source, "failed", error.message, line)
        except OSError as error:
            return Unread(source, "failed", f"its text cannot be read: {error.strerror or error}", line)
        warnings: list[FileWarning] = []
        about = self._about(said, number[2] or "", warnings)
        about = replace(about, title=titles.of(about.title, text, number[0]))
        return Record(
            key=key,
            path=file,
            line=line,
            about=about,
            content=_player(said.get("podcast_url", "")) + content(text, warnings),
            warnings=tuple(warnings),
        )

    def _about(self, said: dict[str, str], slug: str, warnings: list[FileWarning]) -> Metadata:
        at = _date(said, self.options, warnings)
        draft = said.get("is_published", "").lower() != "true"
        audience = said.get("audience", "everyone")
        if not draft and audience not in {"everyone", ""}:
            warnings.append(
                FileWarning(None, _PAID.get(audience, f"it was for '{audience[:60]}'; it comes in as a draft"))
            )
            draft = True
        if not draft and at is None:
            warnings.append(FileWarning(None, "it has no date"))
        title = metadata.plain(html.unescape(said.get("title", "")))
        path = f"/p/{slug}"
        return Metadata(
            kind="page" if said.get("type") == "page" else "post",
            status=metadata.status(at, draft=draft, now=self.options.now),
            title=title,
            slug=addressing.slug(slug, title),
            addresses=(addressing.path(path, ""),) if slug else (),
            date=at,
            summary=metadata.plain(html.unescape(said.get("subtitle", ""))),
            extra={},
        )


def _date(said: dict[str, str], options: Options, warnings: list[FileWarning]) -> datetime | None:
    if not said.get("post_date"):
        return None
    try:
        return moment(said["post_date"], options.zone)
    except ValueError as error:
        warnings.append(FileWarning(None, f"post_date: {error}"))
        return None


def _player(address: str) -> str:
    if not address.startswith(("http://", "https://")):
        return ""
    return f'<p><audio src="{html.escape(address)}" controls></audio></p>'


def content(text: str, warnings: list[FileWarning]) -> str:
    """The text without what belongs to the service: its buttons go, its frames become what they show."""

    def part(tag: Tag) -> bool:
        return bool(classes(tag) & (_BUTTONS | _FRAMES)) or (tag.name == "div" and bool(attribute(tag, "data-attrs")))

    def make(span: Span) -> str:
        named = classes(span.tag)
        if named & _BUTTONS:
            warnings.append(FileWarning(None, "a button of Substack is not taken over"))
            return ""
        if "captioned-image-container" in named:
            return _figure(span)
        said = _said(span)
        if named & {"youtube-wrap", "vimeo-wrap"}:
            video = said.get("videoId")
            make_address = embeds.youtube if "youtube-wrap" in named else embeds.vimeo
            return f"<p>{html.escape(make_address(video))}</p>" if isinstance(video, str) else span.inner
        if named & _FRAMES:
            return _quoted(said, span.inner)
        if metadata.plain(span.inner) or "<img" in span.inner:
            return spans.replaced(span.inner, part, make)
        if not (made := _embedded(said)):
            name = " ".join(sorted(named))[:60]
            warnings.append(FileWarning(None, f"a part of the kind '{name}' is not taken over"))
        return made

    return spans.replaced(text, part, make)


def _said(span: Span) -> dict[str, object]:
    """What an element says of itself in `data-attrs`."""
    try:
        found = json.loads(span.said("data-attrs") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _figure(span: Span) -> str:
    """The picture as it was put in, and its caption, without the frames in which Substack shows it larger."""
    image = spans.first(span.inner, lambda tag: tag.name == "img")
    if image is None:
        return span.inner
    said = _said(image)
    src = said.get("src")
    shown = src if isinstance(src, str) and src else image.said("src")
    alt = attribute(image.tag, "alt")
    caption = spans.first(span.inner, lambda tag: tag.name == "figcaption")
    picture = f'<img src="{html.escape(shown)}" alt="{html.escape(alt)}">'
    target = said.get("href")
    if isinstance(target, str) and target:
        picture = f'<a href="{html.escape(target)}">{picture}</a>'
    return f"<figure>{picture}{f'<figcaption>{caption.inner}</figcaption>' if caption else ''}</figure>"


def _embedded(said: dict[str, object]) -> str:
    """What is shown by a script alone: formulas as code, pictures of galleries, else a link to what it leads to."""
    formula, gallery, address = said.get("persistentExpression"), said.get("gallery"), said.get("url")
    if isinstance(formula, str) and formula:
        return f'<pre><code class="language-latex">{html.escape(formula, quote=False)}</code></pre>'
    if isinstance(gallery, dict):
        images = gallery.get("images")
        sources = [one.get("src") for one in images if isinstance(one, dict)] if isinstance(images, list) else []
        shown = "".join(f'<p><img src="{html.escape(one)}" alt=""></p>' for one in sources if isinstance(one, str))
        caption = gallery.get("caption")
        return shown + (f"<p>{html.escape(caption)}</p>" if isinstance(caption, str) and caption else "")
    if isinstance(address, str) and address.startswith(("http://", "https://")):
        title = said.get("title")
        words = title if isinstance(title, str) and title else address
        return f'<p><a href="{html.escape(address)}">{html.escape(words)}</a></p>'
    return ""


def _quoted(said: dict[str, object], inner: str) -> str:
    """What somebody wrote elsewhere, as a quotation with a link to it."""
    address, words = said.get("url"), said.get("full_text")
    if not isinstance(address, str) or not address:
        return inner
    link = f'<a href="{html.escape(address)}">{html.escape(address)}</a>'
    if not isinstance(words, str) or not words:
        return f"<p>{link}</p>"
    return f"<blockquote><p>{html.escape(words)}</p><p>{link}</p></blockquote>"


def open_(given: Unpacked, options: Options, *, origin: Path, url: str | None = None) -> Substack:
    """The export that was unpacked from `origin`; `url` is the publication's address where it has one of its own.

    Raises Invalid where it is no export of Substack.
    """
    tables = [one for one in zips.found(given.folder, "posts.csv") if one.is_file()]
    head: list[str] | str = []
    if tables:
        with csv_.opened(tables[0], csv_.encoding_of(tables[0])) as file:
            _, head = next(csv_.rows(file, ","), (1, []))
    if not tables or not set(head) >= _COLUMNS:
        raise Invalid(
            f"{origin.name} is no export of Substack: there is no 'posts.csv' with a column 'post_id'.",
            hint="It is made at Substack by Settings, Exports, Export your data.",
        )
    lists = [found[1] for name in given.names if (found := _LIST.fullmatch(name))]
    home = addressing.stated(url) or (f"https://{lists[0]}.substack.com" if lists else "")
    site, base = addressing.home(home)
    broken = tuple(FileWarning(None, f"'{name[:100]}' in the zip is broken") for name in given.broken)
    return Substack(tables[0].parent, options, home or str(origin.resolve()), site, base, broken)
