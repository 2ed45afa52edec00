"""Where a Markdown text holds code: fenced and indented blocks, and code in a line.

Not a parser of Markdown: one linear pass that is right where people write, and never fails.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_PREFIX = re.compile(r"(?:[ \t]*>)*[ \t]*")
_MARKER = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?=[ \t]|\n|$)[ \t]*")
_FENCE = re.compile(r"(`{3,})([^`\n]*)(?=\n|$)|(~{3,})([^\n]*)")
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code from `start` to `end` in the text; `indent` is the width of what stands before its content."""

    kind: Literal["fenced", "indented"]
    start: int
    end: int
    indent: int


class CodeRegions:
    """The code of a text; `position in regions` says whether it lies in some.

    Without `unclosed` a fence that is never closed is no code, as programs see it that look for pairs of fences.
    """

    def __init__(self, text: str, *, indented: bool = True, unclosed: bool = True) -> None:
        scan = _Scan(text, indented=indented)
        self.blocks = list(scan.blocks())
        if scan.fence and not unclosed:
            self.blocks.pop()
        spans = [(block.start, block.end) for block in self.blocks]
        spans += _inline(text, spans)
        spans.sort()
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def __contains__(self, position: object) -> bool:
        return isinstance(position, int) and self.end(position) is not None

    def end(self, position: int) -> int | None:
        """Where the code that holds this position ends, or None."""
        at = bisect_right(self._starts, position) - 1
        return self._ends[at] if at >= 0 and position < self._ends[at] else None


def reopened(text: str, opening: re.Pattern[str], written: Callable[[re.Match[str]], str | None]) -> str:
    """The text with the openings of its fenced blocks, as the pattern finds them, written anew; None leaves one."""
    out: list[str] = []
    last = 0
    for block in CodeRegions(text, indented=False).blocks:
        found = opening.match(text, block.start)
        if found is not None and (head := written(found)) is not None:
            out += [text[last : found.start()], head]
            last = found.end()
    return "".join([*out, text[last:]])


class _Scan:
    """The state of the pass over the lines.

    `offset` is the column at which the content of the innermost list item begins, `blank` whether the line before was
    empty; `fence` is the run that opened the fenced block, and `code_start` is -1 outside of indented code.
    """

    def __init__(self, text: str, *, indented: bool) -> None:
        self.text, self.indented = text, indented
        self.offset, self.blank = 0, True
        self.fence, self.fence_start, self.fence_indent = "", 0, 0
        self.code_start, self.code_end, self.code_indent = -1, -1, 0

    def blocks(self) -> Iterator[Block]:
        for line in _LINE.finditer(self.text):
            row = line[0]
            prefix = _PREFIX.match(row)
            assert prefix is not None
            rest, width = row[prefix.end() :], len(prefix[0].expandtabs(4))
            if self.fence:
                if rest.startswith(self.fence) and not rest.strip().strip(self.fence[0]):
                    yield Block("fenced", self.fence_start, line.end(), self.fence_indent)
                    self.fence, self.blank = "", False
            elif not rest.strip():
                self.blank = True
            elif not self._in_code(line, width):
                if self.code_start >= 0:
                    yield self._indented()
                self._prose(line.start(), rest, width)
        if self.fence:
            yield Block("fenced", self.fence_start, len(self.text), self.fence_indent)
        elif self.code_start >= 0:
            yield self._indented()

    def _in_code(self, line: re.Match[str], width: int) -> bool:
        if not (self.indented and width >= self.offset + 4 and (self.blank or self.code_start >= 0)):
            return False
        if self.code_start < 0:
            self.code_start, self.code_indent = line.start(), self.offset + 4
        self.code_end, self.blank = line.end(), False
        return True

    def _indented(self) -> Block:
        found = Block("indented", self.code_start, self.code_end, self.code_indent)
        self.code_start = -1
        return found

    def _prose(self, start: int, rest: str, width: int) -> None:
        if self.blank and width < self.offset:
            self.offset = 0
        while marker := _MARKER.match(rest):
            empty = marker.end() >= len(rest.rstrip("\n"))
            self.offset = width + (2 if empty else len(marker[0].expandtabs(4)))
            width, rest = self.offset, rest[marker.end() :]
        if opening := _FENCE.match(rest):
            self.fence, self.fence_start, self.fence_indent = opening[1] or opening[3], start, width
        self.blank = False


def _inline(text: str, blocks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    position = 0
    for start, end in [*blocks, (len(text), len(text))]:
        for paragraph_start, paragraph_end in _paragraphs(text, position, start):
            spans += _in_paragraph(text, paragraph_start, paragraph_end)
        position = end
    return spans


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for gap in re.compile(r"\n[ \t]*(?=\n)").finditer(text, start, end):
        yield start, gap.start()
        start = gap.end()
    yield start, end


def _in_paragraph(text: str, start: int, end: int) -> list[tuple[int, int]]:
    runs = [(run.start(), run.end()) for run in _TICKS.finditer(text, start, end)]
    following: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        following.setdefault(runs[number][1] - runs[number][0], []).append(number)
    spans, number = [], 0
    while number < len(runs):
        run_start, run_end = runs[number]
        if run_start > start and text[run_start - 1] == "\\":
            run_start += 1
        same = following.get(run_end - run_start, [])
        while same and same[-1] <= number:
            same.pop()
        if run_start < run_end and same:
            number = same[-1]
            spans.append((run_start, runs[number][1]))
        number += 1
    return spans
