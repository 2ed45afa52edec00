"""The head of a file: where it ends, in which of the five ways it is written, and what stands in it."""

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from westmarch.transfer import yaml_fields
from westmarch.transfer.items import Body, Broken, FileWarning
from westmarch.transfer.yaml_fields import FieldsError, PlainScalar

Format = Literal["yaml", "toml", "json", "lines", "none"]

_KEY = re.compile(r"[\w][\w .-]{0,60}:(?:\s|$)")
_ANY_KEY = re.compile(r"^[\w-]+:", re.MULTILINE)
_YAML_FENCE = re.compile(r"(-{3,})[ \t]*\n")
_TOML_FENCE = re.compile(r"\+\+\+[ \t]*\n")
_JSON_FENCE = re.compile(r"(;{3,})[ \t]*\n")
_JSON_OBJECT = re.compile(r"\{\s*(?:\"|\})")
#: One line of Python-Markdown's "meta" extension, and one that goes on with the value above it.
_META_LINE = re.compile(r" {0,3}([A-Za-z0-9_-]+):[ \t]*(.*)")
_META_MORE = re.compile(r"(?: {4,}|\t+)(.+)")
_META_KNOWN = frozenset(
    ["title", "date", "tags", "slug", "category", "author", "authors", "summary", "modified", "status", "lang"]
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields of a file's head and the text below it.

    `lines` has the line of each key in the file. `broken` is set where the head could not be parsed: `fields` is then
    what could be saved of it line by line.
    """

    format: Format
    fields: dict[str, Any]
    body: Body
    lines: dict[str, int] = field(default_factory=dict)
    warnings: tuple[FileWarning, ...] = ()
    broken: Broken | None = None


def parse(text: str, *, unopened: bool = False, meta: bool = False) -> FrontMatter:
    """Split a text from its head and read it. Never raises.

    `unopened` allows YAML that is only closed by a line of dashes (Hexo's way), `meta` allows lines `Key: value` up to
    the first empty one (Pelican's way); elsewhere they stand only where the first key is a known one.
    """
    start = _start(text)
    line = text.count("\n", 0, start) + 1
    if fence := _YAML_FENCE.match(text, start):
        return _yaml(text, fence.end(), line, fence[1])
    if fence := _TOML_FENCE.match(text, start):
        return _fenced(text, fence.end(), line, re.compile(r"\+\+\+[ \t]*$", re.MULTILINE), "toml")
    if fence := _JSON_FENCE.match(text, start):
        return _fenced(text, fence.end(), line, re.compile(re.escape(fence[1]) + r"[ \t]*$", re.MULTILINE), "json")
    if _JSON_OBJECT.match(text, start):
        return _json_object(text, start, line)
    if unopened and _KEY.match(text, start) and (found := _unopened(text, start, line)):
        return found
    if found := _meta(text, start, line, anything=meta):
        return found
    return FrontMatter("none", {}, Body(text, 1))


def _start(text: str) -> int:
    """Where the head may begin: behind empty lines only where what follows them is clearly one."""
    start = len(text) - len(text.lstrip("\n \t"))
    start = text.rfind("\n", 0, start) + 1
    if start == 0:
        return 0
    fence = _YAML_FENCE.match(text, start) or _TOML_FENCE.match(text, start)
    return start if fence and _KEY.match(text, fence.end()) else 0


def _yaml(text: str, start: int, line: int, dashes: str) -> FrontMatter:
    close = re.compile(rf"^(?:{dashes}|\.\.\.)[ \t]*$", re.MULTILINE).search(text, start)
    if close is None:
        if not _KEY.match(text, start):
            return FrontMatter("none", {}, Body(text, 1))
        return _unclosed(text, start, line)
    head = text[start : close.start()]
    found = _read("yaml", head, line, _below(text, close.end()))
    # Two rules with prose between them are no head.
    return found if not found.broken or _ANY_KEY.search(head) else FrontMatter("none", {}, Body(text, 1))


def _unclosed(text: str, start: int, line: int) -> FrontMatter:
    """A head that nobody closed: what looks like one counts as one, up to the first empty line."""
    end = text.find("\n\n", start)
    head = text[start:] if end < 0 else text[start:end]
    body = Body("", line) if end < 0 else _below(text, end)
    reason = "the front matter is not closed by a line of ---"
    return FrontMatter("yaml", _salvage(head), body, broken=Broken(reason, line))


def _fenced(text: str, start: int, line: int, closing: re.Pattern[str], format_: Format) -> FrontMatter:
    close = closing.search(text, start)
    if close is None:
        return _unclosed(text, start, line)
    return _read(format_, text[start : close.start()], line, _below(text, close.end()))


def _unopened(text: str, start: int, line: int) -> FrontMatter | None:
    close = re.compile(r"^(-{3,}|;{3,})[ \t]*$", re.MULTILINE).search(text, start)
    if close is None:
        return None
    head = text[start : close.start()]
    if close[1].startswith(";"):
        return _read("json", head, line - 1, _below(text, close.end()))
    found = _read("yaml", head, line - 1, _below(text, close.end()))
    # Without an opening line this may be prose above a rule; only a head that parses is believed.
    return None if found.broken and "\n\n" in head.strip("\n") else found


def _json_object(text: str, start: int, line: int) -> FrontMatter:
    try:
        fields, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError) as error:
        at = error.lineno if isinstance(error, json.JSONDecodeError) else line
        body = _below(text, text.find("\n\n", start)) if "\n\n" in text else Body(text, 1)
        return FrontMatter("json", {}, body, broken=Broken("the front matter is no JSON", at))
    return FrontMatter("json", fields, _below(text, end))


def _below(text: str, end: int) -> Body:
    """The text behind the head, without the empty lines that part them."""
    start = end
    while start < len(text) and text[start] in "\n \t":
        start += 1
    start = max(end, text.rfind("\n", 0, start) + 1) if start < len(text) else start
    return Body(text[start:], text.count("\n", 0, start) + 1)


def _read(format_: Format, raw: str, opened: int, body: Body) -> FrontMatter:
    """`opened` is the line of the opening fence, so that line n of `raw` is line `opened` + n of the file."""
    try:
        fields, lines, warnings = _LOADERS[format_](raw)
    except FieldsError as error:
        at = None if error.line is None else opened + error.line
        broken = Broken(f"the front matter cannot be read: {error.message}", at)
        return FrontMatter(format_, _salvage(raw), body, broken=broken)
    moved = tuple(FileWarning(opened + (warning.line or 0), warning.message) for warning in warnings)
    return FrontMatter(format_, fields, body, {key: opened + at for key, at in lines.items()}, moved)


def _toml(raw: str) -> yaml_fields.Loaded:
    try:
        return tomllib.loads(raw), {}, []
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        # On Python 3.11 the place stands only in the text of the error.
        at = re.search(r"line (\d+)", str(error))
        raise FieldsError(str(error), int(at[1]) if at else None) from error


def _json(raw: str) -> yaml_fields.Loaded:
    whole = raw.strip()
    # Hexo leaves the braces out, and lets a comma stand at the end.
    bare = not whole.startswith("{")
    try:
        found = json.loads("{" + whole.rstrip(",") + "}" if bare else whole)
    except json.JSONDecodeError as error:
        raise FieldsError(error.msg, error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise FieldsError("the values are nested too deeply or are too long", None) from error
    return found, {}, []


_LOADERS: dict[Format, Callable[[str], yaml_fields.Loaded]] = {"yaml": yaml_fields.load, "toml": _toml, "json": _json}


def _salvage(raw: str) -> dict[str, Any]:
    """Each line `key: value` on its own, where the whole could not be parsed."""
    fields: dict[str, Any] = {}
    for row in raw.splitlines():
        key, colon, value = row.partition(":")
        value = value.strip()
        if not colon or not re.fullmatch(r"[\w-]+", key) or not value:
            continue
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        fields[key] = value[1:-1] if quoted else PlainScalar(value)
    return fields


def _meta(text: str, start: int, line: int, *, anything: bool) -> FrontMatter | None:
    fields: dict[str, Any] = {}
    lines: dict[str, int] = {}
    warnings: list[FileWarning] = []
    position, last = start, ""
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        row = text[position:end]
        if found := _META_LINE.fullmatch(row):
            last = found[1].lower()
            if last in fields:
                warnings.append(FileWarning(line, f"the key '{found[1]}' stands twice; both count"))
                fields[last] = PlainScalar(f"{fields[last]}, {found[2].strip()}")
            else:
                fields[last], lines[last] = PlainScalar(found[2].strip()), line
        elif last and (more := _META_MORE.fullmatch(row)):
            fields[last] = PlainScalar(f"{fields[last]}\n{more[1].strip()}".strip())
        else:
            break
        if not anything and not _META_KNOWN & fields.keys():
            return None
        position, line = end + 1, line + 1
    if not fields or not (anything or _META_KNOWN & fields.keys()):
        return None
    rest = _below(text, position) if position < len(text) else Body("", line)
    return FrontMatter("lines", fields, rest, lines, tuple(warnings))
