"""Counting durations: which bucket, which method, and that nothing grows with what is asked."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.metrics.durations import BOUNDS, METHODS, OTHER, Durations, Requests

pytestmark = pytest.mark.unit


def test_a_duration_is_counted_in_the_first_bucket_that_it_does_not_exceed() -> None:
    durations = Durations()
    for seconds in (0.0, 0.0001, 0.00011, 10.0, 10.1):
        durations.observe(seconds)
    assert durations.counts == [2, 1, *[0] * (len(BOUNDS) - 3), 1, 1]
    assert math.isclose(durations.seconds, 20.10021)


@given(st.lists(st.floats(min_value=0, max_value=100)))
def test_buckets_hold_all_that_was_counted(observed: list[float]) -> None:
    durations = Durations()
    for seconds in observed:
        durations.observe(seconds)
    for number, bound in enumerate(BOUNDS):
        assert sum(durations.counts[: number + 1]) == sum(seconds <= bound for seconds in observed)
    assert sum(durations.counts) == len(observed)


def test_a_route_that_is_kept_is_the_one_that_is_told_of() -> None:
    requests = Requests()
    kept = requests.route("/{post}/")
    kept["GET", 200].observe(0.1)
    requests.route("/{post}/")["GET", 200].observe(0.1)
    [(method, pattern, status, durations)] = requests
    assert (method, pattern, status, sum(durations.counts)) == ("GET", "/{post}/", 200, 2)


@given(st.lists(st.text(min_size=1, max_size=9), min_size=1))
def test_methods_that_anybody_invents_are_counted_as_one(methods: list[str]) -> None:
    requests = Requests()
    for method in methods:
        requests.route("/{path}")[method, 405].observe(0.1)
    assert {method for method, *_ in requests} <= METHODS | {OTHER}
    assert sum(sum(durations.counts) for *_, durations in requests) == len(methods)
