"""Answers: what they say of themselves, and how they answer conditions."""

import pytest

from westmarch.web.replies import Reply, etag_of, matches, policy

pytestmark = pytest.mark.unit


def test_an_entity_tag_is_strong_and_of_the_content_alone() -> None:
    assert etag_of(b"a") == etag_of(b"a") != etag_of(b"b")
    assert etag_of(b"a").startswith('"')


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("*", True), ('"x"', True), ('W/"x"', True), ('"y", "x"', True), ('"y"', False), ("", False), ("x", False)],
)
def test_a_condition_compares_weakly(condition: str, expected: bool) -> None:
    assert matches('"x"', condition) is expected


@pytest.mark.parametrize("condition", ['"y", ' * 1_000 + '"x"', "*" + " " * 5_000, "," * 1_000_000])
def test_a_condition_without_end_is_not_looked_at(condition: str) -> None:
    assert not matches('"x"', condition)


def test_only_what_was_found_has_an_entity_tag() -> None:
    assert Reply(b"x").etag
    assert not Reply(b"x", status=404).etag


def test_the_policy_lets_frames_come_from_players_alone() -> None:
    assert b"frame-src https://player.example;" in policy(["player.example"])
    assert b"frame-src 'none';" in policy([])
    assert b"unsafe" not in policy(["player.example"])
