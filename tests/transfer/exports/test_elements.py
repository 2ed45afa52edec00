"""Cutting large XML files, broken ones too, into elements."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.errors import Invalid
from westmarch.transfer.exports import elements as module
from westmarch.transfer.exports.elements import Piece, elements

pytestmark = pytest.mark.unit


def cut(folder: Path, content: str | bytes, *names: str) -> list[Piece]:
    path = folder / "a.xml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(elements(path, frozenset(names or {"item"})))


def texts(pieces: list[Piece]) -> list[str | None]:
    return [None if piece.element is None else "".join(piece.element.itertext()) for piece in pieces]


def test_elements_come_in_order_with_their_lines(tmp_path: Path) -> None:
    found = cut(tmp_path, "<rss>\n<a x='1'>one</a>\n\n<item>two</item><item/>\n</rss>", "a", "item")
    assert [(piece.name, piece.line) for piece in found] == [("a", 2), ("item", 4), ("item", 4)]
    assert texts(found) == ["one", "two", ""]
    assert found[0].element is not None
    assert found[0].element.get("x") == "1"


def test_tags_in_sections_and_comments_are_text(tmp_path: Path) -> None:
    content = "<rss><!-- <item> --><![CDATA[<item>]]><item><![CDATA[</item><item>]]></item><item>b</item></rss>"
    assert texts(cut(tmp_path, content)) == ["</item><item>", "b"]


@pytest.mark.parametrize(
    "broken",
    ["<item><b>x</item>", "<item>x", "<item><a><![CDATA[x</a></item>", "<item><wp:a/ ></item>", "<item>a<</item>"],
)
def test_a_broken_element_costs_no_other(tmp_path: Path, broken: str) -> None:
    found = cut(tmp_path, f"<rss>\n<item>a</item>\n{broken}\n<item><![CDATA[b]]></item>\n<item>c</item></rss>")
    assert texts(found) == ["a", None, "b", "c"]
    assert found[1].line == 3
    assert found[1].reason


def test_a_file_that_ends_within_an_element_gives_those_before(tmp_path: Path) -> None:
    found = cut(tmp_path, "<rss><item>a</item>\n<item><title>b</ti")
    assert texts(found) == ["a", None]
    assert (found[1].line, found[1].reason) == (2, "it does not end")


def test_what_xml_forbids_is_mended_and_told(tmp_path: Path) -> None:
    (found,) = cut(tmp_path, "<rss><item>a &nbsp;b & c &odd; \x0b<![CDATA[x & y\x08]]></item></rss>")
    assert texts([found]) == ["a \u00a0b & c &odd; x & y"]
    assert found.mended == "control characters were taken out; '&' that was not written as '&amp;' was mended"


def test_entities_that_a_file_declares_mean_nothing(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><item>&b;</item></rss>'
    assert texts(cut(tmp_path, bomb)) == ["&b;"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251", "gb18030"])
def test_the_declared_encoding_is_obeyed(tmp_path: Path, encoding: str) -> None:
    declared = "utf-8" if encoding.startswith("utf-8") else encoding
    text = "Привет" if encoding == "windows-1251" else "你好"
    content = f'<?xml version="1.0" encoding="{declared}"?><rss><item>{text}</item></rss>'.encode(encoding)
    assert texts(cut(tmp_path, content)) == [text]


def test_bytes_that_mean_nothing_do_not_end_it(tmp_path: Path) -> None:
    assert texts(cut(tmp_path, b"<rss><item>a\xff</item><item>b</item></rss>")) == ["a\ufffd", "b"]


def test_an_unknown_encoding_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="'klingon', which is not known"):
        cut(tmp_path, '<?xml version="1.0" encoding="klingon"?><rss/>')


def test_ten_thousand_elements_in_each_other_are_read(tmp_path: Path) -> None:
    content = "<rss><item>" + "<a>" * 10_000 + "x" + "</a>" * 10_000 + "</item><item>b</item></rss>"
    found = cut(tmp_path, content)
    assert found[0].element is not None
    assert texts(found[1:]) == ["b"]


def test_elements_that_never_end_are_given_up(tmp_path: Path) -> None:
    found = cut(tmp_path, "<rss>" + "<item><![CDATA[" * 1_000)
    assert len(found) == 21
    assert "the rest is not read" in found[-1].reason


@pytest.mark.slow
@given(st.lists(st.text("ab<>&]\n", max_size=20), max_size=6), st.integers(1, 40))
def test_any_chunks_give_the_same_elements(
    tmp_path_factory: pytest.TempPathFactory, written: list[str], size: int
) -> None:
    folder = tmp_path_factory.mktemp("xml")
    content = "".join(f"<item><![CDATA[{text.replace(']]>', '')}]]></item>\n" for text in written)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", size)
        found = cut(folder, f"<rss>{content}</rss>")
    assert texts(found) == [text.replace("]]>", "") for text in written]


def test_broken_characters_are_told(tmp_path: Path) -> None:
    (found,) = cut(tmp_path, b"<rss><item>a\xff</item></rss>")
    assert (texts([found]), found.mended) == (["a\ufffd"], "it holds U+FFFD, which stands for broken characters")
