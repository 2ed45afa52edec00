"""ISBNs: check digits, the forms that people write, and what spreadsheets do to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.books import isbn

pytestmark = pytest.mark.unit

nine = st.text("0123456789", min_size=9, max_size=9)


def ten(stem: str) -> str:
    return stem + isbn.check10(stem)


def thirteen(stem: str) -> str:
    return "978" + stem + isbn.check13("978" + stem)


@pytest.mark.parametrize(
    "number", ["0306406152", "9780306406157", "080442957X", "9788381884075", "9791090636071", "0439023483"]
)
def test_published_numbers_are_valid(number: str) -> None:
    assert isbn.valid(number)


@pytest.mark.parametrize(
    "number", ["", "0306406153", "9780306406158", "X306406152", "4006381333931", "978030640615", "٠٣٠٦٤٠٦١٥٢"]
)
def test_what_is_no_isbn_is_not_valid(number: str) -> None:
    assert not isbn.valid(number)


@pytest.mark.slow
@given(nine, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(stem: str, place: int, by: int) -> None:
    for number in (ten(stem), thirteen(stem)):
        if number[place].isdigit():
            wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
            assert not isbn.valid(wrong)


@given(nine)
def test_all_forms_of_a_number_have_one_key(stem: str) -> None:
    key = thirteen(stem)
    assert isbn.forms(key) == (key, ten(stem))
    for text in (ten(stem), key, f"ISBN {key[:3]}-{key[3]}-{key[4:9]}-{key[9:12]}-{key[12]}", f"urn:isbn:{ten(stem)}"):
        assert isbn.key(text) == key
        assert isbn.key(text.lower()) == key


def test_a_number_with_979_has_no_ten_digits() -> None:
    assert isbn.forms("9791090636071") == ("9791090636071",)


@pytest.mark.slow
@given(nine, st.sampled_from("0123456789X"))
def test_a_wrong_check_digit_leads_to_the_book_nonetheless(stem: str, check: str) -> None:
    assert isbn.key("978" + stem + check) == thirteen(stem)


@given(st.text(max_size=40))
def test_any_text_has_a_key_of_13_digits_or_none(text: str) -> None:
    key = isbn.key(text)
    assert key is None or isbn.valid(key)


@pytest.mark.slow
@given(st.text(max_size=30) | st.none(), st.text(max_size=30) | st.none())
def test_any_two_texts_are_kept_as_they_are_unless_a_repair_says_else(isbn10: str | None, isbn13: str | None) -> None:
    numbers = isbn.read(isbn10, isbn13)
    assert numbers.isbn10 == ((isbn10 or "").strip() or None)
    if numbers.isbn13 != ((isbn13 or "").strip() or None):
        assert any(field == "isbn13" for field, _ in numbers.repairs)
    assert not numbers.valid or (numbers.key is not None and isbn.valid(numbers.key))


def test_an_invalid_number_is_kept_flagged_and_told() -> None:
    numbers = isbn.read(None, "9780439023483")
    assert (numbers.isbn13, numbers.key, numbers.valid) == ("9780439023483", "9780439023481", False)
    assert numbers.repairs == (("isbn13", "'9780439023483' is no valid ISBN: kept as it is"),)


def test_what_is_no_isbn_at_all_is_kept_without_a_key() -> None:
    assert isbn.read("B00SOMEASIN", None).isbn10 == "B00SOMEASIN"
    assert isbn.read("B00SOMEASIN", None).key is None


@given(nine)
def test_zeros_lost_at_the_front_are_found(stem: str) -> None:
    number = ten("00" + stem[2:])
    found = isbn.read(number.lstrip("0") or number, None)
    if len(number.lstrip("0")) >= 7:
        assert (found.key, found.valid) == (thirteen("00" + stem[2:]), True)


@given(nine)
def test_a_number_in_scientific_notation_is_made_again_from_the_isbn10(stem: str) -> None:
    written = f"{float(thirteen(stem)):.12g}"
    numbers = isbn.read(ten(stem), written)
    assert (numbers.isbn13, numbers.valid) == (thirteen(stem), True)
    assert "e+12" not in written or numbers.repairs


@given(nine)
def test_a_number_in_scientific_notation_alone_is_never_made_another_one(stem: str) -> None:
    written = f"{float(thirteen(stem)):.12g}"
    numbers = isbn.read(None, written)
    assert numbers.isbn13 in (thirteen(stem), None)
    assert numbers.repairs


def test_a_lost_last_digit_follows_from_the_others_where_one_number_is_possible() -> None:
    assert isbn.read(None, "9.78682823303e+12").isbn13 == "9786828233028"
    assert isbn.read(None, "9.78011524493e+12").isbn13 is None


def test_a_number_that_disagrees_with_the_isbn10_is_told() -> None:
    numbers = isbn.read("0446612707", "9.78055381395e+12")
    assert numbers.isbn13 == "9780446612708"
    assert "do not agree" in numbers.repairs[0][1]
