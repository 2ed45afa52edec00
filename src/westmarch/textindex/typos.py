"""Words that are one typo away (Damerau-Levenshtein distance 1): all that could be meant, to be looked up."""

from functools import lru_cache

from westmarch.textindex.folding import fold

#: Longer words have no typos that anybody would look for; all their neighbours would be thousands.
_LONGEST = 32
_BLOCK = 128


def neighbours(word: str) -> list[str]:
    """Words with one letter less, more or another, or two neighbours exchanged, in order, without the word.

    Letters come from the parts of Unicode that the word's own come from (128 code points each).
    """
    if not word or len(word) > _LONGEST:
        return []
    letters = sorted({letter for character in word for letter in _letters(ord(character) // _BLOCK)})
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {start + end[1:] for start, end in cuts}
    found |= {start + end[1] + end[0] + end[2:] for start, end in cuts if len(end) > 1}
    found |= {start + letter + end[1:] for start, end in cuts if end for letter in letters}
    found |= {start + letter + end for start, end in cuts for letter in letters}
    return sorted(found - {word, ""})


@lru_cache
def _letters(block: int) -> str:
    characters = map(chr, range(block * _BLOCK, (block + 1) * _BLOCK))
    return "".join(letter for letter in characters if letter.isalnum() and fold(letter) == letter)
