"""The words, dates and numbers of the public pages in one language."""

import logging
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from westmarch.web.messages import say, say_day

logger = logging.getLogger(__name__)

#: Digits are put into groups from five of them on, so that the same serves for years.
_NUMBER = "{n, number, ::group-min2}"


class Text(NamedTuple):
    """A text of a catalogue, and the locale of ICU by whose plurals and digits it is written out."""

    pattern: str
    locale: str


class Words:
    """How pages in one language say what stands on them; times are shown in `zone`.

    Dates are in the language of the page also where its words are English because nobody has translated them yet: a
    date belongs to the text around it, and a screen reader says it as the page's `lang` tells. Numbers go with the
    words that they stand beside.
    """

    def __init__(self, zone: ZoneInfo, texts: Mapping[str, Text], dates: str) -> None:
        self.zone = zone
        self._texts = texts
        self._dates = dates
        self._numbers = texts["posts"].locale
        self._date, self._day = texts["date"].pattern, texts["day"].pattern

    def __call__(self, key: str, number: int | None = None, /, **places: object) -> str:
        """The text `key`; `number` chooses among its plural forms and fills the place `{n}`.

        A key that no catalogue has is told to the log and stands as it is.
        """
        text = self._texts.get(key)
        return _unknown(key) if text is None else say(text[0], text[1], number, **places)

    def number(self, number: int) -> str:
        """A number or a year, in the digits of the words."""
        return say(_NUMBER, self._numbers, number)

    def local(self, at: datetime) -> datetime:
        """The moment in the zone of the site."""
        try:
            return at.astimezone(self.zone)
        except OverflowError:  # The first and the last day that a datetime can hold.
            return at

    def stamp(self, at: datetime) -> str:
        """A moment as machines read it (RFC 3339), in the zone of the site, to the second."""
        return self.local(at).isoformat(timespec="seconds")

    def date(self, at: date) -> str:
        """A day, or that of a moment, written out; one before the Gregorian calendar as in ISO 8601."""
        return say_day(self._date, self._dates, self.local(at).date() if isinstance(at, datetime) else at)

    def day(self, at: datetime) -> str:
        """The day of the month alone."""
        return say_day(self._day, self._dates, self.local(at).date())

    def month(self, month: int) -> str:
        """The name of a month, 1 to 12."""
        return say_day(self._texts["month"].pattern, self._dates, date(2000, month, 1))

    def short_month(self, month: int) -> str:
        """The name of a month in three letters or so."""
        return say_day(self._texts["short month"].pattern, self._dates, date(2000, month, 1))


@lru_cache(maxsize=1024)
def _unknown(key: str) -> str:
    logger.error("no catalogue has the key %r", key)
    return key
