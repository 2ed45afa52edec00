"""Catalogues: the words of a theme in a language, `words/LANGUAGE.toml`. docs/translating.md tells their form."""

import logging
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from westmarch.web.languages import fallbacks, locale_of, primary
from westmarch.web.manifest import FILE, UNREADABLE
from westmarch.web.messages import faults, missing_forms
from westmarch.web.words import Text, Words

logger = logging.getLogger(__name__)

#: The language that says all there is to say: the others are held against it, and it stands in for them.
SOURCE = "en"
#: The one key that is no text.
LOCALE = "locale"
#: So many languages are kept ready.
MOST_LANGUAGES = 256

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one file says: its texts by key, the locale that it names, and what of it cannot be used."""

    texts: Mapping[str, str]
    locale: str
    faults: Sequence[str]


class Catalogues:
    """The words of a theme: the files in `words/` of each of its folders, the nearest first, the package's last.

    A word is taken from the most exact language that has it (`pt-br`, then `pt`, then English), and for that from the
    nearest folder. The keys are those of the English of folders that are themes, which have a `theme.toml`.

    Files of the package are read when their language is first asked for, others at once. What of them cannot be used
    is told to the log, and what comes after it in the order above answers.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._files = [
            {path.stem.lower(): path for path in sorted((folder / "words").glob("*.toml"))} for folder in folders
        ]
        self._themes = [(folder / FILE).is_file() for folder in folders]
        self._catalogue = cache(self._read)
        self._source = cache(self._texts_to_say)
        #: The words of a language for a site in a zone.
        self.words = lru_cache(maxsize=MOST_LANGUAGES)(self._words)
        for index, files in enumerate(self._files[:-1]):
            for tag in filter(_TAG.fullmatch, files):
                self._catalogue(index, tag)

    @property
    def keys(self) -> frozenset[str]:
        """All that can be said."""
        return frozenset(self._source(0)) - {LOCALE}

    def problems(self) -> list[str]:
        """What is wrong in any file, with the file and the line or key; empty where all is well."""
        found: list[str] = []
        for index, files in enumerate(self._files):
            for tag, path in files.items():
                if not _TAG.fullmatch(tag):
                    found.append(f"{path}: {path.stem} is no tag of a language; a file is called de.toml or pt-BR.toml")
                    continue
                catalogue = self._catalogue(index, tag)
                found += catalogue.faults
                for key, pattern in catalogue.texts.items():
                    found += (f'{path}: "{key}": {told}' for told in missing_forms(pattern, self._locale(tag, tag)))
        return found

    def _words(self, language: str, zone: ZoneInfo) -> Words:
        texts: dict[str, Text] = {}
        for tag in (*fallbacks(language), SOURCE):
            locale = self._locale(tag, language)
            for catalogue in self._all(tag):
                for key, pattern in catalogue.texts.items():
                    texts.setdefault(key, Text(pattern, locale))
        return Words(zone, texts, self._locale(language.lower(), language))

    def _all(self, tag: str) -> Iterator[Catalogue]:
        return (self._catalogue(index, tag) for index, files in enumerate(self._files) if tag in files)

    def _locale(self, tag: str, language: str) -> str:
        """The locale of ICU for texts in the language `tag` on a page in `language`.

        The page's tag says more than that of a catalogue it falls back to. Else the catalogue may say more.
        """
        named = ""
        if tag == language.lower() or primary(tag) != primary(language):
            named = next((catalogue.locale for catalogue in self._all(tag) if catalogue.locale), "")
        else:
            tag = language
        return locale_of(named or tag) or self._locale(SOURCE, SOURCE)

    def _read(self, index: int, tag: str) -> Catalogue:
        path = self._files[index][tag]
        entries, told = parsed(path)
        locale = entries.pop(LOCALE, "")
        if not isinstance(locale, str) or (locale and (primary(locale) != primary(tag) or not locale_of(locale))):
            told.append(f"{path}: {LOCALE}: {locale!r} is no locale of the language {tag} that ICU knows")
            locale = ""
        source = self._source(index)
        texts: dict[str, str] = {}
        for key, text in entries.items():
            wrong = list(_wrong(key, text, source, locale_of(locale or tag) or SOURCE))
            told += (f'{path}: "{key}": {fault}' for fault in wrong)
            if not wrong:
                texts[key] = str(text)
        for fault in told:
            logger.error("%s", fault)
        return Catalogue(texts, str(locale), told)

    def _texts_to_say(self, index: int) -> Mapping[str, str]:
        """The English texts that a file in the folder `index` may say: those of the themes from there on."""
        texts: dict[str, str] = {}
        for at in range(len(self._files) - 1, index - 1, -1):
            if self._themes[at] and SOURCE in self._files[at]:
                entries, _ = parsed(self._files[at][SOURCE])
                texts = {key: text for key, text in entries.items() if isinstance(text, str)} | texts
        return texts


def parsed(path: Path) -> tuple[dict[str, object], list[str]]:
    """The entries of a file, or none and why it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), []
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return {}, [f"{path}: line {line} is not in UTF-8"]
    except UNREADABLE as error:
        return {}, [f"{path}: {error}"]


def _wrong(key: str, text: object, source: Mapping[str, str], locale: str) -> Iterator[str]:
    if key not in source:
        close = get_close_matches(key, source, 1)
        yield f"no theme has this key{f'; is {close[0]!r} meant?' if close else ''}"
    elif not isinstance(text, str):
        yield 'is no text; a text stands in quotes: "archive" = "Archive"'
    else:
        yield from faults(text, locale, source[key])
