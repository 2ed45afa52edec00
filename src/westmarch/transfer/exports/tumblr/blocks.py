"""Tumblr's newer format of texts as HTML: blocks with marks by place (its "Neue Post Format").

https://www.tumblr.com/docs/npf
"""

import html
from itertools import pairwise
from typing import Any

from westmarch.transfer.exports.tumblr import kinds

_MARKS = {"bold": "strong", "italic": "em", "strikethrough": "s", "small": "small"}
_LISTS = {"ordered-list-item": "ol", "unordered-list-item": "ul"}
_WRAPPED = {"heading1": "h2", "heading2": "h3", "quote": "blockquote", "indented": "blockquote"}
#: Blocks of a post that are read.
_MOST = 10_000


def to_html(blocks: Any, told: list[str]) -> str:
    """The blocks of a post as HTML; kinds that are not known are told."""
    out: list[str] = []
    open_list = ""
    for block in blocks[:_MOST] if isinstance(blocks, list) else []:
        if not isinstance(block, dict):
            continue
        subtype = text(block, "subtype")
        wanted = _LISTS.get(subtype, "") if block.get("type") == "text" else ""
        if wanted != open_list:
            out += [f"</{open_list}>"] if open_list else []
            out += [f"<{wanted}>"] if wanted else []
            open_list = wanted
        out.append(f"<li>{_marked(block)}</li>" if wanted else _block(block, subtype, told))
    return "".join(out) + (f"</{open_list}>" if open_list else "")


def text(block: dict[str, Any], name: str) -> str:
    """A value as text; empty where it is none."""
    value = block.get(name)
    return value if isinstance(value, str) else ""


def _block(block: dict[str, Any], subtype: str, told: list[str]) -> str:
    kind = block.get("type")
    if kind == "text":
        name = _WRAPPED.get(subtype, "p")
        return (
            f"<blockquote><p>{_marked(block)}</p></blockquote>" if name == "blockquote" else _in(name, _marked(block))
        )
    if kind == "image":
        caption = text(block, "caption")
        words = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
        shown = f'<img src="{html.escape(_media(block))}" alt="{html.escape(text(block, "alt_text"))}">'
        return f"<figure>{shown}{words}</figure>" if _media(block) else ""
    if kind == "link":
        said = text(block, "description")
        return kinds.link(text(block, "url"), text(block, "title"), _in("p", html.escape(said)) if said else "")
    if kind in {"audio", "video"}:
        return kinds.player(kind, text(block, "url") or _media(block), text(block, "embed_html"), "")
    told.append(f"a block of the kind '{str(kind)[:60]}' is not taken over")
    return ""


def _in(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>"


def _media(block: dict[str, Any]) -> str:
    """The address of the largest file of a block: the first."""
    media = block.get("media")
    first = media[0] if isinstance(media, list) and media else media
    return text(first, "url") if isinstance(first, dict) else ""


def _marked(block: dict[str, Any]) -> str:
    """The text of a block with its marks, which are given by places and may cross each other."""
    words = text(block, "text")
    marks = [one for one in block.get("formatting") or () if isinstance(one, dict)]
    places = [(_place(one, len(words)), _tags(one)) for one in marks]
    spans = [(*place, tags) for place, tags in places if place and tags[0]]
    cuts = sorted({0, len(words), *(cut for start, end, _ in spans for cut in (start, end))})
    out: list[str] = []
    for start, end in pairwise(cuts):
        inside = [tags for first, last, tags in spans if first <= start and end <= last]
        shown = html.escape(words[start:end]).replace("\n", "<br>")
        out.append("".join(one[0] for one in inside) + shown + "".join(one[1] for one in reversed(inside)))
    return "".join(out)


def _place(mark: dict[str, Any], length: int) -> tuple[int, int] | None:
    start, end = mark.get("start"), mark.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= length:
        return None
    return start, end


def _tags(mark: dict[str, Any]) -> tuple[str, str]:
    """The tags of a mark; none of colours and the like."""
    kind = text(mark, "type")
    blog = mark.get("blog")
    address = text(mark, "url") if kind == "link" else text(blog, "url") if isinstance(blog, dict) else ""
    if kind in {"link", "mention"} and address:
        return f'<a href="{html.escape(address)}">', "</a>"
    name = _MARKS.get(kind)
    return (f"<{name}>", f"</{name}>") if name else ("", "")
