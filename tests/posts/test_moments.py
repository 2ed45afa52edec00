"""When a post is public: which date goes with which status."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.db.types import now
from westmarch.errors import Invalid
from westmarch.posts import moments
from westmarch.posts.change import Change, checked

pytestmark = pytest.mark.unit

OLD = datetime(2020, 1, 1, tzinfo=UTC)


def later(days: float = 1) -> datetime:
    return now() + timedelta(days=days)


def test_what_is_scheduled_needs_a_date_to_come() -> None:
    with pytest.raises(Invalid, match="needs the date"):
        moments.of("scheduled", None, given=False)
    with pytest.raises(Invalid, match="past"):
        moments.of("scheduled", OLD, given=True)
    assert moments.of("scheduled", soon := later(), given=True) == soon


def test_what_is_published_without_a_date_is_of_this_moment() -> None:
    before = now()
    assert before <= moments.of("published", None, given=False) <= now()


def test_what_is_published_keeps_a_date_that_is_past() -> None:
    assert moments.of("published", OLD, given=False) == OLD


def test_what_was_scheduled_and_is_published_at_once_is_of_this_moment() -> None:
    assert moments.of("published", later(), given=False) <= now()


def test_what_is_published_now_cannot_be_dated_in_the_future() -> None:
    with pytest.raises(Invalid, match="lies in the future") as raised:
        moments.of("published", later(), given=True)
    assert raised.value.place == "published_at"


def test_clocks_may_differ_by_a_moment() -> None:
    near = now() + timedelta(seconds=30)
    assert moments.of("published", near, given=True) == near


@given(moment=st.datetimes(timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))))
def test_any_moment_is_taken_as_it_is_or_refused_at_its_field(moment: datetime) -> None:
    try:
        found, refused = checked(Change(published_at=moment)).published_at, ""
    except Invalid as error:
        found, refused = None, error.place
    assert (found, refused) in ((moment, ""), (None, "published_at"))
    assert not isinstance(found, datetime) or 1000 <= found.year < 3000


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(Invalid, match="needs a zone"):
        checked(Change(published_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_unlisted_is_published_in_no_list() -> None:
    assert moments.wanted(Change(status="unlisted"), "draft", unlisted=False) == ("published", True)
    assert moments.wanted(Change(status="published"), "draft", unlisted=True) == ("published", False)
    assert moments.wanted(Change(status="published", unlisted=True), "draft", unlisted=False) == ("published", True)
    assert moments.wanted(Change(), "scheduled", unlisted=True) == ("scheduled", True)
    assert moments.wanted(Change(status="draft"), "published", unlisted=True) == ("draft", True)
