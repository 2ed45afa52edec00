"""Blocks so plain that their Markdown can only say the same: they need no check by rendering, which costs most.

The line is drawn narrowly: letters, digits and signs that mean nothing in Markdown where they stand; emphasis, links
and code between words; and paragraphs, headings, flat lists, quotations, pictures and code of such. Everything else is
checked. Tests hold all of it against the renderer.
"""

import re
from functools import lru_cache

from westmarch.transfer.held import WORD

# Letters, digits and signs beyond ASCII. Not white space, what joins or turns text, and what no text may hold.
_BEYOND = (
    "\u00a1-\u1679\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe"
    "\uff01-\uffef\U00010000-\U0001fffd\U00020000-\U0003fffd"
)
_LETTER = r"[^\W_]"
# Signs that mean something only in company: `:name:`, `&amp;copy;`.
_PAIRS = r"\.{1,3}(?!\.)|-{1,3}(?!-)|:(?=[\s<])|(?<=\d):(?=\d)|&amp;(?= )|(?<=[^\W_]|[,.;:!?])&nbsp;(?=[^\W_])"
_TEXT = rf"[A-Za-z0-9{_BEYOND},;?!%/()'\"]++|{_PAIRS}"
_QUIET_TEXT = rf"[A-Za-z0-9{_BEYOND},;?!%/()']++|{_PAIRS}"
_WORDS = rf"(?:{_TEXT}| (?![\s<]))++"
_QUIET_WORDS = rf"(?:{_QUIET_TEXT}| (?![\s<\"]))++"
# Where a line begins, `1.` would be a list.
_BEGINNING = rf"(?=[\"'“‘„«(]?{_LETTER})(?!\d++[.)])"
_PLACE = rf"(?:https?://[a-z0-9.-]++(?::\d++)?(?=[/\"])|/(?!/)|{WORD}(?=[/\"#?]))"
_URL = rf"{_PLACE}(?:[A-Za-z0-9/.,:=?#+!@_~-]|%[0-9A-F]{{2}}|&amp;(?=\w+=))*+"
_OPEN_LINK = rf'<a href="{_URL}"(?: rel="[a-z ]*")?>'
_CODE = rf"[!-%'-;=?-_a-~{_BEYOND}]++"
# Names to which no link of the text leads are let go in either way.
_BARE = r'(?: (?:class=""|id="[A-Za-z0-9_-]{1,100}"))*+'
# Marks count where white space or a sign is outside of them and a letter inside.
_ELEMENT = (
    r"(?<=[\s(>\"'“‘„«])(?:"
    + "|".join(rf"<{name}>(?={_LETTER}){_WORDS}(?<={_LETTER})</{name}>" for name in ("strong", "em", "b", "i"))
    + rf"|<code{_BARE}>{_CODE}(?: {_CODE})*+</code>"
    + rf"|{_OPEN_LINK}{_BEGINNING}{_WORDS}</a>"
    + r")(?=[\s.,;:!?)\"'”’»]|</(?:p|li|h[2-6])>|<br>)"
)
_NAMES = "(?:strong|em|b|i|code|a)[ >]"
_LINE = rf"(?:{_BEGINNING}|(?=<{_NAMES}))(?:{_TEXT}| (?=<{_NAMES}|[^\s<])|{_ELEMENT})++"
# Between ideographs the renderer lets the end of a line go.
_NEXT_LINE = rf"(?:<br>\n?|(?<=[!-~])\n(?=[!-~])){_LINE}"
_IMG = (
    rf'<img(?: (?:src="{_URL}"|alt="(?:{_BEGINNING}{_QUIET_WORDS})?"|class=""|width="\d+"|height="\d+"|loading="[a-z]+"'
    r'|decoding="[a-z]+"|srcset="[^"<>]*"|sizes="[^"<>]*"))++>'
)
_PICTURE = rf"(?:{_IMG}|{_OPEN_LINK}{_IMG}</a>)"
_CAPTION = rf"<figcaption{_BARE}>{_BEGINNING}{_QUIET_WORDS}</figcaption>"
_PROGRAM = rf"(?=[!-~])(?:[ -%'-;=?-_a-}}\n{_BEYOND}]|&(?:amp|lt|gt);)++(?:(?<=[!-~])|(?<=[!-~]\n))"
_CERTAIN = (
    rf"<p{_BARE}>{_LINE}(?:{_NEXT_LINE})*+</p>"
    rf'|<h(?P<level>[2-6])(?: (?:class=""|id="[^"<>]*"))*+>{_LINE}</h(?P=level)>'
    rf"|<(?P<list>[uo]l){_BARE}>\s*+(?:<li{_BARE}>{_LINE}</li>\s*+)++</(?P=list)>"
    rf"|<blockquote{_BARE}>\s*+(?:<p{_BARE}>{_LINE}</p>\s*+)++</blockquote>"
    rf"|<p{_BARE}>{_PICTURE}</p>"
    rf"|<figure{_BARE}>{_PICTURE}(?:{_CAPTION})?</figure>"
    rf'|<pre{_BARE}><code(?: class="(?:language-[a-z0-9]+)?")?>{_PROGRAM}</code></pre>'
    rf"|<hr{_BARE}>"
)
_SPECIAL = re.compile(r"www\.", re.IGNORECASE)


@lru_cache(maxsize=1)
def _certain() -> re.Pattern[str]:
    """The pattern, which takes a tenth of a second to make: commands that look at no HTML do without it."""
    return re.compile(_CERTAIN)


def is_certain(block: str) -> bool:
    """Whether a block of sanitized HTML says in Markdown what it says, without a look at what it became."""
    return _certain().fullmatch(block) is not None and _SPECIAL.search(block) is None
