"""Elements of a large XML file, one after the other: memory is that of one, and a broken one costs no other.

A parser of the whole file ends at its first fault, and one that goes on (libxml2's) drops text without a word. So the
file is cut into elements by their tags, and each is parsed strictly by Expat. No entities are declared this way: a
file cannot make a text grow.
"""

import html
import html.entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

from westmarch.errors import Invalid

#: Characters of the largest element that is parsed.
LARGEST = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
#: Characters of the longest beginning of a tag that is looked for.
_TAG = 200
#: Characters in which the declaration and the tag of the root stand.
_HEAD = 64 * 1024
#: Elements in a row that never end, after which the rest of the file is given up.
_ENDLESS = 20
_ENCODING = re.compile(rb"<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
# What XML forbids, whatever writes it (https://www.w3.org/TR/xml/#charsets).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SECTION = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)([A-Za-z][A-Za-z0-9]{1,31};)?")


@dataclass(frozen=True, slots=True)
class Piece:
    """One element, and the line on which it begins; `element` is None where it is broken, for `reason` at `line`.

    Names are as they are written, with their prefixes. `mended` says what was mended in it: undeclared entities,
    forbidden characters.
    """

    name: str
    line: int
    element: Element | None
    reason: str = ""
    mended: str = ""


def opened(path: Path) -> TextIO:
    """An XML file as text, by the encoding that it declares; bytes that mean nothing in it become U+FFFD.

    Raises Invalid where it cannot be read or the encoding is not known.
    """
    try:
        with path.open("rb") as file:
            head = file.read(1024)
        declared = _ENCODING.search(head)
        encoding = declared[1].decode("ascii") if declared else "utf-8"
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        elif encoding.lower() in {"utf-8", "utf8"}:
            encoding = "utf-8-sig"
        return path.open(encoding=encoding, errors="replace", newline="")
    except LookupError as error:
        raise Invalid(f"{path.name} says that its encoding is '{encoding}', which is not known.") from error
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read: {error.strerror or error}.") from error


def head(path: Path) -> str:
    """The beginning of an XML file, to see what it is. Raises Invalid as `opened` does."""
    with opened(path) as file:
        return _read(file, _HEAD)


def _read(file: TextIO, size: int) -> str:
    try:
        return file.read(size)
    except (OSError, UnicodeError) as error:
        raise Invalid(f"{Path(file.name).name} cannot be read: {error}.") from error


def elements(path: Path, names: frozenset[str]) -> Iterator[Piece]:
    """The elements of these names in a file, in order, wherever they stand; what is in them is not looked through.

    Raises Invalid as `opened` does.
    """
    with opened(path) as file:
        yield from _Cutting(file, names)


class _Cutting:
    """Cuts a stream of text. What was read and not yet given begins at `start` of `text`, on line `line`.

    Positions count from there, so that they hold while more is read.
    """

    def __init__(self, file: TextIO, names: frozenset[str]) -> None:
        self.file = file
        self.text = ""
        self.start = 0
        self.line = 1
        self.endless = 0
        ordered = "|".join(re.escape(name) for name in sorted(names))
        self.begin = re.compile(rf"<!\[CDATA\[|<!--|<({ordered})(?=[\s/>])")
        self.marks = {name: re.compile(rf"<!\[CDATA\[|<!--|<(/?){re.escape(name)}(?=[\s/>])[^<>]*>") for name in names}

    def __iter__(self) -> Iterator[Piece]:
        while name := self._begin():
            yield self._piece(name)
            if self.endless >= _ENDLESS:
                reason = f"{_ENDLESS} elements one after the other do not end; the rest is not read"
                yield Piece(name, self.line, None, reason)
                return

    @property
    def held(self) -> int:
        """How many characters were read and not yet given."""
        return len(self.text) - self.start

    def _more(self) -> bool:
        """Read on; False at the end of the file."""
        read = _read(self.file, _CHUNK)
        self.text, self.start = self.text[self.start :] + read, 0
        return bool(read)

    def _drop(self, length: int) -> None:
        end = self.start + length
        self.line += self.text.count("\n", self.start, end)
        self.start = end

    def _find(self, mark: str, position: int) -> int:
        found = self.text.find(mark, self.start + position)
        return found - self.start if found >= 0 else -1

    def _begin(self) -> str:
        """Go on to where the next element begins, and return its name; none at the end of the file."""
        while True:
            found = self.begin.search(self.text, self.start)
            if found is None:
                # The beginning of a tag may be the end of what was read.
                self._drop(max(0, self.held - _TAG))
                if not self._more():
                    return ""
                continue
            self._drop(found.start() - self.start)
            if found[1]:
                return found[1]
            self._skip("]]>" if found[0] == "<![CDATA[" else "-->", len(found[0]))

    def _skip(self, mark: str, begin: int) -> None:
        """Pass over a section outside of elements; one that does not end is passed over as far as its mark."""
        end = self._closed(mark, begin)
        self._drop(begin if end is None else end)

    def _piece(self, name: str) -> Piece:
        line = self.line
        end, reason = self._end(name)
        if end is None:
            self.endless += 1
            self._drop(self._again(name))
            return Piece(name, line, None, reason)
        element, reason, mended = _parsed(self.text[self.start : self.start + end], line)
        if element is None:
            # What ended it may belong to a later one: the next beginning is looked for within it.
            self._drop(min(self._again(name), end))
            return Piece(name, line, None, reason)
        self.endless = 0
        self._drop(end)
        return Piece(name, line, element, "", mended)

    def _again(self, name: str) -> int:
        """Where the next element of the name seems to begin, in a section or not; else the end of what was read."""
        found = re.compile(rf"<{re.escape(name)}(?=[\s/>])").search(self.text, self.start + 1)
        return (found.start() - self.start) if found else self.held

    def _end(self, name: str) -> tuple[int | None, str]:
        """Where the element at the beginning ends; None and why where it does not."""
        position, inside = 0, False
        while True:
            found = self.marks[name].search(self.text, self.start + position)
            if found is None:
                if self.held > LARGEST:
                    return None, f"it is larger than {LARGEST // 1024 // 1024} MiB"
                # A tag that was cut off by the end of what was read is searched for again.
                last = self.text.rfind("<", self.start + position)
                position = last - self.start if last >= 0 else self.held
                if not self._more():
                    return None, "it does not end"
                continue
            end = found.end() - self.start
            if found[0].startswith("<!"):
                closed = self._closed("]]>" if found[0] == "<![CDATA[" else "-->", end)
                if closed is None and self.held > LARGEST:
                    return None, f"it is larger than {LARGEST // 1024 // 1024} MiB"
                if closed is None:
                    return None, "a section in it does not end"
                position = closed
            elif found[1] or found[0].endswith("/>"):
                return end, ""
            elif inside:
                return None, "another one begins before it ends"
            else:
                position, inside = end, True

    def _closed(self, mark: str, position: int) -> int | None:
        while (at := self._find(mark, position)) < 0:
            position = max(position, self.held - len(mark) + 1)
            if self.held > LARGEST or not self._more():
                return None
        return at + len(mark)


def _parsed(written: str, line: int) -> tuple[Element | None, str, str]:
    """The element, which begins on this line, or why there is none, and what was mended in it."""
    mended = []
    if _FORBIDDEN.search(written):
        written = _FORBIDDEN.sub("", written)
        mended.append("control characters were taken out")
    if "\ufffd" in written:
        mended.append("it holds U+FFFD, which stands for broken characters")
    if "&" in written:
        pieces = _SECTION.split(written)
        pieces = [piece if number % 2 else _REFERENCE.sub(_resolved, piece) for number, piece in enumerate(pieces)]
        if (whole := "".join(pieces)) != written:
            written = whole
            mended.append("'&' that was not written as '&amp;' was mended")
    parser, builder = ParserCreate("utf-8"), TreeBuilder()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(written.encode(), True)  # noqa: FBT003 - takes no names
    except ExpatError as error:
        return None, f"{str(error).partition(':')[0]} in line {line + error.lineno - 1}", ""
    return builder.close(), "", "; ".join(mended)


def _resolved(reference: re.Match[str]) -> str:
    """A name that HTML knows as its character, any other `&` as itself."""
    name = reference[1]
    found = html.entities.html5.get(name) if name else None
    return html.escape(found) if found else f"&amp;{name or ''}"
