"""The words, dates and numbers of the public pages, by language.

A language without a catalogue speaks English. Each entry of a catalogue is a text with named places, or, where a number
decides, a mapping from plural categories of CLDR to such texts.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from westmarch.web.catalogues import CATALOGUES, DATES, MONTHS, SHORT_MONTHS

#: Languages that are written from right to left, by their primary subtag.
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"})
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def primary(language: str) -> str:
    """The primary subtag of a language tag: `zh` of `zh-Hant-TW`."""
    return language.partition("-")[0].lower()


def direction(language: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if primary(language) in RIGHT_TO_LEFT else "ltr"


def plural(language: str, number: int) -> str:
    """The category of a whole number, by the rules of CLDR for the languages that have a catalogue."""
    if language == "zh":
        return "other"
    if language != "ar":
        return "one" if number == 1 else "other"
    if number in (0, 1, 2):
        return ("zero", "one", "two")[number]
    if 3 <= number % 100 <= 10:
        return "few"
    return "many" if number % 100 >= 11 else "other"


class Words:
    """How one language says what stands on the pages; times are shown in `zone`."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = primary(language) if primary(language) in CATALOGUES else "en"
        self.zone = zone
        self._texts: Mapping[str, str | Mapping[str, str]] = CATALOGUES["en"] | CATALOGUES[self.language]
        self._months = MONTHS[self.language]

    def __call__(self, key: str, number: int | None = None, **places: object) -> str:
        """The text `key`; `number` chooses among its plural forms and fills the place `{n}`. Raises KeyError."""
        text = self._texts[key]
        if not isinstance(text, str):
            category = plural(self.language, number or 0)
            text = text.get(category) or text["other"]
        if number is not None:
            return text.format(n=self.number(number), **places)
        return text.format(**places) if places else text

    def number(self, number: int) -> str:
        """A number in the digits of the language."""
        return str(number).translate(ARABIC_DIGITS) if self.language == "ar" else str(number)

    def local(self, at: datetime) -> datetime:
        """The moment in the zone of the site."""
        return at.astimezone(self.zone)

    def stamp(self, at: datetime) -> str:
        """A moment as machines read it (RFC 3339), in the zone of the site, to the second."""
        return self.local(at).isoformat(timespec="seconds")

    def date(self, at: datetime) -> str:
        """A day, written out."""
        day = self.local(at)
        return DATES[self.language].format(
            year=self.number(day.year), month=self.month(day.month), number=day.month, day=self.number(day.day)
        )

    def day(self, at: datetime) -> str:
        """The day of the month alone."""
        return self.number(self.local(at).day)

    def month(self, month: int) -> str:
        """The name of a month, 1 to 12."""
        return self._months[month - 1]

    def short_month(self, month: int) -> str:
        """The name of a month in three letters or so."""
        return SHORT_MONTHS[self.language][month - 1]


@lru_cache(maxsize=256)
def words(language: str, zone: ZoneInfo) -> Words:
    """The words of a language for a site in `zone`."""
    return Words(language, zone)
