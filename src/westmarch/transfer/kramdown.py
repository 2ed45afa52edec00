"""Kramdown's own writing, as ours: attribute lists, its table of contents, comments, and where an excerpt ends."""

import re

from westmarch.transfer.code_regions import CodeRegions
from westmarch.transfer.items import Body, FileWarning
from westmarch.transfer.lines import Lines

_MORE = re.compile(r"<!--\s*(?:more|PELICAN_END_SUMMARY)\b[^>]*-->|<a id=\"more\"></a>", re.IGNORECASE)
_TOC = re.compile(r"^[ ]{0,3}(?:[-*+]|1\.)[ \t][^\n]*\n[ ]{0,3}\{:[ \t]*toc\b[^}\n]*\}[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"\{::comment[^}\n]*\}.*?\{:/(?:comment)?\}\n?", re.DOTALL)
_BRACED = re.compile(r"\{(?P<colons>::?|:/)(?P<inside>[^{}\n]*)\}")
_CLASS = re.compile(r"\.([\w-]+)")
_KEPT = re.compile(r"#[\w-]+|(?:width|height|lang|dir)=(?:\"[^\"]*\"|'[^']*'|[\w%-]+)")
_CALLOUTS = {
    "note": "NOTE", "info": "NOTE", "notice": "NOTE", "tip": "TIP", "success": "TIP", "important": "IMPORTANT",
    "warning": "WARNING", "caution": "CAUTION", "danger": "CAUTION", "error": "CAUTION",
}  # fmt: skip


def excerpt_mark(text: str, separator: str | None = None) -> str:
    """The text with the first mark of where its excerpt ends written our way.

    `separator` is what Jekyll's `excerpt_separator` says; white space around it does not count.
    """
    if separator and separator.strip() and (at := text.find(separator.strip())) >= 0:
        mark = separator.strip()
        if at not in CodeRegions(text):
            return f"{text[:at]}<!-- more -->{text[at + len(mark) :]}"
    found = _MORE.search(text)
    if found is None or found.start() in CodeRegions(text):
        return text
    return f"{text[: found.start()]}<!-- more -->{text[found.end() :]}"


def convert(body: Body, warnings: list[FileWarning]) -> Body:
    """Kramdown's braces outside of code as ours: what has no counterpart is left out, with a warning for each kind."""
    text = body.text
    if "{:" not in text:
        return body
    lines = Lines(text, body.line)
    regions = CodeRegions(text)
    pieces: list[str] = []
    last = 0
    said: set[str] = set()
    for found in _braces(text, regions):
        if found.start() < last:
            continue
        written, dropped = _written(found, text)
        if dropped and dropped not in said:
            said.add(dropped)
            warnings.append(
                FileWarning(lines.at(found.start()), f"Kramdown's '{dropped[:60]}' has no counterpart here")
            )
        pieces += [text[last : found.start()], written]
        last = found.end()
    pieces.append(text[last:])
    return Body(_callouts("".join(pieces)), body.line)


def _braces(text: str, regions: CodeRegions) -> list[re.Match[str]]:
    found = [*_TOC.finditer(text), *_COMMENT.finditer(text), *_BRACED.finditer(text)]
    found.sort(key=lambda one: one.start())
    return [one for one in found if one.start() not in regions]


def _written(found: re.Match[str], text: str) -> tuple[str, str]:
    """What stands in place of a brace, and what of it is lost."""
    if found.re is _TOC:
        return "[[toc]]", ""
    if found.re is _COMMENT or found["colons"] != ":":
        return "", ""
    inside = found["inside"].strip()
    if re.match(r"[\w-]+:", inside):  # a definition of attributes for later use
        return "", inside
    kept = " ".join(_KEPT.findall(inside))
    classes = _CLASS.findall(inside)
    start = text.rfind("\n", 0, found.start()) + 1
    if text[start : found.start()].strip():
        # Attributes in a line may stand behind links, pictures and code, as ours do; elsewhere they have no effect.
        attached = text[found.start() - 1] in ")]`"
        return ("{" + kept + "}" if kept and attached else ""), " ".join(f".{name}" for name in classes)
    for name in classes:
        if name in _CALLOUTS:
            return f"\ufdd1{_CALLOUTS[name]}", ""
        if name.startswith("language-"):
            return f"\ufdd1{name}", ""
    return "", inside


# A line with the noncharacter says of the block above it what it is; only then is that block rewritten.
_MARKED = re.compile(r"((?:^[^\n]*\S[^\n]*\n)+)^[ \t]*\ufdd1([\w-]+)[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[ \t]*$", re.MULTILINE)


def _callouts(text: str) -> str:
    if "\ufdd1" not in text:
        return text
    return re.sub(r"^[ \t]*\ufdd1[\w-]+[ \t]*\n?", "", _MARKED.sub(_callout, text), flags=re.MULTILINE)


def _callout(found: re.Match[str]) -> str:
    block, name = found[1].rstrip("\n"), found[2]
    if name.startswith("language-"):
        return _FENCE.sub(lambda fence: f"{fence[1]}{fence[2]}{name[9:]}", block, count=1)
    rows = [row[1:].removeprefix(" ") if row.startswith(">") else row for row in block.split("\n")]
    return "\n".join([f"> [!{name}]", *(f"> {row}" for row in rows)])
