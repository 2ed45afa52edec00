"""Parameters of a query, of which a path may declare one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.errors import Invalid
from westmarch.links import parameters

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("query", ["p=123", "?p=123", "%70=%31%32%33"])
def test_a_declared_parameter_has_one_spelling(query: str) -> None:
    assert parameters.declared(query) == "p=123"


@pytest.mark.parametrize("query", ["", "?", "=1", "a=1&b=2", "p=" + "9" * 200])
def test_a_query_that_is_not_one_parameter_cannot_be_declared(query: str) -> None:
    with pytest.raises(Invalid, match="cannot declare"):
        parameters.declared(query)


def test_a_parameter_is_found_wherever_it_stands() -> None:
    assert "p=123" in parameters.candidates("source=feed&p=123&x")


@pytest.mark.parametrize("query", ["utm_source=a", "fbclid=x1", "utm%5Fid=", "gclid", "_ga=1"])
def test_no_path_declares_a_parameter_of_those_who_count_readers(query: str) -> None:
    with pytest.raises(Invalid, match="cannot declare the parameter"):
        parameters.declared(query)
    assert parameters.candidates(query) == []


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("utm_source=a&utm_medium=b", ""),
        ("page=2&fbclid=x", "page=2"),
        ("utm_source=a&p=1&&b", "p=1&&b"),
        ("p=1&&b=", "p=1&&b="),
        ("UTM_source=a&xutm_source=b&utm=c", "UTM_source=a&xutm_source=b&utm=c"),
        ("", ""),
    ],
)
def test_what_an_address_depends_on_is_the_rest(query: str, left: str) -> None:
    assert parameters.uncounted(query) == left


def test_counting_parameters_hide_no_declared_one() -> None:
    assert "p=123" in parameters.candidates("&".join(f"utm_{n}=1" for n in range(100)) + "&p=123")


def test_only_so_many_parameters_are_looked_at() -> None:
    assert len(parameters.candidates("&".join(f"a{n}=1" for n in range(10_000)))) == parameters.MOST


def test_what_else_a_query_holds_stays_as_it_was_written() -> None:
    assert parameters.without("a=1+2&p=123&b=%C3%A9&&c", "p=123") == "a=1+2&b=%C3%A9&c"


def test_an_address_with_a_query_of_its_own_keeps_it() -> None:
    assert parameters.appended("/a/?x=1#b", "y=2") == "/a/?x=1#b"
    assert parameters.appended("/a/#b", "y=2") == "/a/?y=2#b"
    assert parameters.appended("/a/", "") == "/a/"


@given(st.text())
def test_no_query_raises_anything_and_all_that_is_left_can_stand_in_a_header(query: str) -> None:
    assert all(parameter.isascii() for parameter in parameters.candidates(query))
    left = parameters.without(query, "p=1")
    assert left.isascii()
    assert left.isprintable()
    assert "#" not in left
    assert " " not in left
    assert "p=1" not in parameters.candidates(left)


@given(st.lists(st.sampled_from(("a=1", "utm_source=b", "p=1", "", "fbclid=%41", "utm%5Fx", "=", "b")), max_size=8))
def test_taking_out_once_takes_out_all_and_nothing_else(parts: list[str]) -> None:
    left = parameters.uncounted("&".join(parts))
    assert parameters.uncounted(left) == left
    assert not any(parameters.counting(part) for part in left.split("&"))
    assert [part for part in parts if part and not parameters.counting(part)] == [p for p in left.split("&") if p]
