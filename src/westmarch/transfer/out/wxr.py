"""A site as WordPress eXtended RSS 1.2 (WXR), which the importer of WordPress takes.

The elements are those that `wp-admin/includes/export.php` of WordPress writes. Texts go out as HTML, titles and
excerpts too, as WordPress holds them.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from sqlalchemy import func, select

from westmarch.db.sessions import Reading
from westmarch.links.paths import quote
from westmarch.media.models import Media
from westmarch.site.options import Site
from westmarch.site.queries import current
from westmarch.subjects.models import Subject
from westmarch.text.places import place
from westmarch.transfer.out import books
from westmarch.transfer.out.catalogue import catalogue
from westmarch.transfer.out.exported import Exported
from westmarch.transfer.out.posts import ExportedComment, ExportedPost, exported_posts
from westmarch.transfer.out.undressed import undressed
from westmarch.transfer.out.whole import whole_file
from westmarch.transfer.out.wxr_rules import Moments, login, numbered

_SPACES = {
    "xmlns:excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:wfw": "http://wellformedweb.org/CommentAPI/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:wp": "http://wordpress.org/export/1.2/",
}
#: What no XML 1.0 document may hold (XML 1.0, production 2).
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = "0000-00-00 00:00:00"
#: What WordPress calls a comment that is shown, and one that waits for somebody to approve it.
_APPROVED = {"approved": "1", "pending": "0"}


def export_wxr(session: Reading, file: Path, *, url: str, step: Callable[[], None] = lambda: None) -> Exported:
    """Write the site to a file, in memory that does not grow with its texts; `url` is its public address.

    All is read in one transaction. What WordPress has no place for is counted in `losses`.
    Raises Invalid where the file is there, Unavailable where it cannot be written.
    """
    with whole_file(file) as stream:
        writing = _Writing(session, XMLGenerator(stream, "utf-8", short_empty_elements=True), url)
        writing.run(step)
    return writing.done


class _Writing:
    def __init__(self, session: Reading, xml: XMLGenerator, url: str) -> None:
        self.session, self.xml, self.url = session, xml, url
        self.done = Exported()
        self.site: Site = current(session)
        self.zone: tzinfo = self.site.zone
        said = catalogue(session, "")
        self.authors: list[dict[str, Any]] = said["authors"]
        self.topics: list[dict[str, Any]] = said["topics"]
        self.tags: list[dict[str, Any]] = said["tags"]
        for what in ("redirects", "gone"):
            for _ in said[what]:
                self.done.lose("redirects and addresses of what was removed")
        for _ in books.lines(session):
            self.done.lose("books of the catalogue, which `books export` carries")
        # WordPress numbers posts and files together; a subject and a file of ours may have the same number.
        self.first_file = session.scalar(select(func.max(Subject.id))) or 0
        columns = (Media.id, Media.hash, Media.extension)
        rows = session.execute(select(*columns))
        self.files = {f"/media/{row.hash[:2]}/{row.hash[2:]}.{row.extension}": row.id for row in rows}
        self.slugs = {kind: {one[name]: one["slug"] for one in rows} for kind, name, rows in self._named()}
        self.logins = {one["name"]: login(number, one["slug"]) for number, one in enumerate(self.authors, 1)}
        self.moments = Moments()
        self.comments = 0

    def _named(self) -> Iterable[tuple[str, str, list[dict[str, Any]]]]:
        return (("topic", "title", self.topics), ("tag", "name", self.tags))

    def run(self, step: Callable[[], None]) -> None:
        """The whole document."""
        self.xml.startDocument()
        self.xml.startElement("rss", AttributesImpl({"version": "2.0", **_SPACES}))
        self.xml.startElement("channel", AttributesImpl({}))
        self._channel()
        for post in exported_posts(self.session):
            self._post(post)
            self.done.posts += 1
            step()
        for row in self.session.execute(select(Media.__table__).order_by(Media.id)):
            self._file(row)
            self.done.media += 1
        self.xml.endElement("channel")
        self.xml.endElement("rss")
        self.xml.endDocument()

    def _channel(self) -> None:
        self._texts(
            {
                "title": self.site.title,
                "link": self.url,
                "description": self.site.tagline,
                "pubDate": format_datetime(datetime.now(UTC)),
                "language": self.site.language,
                "wp:wxr_version": "1.2",
                "wp:base_site_url": self.url,
                "wp:base_blog_url": self.url,
            }
        )
        for number, author in enumerate(self.authors, 1):
            self._group(
                "wp:author",
                {
                    "wp:author_id": str(number),
                    "wp:author_login": self.logins[author["name"]],
                    "wp:author_email": "",
                    "wp:author_display_name": author["name"],
                    "wp:author_first_name": "",
                    "wp:author_last_name": "",
                },
            )
        for number, topic in enumerate(self.topics, 1):
            self._group(
                "wp:category",
                {
                    "wp:term_id": str(number),
                    "wp:category_nicename": topic["slug"],
                    "wp:category_parent": "",
                    "wp:cat_name": topic["title"],
                    "wp:category_description": topic["introduction"],
                },
            )
        for number, tag in enumerate(self.tags, len(self.topics) + 1):
            self._group(
                "wp:tag",
                {
                    "wp:term_id": str(number),
                    "wp:tag_slug": tag["slug"],
                    "wp:tag_name": tag["name"],
                    "wp:tag_description": tag["description"],
                },
            )

    def _post(self, post: ExportedPost) -> None:
        self._count_losses(post)
        at = self._free_moment(post.text.title, post.published_at)
        self.xml.startElement("item", AttributesImpl({}))
        self._head(
            escape(post.text.title, quote=False), quote(post.path), post.published_at, self._login(post), post.guid
        )
        self._texts(
            {
                "content:encoded": place(undressed(post.text.html), self.url),
                "excerpt:encoded": escape(post.summary, quote=False),
            }
            | self._fields(post.id, at, post.updated_at, post.slug, _status(post), post.kind)
            | {"wp:is_sticky": "1" if post.pinned else "0"}
        )
        if post.topic:
            self._term("category", self.slugs["topic"].get(post.topic, ""), post.topic)
        for tag in post.tags:
            self._term("post_tag", self.slugs["tag"].get(tag, ""), tag)
        cover = self.files.get(post.cover or "")
        if cover is not None:
            self._meta("_thumbnail_id", str(self.first_file + cover))
        for number, parent, comment in numbered(post.comments, self.comments):
            self._comment(number, parent, comment)
        self.comments += len(post.comments)
        self.xml.endElement("item")
        self.xml.ignorableWhitespace("\n")

    def _comment(self, number: int, parent: int, one: ExportedComment) -> None:
        self._group(
            "wp:comment",
            {
                "wp:comment_id": str(number),
                "wp:comment_author": one.author,
                "wp:comment_author_email": one.email,
                "wp:comment_author_url": one.url,
                "wp:comment_author_IP": "",
                "wp:comment_date": _date(one.date, self.zone),
                "wp:comment_date_gmt": _date(one.date, UTC),
                "wp:comment_content": one.content,
                "wp:comment_approved": _APPROVED.get(one.status, one.status),
                "wp:comment_type": one.kind,
                "wp:comment_parent": str(parent),
                "wp:comment_user_id": "0",
            },
        )

    def _free_moment(self, title: str, at: datetime | None) -> datetime | None:
        if at is None:
            return None
        found = self.moments.free(title, at)
        if found > at:
            self.done.lose("times that differ by seconds from those of texts or files with the same title")
        return found

    def _file(self, row: Any) -> None:
        path = f"/media/{row.hash[:2]}/{row.hash[2:]}.{row.extension}"
        name = Path(row.filename).stem
        self.xml.startElement("item", AttributesImpl({}))
        self._head(name, path, row.created_at, "", self.url + path)
        number = self.first_file + row.id
        self._texts(
            {"content:encoded": "", "excerpt:encoded": ""}
            | self._fields(number, self._free_moment(name, row.created_at), None, name, "inherit", "attachment")
            | {"wp:attachment_url": self.url + path}
        )
        if row.alt:
            self._meta("_wp_attachment_image_alt", row.alt)
        self.xml.endElement("item")
        self.xml.ignorableWhitespace("\n")

    def _head(self, title: str, path: str, at: datetime | None, login: str, guid: str) -> None:
        self._texts({"title": title, "link": self.url + path})
        if at is not None:
            self._texts({"pubDate": format_datetime(at)})
        self._texts({"dc:creator": login})
        self._element("guid", guid, {"isPermaLink": "false"})

    def _fields(
        self, number: int, at: datetime | None, updated: datetime | None, slug: str, status: str, kind: str
    ) -> dict[str, str]:
        changed = updated or at
        return {
            "wp:post_id": str(number),
            "wp:post_date": _date(at, self.zone),
            "wp:post_date_gmt": _date(at, UTC),
            "wp:post_modified": _date(changed, self.zone),
            "wp:post_modified_gmt": _date(changed, UTC),
            "wp:comment_status": "closed",
            "wp:ping_status": "closed",
            "wp:post_name": slug,
            "wp:status": status,
            "wp:post_parent": "0",
            "wp:menu_order": "0",
            "wp:post_type": kind,
            "wp:post_password": "",
        }

    def _login(self, post: ExportedPost) -> str:
        return self.logins.get(post.authors[0], "") if post.authors else ""

    def _count_losses(self, post: ExportedPost) -> None:
        told = {
            "all authors but the first of a text": len(post.authors) > 1,
            "old addresses": bool(post.old),
            "drafts beside published texts": post.waiting is not None,
            "fields that templates are told": bool(post.extra),
            "places in a topic": post.part is not None,
            "which texts are translations of each other": post.translation_group is not None,
            "languages of texts": post.text.language != self.site.language,
            "what search engines are told in place of titles and summaries": any(post.meta),
            "unlisted texts, which become private": post.unlisted,
            "characters that XML cannot hold": bool(_FORBIDDEN.search(post.text.title + post.text.html)),
        }
        for what, lost in told.items():
            if lost:
                self.done.lose(what)

    def _term(self, domain: str, slug: str, name: str) -> None:
        self._element("category", name, {"domain": domain, "nicename": slug})

    def _meta(self, key: str, value: str) -> None:
        self._group("wp:postmeta", {"wp:meta_key": key, "wp:meta_value": value})

    def _group(self, name: str, values: dict[str, str]) -> None:
        self.xml.startElement(name, AttributesImpl({}))
        self._texts(values)
        self.xml.endElement(name)
        self.xml.ignorableWhitespace("\n")

    def _texts(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            self._element(name, value, {})

    def _element(self, name: str, value: str, attributes: dict[str, str]) -> None:
        self.xml.startElement(name, AttributesImpl({key: _legal(text) for key, text in attributes.items()}))
        self.xml.characters(_legal(value))
        self.xml.endElement(name)
        self.xml.ignorableWhitespace("\n")


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _status(post: ExportedPost) -> str:
    """What WordPress calls it. It knows nothing unlisted: private keeps a text that few know of from all."""
    if post.trashed_at is not None:
        return "trash"
    if post.status == "published":
        return "private" if post.unlisted else "publish"
    return "future" if post.status == "scheduled" else "draft"


def _date(at: datetime | None, zone: tzinfo) -> str:
    return _NEVER if at is None else at.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")
