"""What ended processes had counted stays in the sum, so that it never falls."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from westmarch.metrics.departed import MOST, departed
from westmarch.metrics.durations import BOUNDS
from westmarch.metrics.measured import Measured, Told, together

pytestmark = pytest.mark.unit


def told(process: str, requests: int) -> Told:
    measured = Measured()
    measured.process = process
    for _ in range(requests):
        measured.requests.route("/{post}/")["GET", 200].observe(0.01)
    measured.cache["hits"] = requests
    measured.cpu = requests / 2
    return measured.told()


def total(found: list[Told]) -> int:
    return together(found).cache["hits"]


def test_a_process_that_no_longer_answers_is_remembered_as_it_was_last(tmp_path: Path) -> None:
    file = tmp_path / "run" / "metrics.json"
    assert departed(file, [told("a", 1), told("b", 10)]) == []
    assert departed(file, [told("a", 2), told("b", 20)]) == []
    assert departed(file, [told("b", 25), told("c", 100)]) == [told("a", 2)]
    assert departed(file, [told("d", 1)]) == [told("a", 2), told("b", 25), told("c", 100)]


def test_a_process_that_answers_again_is_not_counted_twice(tmp_path: Path) -> None:
    file = tmp_path / "metrics.json"
    departed(file, [told("a", 1), told("b", 10)])
    departed(file, [told("a", 1)])
    assert departed(file, [told("a", 1), told("b", 11)]) == []


@settings(max_examples=30)
@given(st.lists(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1), min_size=1, max_size=12))
def test_the_sum_never_falls_whoever_comes_and_goes(tmp_path_factory: pytest.TempPathFactory, runs: Any) -> None:
    file = tmp_path_factory.mktemp("run") / "metrics.json"
    before = 0
    for number, run in enumerate(runs, 1):
        here = [told(process, number) for process in run]
        now = total([*departed(file, here), *here])
        assert now >= before
        before = now


@pytest.mark.slow
def test_many_departed_are_kept_as_one_sum(tmp_path: Path) -> None:
    file = tmp_path / "metrics.json"
    for number in range(3 * MOST):
        here = [told(str(number), 1)]
        assert total([*departed(file, here), *here]) == number + 1
    kept = json.loads(file.read_bytes())
    assert len(kept) <= MOST + 2
    assert together(kept).requests.route("/{post}/")["GET", 200].counts == [
        3 * MOST if bound == 0.01 else 0 for bound in (*BOUNDS, None)
    ]


@pytest.mark.parametrize("content", ["", "{", "null", "[1]", "[{}]", '[{"bounds": 1}]', "\x00"])
def test_a_file_that_cannot_be_read_is_taken_for_an_empty_one_and_written_anew(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "metrics.json"
    file.write_text(content)
    departed(file, [told("a", 1)])
    assert departed(file, [told("b", 1)]) == [told("a", 1)]
    assert sum(str(file) in record.getMessage() for record in caplog.records) <= 1


def test_a_folder_that_cannot_be_written_is_told_of_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "run").write_text("a file")
    assert departed(tmp_path / "run" / "metrics.json", [told("a", 1)]) == []
    assert "cannot be kept" in caplog.text


def test_the_file_is_for_its_owner_alone_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    departed(tmp_path / "metrics.json", [told("a", 1)])
    [file] = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_what_a_version_with_other_buckets_tells_is_left_out() -> None:
    other = told("a", 5) | {"bounds": [1.0]}
    assert total([other, told("b", 2)]) == 2
