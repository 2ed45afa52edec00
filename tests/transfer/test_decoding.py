"""From bytes to text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.errors import Invalid
from westmarch.transfer.decoding import decode

pytestmark = pytest.mark.unit


def test_utf8_is_read_without_a_word() -> None:
    assert decode("Grüße, 世界".encode()) == decode("\ufeffGrüße, 世界".encode())
    assert decode(b"plain").encoding is None


def test_windows_line_ends_become_plain_ones() -> None:
    assert decode(b"a\r\nb\rc\n").text == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Ein „schöner“ Tag für Ärger – und mehr davon"),
        ("gb18030", "收集常用的配置，以及一些说明文字。Git 的配置文件分为系统级别"),
        ("utf-16", "Grüße"),
    ],
)
def test_other_encodings_are_recognised_and_said(encoding: str, text: str) -> None:
    found = decode(text.encode(encoding))
    assert found.text == text
    assert found.encoding is not None


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Invalid, match="zero bytes"):
        decode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        found = decode(data)
    except Invalid:
        return
    found.text.encode()
    assert "\r" not in found.text
    assert "\x00" not in found.text
