"""Languages by their tags."""

import os
import subprocess
import sys

import pytest

from westmarch.web.languages import direction, fallbacks, locale_of, primary

pytestmark = pytest.mark.unit

#: Prints the languages that ICU writes as it writes one that cannot exist, in which it takes the machine's.
UNKNOWN_TO_ICU = """
from westmarch.web.languages import _KNOWN
from westmarch.web.messages import say_day
from datetime import date
def said(language):
    return say_day("{at, date, ::yMMMMd} {at, date, ::LLL}", f"{language}-u-ca-gregory-tz-utc", date(2024, 1, 9))
nowhere = {said("zxx"), said("und")}
print(*sorted(language for language in _KNOWN if said(language) in nowhere))
print(*sorted(language for language in ("tlh", "la", "arc", "xx", "cop") if said(language) not in nowhere))
"""


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ar", "rtl"), ("he-IL", "rtl"), ("AR-eg", "rtl"), ("en", "ltr"), ("zh", "ltr"), ("", "ltr"),
        ("ku-Latn", "ltr"), ("az-Arab-IR", "rtl"), ("pa-Arab", "rtl"), ("sr-Latn-RS", "ltr"),
    ],
)  # fmt: skip
def test_scripts_have_a_direction(language: str, expected: str) -> None:
    assert direction(language) == expected


def test_a_tag_falls_back_part_by_part() -> None:
    assert fallbacks("zh-Hant-TW") == ["zh-hant-tw", "zh-hant", "zh"]
    assert fallbacks("ar-u-nu-latn") == ["ar-u-nu-latn", "ar-u-nu", "ar"]
    assert [primary(tag) for tag in ("pt-BR", "EN", "")] == ["pt", "en", ""]


def test_a_locale_counts_years_as_addresses_do_unless_the_tag_asks_for_others() -> None:
    assert locale_of("th") == "th-u-ca-gregory-tz-utc"
    assert locale_of("th-u-ca-buddhist") == "th-u-ca-buddhist-ca-gregory-tz-utc"
    assert locale_of("de-x-mine") == "de-u-ca-gregory-tz-utc"
    assert locale_of("tlh") is None
    for asked in ("en-u-nu", "en-u-nu-none", "ar-u-ca-none-nu-none"):
        assert locale_of(asked) is None


@pytest.mark.slow
def test_the_languages_are_those_whose_dates_icu_knows() -> None:
    said = subprocess.run(
        [sys.executable, "-c", UNKNOWN_TO_ICU],
        env=os.environ | {"LC_ALL": "C"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.splitlines() == ["en", ""]  # English is what it takes instead.
