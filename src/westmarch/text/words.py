"""How long a text is: plain text of sanitized HTML, number of words, minutes to read."""

import re
from html import unescape

from westmarch.text.places import MARK

_UNREAD = re.compile(
    r"<annotation[^>]*>[^<]*</annotation>"
    r'|<sup class="fn">.*?</sup>'
    r'|<a class="(?:anchor|back) plain"[^>]*>[^<]*</a>'
    r'|<div class="contents".*?</div>',
    re.DOTALL,
)
_BREAK = re.compile(
    r"</?(?:p|div|h[1-6]|li|[uo]l|d[ldt]|blockquote|pre|figure|figcaption|table|tr|t[hd]|aside|section|details|summary|nav"
    r"|header|footer|article|address|caption|hr|br)(?: [^<>]*)?>"
)
_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"[ \t]{2,}")
IDEOGRAPH = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"\w\S*")
# Thai, Lao, Burmese and Khmer write no spaces between words; a word has about five letters.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_LETTERS_A_WORD = 5
_WORDS_A_MINUTE = 230
_IDEOGRAPHS_A_MINUTE = 400


def plain_text(html: str) -> str:
    """The words of sanitized HTML, one block a line, without notes' numbers, anchors, and sources of formulas."""
    text = _TAG.sub("", _BREAK.sub("\n", _UNREAD.sub("", html.replace("\n", " "))))
    text = _SPACES.sub(" ", unescape(text).replace("\xa0", " ").replace(MARK, ""))
    return "\n".join(line for each in text.split("\n") if (line := each.strip()))


def count(text: str) -> tuple[int, int]:
    """Words (characters in Chinese and Japanese) of a plain text, and minutes to read it."""
    ideographs = unspaced = 0
    if not text.isascii():
        text, ideographs = IDEOGRAPH.subn(" ", text)
        text, unspaced = _UNSPACED.subn(" ", text)
    words = len(_WORD.findall(text)) + -(-unspaced // _LETTERS_A_WORD)
    if not words + ideographs:
        return 0, 0
    return words + ideographs, max(1, round(words / _WORDS_A_MINUTE + ideographs / _IDEOGRAPHS_A_MINUTE))
