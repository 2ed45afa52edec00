"""Where a text points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.transfer.destinations import destinations, rewrite

pytestmark = pytest.mark.unit


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.address) for one in destinations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](/x/)", [("link", "/x/")]),
        ('![a](x.png "t")', [("picture", "x.png")]),
        ("[![a](t.png)](/full/)", [("picture", "t.png"), ("link", "/full/")]),
        ("[a](/x_(y)/)", [("link", "/x_(y)/")]),
        ("[a](<b c.md>)", [("link", "b c.md")]),
        ("[a]: /x/ 'title'", [("link", "/x/")]),
        ('<img alt="" src="a&amp;b.png">', [("picture", "a&b.png")]),
        ("<a href='/x/'>x</a>", [("link", "/x/")]),
        ('::video{url="https://a.example/v" poster="../p.webp"}', [("picture", "../p.webp")]),
        ('```\n::video{poster="p.webp"}\n```', []),
        ("`[a](/x/)` and\n\n    [a](/y/)", []),
        ("[^1]: /x/", []),
        ("f(x)[0](y z)", []),
    ],
)
def test_links_and_pictures_are_found_outside_of_code(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_addresses_are_written_so_that_they_are_read_back() -> None:
    text = '[a](x) ![b](<y z>) <a href="w">'
    assert rewrite(text, lambda one: f'/{one.address}/"(1)') == (
        '[a](/x/"%281%29) ![b](</y%20z/"%281%29>) <a href="/w/&quot;(1)">'
    )


@given(
    st.lists(
        st.sampled_from(
            ["[", "]", "(", ")", "](", "!", "<", ">", "a", " ", "\n", "\\", '"', "[a]: b\n", "<a href='x'>", "`"]
        ),
        max_size=40,
    )
)
def test_rewriting_nothing_changes_nothing(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert rewrite(text, lambda _: None) == text
    last = 0
    for one in destinations(text):
        assert last <= one.start <= one.end <= len(text)
        last = one.end
