"""Zola's shortcodes: `{{ name(key="value") }}` and `{% name() %}…{% end %}`, and its options of code blocks.

Zola looks for them everywhere, in code as well; only `{{/* … */}}` and `{%/* … */%}` protect one.
"""

import re
from collections.abc import Iterator

from westmarch.transfer import embeds
from westmarch.transfer.code_regions import reopened
from westmarch.transfer.fences import fence
from westmarch.transfer.items import Body, FileWarning
from westmarch.transfer.lines import Lines
from westmarch.transfer.template_tags import Block, Context, Dialect, Tag, expand

# Neither looks further than the next opening, so that a text of nothing but openings is still read in one pass.
_SHORTCODE = re.compile(
    r"\{\{(?P<value>(?:[^{}]|\}(?!\})|\{(?!\{))*?)\}\}|\{%(?P<block>(?:[^%{]|%(?!\})|\{(?!%))*?)%\}"
)
_CALL = re.compile(r"\s*([A-Za-z_]\w*)\((.*)\)\s*", re.DOTALL)
_ARGUMENT = re.compile(r"\b(\w+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`|([^\s,()\"'`]+))")
_OPENING = re.compile(r"(?P<head>(?:[ \t]*>)*[ \t]*(?:`{3,}|~{3,})[ \t]*)(?P<info>[^\n`]*)")
_FIGURES = ("figure", "image", "img", "picture")
_FRAMES = frozenset({"youtube", "vimeo", "streamable", "gist"})


def convert(body: Body, warnings: list[FileWarning]) -> Body:
    """The text with shortcodes replaced by what they stand for, and the options of code written our way."""
    boxes = dict.fromkeys((*embeds.CALLOUTS, *embeds.BOXES), _box)
    blocks = {**boxes, "quote": _quote, "mermaid": _mermaid}
    dialect = Dialect(_replace, blocks, frozenset(), code_is_text=False, scan=shortcodes)
    return Body(reopened(expand(body, dialect, warnings).text, _OPENING, _opened), body.line)


def shortcodes(body: Body) -> Iterator[Tag]:
    """All shortcodes of a text, in order. One in a comment has no name, and what is to be shown as its arguments."""
    if "{{" not in body.text and "{%" not in body.text:
        return
    lines = Lines(body.text, body.line)
    open_: list[str] = []
    for found in _SHORTCODE.finditer(body.text):
        block = found["block"]
        inside = found["value"] if block is None else block
        line, start, end = lines.at(found.start()), found.start(), found.end()
        call = _CALL.fullmatch(inside)
        if inside.startswith("/*") and inside.endswith("*/"):
            shown = inside[2:-2]
            yield Tag("", f"{{{{{shown}}}}}" if block is None else f"{{%{shown}%}}", start, end, line)
        elif call is not None:
            if block is not None:
                open_.append(call[1])
            yield Tag(call[1], call[2].strip(), start, end, line)
        elif block is not None and inside.strip() == "end" and open_:
            name = open_.pop()
            yield Tag(f"end {name}", "", start, end, line, closes=name)


def _arguments(tag: Tag) -> dict[str, str]:
    found = _ARGUMENT.findall(tag.arguments)
    return {key: double or single or ticks or bare for key, double, single, ticks, bare in found}


def _replace(tag: Tag, context: Context) -> str | None:
    if not tag.name:
        return tag.arguments
    given = _arguments(tag)
    if tag.name in _FRAMES:
        return _frame(tag, given, context)
    src = given.get("src") or given.get("path") or given.get("url")
    if tag.name not in _FIGURES or not src:
        return None
    # A page of the content may be named by `@/`, and so may a picture beside it.
    picture = embeds.figure(
        src.removeprefix("@"),
        alt=given.get("alt", ""),
        title=given.get("title", ""),
        caption=given.get("caption", ""),
        link=given.get("link", ""),
        width=given.get("width", ""),
        height=given.get("height", ""),
    )
    return context.as_block(tag, picture)


def _frame(tag: Tag, given: dict[str, str], context: Context) -> str | None:
    """The shortcodes for videos and gists that Zola brought along."""
    name, address = given.get("id", ""), given.get("url", "")
    if tag.name == "gist":
        found = re.fullmatch(r"https://gist\.github\.com/([\w/-]+)", address)
        return embeds.gist(found[1]) if found else None
    if not name:
        return None
    if tag.name == "youtube":
        playlist = given.get("playlist")
        return context.as_block(tag, embeds.youtube_playlist(playlist) if playlist else embeds.youtube(name))
    return context.as_block(tag, embeds.vimeo(name) if tag.name == "vimeo" else f"https://streamable.com/{name}")


def _box(block: Block, context: Context) -> str:
    given = _arguments(block.tag)
    kind = given.get("type") or given.get("kind") or given.get("level") or block.tag.name
    title = given.get("title") or given.get("header") or ""
    return context.as_block(block, embeds.callout(kind, title, block.content))


def _quote(block: Block, context: Context) -> str:
    given = _arguments(block.tag)
    rows = block.content.strip().split("\n")
    rows += ["", f"— {given['author']}"] if given.get("author") else []
    return context.as_block(block, "\n".join(f"> {row}".rstrip() for row in rows))


def _mermaid(block: Block, context: Context) -> str:
    return context.as_block(block, fence(block.content.strip("\n"), "mermaid"))


def _opened(opening: re.Match[str]) -> str | None:
    """Zola's ```` ```rust,linenos,hl_lines=3-8 10,name=main.rs ```` as ours has it."""
    if "," not in opening["info"]:
        return None
    language, *options = (part.strip() for part in opening["info"].split(","))
    values = dict(part.split("=", 1) for part in options if "=" in part)
    marked = ",".join(re.findall(r"\d+(?:-\d+)?", values.get("hl_lines", "")))
    title = re.sub(r"[\"`]", "", values.get("name", ""))
    head = opening["head"] + (language or ("text" if title or marked else ""))
    head += f' title="{title}"' if title else ""
    return head + (f" {{{marked}}}" if marked else "")
