"""HTML to our Markdown: each block that Markdown can say as it was, the others as the HTML that they are.

Whether Markdown says the same is not guessed: what a block became is rendered, and compared with what the site would
show of the HTML itself (`sameness`).
"""

import html as entities
import re
from collections.abc import Sequence

from html_to_markdown import ConversionOptions, convert

from westmarch.text.markdown import render
from westmarch.text.sanitizer import DEEPEST_HTML, nesting, sanitize
from westmarch.transfer.exports import blocks, foreign
from westmarch.transfer.exports.sameness import skeleton
from westmarch.transfer.items import FileWarning

_MORE = re.compile(r"<!--\s*more\b[^<>]*-->", re.IGNORECASE)
_ADDRESS = re.compile(r"<p>\s*(https?://[^\s<>]+)\s*</p>")
_FRAGMENT = re.compile(r"href\s*=\s*[\"']#([^\"'<>]{1,200})[\"']", re.IGNORECASE)
_ID = re.compile(r'<[A-Za-z][^<>]*\sid="([^"]{1,200})"')
#: Inline elements that Markdown has no marks for: it may hold them as they are.
_INLINE = [
    "abbr", "bdi", "bdo", "cite", "dfn", "ins", "kbd", "q", "ruby", "samp", "small", "sub", "sup", "time", "u", "var",
]  # fmt: skip
_LIST = re.compile(r"<([uo]l)\b")


def _options(*, careful: bool) -> ConversionOptions:
    return ConversionOptions(
        escape_asterisks=True,
        escape_underscores=True,
        escape_misc=careful,
        extract_metadata=False,
        newline_style="backslash",
        compact_tables=True,
        expand_abbreviations=False,
        include_blockquote_citations=False,
        preserve_tags=_INLINE,
    )


def to_markdown(html: str) -> tuple[str, list[FileWarning]]:
    """The text in Markdown, and what is told of it: elements that are not taken over, and blocks that stay HTML.

    `<!--more-->` stays the mark of where the excerpt ends. Elements that the sanitizer takes out are taken out here.
    """
    if nesting(html) >= DEEPEST_HTML:
        return html, [FileWarning(None, f"more than {DEEPEST_HTML} elements stand in each other; it stays HTML")]
    parts: list[str] = []
    warnings: list[FileWarning] = []
    targets = frozenset(entities.unescape(name) for name in _FRAGMENT.findall(html))
    for part in _MORE.split(html, maxsplit=1):
        taken, more = foreign.replaced(part)
        text, kept = _markdown(blocks.split(sanitize(taken)), targets)
        parts.append(text)
        warnings += [*more, *kept]
    return "\n\n<!-- more -->\n\n".join(parts).strip("\n"), warnings


def _markdown(found: Sequence[str], targets: frozenset[str]) -> tuple[str, list[FileWarning]]:
    plain = [_converted(block, careful=False) for block in found]
    whole = _joined(found, plain)
    aimed = [_holds(block, targets) for block in found]
    if not any(aimed) and _shown(whole) == skeleton("".join(found)):
        return whole, []
    pieces: list[str] = []
    kept: list[str] = []
    for block, text, target in zip(found, plain, aimed, strict=True):
        piece = None if target else _faithful(block, text)
        if piece is None:
            kept.append(blocks.name(block))
            piece = blocks.kept(block)
        pieces.append(piece)
    told = "<{}> stays HTML: Markdown would lose something of it"
    return _joined(found, pieces), [FileWarning(None, told.format(name)) for name in kept]


def _holds(block: str, targets: frozenset[str]) -> bool:
    """Whether a link of the text leads into the block, by a name that Markdown would not keep."""
    return bool(targets) and any(entities.unescape(name) in targets for name in _ID.findall(block))


def _faithful(block: str, text: str) -> str | None:
    """A block in Markdown that shows the same, None where there is none: with few backslashes, else with many."""
    wanted = skeleton(block)
    if _ADDRESS.fullmatch(block) or _shown(text) == wanted:
        return text
    careful = _converted(block, careful=True)
    return careful if _shown(careful) == wanted else None


def _converted(block: str, *, careful: bool) -> str:
    address = _ADDRESS.fullmatch(block)
    if address:
        # Alone in its paragraph it may stand for a video: no mark may come into it.
        return entities.unescape(address[1])
    return (convert(blocks.captioned(block), _options(careful=careful)).content or "").strip("\n")


def _shown(markdown: str) -> str:
    return skeleton(render(markdown).html)


def _joined(found: Sequence[str], texts: Sequence[str]) -> str:
    """Paragraph after paragraph; between two lists of one kind stands a comment, else they would be one."""
    out: list[str] = []
    before = ""
    for block, text in zip(found, texts, strict=True):
        opening = _LIST.match(block)
        kind = opening[1] if opening else ""
        if out:
            out.append("\n\n<!-- -->\n\n" if kind and kind == before else "\n\n")
        out.append(text)
        before = kind
    return "".join(out)
