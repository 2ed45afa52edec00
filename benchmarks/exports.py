"""Exports of services with many posts of ordinary length, for `bench_import`: each as its service writes it."""

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from westmarch.db.database import Database
    from westmarch.transfer.blogs import Options
    from westmarch.transfer.exports.records import Export
    from westmarch.transfer.importing import Progress
    from westmarch.transfer.report import Report

    Opened = Callable[[Options], Export]

OLD = "https://old.example"
_ATOM = (
    "<?xml version='1.0' encoding='UTF-8'?>\n<feed xmlns='http://www.w3.org/2005/Atom' "
    "xmlns:thr='http://purl.org/syndication/thread/1.0'>\n"
)
_RSS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/'
    '" xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel><title>Old</title>'
)


@dataclass(frozen=True, slots=True)
class Post:
    """A post: its text in HTML, with two links to others."""

    number: int
    html: str
    tags: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"Post number {self.number}"

    @property
    def at(self) -> datetime:
        number = self.number
        return datetime(2010 + number % 16, 1 + number // 16 % 12, 1 + number // 192 % 28, 10, tzinfo=UTC)

    @property
    def id(self) -> str:
        """The number as Medium writes it."""
        return f"{self.number:012x}"


@dataclass(frozen=True, slots=True)
class Service:
    """How a service writes posts into a folder, how the export is opened again, and where a post is (`{number}`)."""

    write: Callable[[Path, Iterator[Post]], None]
    opened: "Callable[[Path], Opened]"
    address: str


def write(service: str, folder: Path, posts: int, words: Sequence[str]) -> int:
    """Write an export with so many posts; its size in bytes."""
    folder.mkdir()
    chosen = SERVICES[service]
    chance = random.Random(20261122)
    chosen.write(folder, (_post(chance, number, posts, words, chosen.address) for number in range(posts)))
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def html(chance: random.Random, words: Sequence[str], address: Callable[[], str]) -> str:
    """Six paragraphs, two with a link, a heading, code and a list."""
    paragraphs = [" ".join(chance.choices(words, k=62)).capitalize() + "." for _ in range(6)]
    for at in (1, 4):
        paragraphs[at] += f' See <a href="{escape(address())}">the other one</a> for <em>more</em>.'
    parts = [f"<p>{paragraph}</p>" for paragraph in paragraphs]
    parts.insert(3, "<h2>A heading in the middle</h2>")
    parts.insert(4, "<pre><code>def f(x):\n    return [y for y in range(x) if y &lt; 9]</code></pre>")
    parts.insert(6, "<ul><li>one thing</li><li>another thing with <code>code</code></li><li>a third</li></ul>")
    return "\n".join(parts)


def _post(chance: random.Random, number: int, posts: int, words: Sequence[str], address: str) -> Post:
    def other() -> str:
        at = chance.randrange(posts)
        return address.format(number=at, id=f"{at:012x}")

    tags = tuple(sorted({f"Tag {chance.randrange(60)}" for _ in range(3)}))
    return Post(number, html(chance, words, other), tags)


def _medium(folder: Path, posts: Iterator[Post]) -> None:
    (folder / "posts").mkdir()
    for one in posts:
        body = one.html.replace("<p>", '<p name="1140" id="1140" class="graf graf--p graf-after--p">')
        body = body.replace("<h2>", '<h3 name="3f2a" id="3f2a" class="graf graf--h3">').replace("</h2>", "</h3>")
        body = body.replace("<pre><code>", '<pre data-code-block-lang="python" name="b" class="graf graf--pre">')
        body = body.replace("</code></pre>", "</pre>")
        title = f'<h3 name="a" class="graf graf--h3 graf--leading graf--title">{one.title}</h3>'
        (folder / "posts" / f"{one.at:%Y-%m-%d}_Post-number-{one.number}-{one.id}.html").write_text(
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{one.title}</title></head><body>'
            f'<article class="h-entry">\n<header>\n<h1 class="p-name">{one.title}</h1>\n</header>\n'
            '<section data-field="subtitle" class="p-summary">\n</section>\n'
            '<section data-field="body" class="e-content">\n<section name="fa" class="section section--body">'
            '<div class="section-divider"><hr class="section-divider"></div><div class="section-content">'
            f'<div class="section-inner sectionLayout--insetColumn">{title}{body}</div></div></section>\n</section>\n'
            f'<footer><p>By <a href="https://medium.com/@ann" class="p-author h-card">Ann Example</a> on '
            f'<a href="https://medium.com/p/{one.id}"><time class="dt-published" datetime="{one.at.isoformat()}">then'
            f'</time></a>.</p><p><a href="https://medium.com/@ann/post-number-{one.number}-{one.id}" '
            'class="p-canonical">Canonical link</a></p></footer></article></body></html>'
        )


def _substack(folder: Path, posts: Iterator[Post]) -> None:
    (folder / "posts").mkdir()
    with (folder / "posts.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("post_id", "post_date", "is_published", "type", "audience", "title", "subtitle", "podcast_url"))
        for one in posts:
            name = f"{1000 + one.number}.post-{one.number}"
            table.writerow((name, one.at.isoformat(), "true", "newsletter", "everyone", one.title, "Below", ""))
            (folder / "posts" / f"{name}.html").write_text(one.html)


def _blogger(folder: Path, posts: Iterator[Post]) -> None:
    kind = "<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#"
    with (folder / "blog.xml").open("w") as file:
        file.write(f"{_ATOM}<id>tag:blogger.com,1999:blog-1.archive</id><title type='text'>Old</title>\n")
        file.write(f"<link rel='alternate' type='text/html' href='{OLD}/'/><generator>Blogger</generator>\n")
        for one in posts:
            at = one.at.isoformat()
            tags = "".join(f"<category scheme='http://www.blogger.com/atom/ns#' term='{tag}'/>" for tag in one.tags)
            file.write(
                f"<entry><id>tag:blogger.com,1999:blog-1.post-{one.number}</id><published>{at}</published>"
                f"<updated>{at}</updated>{kind}post'/>{tags}<title type='text'>{one.title}</title>"
                f"<content type='html'>{escape(one.html)}</content>"
                f"<link rel='alternate' type='text/html' href='{OLD}/{one.number}/' title='{one.title}'/>"
                "<author><name>Ann Example</name></author></entry>\n"
            )
        file.write("</feed>\n")


def _tumblr(folder: Path, posts: Iterator[Post]) -> None:
    pages = folder / "posts" / "html"
    pages.mkdir(parents=True)
    for one in posts:
        tags = "".join(f'<span class="tag">{tag}</span>\n' for tag in one.tags)
        (pages / f"{1000 + one.number}.html").write_text(
            '<!DOCTYPE HTML>\n\n<html>\n<head>\n<meta charset="utf-8" />\n</head>\n<body>\n'
            f'<h1>{one.title}</h1>\n{one.html}\n<div id="footer">\n<span id="timestamp"> '
            f"{one.at:%B} {one.at.day}th, {one.at.year} 10:00am </span>\n{tags}</div>\n</body>\n</html>\n"
        )


def _feed(folder: Path, posts: Iterator[Post]) -> None:
    with (folder / "feed.xml").open("w") as file:
        file.write(f"{_RSS}<link>{OLD}/</link>\n")
        for one in posts:
            tags = "".join(f"<category>{tag}</category>" for tag in one.tags)
            file.write(
                f'<item><title>{one.title}</title><link>{OLD}/{one.number}/</link><guid isPermaLink="false">'
                f"{one.number}</guid><dc:creator>Ann Example</dc:creator><pubDate>{format_datetime(one.at)}</pubDate>"
                f"{tags}<content:encoded><![CDATA[{one.html}]]></content:encoded></item>\n"
            )
        file.write("</channel></rss>\n")


def _atom(folder: Path, posts: Iterator[Post]) -> None:
    with (folder / "feed.xml").open("w") as file:
        file.write(f"{_ATOM}<id>{OLD}/</id><title>Old</title><link href='{OLD}/'/>\n")
        for one in posts:
            at = one.at.isoformat()
            tags = "".join(f"<category term='{tag}'/>" for tag in one.tags)
            file.write(
                f"<entry><id>{OLD}/{one.number}/</id><title>{one.title}</title><link href='{OLD}/{one.number}/'/>"
                f"<published>{at}</published><updated>{at}</updated><author><name>Ann Example</name></author>{tags}"
                f"<content type='html'>{escape(one.html)}</content></entry>\n"
            )
        file.write("</feed>\n")


def _csv(folder: Path, posts: Iterator[Post]) -> None:
    with (folder / "posts.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("Title", "Body", "Published at", "URL", "Tags", "Author"))
        for one in posts:
            address = f"{OLD}/{one.number}/"
            table.writerow((one.title, one.html, one.at.isoformat(), address, ", ".join(one.tags), "Ann Example"))


def _opened_medium(folder: Path) -> "Opened":
    from westmarch.transfer.exports import medium
    from westmarch.transfer.exports.zips import Unpacked

    return lambda asked: medium.open_(Unpacked(folder, ()), asked, origin=folder)


def _opened_substack(folder: Path) -> "Opened":
    from westmarch.transfer.exports import substack
    from westmarch.transfer.exports.zips import Unpacked

    return lambda asked: substack.open_(Unpacked(folder, ()), asked, origin=folder, url=OLD)


def _opened_blogger(folder: Path) -> "Opened":
    from westmarch.transfer.exports.blogger import export

    return lambda asked: export.open_(folder / "blog.xml", asked)


def _opened_tumblr(folder: Path) -> "Opened":
    from westmarch.transfer.exports.tumblr import export
    from westmarch.transfer.exports.zips import Unpacked

    return lambda asked: export.open_(Unpacked(folder, ()), asked, origin=folder, url=OLD)


def _opened_feed(folder: Path) -> "Opened":
    from westmarch.transfer.exports import syndication

    return lambda asked: syndication.open_(folder / "feed.xml", asked)


def _opened_csv(folder: Path) -> "Opened":
    from westmarch.transfer.exports import csv_

    return lambda asked: csv_.open_(folder / "posts.csv", asked, url=OLD)


SERVICES = {
    "medium": Service(_medium, _opened_medium, "https://medium.com/@ann/post-number-{number}-{id}"),
    "substack": Service(_substack, _opened_substack, f"{OLD}/p/post-{{number}}"),
    "blogger": Service(_blogger, _opened_blogger, f"{OLD}/{{number}}/"),
    "tumblr": Service(_tumblr, _opened_tumblr, f"{OLD}/post/{{number}}"),
    "rss": Service(_feed, _opened_feed, f"{OLD}/{{number}}/"),
    "atom": Service(_atom, _opened_feed, f"{OLD}/{{number}}/"),
    "csv": Service(_csv, _opened_csv, f"{OLD}/{{number}}/"),
}


async def bring(service: str, db: "Database", folder: Path, report: "Report", progress: "Progress") -> None:
    """Import the export."""
    from westmarch.transfer.importing import Wanted, import_export

    opened = SERVICES[service].opened(folder)
    await import_export(db, Wanted(folder, folder.parent / "media"), opened, report, progress, pictures=False)
