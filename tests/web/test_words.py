"""Words, dates and numbers by language."""

from datetime import UTC, datetime
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from westmarch.web.catalogues import CATALOGUES, DATES, ENGLISH, MONTHS, SHORT_MONTHS
from westmarch.web.words import direction, plural, words

pytestmark = pytest.mark.unit
UTC_ZONE = ZoneInfo("UTC")


@pytest.mark.parametrize("language", [language for language in CATALOGUES if language != "en"])
def test_a_catalogue_says_all_that_english_says_with_the_same_places(language: str) -> None:
    def places(text: object) -> set[str | None]:
        forms = text.values() if isinstance(text, dict) else [text]
        return {name for form in forms for _, name, _, _ in Formatter().parse(str(form)) if name}

    assert CATALOGUES[language].keys() == ENGLISH.keys()
    assert {
        key: places(text) for key, text in CATALOGUES[language].items() if places(text) != places(ENGLISH[key])
    } == {}
    assert len(MONTHS[language]) == len(SHORT_MONTHS[language]) == 12
    assert language in DATES


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "1 April 2024"), ("de-AT", "1. April 2024"), ("zh-Hant", "2024年4月1日"), ("ar", "١ أبريل ٢٠٢٤")],
)
def test_a_date_is_that_of_the_zone(language: str, expected: str) -> None:
    at = datetime(2024, 3, 31, 20, tzinfo=UTC)
    assert words(language, ZoneInfo("Asia/Tokyo")).date(at) == expected


def test_numbers_choose_their_form() -> None:
    english, arabic = words("en", UTC_ZONE), words("ar", UTC_ZONE)
    assert [english("post count", number) for number in (0, 1, 2)] == ["0 posts", "1 post", "2 posts"]
    assert [arabic("post count", number) for number in (0, 2, 5, 11)] == [
        "لا مقالات",
        "مقالتان",
        "٥ مقالات",
        "١١ مقالة",
    ]
    assert [plural("ar", number) for number in (100, 103, 111)] == ["other", "few", "many"]


def test_a_language_without_a_catalogue_speaks_english() -> None:
    assert words("fr", UTC_ZONE)("archive") == "Archive"


@pytest.mark.parametrize(("language", "expected"), [("ar", "rtl"), ("he-IL", "rtl"), ("en", "ltr"), ("zh", "ltr")])
def test_scripts_have_a_direction(language: str, expected: str) -> None:
    assert direction(language) == expected
