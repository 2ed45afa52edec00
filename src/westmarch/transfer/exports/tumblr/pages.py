"""The pages of Tumblr's own export: `html/ID.html`, with date and tags in a footer."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from westmarch.errors import Invalid
from westmarch.transfer import metadata
from westmarch.transfer.blogs import outside
from westmarch.transfer.decoding import decode
from westmarch.transfer.exports import spans
from westmarch.transfer.exports.spans import attribute, classes
from westmarch.transfer.exports.tumblr.said import Fault, Said


def posts(folder: Path) -> Iterator[Said | Fault]:
    """The posts of a folder of pages, by their ids."""
    paths = [path for path in folder.glob("*.html") if re.fullmatch(r"[0-9]{1,30}", path.stem)]
    for path in sorted(paths, key=lambda path: int(path.stem)):
        place = f"{folder.name}/{path.name}"
        if outside(path, folder):
            yield Fault(place, "a link out of the folder")
            continue
        try:
            text = decode(path.read_bytes()).text
        except Invalid as error:
            yield Fault(place, error.message)
        except OSError as error:
            yield Fault(place, f"it cannot be read: {error.strerror or error}")
        else:
            yield _post(path.stem, text)


def _post(number: str, text: str) -> Said:
    body = spans.first(text, lambda tag: tag.name == "body")
    content = body.inner if body else text
    footer = spans.first(content, lambda tag: tag.name == "div" and attribute(tag, "id") == "footer")
    said = Said(id=number)
    if footer is None:
        said.told.append("the page has no footer with its date: it may have been cut off")
    else:
        content = content[: footer.start] + content[footer.end :]
        at = spans.first(footer.inner, lambda tag: attribute(tag, "id") == "timestamp")
        said.date = _plain(at.inner) if at else ""
        said.tags = tuple(_plain(one.inner) for one in spans.spans(footer.inner, lambda tag: "tag" in classes(tag)))
    title = spans.first(content, lambda tag: tag.name == "h1")
    if title is not None and not content[: title.start].strip():
        said.title = _plain(title.inner)
        content = content[title.end :]
    said.html = content.strip()
    return said


def _plain(inner: str) -> str:
    return metadata.plain(html.unescape(metadata.plain(inner)))
