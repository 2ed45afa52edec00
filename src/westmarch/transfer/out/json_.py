"""A site as one JSON document, for programs: what `westmarch.json` holds, its posts with their HTML, and books."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from westmarch.db.sessions import Reading
from westmarch.text.places import place
from westmarch.transfer.out import books
from westmarch.transfer.out.catalogue import catalogue
from westmarch.transfer.out.exported import Exported
from westmarch.transfer.out.posts import ExportedPost, ExportedText, earlier_texts, exported_posts
from westmarch.transfer.out.whole import whole_file


def export_json(
    session: Reading,
    file: Path,
    *,
    url: str,
    base: str = "",
    revisions: bool = False,
    step: Callable[[], None] = lambda: None,
) -> Exported:
    """Write the site to a file, one line for each post and book, in memory that does not grow with the site.

    All is read in one transaction. `url` is the public address of the site, which stands before the internal addresses
    of the HTML; those in the Markdown are as they were written. With `revisions` a post has its earlier texts.
    Raises Invalid where the file is there, Unavailable where it cannot be written.
    """
    done = Exported()
    with whole_file(file) as stream:
        head = _json(catalogue(session, base) | {"url": url})
        stream.write(head.removesuffix("}").encode() + b',\n"posts": [')
        for post in exported_posts(session):
            said = _said(post, url)
            if revisions:
                said["revisions"] = [_text(text, url) for text in earlier_texts(session, post)]
            stream.write((",\n" if done.posts else "\n").encode() + _json(said).encode())
            done.posts += 1
            step()
        stream.write(b'\n],\n"books": [')
        for line in books.lines(session):
            stream.write((b",\n" if done.books else b"\n") + line.rstrip(b"\n"))
            done.books += 1
        stream.write(b"\n]}\n")
    return done


def _said(post: ExportedPost, url: str) -> dict[str, Any]:
    found = asdict(post)
    found["text"] = _text(post.text, url)
    found["waiting"] = None if post.waiting is None else _text(post.waiting, url)
    return found


def _text(text: ExportedText, url: str) -> dict[str, Any]:
    return asdict(text) | {"html": place(text.html, url)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_moment)


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is nothing that JSON knows")
