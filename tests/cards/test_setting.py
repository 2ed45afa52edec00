"""Setting titles in lines: fonts by what they cover, breaks by language, both directions, and never an empty box."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from westmarch.cards.fonts import Fonts
from westmarch.cards.setting import ELLIPSIS, LONGEST, Setting, plain, setting, shortened

#: Signs that begin no line, and signs that end none (JIS X 4051 and GB/T 15834 agree on these).
NOT_FIRST, NOT_LAST = "，。、；：？！）」』》”", "（「『《“"
ALPHABETS = "aAßéĐωЖ 1%-–“”‘,.()…" + "漢かカ한الʼعש٣ก์ा😀👩\u200d❤\ufe0f\u0301\ue000\U00010400\u202e\t"


def made(text: str, language: str, fonts: Fonts, *, rtl: bool = False) -> Setting:
    found = setting(plain(text), language, rtl=rtl, fonts=fonts)
    assert found is not None
    return found


def lines(found: Setting, width: float) -> list[str]:
    return [found.text[start:end] for start, end in found.balanced(width)]


def drawn(found: Setting) -> list[int]:
    """The numbers of all glyphs; 0 is the box that stands for what a font has not."""
    return [glyph for start, end in found.lines(12) for run in found.line(start, end) for glyph, *_ in run.glyphs]


@pytest.mark.unit
@settings(deadline=None)
@given(st.text(alphabet=ALPHABETS, max_size=60), st.booleans())
def test_no_title_shows_a_box_where_there_is_one_font(text: str, rtl: bool) -> None:
    found = setting(plain(text), "en", rtl=rtl, fonts=BARE)
    if found is not None:
        assert 0 not in drawn(found)


@settings(deadline=None)
@given(st.text(alphabet=ALPHABETS, max_size=60), st.sampled_from(["en", "zh", "ja", "ko", "ar", "xx"]), st.booleans())
def test_no_title_shows_a_box_where_there_are_many_fonts(fonts: Fonts, text: str, language: str, rtl: bool) -> None:
    found = setting(plain(text), language, rtl=rtl, fonts=fonts)
    if found is not None:
        assert 0 not in drawn(found)
        assert "".join(lines(found, 9)) == found.text


BARE = Fonts(())


@pytest.mark.unit
@pytest.mark.parametrize("title", ["潮汐机", "ساعة", "घड़ी", "Tide 潮", "\ue000 of one’s own", "👩‍💻", ""])
def test_a_title_with_a_letter_that_no_font_has_is_not_set(bare: Fonts, title: str) -> None:
    found = setting(plain(title), "en", rtl=False, fonts=bare)
    # A sign of private use is none that anybody misses; a letter is.
    assert found is None or (title.startswith("\ue000") and found.text == "of one’s own")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Shipping 🚀 the tide", "Shipping the tide"),
        ("Made by 👩‍💻 with ❤️", "Made by with"),
        ("A flag 🇩🇪 – done", "A flag – done"),
        ("A sign \u2b1a that no font has", "A sign that no font has"),
        ("1️⃣ One", "1 One"),
    ],
)
def test_emoji_are_left_out_without_a_trace(bare: Fonts, title: str, left: str) -> None:
    assert made(title, "en", bare).text == left


@pytest.mark.unit
def test_what_turns_or_hides_a_title_is_taken_out_of_it() -> None:
    assert plain("a\u202eb\u2066c\u2069\n d\x00\x07  e") == "abc d e"
    assert plain("e\u0301") == "é"
    assert len(plain("x" * 100_000)) == LONGEST


@pytest.mark.unit
@pytest.mark.parametrize("script", ["Größe und Übermut", "Ο μηχανισμός", "Приливная машина", "Cỗ máy thủy triều"])
def test_latin_greek_and_cyrillic_need_no_font_of_the_machine(bare: Fonts, script: str) -> None:
    assert set(made(script, "en", bare).faces) == {bare.literata}


@pytest.mark.unit
def test_lines_are_as_even_as_they_can_be(bare: Fonts) -> None:
    found = made("A tide machine is a sum of circles", "en", bare)
    assert [found.text[a:b] for a, b in found.lines(13)] == ["A tide machine is a sum of ", "circles"]
    assert lines(found, 13) == ["A tide machine is ", "a sum of circles"]


@pytest.mark.unit
def test_a_word_that_is_wider_than_a_line_is_cut(bare: Fonts) -> None:
    found = made("Donaudampfschifffahrtsgesellschaft", "de", bare)
    cut = lines(found, 9)
    assert len(cut) > 1
    assert "".join(cut) == found.text
    assert all(found.width(*line) <= 9 for line in found.lines(9))
    assert not found.fits(9, 10)


@pytest.mark.unit
def test_a_long_title_ends_in_an_ellipsis_after_a_whole_word(bare: Fonts) -> None:
    whole = made("The tide machine of the hill, and how it drew the water " * 5, "en", bare)
    short = shortened(whole, 3, 16, rtl=False, fonts=bare)
    assert len(short.lines(16)) == 3
    assert short.text.endswith(ELLIPSIS)
    assert whole.text.startswith(short.text.removesuffix(ELLIPSIS))
    assert whole.text[len(short.text) - 1] in " ,"
    assert shortened(whole, 99, 16, rtl=False, fonts=bare) is whole


@pytest.mark.unit
def test_a_word_without_end_is_cut_to_its_room(bare: Fonts) -> None:
    short = shortened(made("Pneumonoultra" * 20, "en", bare), 3, 16, rtl=False, fonts=bare)
    assert len(short.lines(16)) == 3
    assert short.text.endswith(ELLIPSIS)


@pytest.mark.parametrize("width", [6.0, 7.3, 9.9, 11.2])
@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("黄铜齿轮与潮汐机：一台会写作的机器，如何算出“诺曼底登陆”那一天（大潮）的海水？", "zh"),
        ("黃銅齒輪與潮汐機，以及「閏秒」為何消失。", "zh-Hant"),
        ("潮汐計算機（ちょうせきけいさんき）とは、円を足し合わせる「機械」である。", "ja"),
    ],
)
def test_no_line_begins_or_ends_with_a_sign_that_may_not(fonts: Fonts, title: str, language: str, width: float) -> None:
    found = lines(made(title, language, fonts), width)
    assert len(found) > 1
    assert not any(line[0] in NOT_FIRST or line[-1] in NOT_LAST for line in found)


def test_korean_is_broken_between_words_and_thai_too(fonts: Fonts) -> None:
    korean = lines(made("조석 예측기는 원을 더하는 기계이다", "ko", fonts), 6)
    assert all(line.endswith(" ") for line in korean[:-1])
    thai = made("เครื่องทำนายน้ำขึ้นน้ำลง", "th", fonts)
    assert 1 < len(thai.breaks) < len(thai.text) / 2


def test_arabic_letters_are_joined_and_run_leftwards(fonts: Fonts) -> None:
    found = made("ساعة", "ar", fonts, rtl=True)
    (run,) = found.line(0, 4)
    alone = [found.faces[0].font.get_nominal_glyph(ord(letter)) for letter in found.text]
    assert [glyph for glyph, *_ in run.glyphs] != alone[::-1]
    first = made("س", "ar", fonts, rtl=True).line(0, 1)[0].width
    assert run.width < sum(made(letter, "ar", fonts, rtl=True).width(0, 1) for letter in "ساعة")
    assert first > 0


def test_a_line_of_two_directions_stands_in_its_order(fonts: Fonts) -> None:
    title = "ساعة (leap) 2016"
    found = made(title, "ar", fonts, rtl=True)
    places = []
    for run in found.line(0, len(title)):
        places.append("L" if run.face is fonts.literata else "A")
    # The year is leftmost, then the Latin word, the Arabic one stands where the line begins, on the right.
    assert places[0] == "L"
    assert places[-1] == "A"


def test_devanagari_is_shaped(fonts: Fonts) -> None:
    found = made("हिन्दी", "hi", fonts)
    (run,) = found.line(0, 6)
    # The vowel sign i is written before the letter that it follows.
    assert run.glyphs[0][0] != found.faces[0].font.get_nominal_glyph(ord("ह"))
    assert len(run.glyphs) < 6


def test_ideographs_are_those_of_the_language(fonts: Fonts) -> None:
    faces = {language: made("骨直", language, fonts) for language in ("zh", "zh-Hant", "ja", "ko")}
    glyphs = {language: tuple(drawn(found)) for language, found in faces.items()}
    assert glyphs["zh"] != glyphs["zh-Hant"] != glyphs["ja"]
    assert glyphs["zh"] != glyphs["ja"]


def test_figures_among_letters_that_join_are_those_of_the_latin(fonts: Fonts) -> None:
    found = made("منذ 1972", "ar", fonts, rtl=True)
    assert found.faces[-1] is fonts.literata
    assert found.faces[0] is not fonts.literata
