"""WXR as WordPress writes it, for tests."""

from pathlib import Path

HOME = "https://old.example"
_HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.8" created="2025-01-01 00:00" -->
<rss version="2.0"
\txmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
\txmlns:content="http://purl.org/rss/1.0/modules/content/"
\txmlns:dc="http://purl.org/dc/elements/1.1/"
\txmlns:wp="http://wordpress.org/export/1.2/"
>
<channel>
\t<title>Old</title>
\t<link>{home}</link>
\t<wp:wxr_version>1.2</wp:wxr_version>
\t<wp:base_site_url>{home}</wp:base_site_url>
\t<wp:base_blog_url>{home}</wp:base_blog_url>
"""
AUTHOR = (
    "<wp:author><wp:author_id>1</wp:author_id><wp:author_login><![CDATA[ann]]></wp:author_login>"
    "<wp:author_display_name><![CDATA[Ann Other]]></wp:author_display_name></wp:author>"
)


def cdata(text: str) -> str:
    """Text as WordPress guards it."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def item(number: int, content: str = "", *more: str, home: str = HOME, **fields: str) -> str:
    """One item: a published post of 2 January 2020 at /2020/NUMBER/, unless the fields say otherwise."""
    said = {
        "title": f"Post {number}",
        "link": f"{home}/2020/{number}/",
        "dc:creator": "ann",
        "guid": f"{home}/?p={number}",
        "content:encoded": content,
        "excerpt:encoded": "",
        "wp:post_id": str(number),
        "wp:post_date": "2020-01-02 04:04:05",
        "wp:post_date_gmt": "2020-01-02 03:04:05",
        "wp:post_name": f"post-{number}",
        "wp:status": "publish",
        "wp:post_parent": "0",
        "wp:post_type": "post",
        "wp:post_password": "",
        "wp:is_sticky": "0",
    } | {name.replace("__", ":"): value for name, value in fields.items()}
    inner = "\n\t\t".join(f"<{name}>{cdata(value)}</{name}>" for name, value in said.items())
    return "\n".join(["\t<item>", f"\t\t{inner}", *(f"\t\t{one}" for one in more), "\t</item>", ""])


def category(name: str, domain: str = "category", slug: str | None = None) -> str:
    """A term on an item."""
    return f'<category domain="{domain}" nicename="{slug or name.lower()}">{cdata(name)}</category>'


def meta(key: str, value: str) -> str:
    """A custom field of an item."""
    said = f"<wp:meta_key>{cdata(key)}</wp:meta_key><wp:meta_value>{cdata(value)}</wp:meta_value>"
    return f"<wp:postmeta>{said}</wp:postmeta>"


def comment(number: int, content: str, parent: int = 0, approved: str = "1", kind: str = "comment") -> str:
    """A comment on an item."""
    said = {
        "comment_id": str(number),
        "comment_author": "Bob",
        "comment_author_email": "bob@example.org",
        "comment_author_url": "https://bob.example",
        "comment_author_IP": "192.0.2.1",
        "comment_date_gmt": "2020-01-03 00:00:00",
        "comment_content": content,
        "comment_approved": approved,
        "comment_type": kind,
        "comment_parent": str(parent),
    }
    inner = "".join(f"<wp:{name}>{cdata(value)}</wp:{name}>" for name, value in said.items())
    return f"<wp:comment>{inner}</wp:comment>"


def attachment(number: int, path: str, parent: int = 0, alt: str = "", caption: str = "") -> str:
    """A file of the library."""
    url = f"{HOME}/wp-content/uploads/{path}"
    fields = {"wp__post_type": "attachment", "wp__status": "inherit", "excerpt__encoded": caption}
    return item(
        number,
        "",
        f"<wp:attachment_url>{cdata(url)}</wp:attachment_url>",
        meta("_wp_attachment_image_alt", alt),
        wp__post_parent=str(parent),
        **fields,
    )


def write(path: Path, *items: str, home: str = HOME, head: str = AUTHOR) -> Path:
    """A file with these items."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_HEAD.format(home=home) + head + "\n" + "".join(items) + "</channel>\n</rss>\n", "utf-8")
    return path
