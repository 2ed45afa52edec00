"""What Python-Markdown, which Pelican uses, writes in its own way."""

import re

from westmarch.links.paths import slugify
from westmarch.transfer import destinations
from westmarch.transfer.code_regions import Block, CodeRegions
from westmarch.transfer.destinations import Destination
from westmarch.transfer.fences import fence
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning
from westmarch.transfer.lines import Lines
from westmarch.transfer.permalinks import as_url, tidy

_HEADING = re.compile(r"^(#{1,6})([^#\s].*)$", re.MULTILINE)
_ITEM = re.compile(r"^ {1,3}(?P<marker>[-*+]|\d{1,9}[.)])(?P<gap> {1,4})(?=\S)", re.MULTILINE)
_LANGUAGE = re.compile(r"[ \t]*(?:(?::::|#!)(?P<name>[\w+#.-]+)(?P<options>[^\n]*))\n")
_MARKED = re.compile(r"hl_lines=\"([\d\s-]+)\"")
_ADMONITION = re.compile(
    r"^(?P<indent> {0,3})!!! *(?P<kind>[\w-]+)(?P<rest>[^\n]*)\n(?P<body>(?:(?: {4}|\t)[^\n]*(?:\n|$)|[ \t]*\n)+)", re.M
)
_KINDS = {
    "note": "note", "info": "note", "seealso": "note", "tip": "tip", "hint": "tip", "important": "important",
    "warning": "warning", "attention": "warning", "caution": "caution", "danger": "caution", "error": "caution",
}  # fmt: skip
_SPECIAL = re.compile(r"(?:\{(?P<braced>\w+)\}|\|(?P<barred>\w+)\|)(?P<value>.*)", re.DOTALL)


def convert(body: Body) -> Body:
    """Lists, headings without a space, code with its language in its first line, and admonitions, as ours."""
    text = _coded(_listed(body.text))
    regions = CodeRegions(text)
    text = _HEADING.sub(lambda one: one[0] if one.start() in regions else f"{one[1]} {one[2]}", text)
    if "!!!" in text:
        regions = CodeRegions(text, indented=False)
        text = _ADMONITION.sub(lambda one: one[0] if one.start() in regions else _admonition(one), text)
    return Body(text, body.line)


def _listed(text: str) -> str:
    """Items whose text begins behind the fourth column, moved to it: what belongs to them stands four deep there."""
    regions = CodeRegions(text)

    def moved(found: re.Match[str]) -> str:
        marker, gap = found["marker"], found["gap"]
        if found.start() in regions or len(found[0]) <= 4:
            return found[0]
        return marker + " " * max(1, min(len(gap), 4 - len(marker)))

    return _ITEM.sub(moved, text)


def _coded(text: str) -> str:
    out: list[str] = []
    last = 0
    for block in CodeRegions(text).blocks:
        if block.kind == "indented" and (written := _fenced(text, block)) is not None:
            out += [text[last : block.start], written]
            last = block.end
    return "".join([*out, text[last:]])


def _fenced(text: str, block: Block) -> str | None:
    """An indented block whose first line names a language, as a fenced one; None for any other."""
    rows = text[block.start : block.end].expandtabs(4).rstrip("\n").split("\n")
    first = _LANGUAGE.fullmatch(rows[0] + "\n")
    if first is None or len(rows) < 2:
        return None
    # Deeper than the margin of its list the block may still stand; its own first line is the measure.
    indent = len(rows[0]) - len(rows[0].lstrip())
    code = "\n".join(row[indent:] if not row[:indent].strip() else row.lstrip() for row in rows[1:])
    marked = _MARKED.search(first["options"])
    lines = ",".join(marked[1].split()) if marked else ""
    return fence(code, first["name"], marked=lines, indent=" " * (indent - 4)) + "\n"


def _admonition(found: re.Match[str]) -> str:
    title = re.search(r"\"([^\"]*)\"", found["rest"])
    kind = _KINDS.get(found["kind"].lower(), "note")
    words = title[1] if title else "" if found["kind"].lower() in _KINDS else found["kind"].capitalize()
    rows = [re.sub(r"^(?: {4}|\t)", "", row) for row in found["body"].rstrip().split("\n")]
    tail = "\n" * (len(found["body"]) - len(found["body"].rstrip("\n")))
    return "\n".join([f"::: {kind} {words}".rstrip(), *rows, ":::"]) + tail


def links(body: Body, inner: str, index: Index, warnings: list[FileWarning]) -> Body:
    """Pelican's `{filename}`, `{static}`, `{attach}`, `{tag}`, `{category}`, `{author}` and `{index}` resolved."""
    if not _SPECIAL.search(body.text):
        return body
    lines = Lines(body.text, body.line)

    def replace(one: Destination) -> str | None:
        found = _SPECIAL.fullmatch(one.address)
        if found is None:
            return None
        address = _resolved(found, inner, index)
        if address is None:
            message = f"'{one.address[:80]}' leads to nothing in this blog; it stays as it is"
            warnings.append(FileWarning(lines.at(one.start), message))
        return address

    return Body(destinations.rewrite(body.text, replace), body.line)


def _resolved(found: re.Match[str], inner: str, index: Index) -> str | None:
    what, value = found["braced"] or found["barred"], found["value"].strip()
    if what in {"tag", "category"}:
        return f"/tags/{as_url(slugify(value))}/"
    if what == "author":
        return f"/authors/{as_url(slugify(value))}/"
    if what == "index":
        return "/"
    if what not in {"filename", "static", "attach"}:
        return None
    path, mark, anchor = value.partition("#")
    folder = "" if path.startswith("/") else inner.rpartition("/")[0]
    target = tidy(f"{folder}/{path}")
    known = index.by_inner.get(target[1:])
    if known is not None:
        return known.url + mark + anchor
    # What is no text of the blog's own lies at its own path, and whether it is there is seen when it is fetched.
    return None if what == "filename" and target.endswith((".md", ".rst", ".markdown")) else as_url(target)
