"""A small scanner for `{% tags %}` and `{{ values }}`. A dialect says what they are; what it does not know stays.

A dialect may bring a scanner of its own: Hugo's shortcodes look otherwise, and are otherwise the same.

Not a template engine: nothing is run, no tag that is unknown loses its text, and each has the line on which it stands.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from westmarch.transfer.code_regions import CodeRegions
from westmarch.transfer.items import Body, FileWarning
from westmarch.transfer.lines import Lines

# Tags may run over lines. Neither pattern looks further than the next opening, so that a text of nothing but
# openings is still read in one pass.
_TOKEN = re.compile(r"\{%(-?)((?:[^%{]|%(?!\})|\{(?!%))*?)(-?)%\}|\{\{(-?)((?:[^{}]|\}(?!\})|\{(?!\{))*?)(-?)\}\}")
#: Blocks within blocks; of more that are open, the outermost counts as one that is never closed.
_DEEPEST = 20
_WORD = re.compile(r"\s*([A-Za-z_][\w-]*)\s*")


@dataclass(frozen=True, slots=True)
class Tag:
    """One `{% name arguments %}`, or one `{{ arguments }}` with an empty name; `closes` is the block that it ends."""

    name: str
    arguments: str
    start: int
    end: int
    line: int
    trim_before: bool = False
    trim_after: bool = False
    closes: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A tag with the text between it and its `{% end… %}`, which ends at `end`."""

    tag: Tag
    content: str
    end: int


#: What stands in place of a tag: text, or None where the dialect does not know it.
Replace = Callable[[Tag, "Context"], str | None]
ReplaceBlock = Callable[[Block, "Context"], str | None]


@dataclass(slots=True)
class Context:
    """What a dialect may look at and say while it replaces tags."""

    body: Body
    warnings: list[FileWarning]
    regions: CodeRegions | None = None

    def warn(self, tag: Tag, message: str) -> None:
        """Report something about a tag, at its line in the file."""
        self.warnings.append(FileWarning(tag.line, message))

    def before(self, tag: Tag) -> str:
        """The text of the tag's own line that stands before it."""
        return self.body.text[self.body.text.rfind("\n", 0, tag.start) + 1 : tag.start]

    def after(self, end: int) -> str:
        """The text of the line that stands after this position."""
        at = self.body.text.find("\n", end)
        return self.body.text[end : at if at >= 0 else len(self.body.text)]

    def as_block(self, replaced: Tag | Block, written: str) -> str:
        """A block in place of what begins its line: with an empty line around it, and the same indentation."""
        tag = replaced.tag if isinstance(replaced, Block) else replaced
        before, source, end = self.before(tag), self.body.text, replaced.end
        if before.strip():
            return written
        above = source[: tag.start - len(before)].endswith("\n\n") or tag.start == len(before)
        first, *others = written.split("\n")
        written = "\n".join([first, *(f"{before}{row}".rstrip() for row in others)])
        below = "\n" if not self.after(end).strip() and source[end : end + 2] not in {"", "\n", "\n\n"} else ""
        return ("" if above else f"\n{before}") + written + below


def tags(body: Body) -> Iterator[Tag]:
    """All tags of a text, in order."""
    if "{%" not in body.text and "{{" not in body.text:
        return
    lines = Lines(body.text, body.line)
    for found in _TOKEN.finditer(body.text):
        if found[2] is None:
            name, arguments, trims = "", found[5].strip(), (found[4], found[6])
        else:
            word = _WORD.match(found[2])
            if word is None:
                continue
            name, arguments, trims = word[1], found[2][word.end() :].strip(), (found[1], found[3])
        line = lines.at(found.start())
        closes = name[3:] if name.startswith("end") else ""
        yield Tag(name, arguments, found.start(), found.end(), line, bool(trims[0]), bool(trims[1]), closes)


@dataclass(frozen=True, slots=True)
class Dialect:
    """Which tags a program knows. `blocks` maps the names of tags with an end to what replaces them.

    `verbatim` are blocks in which nothing is a tag; with `code_is_text` no tag in code is one either. `scan` finds the
    tags of a text.
    """

    replace: Replace
    blocks: Mapping[str, ReplaceBlock]
    verbatim: frozenset[str]
    code_is_text: bool
    scan: Callable[[Body], Iterable[Tag]] = tags


def expand(body: Body, dialect: Dialect, warnings: list[FileWarning]) -> Body:
    """The text with every tag replaced that the dialect knows. Those it does not know stay, with a warning each."""
    if "{%" not in body.text and "{{" not in body.text:
        return body
    regions = CodeRegions(body.text, indented=False, unclosed=False) if dialect.code_is_text else None
    context = Context(body, warnings, regions)
    found = [tag for tag in dialect.scan(body) if regions is None or tag.start not in regions]
    return Body(_Expansion(body.text, found, dialect, context).run(), body.line)


class _Expansion:
    def __init__(self, text: str, found: list[Tag], dialect: Dialect, context: Context) -> None:
        self.text, self.found, self.dialect, self.context = text, found, dialect, context
        self.ends = self._ends()
        self.reported: set[str] = set()

    def _ends(self) -> dict[int, int]:
        """For each opening tag the number of the tag that ends it; verbatim blocks hide all that is in them."""
        ends: dict[int, int] = {}
        open_: list[int] = []
        hidden: str | None = None
        for number, tag in enumerate(self.found):
            if hidden is not None:
                if tag.closes == hidden:
                    ends[open_.pop()], hidden = number, None
            elif tag.name in self.dialect.blocks and not tag.closes:
                open_ = [*open_[1 - _DEEPEST :], number]
                hidden = tag.name if tag.name in self.dialect.verbatim else None
            elif tag.closes:
                for at in range(len(open_) - 1, -1, -1):
                    if self.found[open_[at]].name == tag.closes:
                        ends[open_[at]] = number
                        del open_[at:]
                        break
        return ends

    def run(self) -> str:
        return self._between(0, len(self.found), 0, len(self.text))

    def _between(self, number: int, last: int, start: int, end: int) -> str:
        """The text from `start` to `end`, in which the tags `number` to `last` stand, expanded."""
        out: list[str] = []
        trim = False
        while number < last:
            tag = self.found[number]
            closing = self.ends.get(number)
            following = self.found[closing].end if closing is not None else tag.end
            replaced = self._block(number, closing) if closing is not None else self._single(tag)
            piece = self.text[start : tag.start]
            piece = piece.lstrip() if trim else piece
            out.append(piece.rstrip() if replaced is not None and tag.trim_before else piece)
            out.append(self.text[tag.start : following] if replaced is None else replaced)
            trim = replaced is not None and (self.found[closing] if closing is not None else tag).trim_after
            start, number = following, (closing if closing is not None else number) + 1
        piece = self.text[start:end]
        out.append(piece.lstrip() if trim else piece)
        return "".join(out)

    def _single(self, tag: Tag) -> str | None:
        if tag.name in self.dialect.blocks and not tag.closes:
            self.context.warn(tag, f"'{self._written(tag)}' is never closed; it stays as text")
            return None
        replaced = None if tag.closes else self.dialect.replace(tag, self.context)
        if replaced is None:
            self._report(tag)
        return replaced

    def _report(self, tag: Tag) -> None:
        if tag.closes and tag.closes in self.reported:
            return
        if tag.name:
            self.reported.add(tag.name)
        self.context.warn(tag, f"'{self._written(tag)}' is not known here; it stays as text")

    def _written(self, tag: Tag) -> str:
        return " ".join(self.text[tag.start : tag.end].split())[:80]

    def _block(self, number: int, closing: int) -> str | None:
        tag, end = self.found[number], self.found[closing]
        if tag.name in self.dialect.verbatim:
            content = self.text[tag.end : end.start]
        else:
            content = self._between(number + 1, closing, tag.end, end.start)
        content = content.lstrip() if tag.trim_after else content
        content = content.rstrip() if end.trim_before else content
        replaced = self.dialect.blocks[tag.name](Block(tag, content, end.end), self.context)
        if replaced is not None:
            return replaced
        self._report(tag)
        return self.text[tag.start : tag.end] + content + self.text[end.start : end.end]
