"""Fonts for titles: Literata of the package, then what the owner or the machine has, by what they really cover."""

import logging
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import uharfbuzz as hb

logger = logging.getLogger(__name__)

#: Literata 5.3.0 (SIL Open Font License 1.1) at weight 600 and optical size 40, with Latin, Greek and Cyrillic.
LITERATA = Path(__file__).parent / "literata.ttf"
#: How many files of fonts are looked at, so that a strange folder costs no minutes.
MOST_FILES = 3_000
_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
#: Scripts of Chinese, Japanese and Korean, which one font is to cover together.
_TOGETHER = frozenset({"Hani", "Hira", "Kana", "Bopo", "Hang"})
_LITERATA_SCRIPTS = frozenset({"Latn", "Grek", "Cyrl"})
_UNSEEN = frozenset("\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
#: What names of files tell: the earlier the group the better for a title, and what is not fit for one.
_BETTER = (("serif", "naskh", "mincho", "ming", "song", "batang", "myungjo", "myeongjo", "times", "david"),
           ("bold", "semibold", "bd.", "db.", "w6"))  # fmt: skip
_WORSE = ("italic", "oblique", "mono", "condensed", "narrow", "display", "light", "thin", "black", "kufi", "nastaliq",
          "rashi", "looped", "unjoined", "slanted", "symbol", "math", "emoji", "unifont", "lastresort")  # fmt: skip
#: By language, the part of a family's name that shows ideographs as they are written there, best first.
_IDEOGRAPHS = {
    "ja": ("jp", "japan", "mincho", "hiragino", "yu", "gothic"),
    "ko": ("kr", "korea", "myungjo", "batang", "malgun", "nanum"),
    "zh-hant": ("tc", "hk", "taiwan", "ming", "jheng"),
    "zh": ("sc", "cn", "song", "sim", "yahei", "gb"),
}


@dataclass(eq=False, slots=True)
class Typeface:
    """A font that is open; its glyphs are measured and drawn in units of which `units` make an em."""

    font: hb.Font
    units: int

    def covers(self, text: str) -> bool:
        """Whether there is a glyph for each character, but for those that are never seen."""
        return all(unseen(character) or self.font.get_nominal_glyph(ord(character)) for character in text)


def unseen(character: str) -> bool:
    """Whether a character has no picture of its own: joiners and variation selectors (default ignorable)."""
    return character in _UNSEEN or "\ufe00" <= character <= "\ufe0f"


@lru_cache(maxsize=4096)
def script(character: str) -> str:
    """The script of a character (ISO 15924), empty for what all scripts share and for marks."""
    buffer = hb.Buffer()
    buffer.add_str(character)
    buffer.guess_segment_properties()
    return buffer.script or ""


def together(found: str) -> bool:
    """Whether the script is one of those that Chinese, Japanese and Korean are written with."""
    return found in _TOGETHER


def folders(own: Path | None = None) -> tuple[Path, ...]:
    """Where fonts are looked for: the owner's folder, then those of the system and the user."""
    home = Path.home()
    if sys.platform == "darwin":
        system: tuple[Path, ...] = (home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    elif sys.platform == "win32":
        system = (
            Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",
            home / "AppData/Local/Microsoft/Windows/Fonts",
        )
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
        system = (data / "fonts", home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))
    return (own, *system) if own else system


@dataclass(slots=True)
class Fonts:
    """The fonts that are found in `folders`, the first of which is the owner's own; opened when a script needs them.

    An object is for one thread.
    """

    folders: tuple[Path, ...]
    literata: Typeface = field(init=False)
    _files: list[Path] | None = field(init=False, default=None)
    _open: dict[tuple[Path, str], Typeface | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        opened = _opened(LITERATA, "")
        if opened is None:
            raise FileNotFoundError(LITERATA)
        self.literata = opened

    def fit(self, characters: str, found: str, language: str) -> Typeface | None:
        """The best font that covers all of these characters of the script `found`, or None."""
        if found in _LITERATA_SCRIPTS or not found:
            candidates: Iterable[Typeface] = (self.literata, *self._others(found, language))
        else:
            candidates = self._others(found, language)
        return next((face for face in candidates if face.covers(characters)), None)

    def _others(self, found: str, language: str) -> Iterator[Typeface]:
        wanted = language if together(found) else ""
        if self._files is None:
            self._files = sorted(_files(self.folders), key=self._rank)
        for file in sorted(self._files, key=lambda file: _ideographs(file.name, language)) if wanted else self._files:
            key = (file, wanted)
            if key not in self._open:
                self._open[key] = _opened(file, wanted)
            if face := self._open[key]:
                yield face

    def _rank(self, file: Path) -> tuple[int, ...]:
        name = file.name.lower()
        own = bool(self.folders) and file.is_relative_to(self.folders[0])
        worse = sum(part in name for part in _WORSE)
        return (not own, worse, *(not any(part in name for part in parts) for parts in _BETTER))


def _ideographs(name: str, language: str) -> int:
    """How far a file's or family's name is from the language's way to write ideographs; less is better."""
    name, tag = name.lower(), language.lower()
    if "cjk" in name and not any(name.endswith(f" {end}") for end in ("jp", "kr", "sc", "tc", "hk")):
        return 0
    parts = next((parts for prefix, parts in _IDEOGRAPHS.items() if _speaks(tag, prefix)), ())
    return next((place for place, part in enumerate(parts) if part in name), len(parts))


def _speaks(tag: str, prefix: str) -> bool:
    if prefix == "zh-hant":
        return tag.startswith("zh") and any(part in tag.split("-") for part in ("hant", "tw", "hk", "mo"))
    return tag.split("-")[0] == prefix


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    count = 0
    for folder in folders:
        for root, _, names in os.walk(folder):
            for name in sorted(names):
                if name.lower().endswith(_ENDINGS):
                    count += 1
                    if count > MOST_FILES:
                        logger.warning("More than %d files of fonts are there; the rest is not looked at.", MOST_FILES)
                        return
                    yield Path(root, name)


def _opened(file: Path, language: str) -> Typeface | None:
    """The font in a file, of a collection the one for the language; None where none can be drawn."""
    try:
        blob = hb.Blob.from_file_path(str(file))
    except hb.HarfBuzzError:
        logger.warning("The font %s cannot be read.", file)
        return None
    faces = [hb.Face(blob, 0)]
    if file.suffix.lower() in (".ttc", ".otc"):
        faces += [hb.Face(blob, index) for index in range(1, min(faces[0].count, 64))]
        faces.sort(key=lambda face: _ideographs(_family(face), language))
    face = faces[0]
    if not face.glyph_count or not {"glyf", "CFF ", "CFF2"} & set(face.table_tags):
        return None
    font = hb.Font(face)
    if face.has_var_data:
        font.set_variations({"wght": 600.0})
    return Typeface(font, face.upem)


def _family(face: hb.Face) -> str:
    return face.get_name(hb.OTNameIdPredefined.FONT_FAMILY) or ""
