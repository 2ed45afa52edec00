"""Dates as people write them."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from westmarch.transfer.dates import moment

pytestmark = pytest.mark.unit

BERLIN = ZoneInfo("Europe/Berlin")
#: Moments that have a year in all zones.
MOMENTS = st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1 < at.year < 9999)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2013-05-06 02:12:52 +0200", "2013-05-06T00:12:52"),
        ("2018-7-24 23:31:06", "2018-07-24T21:31:06"),
        ("2013-08-25 12:14", "2013-08-25T10:14:00"),
        ("2026-05-01", "2026-04-30T22:00:00"),
        ("2013/12/24", "2013-12-23T23:00:00"),
        ("2013-12-24T10:00:00Z", "2013-12-24T10:00:00"),
        ("2013-12-24T10:00:00.123456+01:00", "2013-12-24T09:00:00.123456"),
        ("Tue, 24 Dec 2013 23:30:09 -0500", "2013-12-25T04:30:09"),
        ("24 December 2013", "2013-12-23T23:00:00"),
        ("Dec 24, 2013 5:06 PM UTC", "2013-12-24T17:06:00"),
        ("2013-09-14 20:46:50 EST", "2013-09-15T01:46:50"),
        ("2013-01-01 24:00", "2013-01-01T23:00:00"),
    ],
)
def test_dates_are_read_in_utc(written: str, expected: str) -> None:
    assert moment(written, BERLIN) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_dates_of_toml_are_taken_as_they_are() -> None:
    assert moment(date(2026, 5, 1), UTC) == datetime(2026, 5, 1, tzinfo=UTC)
    assert moment(datetime(2026, 5, 1, 9, 30), UTC) == datetime(2026, 5, 1, 9, 30, tzinfo=UTC)  # noqa: DTZ001 - a local date of TOML


@pytest.mark.parametrize(
    "written", ["2015-02-30", "yesterday", "2015-13-01", "2015-01-01 25:00", "", "2015", "1 Foo 2013", "0000-01-01"]
)
def test_what_is_no_date_is_said_in_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match="no"):
        moment(written, UTC)


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00Z", "9999-12-31 23:30:00 -0500", "9999-12-31T12:00:00Z"])
def test_a_moment_that_has_no_year_in_some_zone_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="the year is out of range"):
        moment(written, UTC)


@settings(max_examples=40)
@given(MOMENTS.map(lambda at: at.replace(microsecond=0)))
def test_every_date_written_in_iso_comes_back(at: datetime) -> None:
    assert moment(at.isoformat(" "), UTC) == at
    assert moment(at.isoformat(), BERLIN) == at


@pytest.mark.slow
@given(st.text(max_size=60))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert moment(text, BERLIN).tzinfo is UTC
