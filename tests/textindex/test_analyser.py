"""Words: what is one, what is folded, what engines are given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icu4py.breakers import WordBreaker

from westmarch.textindex import analyser
from westmarch.textindex.folding import fold

pytestmark = pytest.mark.unit

ASCII = st.text(st.characters(max_codepoint=127), max_size=30) | st.text("ab1.,;:'_ -", max_size=20)
ANY = st.text(max_size=40) | st.text("aé漢字かガｶﾞ한글สวัสดีשָׁלוֹםعَـ.'_ 1̈\u0301\ufb01²", max_size=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("J.K. Rowling", ("j.k", "rowling")),
        ("J. K. Rowling", ("j", "k", "rowling")),
        ("don't Harry-Potter", ("don't", "harry", "potter")),
        ("don’t", ("don't",)),
        ("!!! ___ 😀", ()),
        ("3.14 1,000", ("3.14", "1,000")),
        ("Gabriel García Márquez", ("gabriel", "garcia", "marquez")),
        ("STRASSE Straße", ("strasse", "strasse")),
        ("Søren Łódź Æsop", ("soren", "lodz", "aesop")),
        ("Всё Чайка їжак", ("все", "чайка", "їжак")),
        ("Ὀδύσσεια", ("οδυσσεια",)),
        ("كِتَابٌ كتـــاب أَلْف", ("كتاب", "كتاب", "الف")),
        ("שָׁלוֹם", ("שלום",)),
        ("ﬁn ＡＢＣ x²", ("fin", "abc", "x2")),
        ("co\u00adoperate", ("cooperate",)),
        ("สวัสดีชาวโลก", ("สวัสดี", "ชาว", "โลก")),
        ("Python入門書 3", ("python", "入門", "門書", "3")),
        ("解 ｶﾞﾝ", ("解", "ガン")),
        ("해리포터와 돌", ("해리", "리포", "포터", "터와", "돌")),
        ("\x00a\ud800b", ("a", "b")),
        ("x" * 150, ("x" * 100,)),
    ],
)
def test_a_text_is_cut_into_folded_words(text: str, expected: tuple[str, ...]) -> None:
    assert analyser.words(text) == expected


def test_single_characters_of_a_run_stand_apart_from_its_pairs() -> None:
    assert analyser.values("吾輩は") == (("吾輩", "輩は"), ("吾", "輩", "は"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("potter 2", (("potter",), ("2",))),
        ("夏目漱石の猫", (("夏目",), ("漱石",), ("猫",))),
        ("红楼梦", (("红楼", "楼梦"),)),
        ("の", (("の",),)),
        ("해리포터", (("해리", "리포", "포터"),)),
    ],
)
def test_words_of_a_query_are_phrases_of_pairs(query: str, expected: tuple[tuple[str, ...], ...]) -> None:
    assert analyser.query_words(query) == expected


@pytest.mark.slow
@given(ANY)
def test_every_word_of_a_text_that_is_asked_for_is_in_the_text(text: str) -> None:
    have = {word for value in analyser.values(text) for word in value}
    for reading in analyser.query_words(text):
        assert have.issuperset(reading)


@pytest.mark.slow
@given(ASCII)
def test_ascii_is_cut_as_icu_cuts_it(text: str) -> None:
    cut = tuple(segment[:100] for segment in WordBreaker(text.lower(), "root") if any(map(str.isalnum, segment)))
    assert analyser.words(text) == cut


@given(ANY)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.slow
@given(ANY)
def test_words_hold_no_white_space_and_are_short(text: str) -> None:
    for value in analyser.values(text):
        assert all(word.split() == [word] and len(word) <= analyser.LONGEST for word in value)


@pytest.mark.slow
@given(ANY)
def test_spans_tell_where_the_words_of_a_text_are(text: str) -> None:
    found = analyser.spans(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in found)
    if text.isascii():
        assert tuple(word for _, _, word in found) == analyser.words(text)


def test_spans_are_those_of_the_text_as_written() -> None:
    text = "L’ﬁn d’Émile: 吾輩"
    assert [(text[start:end], word) for start, end, word in analyser.spans(text)] == [
        ("L’ﬁn", "l'fin"),
        ("d’Émile", "d'emile"),
        ("吾", "吾"),
        ("吾輩", "吾輩"),
        ("輩", "輩"),
    ]


def test_stems_join_the_forms_of_a_word() -> None:
    assert analyser.stems("The runner’s books were running", "en-GB")[-1] == analyser.stems("runs", "en")[0]
    assert analyser.stems("l'étrangère", "fr") == analyser.stems("étrangères", "fr")
    assert analyser.stems("books", "xx") == ()
