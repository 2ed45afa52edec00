"""Setting a text in lines: which font for which character, where it may break, how wide it is, in what order it stands.

Breaks are those of ICU for the language (no closing bracket begins a line of Chinese, Thai breaks between words), the
order is that of `cards.bidi`, shapes are HarfBuzz's. All measures are in ems.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import uharfbuzz as hb
from icu4py.breakers import CharacterBreaker, LineBreaker, WordBreaker

from westmarch.cards import bidi
from westmarch.cards.fonts import Fonts, Typeface, script, together, unseen

#: More of a text is not looked at: no card shows as much.
LONGEST = 400
ELLIPSIS = "…"
#: Signs that may be left out where no font has them, by general category; a letter may not.
_MISSABLE = ("So", "Sk", "Sm", "Co", "Cn", "Cf", "Mn", "Me")
#: Emoji, with the joiners and selectors between them.
_PICTURES = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0f\u20e3\U000e0020-\U000e007f]"
    "(?:\u200d?[\U0001f000-\U0001faff\u2600-\u27bf\u2640\u2642\ufe0f])*"
)
#: European digits, which stand in the fonts of many scripts in a style of their own.
_DIGITS = frozenset("0123456789%")
#: Languages in which ICU finds phrases, so that no word is torn (Unicode Locale Data, `lw`).
_BY_PHRASES = ("ja", "ko")
#: Languages whose words ICU finds by a dictionary, between which a line is broken rather than within.
_BY_WORDS = ("zh", "yue")


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Shaped glyphs of one font: each with its number and its offsets and advance in the font's units."""

    face: Typeface
    glyphs: tuple[tuple[int, int, int, int], ...]

    @property
    def width(self) -> float:
        """How far they reach, in ems."""
        return sum(advance for _, _, _, advance in self.glyphs) / self.face.units


@dataclass(slots=True)
class Setting:
    """A text with a font, a script and a level for each character, and the places where a line may break."""

    text: str
    language: str
    faces: list[Typeface]
    scripts: list[str]
    levels: list[int]
    breaks: list[int]
    _widths: dict[tuple[int, int], float] = field(default_factory=dict)

    def lines(self, width: float) -> list[tuple[int, int]]:
        """First and last place of each line where none may be wider, but for a single character that is."""
        found: list[tuple[int, int]] = []
        start, last = 0, 0
        for end in self.breaks:
            if last > start and self.width(start, end) > width:
                found.append((start, last))
                start = last
            while self.width(start, end) > width and (cut := self._cut(start, end, width)) < end:
                found.append((start, cut))
                start = cut
            last = end
        if start < len(self.text):
            found.append((start, len(self.text)))
        return found

    def balanced(self, width: float) -> list[tuple[int, int]]:
        """As few lines as `lines` makes, of lengths as even as they can be."""
        lines = self.lines(width)
        low, high = width / 2, width
        for _ in range(6):
            middle = (low + high) / 2
            if len(tried := self.lines(middle)) <= len(lines) and not self._torn(tried):
                lines, high = tried, middle
            else:
                low = middle
        return lines

    def fits(self, width: float, most: int) -> bool:
        """Whether so many lines are enough, without one that ends within a word."""
        lines = self.lines(width)
        return len(lines) <= most and not self._torn(lines)

    def _torn(self, lines: Sequence[tuple[int, int]]) -> bool:
        """Whether a line ends where it should not: within a word that is longer than it."""
        allowed = set(self.breaks)
        return any(end not in allowed for _, end in lines)

    def _cut(self, start: int, end: int, width: float) -> int:
        """Where to cut what is wider than a line: after as many characters as it holds, with their marks."""
        cut = start + 1
        while cut < end and self.width(start, cut + 1) <= width:
            cut += 1
        while cut < end and _hangs(self.text[cut]):
            cut += 1
        return cut

    def width(self, start: int, end: int) -> float:
        """How wide a part is on a line of its own, without the space at its end."""
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if (known := self._widths.get((start, end))) is None:
            known = sum(self._piece(a, b) for a, b in self._pieces(start, end))
            self._widths[start, end] = known
        return known

    def _pieces(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The part between the places where it may break, so that each of them is shaped once."""
        before = start
        for place in self.breaks:
            if start < place < end:
                yield before, place
                before = place
        if before < end:
            yield before, end

    def _piece(self, start: int, end: int) -> float:
        if (known := self._widths.get((start, -end))) is None:
            known = sum(run.width for run in self._shaped(start, end))
            self._widths[start, -end] = known
        return known

    def _shaped(self, start: int, end: int) -> Iterator[Glyphs]:
        for first, last in self._runs(start, end):
            yield self._shape(first, last)

    def _runs(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Parts of one font, script and level."""
        first = start
        for place in range(start + 1, end + 1):
            if place == end or self._kind(place) != self._kind(first):
                yield first, place
                first = place

    def _kind(self, place: int) -> tuple[Typeface, str, int]:
        return self.faces[place], self.scripts[place], self.levels[place]

    def _shape(self, start: int, end: int) -> Glyphs:
        face = self.faces[start]
        buffer = hb.Buffer()
        # The neighbours are given too: letters join over the end of a run.
        buffer.add_codepoints([ord(character) for character in self.text], start, end - start)
        buffer.direction = "rtl" if self.levels[start] % 2 else "ltr"
        if self.scripts[start]:
            buffer.script = self.scripts[start]
        buffer.language = self.language
        buffer.guess_segment_properties()
        hb.shape(face.font, buffer)
        return Glyphs(
            face,
            tuple(
                (info.codepoint, position.x_offset, position.y_offset, position.x_advance)
                for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
            ),
        )

    def line(self, start: int, end: int) -> list[Glyphs]:
        """A line's glyphs from left to right."""
        while end > start and self.text[end - 1].isspace():
            end -= 1
        order = bidi.visual(self.levels[start:end])
        place = {logical: visual for visual, logical in enumerate(order)}
        runs = sorted(self._runs(start, end), key=lambda run: place[run[0] - start])
        return [self._shape(first, last) for first, last in runs]


def plain(text: str) -> str:
    """One line of the text, in NFC: without control characters, and what would turn or hide parts of it."""
    text = unicodedata.normalize("NFC", " ".join(text[: 2 * LONGEST].split()))
    kept = (character for character in text if unicodedata.bidirectional(character) not in bidi.EXPLICIT)
    return "".join(character for character in kept if unicodedata.category(character) not in ("Cc", "Cs"))[:LONGEST]


def setting(text: str, language: str, *, rtl: bool, fonts: Fonts) -> Setting | None:
    """Set a text, as `plain` makes it; None where a letter of it is in no font, or where nothing is left of it.

    Pictures such as emoji, and signs that are in no font, are left out.
    """
    text = " ".join(_PICTURES.sub("", text).split())
    clusters = list(_clusters(text, language))
    scripts = _scripts(clusters)
    chosen = _faces(clusters, scripts, language, fonts)
    if any(face is None and not _missable(cluster) for cluster, face in zip(clusters, chosen, strict=True)):
        return None
    kept = [(face, cluster, found) for face, cluster, found in zip(chosen, clusters, scripts, strict=True) if face]
    if len(kept) < len(clusters):
        return setting("".join(cluster for _, cluster, _ in kept), language, rtl=rtl, fonts=fonts)
    if not text:
        return None
    return Setting(
        text,
        language,
        [face for face, cluster, _ in kept for _ in cluster],
        [found for _, cluster, found in kept for _ in cluster],
        bidi.levels(text, rtl=rtl),
        _breaks(text, language),
    )


def shortened(whole: Setting, lines: int, width: float, *, rtl: bool, fonts: Fonts) -> Setting:
    """The text with an ellipsis at its end where it would take more lines: as many words as go, else characters."""
    if len(whole.lines(width)) <= lines:
        return whole
    characters = [place for place in range(1, len(whole.text)) if not _hangs(whole.text[place])]
    for places in (whole.breaks, characters):
        low, high, best = 0, len(places) - 1, None
        while low <= high:
            middle = (low + high) // 2
            text = whole.text[: places[middle]].rstrip().rstrip(",;:.،؛、，。—–-·") + ELLIPSIS
            tried = setting(text, whole.language, rtl=rtl, fonts=fonts)
            if tried is not None and len(tried.lines(width)) <= lines:
                best, low = tried, middle + 1
            else:
                high = middle - 1
        if best is not None:
            return best
    return whole


def _hangs(character: str) -> bool:
    """Whether a character stands at the one before it and is not to be torn from it."""
    return unicodedata.category(character)[0] == "M" or unseen(character)


def _clusters(text: str, language: str) -> Iterator[str]:
    yield from CharacterBreaker(text, language)


def _breaks(text: str, language: str) -> list[int]:
    """The places behind which a line may end, the end of the text last."""
    primary = language.partition("-")[0].lower()
    if primary in _BY_PHRASES:
        return _ends(LineBreaker(text, f"{primary}-u-lb-strict-lw-phrase"))
    places = _ends(LineBreaker(text, language))
    if primary not in _BY_WORDS:
        return places
    words = set(_ends(WordBreaker(text, language)))
    return [place for place in places if place in words]


def _ends(parts: Iterable[str]) -> list[int]:
    """Where each part ends, counted in characters."""
    return list(accumulate(map(len, parts)))


def _scripts(clusters: Sequence[str]) -> list[str]:
    """The script of each cluster; what all scripts share goes with what stands before it, else with what comes."""
    found = [next(filter(None, map(script, cluster)), "") for cluster in clusters]
    for index in range(1, len(found)):
        found[index] = found[index] or found[index - 1]
    for index in range(len(found) - 2, -1, -1):
        found[index] = found[index] or found[index + 1]
    return found


def _faces(clusters: Sequence[str], scripts: Sequence[str], language: str, fonts: Fonts) -> list[Typeface | None]:
    """A font for each cluster: one for all of a script where there is one, else the best for each alone."""
    letters: dict[str, set[str]] = {}
    for cluster, found in zip(clusters, scripts, strict=True):
        letters.setdefault(found, set()).update(c for c in cluster if not unseen(c) and script(c))
    main = {found: fonts.fit("".join(sorted(seen)), found, language) for found, seen in letters.items()}
    return [
        main[found] if _suits(main[found], cluster, found) else _alone(cluster, found, language, fonts)
        for cluster, found in zip(clusters, scripts, strict=True)
    ]


def _alone(cluster: str, found: str, language: str, fonts: Fonts) -> Typeface | None:
    if fonts.literata.covers(cluster):
        return fonts.literata
    return fonts.fit(cluster, found, language)


def _suits(face: Typeface | None, cluster: str, found: str) -> bool:
    """Whether the font of a script is the one for the cluster too; figures among letters that join are Literata's."""
    return face is not None and face.covers(cluster) and (cluster not in _DIGITS or together(found))


def _missable(cluster: str) -> bool:
    return all(unicodedata.category(character) in _MISSABLE for character in cluster)
