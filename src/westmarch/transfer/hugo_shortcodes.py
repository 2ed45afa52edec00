"""Hugo's shortcodes: those of its own, and the names that many themes share. One in a comment is shown as it is.

Hugo looks for them everywhere, in code as well; only `{{</* name */>}}` protects one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from westmarch.transfer import embeds
from westmarch.transfer.code_regions import reopened
from westmarch.transfer.fences import fence, reindented
from westmarch.transfer.fields import text
from westmarch.transfer.items import Body, FileWarning
from westmarch.transfer.lines import Lines
from westmarch.transfer.template_tags import Block, Context, Dialect, Tag, expand

# Neither looks further than the next opening, so that a text of nothing but openings is still read in one pass.
_SHORTCODE = re.compile(r"\{\{([<%])((?:[^{<>%]|[>%](?!\}\})|<|\{(?!\{[<%]))*?)([>%])\}\}")
_NAME = re.compile(r"\s*(/?)\s*([A-Za-z_][\w./-]*)")
_ARGUMENT = re.compile(r"(?:([A-Za-z_][\w-]*)\s*=\s*)?(?:\"((?:\\.|[^\"\\])*)\"|`([^`]*)`|([^\s\"`=]+))")
_MARKED = re.compile(r"hl_lines\s*[=:]\s*(?:\[([^\]]*)\]|\"([^\"]*)\"|([\d\s-]+))")
_OPENING = re.compile(
    r"(?P<head>(?:[ \t]*>)*[ \t]*(?:`{3,}|~{3,})[ \t]*[\w+#.-]*)[ \t]*\{(?P<inside>[^{}\n]*)\}[ \t]*(?=\n|$)"
)
#: Arguments that are longer than anybody writes are not looked at.
_LONGEST = 8_000
#: Shortcodes of themes for boxes that are named like their kind.
_OF_KIND = ("note", "tip", "info", "important", "warning", "caution", "danger")


@dataclass(frozen=True, slots=True)
class Page:
    """What the shortcodes of one file may refer to.

    `find` gives the address of a page by what `ref` says, and a language ('' is the page's own); None if there is none.
    """

    find: Callable[[str, str], str | None]
    params: Mapping[str, Any]
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Arguments:
    named: dict[str, str]
    listed: list[str]

    def get(self, name: str, place: int | None = None) -> str:
        """An argument by its name, or by its place; empty where it is not there."""
        if name in self.named:
            return self.named[name]
        return self.listed[place] if place is not None and place < len(self.listed) else ""


def convert(body: Body, page: Page, warnings: list[FileWarning]) -> Body:
    """The text with shortcodes replaced by what they stand for, and the attributes of code written our way."""
    codes = _Shortcodes(page)
    raw = dict.fromkeys(("raw", "rawhtml", "html", "unsafe"), codes.raw)
    boxes = dict.fromkeys((*embeds.BOXES, *_OF_KIND), codes.box)
    blocks = {
        **raw, **boxes, "highlight": codes.highlight, "details": codes.details, "comment": codes.comment,
        "mermaid": codes.mermaid,
    }  # fmt: skip
    dialect = Dialect(codes.replace, blocks, frozenset({"comment"}), code_is_text=False, scan=shortcodes)
    text = expand(body, dialect, warnings).text
    return Body(reopened(text, _OPENING, _marked) if "{" in text else text, body.line)


def shortcodes(body: Body) -> Iterator[Tag]:
    """All shortcodes of a text, in order; one in a comment has no name, and what is to be shown as its arguments."""
    if "{{<" not in body.text and "{{%" not in body.text:
        return
    lines = Lines(body.text, body.line)
    for found in _SHORTCODE.finditer(body.text):
        inside, line = found[2], lines.at(found.start())
        if inside.startswith("/*") and inside.endswith("*/"):
            shown = f"{{{{{found[1]}{inside[2:-2]}{found[3]}}}}}"
            yield Tag("", shown, found.start(), found.end(), line)
        elif name := _NAME.match(inside):
            arguments = inside[name.end() :].strip().removesuffix("/").rstrip()
            closes = name[2] if name[1] else ""
            yield Tag(name[2], arguments, found.start(), found.end(), line, closes=closes)


def _arguments(written: str) -> _Arguments:
    named: dict[str, str] = {}
    listed: list[str] = []
    if len(written) > _LONGEST:
        return _Arguments(named, listed)
    for key, quoted, raw, bare in _ARGUMENT.findall(written):
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted else raw or bare
        if key:
            named[key.lower()] = value
        else:
            listed.append(value)
    return _Arguments(named, listed)


class _Shortcodes:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.known: dict[str, Callable[[_Arguments, Tag, Context], str | None]] = {
            "figure": self.figure, "img": self.figure, "image": self.figure, "ref": self.ref, "relref": self.ref,
            "gist": self.gist, "youtube": self.youtube, "vimeo": self.vimeo, "tweet": self.tweet, "x": self.tweet,
            "instagram": self.instagram, "param": self.param, "toc": self.toc,
        }  # fmt: skip

    def replace(self, tag: Tag, context: Context) -> str | None:
        if not tag.name:
            return tag.arguments
        known = self.known.get(tag.name)
        return known(_arguments(tag.arguments), tag, context) if known else None

    @staticmethod
    def raw(block: Block, _: Context) -> str:
        return block.content

    @staticmethod
    def comment(_block: Block, _: Context) -> str:
        return ""

    @staticmethod
    def mermaid(block: Block, context: Context) -> str:
        return context.as_block(block, fence(block.content.strip("\n"), "mermaid"))

    @staticmethod
    def highlight(block: Block, context: Context) -> str:
        given = _arguments(block.tag.arguments)
        options = " ".join(given.listed[1:]) + "".join(f" {key}={value}" for key, value in given.named.items())
        before = context.before(block.tag)
        indent = before if not before.strip() else ""
        code = reindented(block.content.strip("\n").rstrip(), indent)
        language = given.get("lang", 0) or given.get("type")
        written = fence(code, "" if language == "text" else language, marked=_lines(options), indent=indent)
        return f"\n\n{written}\n" if before.strip() else written[len(indent) :]

    @staticmethod
    def details(block: Block, context: Context) -> str:
        summary = " ".join((_arguments(block.tag.arguments).get("summary", 0) or "Details").split())
        return context.as_block(block, f"::: details {summary}\n{block.content.strip()}\n:::")

    @staticmethod
    def box(block: Block, context: Context) -> str:
        given = _arguments(block.tag.arguments)
        words = given.listed
        kind = block.tag.name
        if kind in embeds.BOXES:
            kind = given.get("type") or given.get("style") or (words.pop(0) if words else "")
        title = given.get("title") or (words[0] if words else "")
        # The first word of some themes' boxes is the name of an icon.
        return context.as_block(block, embeds.callout(kind, title, block.content))

    @staticmethod
    def figure(given: _Arguments, tag: Tag, context: Context) -> str | None:
        src = given.get("src", 0)
        if not src:
            return None
        picture = embeds.figure(
            src,
            alt=given.get("alt"),
            title=given.get("title"),
            caption=given.get("caption"),
            link=given.get("link"),
            credit=given.get("attr"),
            credit_link=given.get("attrlink"),
            width=given.get("width"),
            height=given.get("height"),
        )
        return context.as_block(tag, picture)

    def ref(self, given: _Arguments, tag: Tag, context: Context) -> str | None:
        written = given.get("path", 0)
        path, mark, anchor = written.partition("#")
        address = "" if not path and anchor else self.page.find(path, given.get("lang")) if path else None
        if address is None:
            context.warn(tag, f"'{written[:80]}': there is no page of this name; the shortcode stays as text")
            return context.body.text[tag.start : tag.end]
        return address + mark + anchor

    @staticmethod
    def gist(given: _Arguments, _tag: Tag, _: Context) -> str | None:
        if not given.listed:
            return None
        return embeds.gist("/".join(given.listed[:2]))

    @staticmethod
    def youtube(given: _Arguments, tag: Tag, context: Context) -> str | None:
        video = given.get("id", 0)
        return context.as_block(tag, embeds.youtube(video)) if video else None

    @staticmethod
    def vimeo(given: _Arguments, tag: Tag, context: Context) -> str | None:
        video = given.get("id", 0)
        return context.as_block(tag, embeds.vimeo(video)) if video else None

    @staticmethod
    def tweet(given: _Arguments, _tag: Tag, _: Context) -> str | None:
        user, status = (given.get("user"), given.get("id")) if given.named else ("i/web", given.get("id", 0))
        return embeds.tweet(user, status) if user and status else None

    @staticmethod
    def instagram(given: _Arguments, _tag: Tag, _: Context) -> str | None:
        name = given.get("id", 0)
        return embeds.instagram(name) if name else None

    @staticmethod
    def toc(_given: _Arguments, tag: Tag, context: Context) -> str | None:
        return context.as_block(tag, "[[toc]]")

    def param(self, given: _Arguments, _tag: Tag, _: Context) -> str | None:
        name = given.get("name", 0)
        for table in (self.page.fields, self.page.params):
            value: Any = {key.lower(): part for key, part in table.items()}
            for part in name.lower().split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None and not isinstance(value, (dict, list)):
                return text(value)
        return None


def _lines(options: str) -> str:
    """The lines that `hl_lines` marks, our way: `3,5-7`."""
    found = _MARKED.search(options)
    if found is None:
        return ""
    words = re.findall(r"\d+(?:-\d+)?", found[1] or found[2] or found[3])
    return ",".join(words)


def _marked(opening: re.Match[str]) -> str | None:
    """Hugo's ```` ```go {linenos=true,hl_lines=[2]} ```` with the marked lines as ours has them."""
    if "=" not in opening["inside"]:
        return None
    marked = _lines(opening["inside"])
    return opening["head"] + (f" {{{marked}}}" if marked else "")
