"""Posts as Tumblr's interface gives them in JSON, in the older format of texts and in the newer one."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ijson import JSONError, items

from westmarch.transfer.exports.tumblr import blocks, kinds
from westmarch.transfer.exports.tumblr.blocks import text
from westmarch.transfer.exports.tumblr.said import Fault, Said

_HEAD = 4096
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def posts(path: Path) -> Iterator[Said | Fault]:
    """The posts of a file: a list, or one in `posts` or `response`. Where the JSON breaks off, the last is a Fault."""
    number = 0
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        head = file.read(_HEAD).lstrip()
        file.seek(0)
        place = "item" if head.startswith("[") else "response.posts.item" if '"response"' in head else "posts.item"
        try:
            for found in items(_Bytes(file), place, use_float=True):
                number += 1
                yield _post(found) if isinstance(found, dict) else Fault(f"{path.name}:{number}", "it is no post")
        except JSONError as error:
            said = str(error.args[0] if error.args else error).partition("\n")[0][:120]
            reason = "the file ends here" if "EOF" in said or "ncomplete" in said else f"it is no JSON: {said}"
            yield Fault(f"{path.name}:{number + 1}", reason)


def one(path: Path) -> Said | Fault:
    """The post of a file that holds no other."""
    try:
        found = json.loads(path.read_text("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        return Fault(path.name, f"it is no JSON: {str(error)[:120]}")
    return _post(found) if isinstance(found, dict) else Fault(path.name, "it is no post")


class _Bytes:
    """A file of text as the parser takes it: valid UTF-8, whatever its bytes were."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        """At most so many bytes, as a letter has four at most; none at the end."""
        read: str = self._file.read(size // 4)
        return read.encode()


def _post(found: dict[str, Any]) -> Said | Fault:
    number = str(found.get("id_string") or found.get("id") or "")
    if not re.fullmatch(r"[0-9]{1,30}", number):
        return Fault("a post", "it has no id")
    said = Said(id=number)
    said.title = _clean(text(found, "title"))
    said.address = text(found, "post_url") or text(found, "url_with_slug")
    said.slug = text(found, "slug")
    said.date = text(found, "scheduled_publish_time") or text(found, "date")
    said.state = text(found, "state") or "published"
    tags = found.get("tags")
    said.tags = tuple(_clean(tag) for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
    said.pinned = found.get("is_pinned") is True
    said.html = _clean(_content(found, said))
    return said


def _clean(value: str) -> str:
    return _CONTROLS.sub("", value).encode(errors="replace").decode()


def _content(found: dict[str, Any], said: Said) -> str:
    content = found.get("content")
    if isinstance(content, list):
        first = content[0] if content else None
        if not said.title and isinstance(first, dict) and first.get("subtype") == "heading1":
            said.title, content = _clean(text(first, "text")), content[1:]
        return "".join(_trail(found, said)) + blocks.to_html(content, said.told)
    return _legacy(found, text(found, "type"), said)


def _legacy(found: dict[str, Any], kind: str, said: Said) -> str:
    caption = text(found, "caption")
    if kind == "photo":
        return kinds.photos(_photos(found), caption)
    if kind == "quote":
        return kinds.quotation(text(found, "text"), text(found, "source"))
    if kind == "link":
        return kinds.link(text(found, "url"), said.title, text(found, "description"))
    if kind == "chat":
        dialogue = [one for one in found.get("dialogue") or () if isinstance(one, dict)]
        return kinds.chat([(text(one, "label"), text(one, "phrase")) for one in dialogue])
    if kind == "audio":
        return kinds.player("audio", text(found, "audio_url"), _embedded(found), caption)
    if kind == "video":
        address = text(found, "permalink_url") or text(found, "video_url")
        return kinds.player("video", address, _embedded(found), caption)
    if kind == "answer":
        return kinds.answer(text(found, "asking_name"), text(found, "question"), text(found, "answer"))
    if kind not in {"text", ""}:
        said.told.append(f"posts of the kind '{kind[:60]}' are not known; its text came in")
    return text(found, "body")


def _photos(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for one in found.get("photos") or ():
        size = one.get("original_size") if isinstance(one, dict) else None
        if isinstance(size, dict) and text(size, "url"):
            yield text(size, "url"), text(one, "caption")


def _embedded(found: dict[str, Any]) -> str:
    """The HTML of a player: one, or the largest of several."""
    player = found.get("player")
    if isinstance(player, list):
        player = next((one.get("embed_code") for one in reversed(player) if isinstance(one, dict)), "")
    return player if isinstance(player, str) else text(found, "embed")


def _trail(found: dict[str, Any], said: Said) -> Iterator[str]:
    """What others wrote, and was answered here, as quotations."""
    for one in found.get("trail") or ():
        if not isinstance(one, dict) or not isinstance(one.get("content"), list):
            continue
        blog = one.get("blog")
        name = text(blog, "name") if isinstance(blog, dict) else text(one, "broken_blog_name")
        words = blocks.to_html(one["content"], said.told)
        yield f"<blockquote><p><b>{html.escape(name or '?')}</b></p>{words}</blockquote>"
