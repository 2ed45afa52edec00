"""What makes two spellings of a word one: compatibility forms, case, accents, marks that are not always written.

Folded away are compatibility forms (NFKC: `ﬁ`, full width), case, the accents of Latin and Greek letters, the points of
Hebrew and the marks of Arabic with tatweel and the forms of alef, and characters that are not seen. Letters that are no
accented ones but are often typed plainly are written so: `ø` as `o`, `ł` as `l`, `æ` as `ae`, Persian `ی` as `ي`.
Of Cyrillic letters `ё` loses its dots, as in print; `й`, `ї`, `ў`, `ѓ` and `ќ` are never written without their marks
and stay. Marks that are part of a syllable (kana, Indic scripts, Thai) stay.
"""

import re
from unicodedata import normalize

_HALF = re.compile("[\ud800-\udfff]")
_KEPT = re.compile("[\u0438\u0443]\u0306|\u0456\u0308|[\u0433\u043a]\u0301")
_MARKS = (
    *range(0x0300, 0x0370),  # accents of Latin, Greek and Cyrillic letters
    *range(0x0483, 0x0488),
    *range(0x0591, 0x05BE),  # points and accents of Hebrew
    *(0x05BF, 0x05C1, 0x05C2, 0x05C4, 0x05C5, 0x05C7),
    *range(0x0610, 0x061B),  # signs and vowels of Arabic, hamza and madda
    *range(0x064B, 0x0660),
    *(0x0640, 0x0670),
    *range(0x06D6, 0x06DD),
    *range(0x06DF, 0x06E5),
    *(0x06E7, 0x06E8),
    *range(0x06EA, 0x06EE),
    *range(0x1AB0, 0x1B00),
    *range(0x1DC0, 0x1E00),
    *range(0x20D0, 0x2100),
    *range(0xFE20, 0xFE30),
)
# Soft hyphens, joiners, marks of direction, selectors of variants. U+200B is none of them: it parts words.
_UNSEEN = (
    *(0x00AD, 0x034F, 0x061C, 0xFEFF),
    *range(0x200C, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0x180B, 0x1810),
    *range(0xFE00, 0xFE10),
    *range(0xE0000, 0xE1000),
)
_PLAIN = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ħ": "h",
    "ŧ": "t",
    "ı": "i",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "׳": "'",
    "״": '"',
}
_BEFORE = {
    **dict.fromkeys(_UNSEEN),
    **{ord(letter): plain for letter, plain in _PLAIN.items()},
}
_AFTER = {**_BEFORE, **dict.fromkeys(_MARKS)}


def encodable(text: str) -> str:
    """The text with halves of surrogate pairs, which no encoding takes, replaced one for one."""
    return _HALF.sub(" ", text)


def fold(text: str) -> str:
    """The text as it is compared. Folding what is folded changes nothing."""
    if text.isascii():
        return text.lower()
    return unmarked(fold_case(text))


def fold_case(text: str) -> str:
    """The text without differences of case and compatibility forms, with its accents: what a stemmer wants."""
    if text.isascii():
        return text.lower()
    return normalize("NFKC", normalize("NFKC", encodable(text).translate(_BEFORE)).casefold()).translate(_BEFORE)


def unmarked(text: str) -> str:
    """The text without accents and marks, after `fold_case`."""
    if text.isascii():
        return text
    apart = _KEPT.sub(lambda kept: normalize("NFC", kept[0]), normalize("NFD", text))
    return normalize("NFC", apart.translate(_AFTER))
