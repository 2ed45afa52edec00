"""The texts of WordPress as HTML: blocks without their comments, classic ones with the paragraphs that it makes."""

import json
import re
from collections.abc import Callable
from html import escape
from typing import Any

from westmarch.transfer.exports.wordpress import shortcodes
from westmarch.transfer.exports.wordpress.survey import Survey
from westmarch.transfer.items import FileWarning

# The attributes of a block; WordPress escapes `--` in them.
_SAID = r"(?:(?!-->|<!--)[\s\S])*?"
_BLOCK = re.compile(rf"<!--\s+(/?)wp:([a-z][a-z0-9_/-]*)({_SAID})(/?)-->")
_EMBED = re.compile(
    r"<figure\b[^<>]*\bwp-block-embed\b[^<>]*>\s*<div\b[^<>]*>\s*(?P<address>https?://[^\s<>]+)\s*</div>\s*"
    r"(?:<figcaption\b[^<>]*>(?P<caption>(?:(?!</?figcaption\b).)*)</figcaption>\s*)?</figure>",
    re.DOTALL,
)
# What opens and closes a gallery around its pictures; older ones have a list.
_GALLERY = re.compile(
    rf"<!--\s+wp:gallery\b{_SAID}-->\s*<figure\b[^<>]*>|</figure>\s*<!--\s+/wp:gallery\s+-->"
    r"|<ul\b[^<>]*\bblocks-gallery-grid\b[^<>]*>|(?:</li>\s*)?<li\b[^<>]*\bblocks-gallery-item\b[^<>]*>"
    r"|</li>\s*</ul>(?=\s*(?:<figcaption\b[^<>]*\bblocks-gallery-caption\b|</figure>\s*<!--\s+/wp:gallery))"
)
_GALLERY_CAPTION = re.compile(
    r"<figcaption\b[^<>]*\bblocks-gallery-caption\b[^<>]*>((?:(?!</?figcaption\b).)*)</figcaption>", re.DOTALL
)
# Space between blocks, and the second link of a file.
_DRESSING = re.compile(
    rf"<!--\s+wp:spacer\b{_SAID}-->(?:(?!<!--).)*<!--\s+/wp:spacer\s+-->"
    r"|<a\b[^<>]*\bwp-block-file__button\b[^<>]*>[^<>]*</a>",
    re.DOTALL,
)
_FOOTNOTES = re.compile(rf"<!--\s+wp:footnotes\b{_SAID}/-->")
_NEXT_PAGE = re.compile(r"<!--\s*nextpage\s*-->", re.IGNORECASE)
#: Reusable blocks within reusable blocks, at most.
_DEEPEST = 4
# The elements around which `wpautop` makes no paragraph (wp-includes/formatting.php).
_NAMES = (
    "table|thead|tfoot|caption|col|colgroup|tbody|tr|td|th|div|dl|dd|dt|ul|ol|li|pre|form|map|area|blockquote|address"
    "|style|p|h[1-6]|hr|fieldset|legend|section|article|aside|hgroup|header|footer|nav|figure|figcaption|details|menu"
    "|summary"
)
_TAG = rf"</?(?:{_NAMES})(?=[\s/>])[^<>]*>"
_PROTECTED = ("figure", "pre", "script", "style", "textarea")


def html(text: str, post: int, survey: Survey, warnings: list[FileWarning], footnotes: str = "") -> str:
    """The text of a post as the HTML that WordPress would show, with the mark of where its excerpt ends.

    `footnotes` is the custom field of that name, in which WordPress keeps them.
    """
    if _NEXT_PAGE.search(text):
        warnings.append(FileWarning(None, "it was parted into pages; they come in as one"))
        text = _NEXT_PAGE.sub("\n\n", text)
    if "<!-- wp:" in text:
        if footnotes:
            text = _FOOTNOTES.sub(lambda _: _notes(footnotes), text, count=1)
        plain = _DRESSING.sub("", _GALLERY_CAPTION.sub(r"<p>\1</p>", _GALLERY.sub("", text)))
        return shortcodes.expanded(_without_comments(plain, survey, warnings, 0), post, survey, warnings)
    return paragraphs(shortcodes.expanded(text, post, survey, warnings))


def _notes(written: str) -> str:
    """The list of footnotes, each where its number leads."""
    try:
        notes = json.loads(written)
        items = [f'<li id="{escape(str(note["id"]))}">{note["content"]}</li>' for note in notes]
    except (ValueError, KeyError, TypeError):
        return ""
    return f"<ol>{''.join(items)}</ol>" if items else ""


def _without_comments(text: str, survey: Survey, warnings: list[FileWarning], depth: int) -> str:
    """Blocks hold HTML between comments that name them; those that hold none are made anew at each visit."""

    def replace(found: re.Match[str]) -> str:
        if found[1] or not found[4]:
            return ""
        if found[2] == "block":
            reused = survey.blocks.get(_reference(found[3]))
            if reused is not None and depth < _DEEPEST:
                return _without_comments(reused, survey, warnings, depth + 1)
        if found[2] == "social-link" and (link := _social(found[3])):
            return link
        warnings.append(FileWarning(None, f"the block '{found[2][:60]}' holds no text of its own; it is left out"))
        return ""

    def embed(found: re.Match[str]) -> str:
        caption = f"<p>{found['caption']}</p>" if found["caption"] else ""
        return f"<p>{found['address']}</p>{caption}"

    return _EMBED.sub(embed, _BLOCK.sub(replace, text))


def _reference(said: str) -> int:
    value = _attribute(said, "ref")
    return value if isinstance(value, int) else 0


def _social(said: str) -> str:
    """The entry of a list of accounts elsewhere, of which WordPress shows a sign."""
    address, name = _attribute(said, "url"), _attribute(said, "label") or _attribute(said, "service")
    if not isinstance(address, str) or not re.match(r"https?://|mailto:", address):
        return ""
    shown = name.capitalize() if isinstance(name, str) and name else address
    return f'<li><a href="{escape(address)}">{escape(shown)}</a></li>'


def _attribute(said: str, name: str) -> Any:
    """What a block says of itself, None where it does not."""
    try:
        return json.loads(said)[name]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def paragraphs(text: str) -> str:
    """Paragraphs at empty lines and `<br>` at ends of lines, as `wpautop` makes them."""
    if not text.strip():
        return ""
    text, put_back = _protected(text)
    text = re.sub(r"<br\s*/?>\s*?<br\s*/?>", "\n\n", text)
    text = re.sub(rf"({_TAG.replace('</?', '<', 1)})", r"\n\n\1", text)
    text = re.sub(rf"({_TAG.replace('</?', '</', 1)})", r"\1\n\n", text)
    text = re.sub(r"(<hr\b[^<>]*>)", r"\1\n\n", text)
    pieces = [piece.strip() for piece in re.split(r"\n[ \t]*\n\s*", text)]
    text = "\n".join(f"<p>{piece}</p>" for piece in pieces if piece)
    text = re.sub(rf"<p>\s*({_TAG})", r"\1", text)
    text = re.sub(rf"({_TAG})\s*</p>", r"\1", text)
    text = re.sub(r"(?<!<br />)\s*\n", "<br />\n", text)
    text = re.sub(rf"({_TAG})\s*<br />", r"\1", text)
    text = re.sub(rf"<br />(\s*(?:{_TAG}|<!--))", r"\1", text)
    return put_back(text)


def _protected(text: str) -> tuple[str, Callable[[str], str]]:
    """The text with marks in place of what no paragraph is made in, and what puts it back."""
    held: list[str] = []
    out: list[str] = []
    last = 0
    for opening in re.finditer(rf"<({'|'.join(_PROTECTED)})\b", text, re.IGNORECASE):
        if opening.start() < last:
            continue
        closing = re.compile(rf"</{opening[1]}\s*>", re.IGNORECASE).search(text, opening.end())
        if closing is None:
            break
        out += [text[last : opening.start()], "<pre data-held></pre>"]
        held.append(text[opening.start() : closing.end()])
        last = closing.end()
    out.append(text[last:])

    def put_back(made: str) -> str:
        marks = iter(held)
        return re.sub(r"<pre data-held></pre>", lambda mark: next(marks, mark[0]), made)

    return "".join(out), put_back
