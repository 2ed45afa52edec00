"""Blogs of Tumblr for tests, in each of the forms in which they come."""

import json
from dataclasses import dataclass
from html import escape
from typing import Any

HOME = "https://old.tumblr.com"


@dataclass
class Post:
    """A post of text."""

    number: int
    title: str = "Title"
    text: str = "<p>Text.</p>"
    tags: tuple[str, ...] = ()
    state: str = "published"

    @property
    def address(self) -> str:
        return f"{HOME}/post/{self.number}/my-title"


def page(one: Post) -> str:
    """A page of the zip."""
    title = f"<h1>{escape(one.title)}</h1>\n" if one.title else ""
    tags = "".join(f'<span class="tag">{escape(tag)}</span>\n' for tag in one.tags)
    return (
        '<!DOCTYPE HTML>\n\n<html>\n<head>\n<meta charset="utf-8" />\n<link rel="stylesheet" href="../style.css" />\n'
        f'</head>\n<body>\n{title}{one.text}\n<div id="footer">\n<span id="timestamp"> '
        "January 2nd, 2020 3:04am </span>\n"
        f"{tags}</div>\n</body>\n</html>\n"
    )


def pages(*posts: Post) -> dict[str, str | bytes]:
    return {f"posts/html/{one.number}.html": page(one) for one in posts}


def as_json(*posts: Post | dict[str, Any]) -> str:
    """What the interface gives."""
    found = [
        one
        if isinstance(one, dict)
        else {
            "id": one.number, "post_url": one.address, "slug": "my-title", "type": "text", "title": one.title,
            "body": one.text, "tags": list(one.tags), "state": one.state, "date": "2020-01-02 03:04:00 GMT",
        }
        for one in posts
    ]  # fmt: skip
    return json.dumps(found)


def as_xml(*posts: Post) -> str:
    """What the first interface gave."""
    inner = "".join(
        f'<post id="{one.number}" url="{HOME}/post/{one.number}" url-with-slug="{one.address}" type="regular" '
        f'date-gmt="2020-01-02 03:04:00 GMT" slug="my-title" state="{one.state}">'
        f"<regular-title>{escape(one.title)}</regular-title><regular-body>{escape(one.text)}</regular-body>"
        + "".join(f"<tag>{escape(tag)}</tag>" for tag in one.tags)
        + "</post>\n"
        for one in posts
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<tumblr version="1.0"><posts>\n{inner}</posts></tumblr>\n'
