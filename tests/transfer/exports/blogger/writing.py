"""Exports as Blogger writes them, for tests: of its settings page, and of Google Takeout."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

HOME = "https://old.blogspot.com"
_CLASSIC = """<?xml version='1.0' encoding='UTF-8'?>
<?xml-stylesheet href="http://www.blogger.com/styles/atom.css" type="text/css"?>
<feed xmlns='http://www.w3.org/2005/Atom' xmlns:gd='http://schemas.google.com/g/2005'
 xmlns:georss='http://www.georss.org/georss' xmlns:thr='http://purl.org/syndication/thread/1.0'>
<id>tag:blogger.com,1999:blog-1.archive</id><title type='text'>Old</title>
<link rel='http://schemas.google.com/g/2005#feed' type='application/atom+xml' href='{home}/feeds/archive'/>
<link rel='alternate' type='text/html' href='{home}/'/>
<generator version='7.00' uri='http://www.blogger.com'>Blogger</generator>
"""
_TAKEOUT = """<?xml version='1.0' encoding='utf-8'?>
<feed xmlns='http://www.w3.org/2005/Atom' xmlns:blogger='http://schemas.google.com/blogger/2018'>
<id>tag:blogger.com,1999:blog-1</id><title>Old</title>
"""
_KIND = (
    "<category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#{}'/>"
)


@dataclass
class Below:
    """A comment."""

    number: int
    content: str
    parent: int | None = None
    author: str = "Bob"
    status: str = "LIVE"


@dataclass
class Text:
    """A post or page; at its month, unless `path` says otherwise."""

    number: int
    content: str = "<p>Text.</p>"
    title: str = "Title"
    kind: str = "post"
    status: str = "LIVE"
    labels: tuple[str, ...] = ()
    published: str = "2020-01-02T03:04:05.000Z"
    author: str = "Ann Other"
    path: str | None = None
    comments: list[Below] = field(default_factory=list)

    @property
    def at(self) -> str:
        return self.path or (f"/p/{self.number}.html" if self.kind == "page" else f"/2020/01/{self.number}.html")


def classic(path: Path, *texts: Text, home: str = HOME, more: str = "") -> Path:
    """The file of the settings page: comments stand behind all posts."""
    posts = "".join(_classic_text(text, home) for text in texts)
    below = "".join(_classic_comment(text, one, home) for text in texts for one in text.comments)
    path.write_text(f"{_CLASSIC.format(home=home)}{more}{posts}{below}</feed>\n", "utf-8")
    return path


def _classic_text(text: Text, home: str) -> str:
    labels = "".join(
        f"<category scheme='http://www.blogger.com/atom/ns#' term='{escape(one)}'/>" for one in text.labels
    )
    draft = text.status == "DRAFT"
    control = (
        "<app:control xmlns:app='http://purl.org/atom/app#'><app:draft>yes</app:draft></app:control>" if draft else ""
    )
    link = f"<link rel='alternate' type='text/html' href='{home}{text.at}' title='x'/>" if not draft else ""
    return (
        f"<entry><id>tag:blogger.com,1999:blog-1.post-{text.number}</id><published>{text.published}</published>"
        f"<updated>{text.published}</updated>{control}{_KIND.format(text.kind)}{labels}"
        f"<title type='text'>{escape(text.title)}</title><content type='html'>{escape(text.content)}</content>"
        f"<link rel='self' type='application/atom+xml' href='https://www.blogger.com/feeds/1/posts/default/9'/>{link}"
        f"<author><name>{escape(text.author)}</name><email>noreply@blogger.com</email></author></entry>\n"
    )


def _classic_comment(text: Text, one: Below, home: str) -> str:
    parent = f"<link rel='related' href='http://www.blogger.com/feeds/1/2/comments/default/{one.parent}'/>"
    return (
        f"<entry><id>tag:blogger.com,1999:blog-1.post-{one.number}</id><published>2020-01-03T00:00:00Z</published>"
        f"{_KIND.format('comment')}<title type='text'>x</title><content type='html'>{escape(one.content)}</content>"
        f"<link rel='alternate' type='text/html' href='{home}{text.at}?showComment=1#c{one.number}'/>"
        f"{parent if one.parent else ''}<author><name>{escape(one.author)}</name></author>"
        f"<thr:in-reply-to href='{home}{text.at}' ref='tag:blogger.com,1999:blog-1.post-{text.number}'/></entry>\n"
    )


def takeout(path: Path, *texts: Text) -> Path:
    """`feed.atom`: comments stand before all posts, and the blog's address nowhere."""
    below = "".join(_takeout_comment(text, one) for text in texts for one in text.comments)
    posts = "".join(_takeout_text(text) for text in texts)
    path.write_text(f"{_TAKEOUT}{below}{posts}</feed>\n", "utf-8")
    return path


def _takeout_text(text: Text) -> str:
    labels = "".join(f"<category scheme='tag:blogger.com,1999:blog-1' term='{escape(one)}'/>" for one in text.labels)
    return (
        f"<entry><id>tag:blogger.com,1999:blog-1.post-{text.number}</id><blogger:type>{text.kind.upper()}"
        f"</blogger:type><blogger:status>{text.status}</blogger:status><author><name>{escape(text.author)}</name>"
        f"<uri></uri><blogger:type>BLOGGER</blogger:type></author><title>{escape(text.title)}</title>"
        f"<content type='html'>{escape(text.content)}</content><blogger:metaDescription/>"
        f"<published>{text.published}</published><updated>{text.published}</updated>{labels}"
        f"<blogger:filename>{text.at}</blogger:filename><blogger:trashed/></entry>\n"
    )


def _takeout_comment(text: Text, one: Below) -> str:
    answered = f"tag:blogger.com,1999:blog-1.post-{one.parent}" if one.parent else ""
    return (
        f"<entry><id>tag:blogger.com,1999:blog-1.post-{one.number}</id>"
        f"<blogger:parent>tag:blogger.com,1999:blog-1.post-{text.number}</blogger:parent>"
        f"<blogger:inReplyTo>{answered}</blogger:inReplyTo><blogger:type>COMMENT</blogger:type>"
        f"<blogger:status>{one.status}</blogger:status><author><name>{escape(one.author)}</name></author>"
        f"<content type='html'>{escape(one.content)}</content><published>2020-01-03T00:00:00Z</published></entry>\n"
    )
