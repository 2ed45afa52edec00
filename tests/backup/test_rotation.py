"""What is kept of backups that were made by a timer."""

import fcntl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.backup import rotation
from westmarch.errors import Invalid

pytestmark = pytest.mark.unit

#: Seconds of ten years.
MOMENTS = st.integers(0, 315_360_000).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
KEEPS = st.dictionaries(st.sampled_from("dwm"), st.integers(1, 9), min_size=1)


def daily(days: int) -> list[str]:
    """Names of two backups a day, newest last."""
    newest = datetime(2024, 6, 30, 3, tzinfo=UTC)
    return [rotation.name(newest - timedelta(hours=12 * number)) for number in reversed(range(2 * days))]


def test_the_newest_of_each_day_week_and_month_stays() -> None:
    names = daily(400)
    kept = set(names) - set(rotation.surplus(names, rotation.parse("7d,4w,12m")))
    days = [f"westmarch-202406{day}T" for day in (30, 29, 28, 27, 26, 25, 24)]
    assert sorted(day for day in days for name in kept if name.startswith(day)) == sorted(days)
    assert "westmarch-20240630T030000Z.tar.zst" in kept  # of its day, its week and its month
    assert "westmarch-20240629T150000Z.tar.zst" in kept
    assert "westmarch-20240629T030000Z.tar.zst" not in kept
    assert {"westmarch-20240623T150000Z.tar.zst", "westmarch-20240531T150000Z.tar.zst"} <= kept
    assert "westmarch-20230731T150000Z.tar.zst" in kept
    assert len(kept) == 7 + 3 + 11


@given(st.lists(MOMENTS, max_size=60), KEEPS)
def test_the_newest_is_never_removed_and_what_is_kept_is_kept_again(
    moments: list[datetime], keep: rotation.Keep
) -> None:
    names = {rotation.name(at) for at in moments}
    removed = set(rotation.surplus(names, keep))
    kept = names - removed
    assert not removed or max(kept) == max(names)
    assert len(kept) <= sum(keep.values())
    assert rotation.surplus(kept, keep) == []


def test_files_with_other_names_stay(tmp_path: Path) -> None:
    others = ["my-site.tar.zst", "westmarch-20240230T000000Z.tar.zst", "westmarch-20240101T000000Z.tar", "notes.txt"]
    for name in (*daily(3), *others):
        (tmp_path / name).touch()
    (tmp_path / "westmarch-20200101T000000Z.tar.zst").mkdir()
    removed = rotation.remove_surplus(tmp_path, rotation.parse("1d"))
    assert len(removed) == 5
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*others, daily(3)[-1], "westmarch-20200101T000000Z.tar.zst"}


@pytest.mark.parametrize("text", ["", "7", "d", "7d,", "0d", "-1d", "7d,7d", "7y", "7d 4w", "seven"])
def test_what_does_not_say_what_to_keep_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="does not say what to keep"):
        rotation.parse(text)


def test_spaces_around_commas_do_no_harm() -> None:
    assert rotation.parse("7d, 12m") == {"d": 7, "m": 12}


def test_what_a_killed_run_left_goes_and_what_is_written_stays(tmp_path: Path) -> None:
    left, mine = (f".{name}.part" for name in daily(1))
    for name in (left, mine, ".notes.txt.part"):
        (tmp_path / name).touch()
    with (tmp_path / mine).open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert rotation.remove_surplus(tmp_path, rotation.parse("1d")) == []
        assert {path.name for path in tmp_path.iterdir()} == {mine, ".notes.txt.part"}
