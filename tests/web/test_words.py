"""Words, dates and numbers by language."""

import logging
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.web.catalogue import Catalogues
from westmarch.web.theme import DEFAULT
from westmarch.web.words import Words

pytestmark = pytest.mark.unit

CATALOGUES = Catalogues([DEFAULT])
TOKYO = ZoneInfo("Asia/Tokyo")
#: Still the last of March in London, the first of April in Tokyo.
AT = datetime(2024, 3, 31, 20, tzinfo=UTC)


def words(language: str, zone: ZoneInfo = TOKYO) -> Words:
    return CATALOGUES.words(language, zone)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "1 April 2024"),
        ("en-US", "April 1, 2024"),
        ("en-GB", "1 April 2024"),
        ("de", "1. April 2024"),
        ("de-AT", "1. April 2024"),
        ("zh", "2024年4月1日"),
        ("zh-Hant-TW", "2024年4月1日"),
        ("ar", "١ أبريل ٢٠٢٤"),
        ("ar-MA", "1 أبريل 2024"),
        ("ar-u-nu-latn", "1 أبريل 2024"),
        ("fr", "1 avril 2024"),
        ("ja", "2024年4月1日"),
        ("he", "1 באפריל 2024"),
        ("fa", "۱ آوریل ۲۰۲۴"),
        ("th", "1 เมษายน 2024"),
        ("th-u-ca-buddhist", "1 เมษายน 2567"),
        ("tlh", "1 April 2024"),
    ],
)
def test_a_date_is_that_of_the_zone_in_the_language_of_the_page(language: str, expected: str) -> None:
    assert words(language).date(AT) == expected


@pytest.mark.parametrize(
    ("language", "day", "month", "short"),
    [
        ("en", "9", "September", "Sept"),
        ("de", "9", "September", "Sep"),
        ("zh", "9日", "9月", "9月"),
        ("ar", "٩", "سبتمبر", "سبتمبر"),
        ("fr", "9", "septembre", "sept."),
        ("ru", "9", "сентябрь", "сент."),
    ],
)
def test_days_and_months_stand_alone(language: str, day: str, month: str, short: str) -> None:
    said = words(language)
    assert (said.day(datetime(2024, 9, 9, tzinfo=UTC)), said.month(9), said.short_month(9)) == (day, month, short)


#: In Italian, in a language that ICU does not know, and a number in the latter.
SAY_A_LATE_DAY = """
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
from westmarch.web.catalogue import Catalogues
from westmarch.web.theme import DEFAULT
italian, klingon = (Catalogues([DEFAULT]).words(language, ZoneInfo("UTC")) for language in ("it", "tlh"))
at = datetime(2024, 5, 4, 23, 59, tzinfo=UTC)
print(italian.date(at), klingon.date(at), klingon.number(12345), sep=", ", end="")
"""
NUMBERS = (0, 1, 2, 3, 11, 100, 101)


@pytest.mark.parametrize(
    ("language", "posts", "parts", "minutes"),
    [
        (
            "en",
            ["0 posts", "1 post", "2 posts", "3 posts", "11 posts", "100 posts", "101 posts"],
            ["0 parts", "1 part", "2 parts", "3 parts", "11 parts", "100 parts", "101 parts"],
            ["0 min", "1 min", "2 min", "3 min", "11 min", "100 min", "101 min"],
        ),
        (
            "de",
            ["0 Beiträge", "1 Beitrag", "2 Beiträge", "3 Beiträge", "11 Beiträge", "100 Beiträge", "101 Beiträge"],
            ["0 Teile", "1 Teil", "2 Teile", "3 Teile", "11 Teile", "100 Teile", "101 Teile"],
            ["0 Min.", "1 Min.", "2 Min.", "3 Min.", "11 Min.", "100 Min.", "101 Min."],
        ),
        (
            "zh",
            ["0 篇文章", "1 篇文章", "2 篇文章", "3 篇文章", "11 篇文章", "100 篇文章", "101 篇文章"],
            ["0 篇", "1 篇", "2 篇", "3 篇", "11 篇", "100 篇", "101 篇"],
            ["0 分钟", "1 分钟", "2 分钟", "3 分钟", "11 分钟", "100 分钟", "101 分钟"],
        ),
        (
            "ar",
            ["لا مقالات", "مقالة واحدة", "مقالتان", "٣ مقالات", "١١ مقالة", "١٠٠ مقالة", "١٠١ مقالة"],
            ["لا أجزاء", "جزء واحد", "جزآن", "٣ أجزاء", "١١ جزءًا", "١٠٠ جزء", "١٠١ جزء"],
            ["أقلّ من دقيقة", "دقيقة واحدة", "دقيقتان", "٣ دقائق", "١١ دقيقة", "١٠٠ دقيقة", "١٠١ دقيقة"],
        ),
    ],
)
def test_numbers_choose_their_form(language: str, posts: list[str], parts: list[str], minutes: list[str]) -> None:
    said = words(language)
    assert [said("post count", number) for number in NUMBERS] == posts
    assert [said("parts", number) for number in NUMBERS] == parts
    assert [said("minutes", number) for number in NUMBERS] == minutes


def test_years_have_no_groups_and_great_numbers_have() -> None:
    assert [words(language).number(2024) for language in ("en", "de", "ar")] == ["2024", "2024", "٢٠٢٤"]
    assert [words(language).number(12345) for language in ("en", "de", "ar")] == ["12,345", "12.345", "١٢٬٣٤٥"]


def test_other_places_are_filled_as_they_are() -> None:
    assert words("de")("page of", 3, count="7") == "Seite 3 von 7"
    assert words("ar")("page of", 3, count=words("ar").number(7)) == "الصفحة ٣ من ٧"
    assert words("en")("whole year", year="{2024} '<&") == "The whole of {2024} '<&"


def test_a_language_without_a_catalogue_has_english_words_with_english_plurals() -> None:
    assert words("fr")("archive") == "Archive"
    # French and Persian count nothing as one.
    assert [words(language)("post count", 0) for language in ("fr", "fa")] == ["0 posts", "0 posts"]
    assert words("fa").number(7) == "7"


@pytest.mark.slow
@pytest.mark.parametrize("variables", [{"TZ": "Pacific/Kiritimati"}, {"TZ": "XYZ-14"}, {"LC_ALL": "fr_FR.UTF-8"}])
def test_zone_and_language_of_the_machine_change_nothing(variables: dict[str, str]) -> None:
    said = subprocess.run(
        [sys.executable, "-c", SAY_A_LATE_DAY], env=os.environ | variables, capture_output=True, text=True, check=True
    )
    assert said.stdout == "4 maggio 2024, 4 May 2024, 12,345"


def test_a_day_before_the_gregorian_calendar_is_the_day_that_addresses_say() -> None:
    assert words("de", ZoneInfo("UTC")).date(datetime(1500, 3, 1, tzinfo=UTC)) == "1500-03-01"
    assert words("de", ZoneInfo("UTC")).date(datetime(1582, 10, 15, tzinfo=UTC)) == "15. Oktober 1582"


def test_a_stamp_is_for_machines_in_every_language() -> None:
    assert words("ar").stamp(AT) == "2024-04-01T05:00:00+09:00"


def test_an_unknown_key_stands_as_it_is_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert {words("en")("no such key"), words("de")("no such key")} == {"no such key"}
    assert caplog.messages == ["no catalogue has the key 'no such key'"]


KEYS = st.sampled_from(sorted(CATALOGUES.keys)) | st.text()
LANGUAGES = st.sampled_from(["en", "de", "zh", "ar", "fr", "ja", "he", "fa", "th"]) | st.from_regex(
    r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z"
)


@pytest.mark.slow
@given(language=LANGUAGES | st.text(), key=KEYS, number=st.none() | st.integers(), count=st.integers() | st.text())
def test_nothing_that_is_asked_for_raises(language: str, key: str, number: int | None, count: object) -> None:
    said = words(language)
    assert isinstance(said(key, number, count=count), str)
    assert isinstance(said.number(number or 0), str)


@pytest.mark.slow
@given(language=LANGUAGES, at=st.datetimes(timezones=st.just(UTC)), month=st.integers(1, 12))
def test_no_date_raises(language: str, at: datetime, month: int) -> None:
    said = words(language)
    assert all((said.date(at), said.day(at), said.stamp(at), said.month(month), said.short_month(month)))


@given(st.dates(min_value=date(1582, 10, 15)))
def test_a_day_stays_the_same_day(day: date) -> None:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert words("de", ZoneInfo("UTC")).date(at).replace(".", "").split()[::2] == [str(day.day), str(day.year)]
