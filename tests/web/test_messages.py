"""Texts with places: written out, and looked through."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.web.messages import LONGEST, faults, missing_forms, places, say

pytestmark = pytest.mark.unit

ENGLISH = "en-001-u-ca-gregory-tz-utc"
POLISH = "pl-u-ca-gregory-tz-utc"
POSTS = "{n, plural, one {# post} other {# posts}}"


def test_apostrophes_are_letters_where_nothing_is_quoted() -> None:
    assert say("L'archive n'est pas {count}", ENGLISH, count="là") == "L'archive n'est pas là"
    assert say("It''s", ENGLISH) == "It's"
    assert say("'{'n'}' is a place", ENGLISH) == "{n} is a place"


def test_a_text_that_cannot_be_written_out_stands_as_it_is_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert say("{n, plural, other {#}} of {count, number}", ENGLISH, 3, count="7") == (
            "{n, plural, other {#}} of {count, number}"
        )
    assert "cannot be written out" in caplog.text


def test_places_are_found_within_forms_and_past_quotes() -> None:
    text = "{a}, '{b}' it's {n, plural, offset:1 =0 {none of {c}} one {#} other {{d, date, ::yMd} '}' #}} {e, number}"
    assert [(place.name, place.type, place.forms) for place in places(text)] == [
        ("a", "", ()), ("n", "plural", ("=0", "one", "other")), ("c", "", ()), ("d", "date", ()), ("e", "number", ()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "like", "told"),
    [
        ("Ein Beitrag", POSTS, "the place {n} is missing"),
        ("{m} Beiträge", POSTS, "{m} is no place of this text; it has {n}"),
        ("{n} Archiv", "Archive", "{n} is no place of this text; it has none"),
        ("{n", "{n}", "a brace is not closed"),
        ("{n} {}", "{n}", "what stands in braces is no place"),
        ("{n, plural, one {#}}", POSTS, "has no form `other`"),
        ("{n, plural, oen {#} other {#}}", POSTS, "oen is no form of a plural; there are zero, one,"),
        ("{n, plurl, other {#}}", POSTS, "is no message of ICU (U_ILLEGAL_ARGUMENT_ERROR)"),
        ("{n} of {count, number}", "{n} of {count}", "cannot be written out"),
        ("x" * (LONGEST + 1), "x", f"has more than {LONGEST} characters"),
    ],
)
def test_what_is_wrong_with_a_translation_is_told(text: str, like: str, told: str) -> None:
    found = list(faults(text, ENGLISH, like))
    assert any(told in fault for fault in found), found


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("{n, plural, =0 {nic} one {# wpis} few {# wpisy} many {# wpisów} other {# wpisu}}", POSTS),
        ("{count} of {n}", "Page {n} of {count}"),
        ("{at, date,d. M. y}", "{at, date, ::yMMMMd}"),
        ("{n} {n}", POSTS),
    ],
)
def test_a_translation_may_say_it_in_its_own_way(text: str, like: str) -> None:
    assert list(faults(text, POLISH, like)) == []


def test_forms_that_a_language_lacks_are_named_with_a_number_that_needs_them() -> None:
    assert list(missing_forms("{n, plural, one {# wpis} other {# wpisu}}", POLISH)) == [
        "the plural of {n} has no form many, which the number 0 needs",
        "the plural of {n} has no form few, which the number 2 needs",
    ]
    assert list(missing_forms(POSTS, ENGLISH)) == []


@pytest.mark.slow
@given(st.text(st.sampled_from("{}',#n =0one other plural"), max_size=60))
def test_no_text_breaks_the_look_through(text: str) -> None:
    found = list(faults(text, ENGLISH, "{n}"))
    assert found or isinstance(say(text, ENGLISH, 3), str)
