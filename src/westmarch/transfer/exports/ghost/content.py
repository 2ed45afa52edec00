"""The text of a post, from the format in which its version of Ghost kept it."""

import json
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from westmarch.text.cleaning import clean
from westmarch.transfer.code_regions import CodeRegions
from westmarch.transfer.decoding import LONGEST
from westmarch.transfer.exports import html
from westmarch.transfer.exports.ghost import lexical, mobiledoc
from westmarch.transfer.exports.ghost.cards import Parts, Piece
from westmarch.transfer.exports.ghost.fields import written
from westmarch.transfer.exports.records import Format
from westmarch.transfer.items import Broken, FileWarning

_TREES: tuple[tuple[str, str, Callable[[Mapping[str, Any]], Parts | None]], ...] = (
    ("lexical", "Lexical", lexical.parts),
    ("mobiledoc", "Mobiledoc", mobiledoc.parts),
)
#: How Ghost renders what is embedded: the frame alone in its paragraph is what stands for a film here.
_EMBED = re.compile(
    r"<figure class=\"[^\"<>]*\bkg-embed-card\b[^\"<>]*\">((?:(?!</?fig).)*)"
    r"(?:<figcaption[^<>]*>((?:(?!</?fig).)*)</figcaption>\s*)?</figure>",
    re.DOTALL,
)
_STRUCTURE = re.compile(r"[ ]{0,3}(?:#{1,6}[ \t]|[-=*_]{3,}[ \t]*$|\||<|\[[^\]]{1,200}\]:|```|~~~)")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")


def content(row: Mapping[str, Any], warnings: list[FileWarning]) -> tuple[str, Format, Broken | None]:
    """The text, its format, and why it could not be read where it could not.

    A text with a card that nobody knows here is taken as Ghost itself rendered it, where the export has that.
    """
    rendered = _EMBED.sub(_unwrapped, written(row, "html"))
    trouble: Broken | None = None
    for name, called, read in _TREES:
        if not row.get(name):
            continue
        document, reason = _document(row[name])
        found = read(document) if document is not None else None
        if found is None:
            reason = reason or f"it is no {called} of a version that is known"
            trouble = Broken(f"the text cannot be read as {called}: {reason}")
            continue
        if found.unknown and rendered.strip():
            warnings += [
                FileWarning(None, f"the card '{one[:60]}' is not known here; the text came in as Ghost rendered it")
                for one in dict.fromkeys(found.unknown)
            ]
            return rendered, "html", None
        warnings += found.warnings
        warnings += [
            FileWarning(None, f"the card '{one[:60]}' is not known here; what it holds came in as code")
            for one in dict.fromkeys(found.unknown)
        ]
        text, format_ = _whole(found.pieces, warnings)
        return text, format_, None
    if trouble is None and (markdown := written(row, "markdown")):
        return broken_lines(markdown), "markdown", None
    if rendered.strip():
        if trouble:
            warnings.append(FileWarning(None, f"{trouble.reason}; it came in as Ghost rendered it"))
        return rendered, "html", None
    if trouble:
        held = next((row[name] for name, _, _ in _TREES if row.get(name)), "")
        held = held if isinstance(held, str) else json.dumps(held, ensure_ascii=False, default=str)
        return f"<pre><code>{escape(clean(held), quote=False)}</code></pre>", "html", trouble
    plain = written(row, "plaintext")
    return "".join(f"<p>{escape(one, quote=False)}</p>" for one in plain.split("\n\n") if one.strip()), "html", None


def _unwrapped(embed: re.Match[str]) -> str:
    return f"{embed[1]}<p>{embed[2]}</p>" if embed[2] else embed[1]


def _document(held: Any) -> tuple[dict[str, Any] | None, str]:
    """The tree of a text, or why there is none."""
    if isinstance(held, dict):
        return held, ""
    if not isinstance(held, str):
        return None, "it is no text"
    if len(held) > LONGEST:
        return None, f"it has more than {LONGEST:,} characters"
    try:
        document = json.loads(held, strict=False)
    except ValueError as error:
        return None, str(error)[:120]
    except RecursionError:
        return None, "its parts stand too deep in each other"
    return (document, "") if isinstance(document, dict) else (None, "it is no object")


def _whole(pieces: list[Piece], warnings: list[FileWarning]) -> tuple[str, Format]:
    """HTML as long as nothing is Markdown already: else all of it is made Markdown here."""
    if all(piece.format == "html" for piece in pieces):
        return clean("\n".join(piece.text for piece in pieces)), "html"
    parts: list[str] = []
    run: list[str] = []
    for piece in [*pieces, Piece("markdown", "")]:
        if piece.format == "html":
            run.append(piece.text)
            continue
        if run:
            made, more = html.to_markdown(clean("\n".join(run)))
            parts.append(made)
            warnings += more
            run = []
        parts.append(broken_lines(clean(piece.text)).strip("\n"))
    return "\n\n".join(part for part in parts if part.strip()), "markdown"


def broken_lines(markdown: str) -> str:
    """Markdown in which the ends of lines within a paragraph break them, as in Ghost, by two spaces as with us."""
    lines = markdown.split("\n")
    if len(lines) < 2:
        return markdown
    code = CodeRegions(markdown)
    out: list[str] = []
    at = 0
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        end = at + len(line)
        breaks = (
            line.strip()
            and following.strip()
            and end not in code
            and at not in code
            and not _STRUCTURE.match(line.lstrip("> "))
            and not _STRUCTURE.match(following.lstrip("> "))
            and not _ITEM.match(following)
            and "|" not in following
            and (following.lstrip().startswith(">") == line.lstrip().startswith(">"))
            and not line.endswith(("  ", "\\"))
        )
        out.append(f"{line}  " if breaks else line)
        at = end + 1
    return "\n".join(out)
