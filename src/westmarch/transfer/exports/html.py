"""HTML to our Markdown: each block that Markdown can say as it was, the others as the HTML that they are.

Whether Markdown says the same is not guessed: what a block became is rendered, and compared with what the site would
show of the HTML itself (`sameness`). Only blocks of which it is known beforehand (`certain`) are not: they are most.
"""

import html as entities
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from westmarch.text.markdown import render
from westmarch.text.sanitizer import DEEPEST_HTML, nesting, sanitize
from westmarch.transfer.exports import blocks, foreign
from westmarch.transfer.exports.certain import is_certain
from westmarch.transfer.exports.sameness import NONCHARACTERS, skeleton
from westmarch.transfer.items import FileWarning

if TYPE_CHECKING:
    from html_to_markdown import ConversionOptions

_MORE = re.compile(r"<!--\s*more\b[^<>]*-->", re.IGNORECASE)
_ADDRESS = re.compile(r"<p>\s*(https?://[^\s<>]+)\s*</p>")
_FRAGMENT = re.compile(r"href\s*=\s*[\"']#([^\"'<>]{1,200})[\"']", re.IGNORECASE)
_ID = re.compile(r'<[A-Za-z][^<>]*\sid="([^"]{1,200})"')
#: Inline elements that Markdown has no marks for: it may hold them as they are.
_INLINE = [
    "abbr", "bdi", "bdo", "cite", "dfn", "ins", "kbd", "q", "ruby", "samp", "small", "sub", "sup", "time", "u", "var",
]  # fmt: skip
_LIST = re.compile(r"<([uo]l)\b")
# No text may hold noncharacters. One stands between blocks, others for spaces that the converter takes for plain ones.
_GAP = "\ufdef"
_GAP_HTML = f"<p>{_GAP}</p>"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_HOLD = {space: chr(0xFDD0 + number) for number, space in enumerate(_SPACES)}
_FREE = {held: space for space, held in _HOLD.items()}
_SPACE = re.compile(f"[{_SPACES}]")
_HELD = re.compile(f"[{''.join(_FREE)}]")


@cache
def _options(*, careful: bool) -> "ConversionOptions":
    from html_to_markdown import ConversionOptions  # Lazily: commands that convert nothing start without it.

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
    html = NONCHARACTERS.sub("", html)
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
    texts = _converted(found, careful=False)
    aimed = [_holds(block, targets) for block in found]
    doubtful = [number for number, block in enumerate(found) if not (aimed[number] or _is_sure(block))]
    kept: list[str] = []
    if not _show([texts[number] for number in doubtful], [found[number] for number in doubtful]):
        for number in doubtful:
            texts[number] = _faithful(found[number], texts[number])
    for number, block in enumerate(found):
        if aimed[number] or (block and not texts[number]):
            kept.append(blocks.name(block))
            texts[number] = blocks.kept(block)
    told = "<{}> stays HTML: Markdown would lose something of it"
    return _joined(found, texts), [FileWarning(None, told.format(name)) for name in kept]


def _is_sure(block: str) -> bool:
    """Whether a block needs no look at what it became; an address alone may have become a video."""
    return _ADDRESS.fullmatch(block) is not None or is_certain(block)


def _holds(block: str, targets: frozenset[str]) -> bool:
    """Whether a link of the text leads into the block, by a name that Markdown would not keep."""
    return bool(targets) and any(entities.unescape(name) in targets for name in _ID.findall(block))


def _faithful(block: str, text: str) -> str:
    """A block in Markdown that shows the same, empty where there is none: with few backslashes, else with many."""
    if _show([text], [block]):
        return text
    (careful,) = _converted([block], careful=True)
    return careful if _show([careful], [block]) else ""


def _converted(found: Sequence[str], *, careful: bool) -> list[str]:
    """Each block in Markdown, by one call of the converter: it takes as long to begin as for a paragraph."""
    if not found:
        return []
    # An address alone in its paragraph may stand for a video: no mark may come into it.
    addresses = [_ADDRESS.fullmatch(block) for block in found]
    given = _GAP_HTML.join(
        "" if address else blocks.captioned(block) for block, address in zip(found, addresses, strict=True)
    )
    from html_to_markdown import convert

    held = _SPACE.sub(lambda space: _HOLD[space[0]], given.replace("&nbsp;", "\u00a0"))
    written = convert(held, _options(careful=careful)).content or ""
    made = _HELD.sub(lambda held: _FREE[held[0]], written).split(_GAP)
    if len(made) != len(found):
        return [one for block in found for one in _converted([block], careful=careful)] if len(found) > 1 else [""]
    texts = (entities.unescape(address[1]) if address else text for text, address in zip(made, addresses, strict=True))
    return [text.strip("\n") for text in texts]


def _show(texts: Sequence[str], found: Sequence[str]) -> bool:
    """Whether these texts show what the blocks show, each between two paragraphs, so that none reaches into another."""
    if not texts:
        return True
    if not all(texts):
        return False
    markdown = "\n\nx\n\n".join(["", *texts, ""])
    return skeleton(render(markdown).html) == skeleton("<p>x</p>".join(["", *found, ""]))


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
