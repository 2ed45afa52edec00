"""International Standard Book Numbers: ISO 2108, with the check digits of its annexes.

An ISBN of 10 digits ends in a check digit modulo 11 (X for ten), one of 13 digits in that of EAN-13.
"""

import re
from operator import mul
from typing import NamedTuple

# What people write around and between the digits.
_PREFIX = re.compile(r"\s*(?:urn:)?\s*isbn(?:[-\s]?1[03])?\s*:?\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212.'\"=]+")
_TEN = re.compile(r"[0-9]{9}[0-9X]")
_THIRTEEN = re.compile(r"[0-9]{13}")
# Some catalogues put 978 before an ISBN-10 and leave its check digit, which may be X.
_LIKE_THIRTEEN = re.compile(r"[0-9]{12}[0-9X]")
_BOOKLAND = ("978", "979")
_SHORT = re.compile(r"[0-9]{6,8}[0-9X]")
# A number that went through a spreadsheet or a data frame: 9.78043902348e+12, 9780439023481.0, 9,78044E+12.
_SCIENTIFIC = re.compile(r"([0-9])(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})")
_FLOAT = re.compile(r"([0-9]+)\.0")
# Digits are summed by their codes in ASCII, from which those of as many zeros are taken.
_ZERO = ord("0")
_WEIGHTS = tuple(range(10, 1, -1))
_WEIGHED_ZEROS = -_ZERO * sum(_WEIGHTS)
# So many significant digits does a data frame print.
_PRINTED = 12


class Numbers(NamedTuple):
    """The ISBNs of a book as they are kept: see `models.Book`. `repairs` says what was done, by field."""

    isbn10: str | None = None
    isbn13: str | None = None
    key: str | None = None
    valid: bool = False
    repairs: tuple[tuple[str, str], ...] = ()


def check10(digits: str) -> str:
    """The check digit behind nine digits."""
    rest = -sum(map(mul, digits.encode(), _WEIGHTS), _WEIGHED_ZEROS) % 11
    return "X" if rest == 10 else str(rest)


def check13(digits: str) -> str:
    """The check digit behind twelve digits."""
    codes = digits.encode()
    return str(-(sum(codes[::2]) + 3 * sum(codes[1::2]) - 24 * _ZERO) % 10)


def compact(text: str) -> str:
    """The digits (and X) of an ISBN in any spelling: `ISBN 0-439-02348-3` → `0439023483`. What is none stays odd."""
    if text.isascii() and (text.isdigit() or (text[:-1].isdigit() and text[-1] == "X")):  # As most are.
        return text
    return _BETWEEN.sub("", _PREFIX.sub("", text, count=1)).upper()


def valid(number: str) -> bool:
    """Whether a compact number is an ISBN of 10 or 13 digits whose check digit is right."""
    if _TEN.fullmatch(number):
        return check10(number[:9]) == number[9]
    return bool(_THIRTEEN.fullmatch(number)) and number.startswith(_BOOKLAND) and check13(number[:12]) == number[12]


def key(text: str) -> str | None:
    """The 13 digits under which a book with this ISBN, in any form, is found; None for what is no ISBN.

    The check digit is made anew: the world is full of numbers with a wrong one, whose others are right.
    """
    number = compact(text)
    if _LIKE_THIRTEEN.fullmatch(number) and number.startswith(_BOOKLAND):
        return number[:12] + check13(number[:12])
    if _TEN.fullmatch(number):
        stem = "978" + number[:9]
        return stem + check13(stem)
    return None


def forms(key_: str) -> tuple[str, ...]:
    """The 13 digits of a key and, where there is one (only numbers with 978 have), the 10 digits."""
    return (key_, key_[3:12] + check10(key_[3:12])) if key_.startswith("978") else (key_,)


def read(isbn10: str | None, isbn13: str | None) -> Numbers:
    """The numbers of a book from what a source gives. What is invalid is kept as it was given, and not `valid`.

    An ISBN-10 that lost its zeros at the front is found by them; an ISBN-13 that lost digits in scientific notation is
    made again from the ISBN-10, else from itself where its digits leave one possibility, else it is left out.
    """
    isbn10, isbn13 = _text(isbn10), _text(isbn13)
    if isbn10 and not isbn13 and _TEN.fullmatch(isbn10) and check10(isbn10[:9]) == isbn10[9]:  # As most are.
        stem = "978" + isbn10[:9]
        return Numbers(isbn10, None, stem + check13(stem), valid=True)
    repairs: list[tuple[str, str]] = []
    ten = _ten(isbn10, repairs) if isbn10 else None
    if isbn13 and (damaged := _damaged(isbn13)):
        isbn13, told = _mended(damaged, ten)
        repairs.append(("isbn13", told))
    given = [number for number in (compact(isbn13) if isbn13 else None, ten) if number]
    right = {number: valid(number) for number in given}
    for wrong in given:
        if not right[wrong]:
            repairs.append(("isbn" if wrong is ten else "isbn13", f"{wrong[:40]!r} is no valid ISBN: kept as it is"))
    # A valid number says best which book it is; of two valid ones, that of 13 digits.
    ordered = sorted(given, key=right.__getitem__, reverse=True)
    whole = bool(given) and all(right.values())
    return Numbers(isbn10, isbn13, next(filter(None, map(key, ordered)), None), whole, tuple(repairs))


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None


def _ten(given: str, repairs: list[tuple[str, str]]) -> str:
    """The compact number; with the zeros in front that a spreadsheet takes away, where that makes it valid."""
    number = compact(given)
    if _SHORT.fullmatch(number) and valid(number.zfill(10)):
        repairs.append(("isbn", f"{number} is read as {number.zfill(10)}: zeros at the front were lost"))
        return number.zfill(10)
    return number


def _damaged(given: str) -> str | None:
    """The significant digits of a number in scientific notation, with `?` for those lost; None for any other text."""
    if whole := _FLOAT.fullmatch(given):
        return whole[1]
    if not (parts := _SCIENTIFIC.fullmatch(given)):
        return None
    digits, length = parts[1] + (parts[2] or ""), int(parts[3]) + 1
    if len(digits) < min(length, _PRINTED) <= _PRINTED and parts[2] and len(parts[2]) >= 6:
        digits = digits.ljust(min(length, _PRINTED), "0")  # Zeros at the end are not printed.
    return digits.ljust(length, "?")


def _mended(digits: str, ten: str | None) -> tuple[str | None, str]:
    """The ISBN-13 whose digits these are, and what is to be said about it."""
    if ten and valid(ten) and (found := key(ten)):
        agree = "" if _printed(found) == digits[:_PRINTED] else ", with which the others do not agree"
        return found, f"digits were lost ({digits}): made again from the ISBN-10{agree}"
    if _THIRTEEN.fullmatch(digits):
        return digits, "it was written as a number with decimals"
    if len(digits) == 13 and digits.endswith("?") and digits[:12].isdigit() and digits.startswith(_BOOKLAND):
        # The twelfth digit was rounded by the thirteenth, which is the check digit: at most two numbers can be meant.
        down, up = digits[:12], str(int(digits[:12]) - 1)
        possible = [stem + check for stem, check in ((down, check13(down)), (up, check13(up)))]
        meant = [number for number in possible if _printed(number) == down]
        if len(meant) == 1:
            return meant[0], f"its last digit was lost ({digits}): it follows from the others"
    if digits.isdigit():
        return digits, "it was written as a number with decimals"
    return None, f"digits were lost ({digits}), and there is no ISBN-10 to make it from: left out"


def _printed(number: str) -> str:
    """The significant digits of a number of 13 digits as a data frame prints it: the last one rounded, half to even."""
    return f"{int(number):.{_PRINTED - 1}e}"[: _PRINTED + 1].replace(".", "")
