"""Jekyll's tags. Liquid runs before Markdown, so a tag inside code is a tag as well; only `raw` protects."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from westmarch.transfer import embeds, includes
from westmarch.transfer.fences import fence, reindented
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning
from westmarch.transfer.permalinks import as_url
from westmarch.transfer.template_tags import Block, Context, Dialect, Tag, expand

_HIGHLIGHT = re.compile(r"([A-Za-z0-9.+#_-]+)(.*)", re.DOTALL)
_MARKED = re.compile(r"\b(?:mark_lines|hl_lines|hl_linenos)\s*=\s*\"([\d\s,-]+)\"")
_EXPRESSION = re.compile(r"(\"[^\"]*\"|'[^']*'|[\w.-]+)((?:\s*\|[^|]+)*)", re.DOTALL)
_FILTER = re.compile(r"\s*(\w+)\s*(?::\s*(\"[^\"]*\"|'[^']*'|[\w.-]+)\s*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """What `site.…`, `page.…` and the tags of one file may stand for.

    `url` is the old site's address without its base path (None: unknown); `exists` says whether a path is a file.
    """

    index: Index
    site: Mapping[str, Any]
    fields: Mapping[str, Any]
    address: str | None
    url: str | None
    exists: Callable[[str], bool]


def convert(body: Body, page: Page, warnings: list[FileWarning]) -> Body:
    """The text with Liquid's and Jekyll's tags replaced by what they stand for."""
    liquid = _Liquid(page)
    blocks = {"raw": liquid.raw, "highlight": liquid.highlight, "comment": liquid.comment}
    dialect = Dialect(liquid.replace, blocks, frozenset({"raw", "comment"}), code_is_text=False)
    return expand(body, dialect, warnings)


class _Liquid:
    def __init__(self, page: Page) -> None:
        self.page = page

    def raw(self, block: Block, _: Context) -> str:
        return block.content

    def comment(self, _block: Block, _: Context) -> str:
        return ""

    def highlight(self, block: Block, context: Context) -> str:
        found = _HIGHLIGHT.match(block.tag.arguments)
        language, options = (found[1].lower(), found[2]) if found else ("", "")
        before = context.before(block.tag)
        indent = before if not before.strip() else ""
        marked = _MARKED.search(options)
        code = reindented(block.content.strip("\n").rstrip(), indent)
        lines = ",".join(re.split(r"[\s,]+", marked[1].strip())) if marked else ""
        written = fence(code, "" if language == "text" else language, marked=lines, indent=indent)
        if before.strip():
            return f"\n\n{written}\n"
        return written[len(indent) :] + self._line_end(block, context)

    @staticmethod
    def _line_end(block: Block, context: Context) -> str:
        """Text that follows on the line of the end tag begins a line of its own."""
        closing = context.body.text.find("%}", block.tag.end + len(block.content))
        following = context.body.text[closing + 2 : closing + 3] if closing >= 0 else ""
        return "" if following in {"", "\n"} else "\n"

    def replace(self, tag: Tag, context: Context) -> str | None:
        known = {
            "": self.value, "post_url": self.post_url, "link": self.link, "gist": self.gist,
            "youtube": self.youtube, "vimeo": self.vimeo, "include": self.include,
        }.get(tag.name)  # fmt: skip
        return known(tag, context) if known else None

    def post_url(self, tag: Tag, context: Context) -> str | None:
        name = tag.arguments.strip("/")
        known = self.page.index.by_post.get(name)
        if known is None:
            # As Jekyll does with a warning: the name alone, whatever folder the post lies in.
            named = [found for key, found in self.page.index.by_post.items() if key.rpartition("/")[2] == name]
            known = named[0] if len(named) == 1 else None
        return self._or_text(tag, context, known.url if known else None, "no post")

    def link(self, tag: Tag, context: Context) -> str | None:
        path = tag.arguments.strip("/")
        known = self.page.index.by_inner.get(path)
        address = known.url if known else (as_url(f"/{path}") if self.page.exists(path) else None)
        return self._or_text(tag, context, address, "no file")

    @staticmethod
    def _or_text(tag: Tag, context: Context, address: str | None, what: str) -> str:
        if address is not None:
            return address
        context.warn(tag, f"{{% {tag.name} {tag.arguments[:80]} %}}: there is {what} of this name; it stays as text")
        return context.body.text[tag.start : tag.end]

    @staticmethod
    def gist(tag: Tag, _: Context) -> str | None:
        return embeds.gist(tag.arguments.split()[0]) if tag.arguments else None

    @staticmethod
    def youtube(tag: Tag, _: Context) -> str | None:
        found = re.fullmatch(r"[\"']?([\w-]{6,20})[\"']?", tag.arguments)
        return embeds.youtube(found[1]) if found else None

    @staticmethod
    def vimeo(tag: Tag, _: Context) -> str | None:
        found = re.fullmatch(r"[\"']?(\d+)[\"']?", tag.arguments)
        return embeds.vimeo(found[1]) if found else None

    @staticmethod
    def include(tag: Tag, context: Context) -> str | None:
        shown = includes.replaced(tag.arguments)
        return None if shown is None else context.as_block(tag, shown)

    def value(self, tag: Tag, context: Context) -> str | None:
        found = _EXPRESSION.fullmatch(tag.arguments)
        if found is None:
            return None
        if found[1] == "site.url":
            return self._site_url(tag, context) if not found[2] else None
        value = self._operand(found[1])
        for part in found[2].split("|")[1:]:
            value = self._filtered(value, part)
        return value

    def _site_url(self, tag: Tag, context: Context) -> str | None:
        """Nothing where it begins a link's address (ours are relative to the root), else the old address."""
        before = context.before(tag).rstrip()
        if before.endswith(("(", '"', "'", "<", "]:")) or context.body.text.startswith("{{", tag.end):
            return ""
        return self.page.url

    def _operand(self, written: str) -> str | None:
        if written[0] in "\"'":
            return written[1:-1]
        where, _, key = written.partition(".")
        if written in {"site.baseurl", "site.github.url"}:
            return ""
        if written in {"page.url", "page.id"}:
            return as_url(self.page.address) if self.page.address else None
        values = {"site": self.page.site, "page": self.page.fields}.get(where, {})
        value = values.get(key)
        return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None

    def _filtered(self, value: str | None, written: str) -> str | None:
        found = _FILTER.fullmatch(written)
        if value is None or found is None:
            return None
        name, argument = found[1], self._operand(found[2]) if found[2] else None
        if name in {"relative_url", "absolute_url"}:
            return value if value.startswith(("/", "http://", "https://")) else f"/{value}"
        if name == "prepend" and argument is not None:
            return argument + value
        if name == "append" and argument is not None:
            return value + argument
        return None
