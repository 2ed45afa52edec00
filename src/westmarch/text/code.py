"""Code: highlighted by Pygments into classes, with its file's name, its language and marked lines.

Written as ```` ```python title="app.py" {2,4-6} ````. The HTML is

    <figure class="code" dir="ltr"><figcaption><span class="file">…</span><span class="lang">…</span></figcaption>
    <pre class="highlight" tabindex="0"><code class="language-python">…</code></pre></figure>

Inside of `.highlight` stand `span`s with Pygments' short names (`pygments.token.STANDARD_TYPES`):
`c ch cm cp cpf c1 cs` comments, `k kc kd kn kp kr kt` keywords,
`n na nb bp nc no nd ni ne nf fm nl nn nt nv vc vg vi vm nx py` names,
`s sa sb sc dl sd s2 se sh si sx sr s1 ss` strings, `m mb mf mh mi il mo l ld` literals, `o ow p pm` operators and
punctuation, `g gd ge ges gr gh gi go gp gs gu gt` console sessions and differences, `err esc w x` the rest; and `hll`
around each marked line.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from io import StringIO
from time import thread_time
from typing import Any

from markdown_it.common.utils import unescapeAll
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from westmarch.text.attributes import ATTRIBUTES, parse
from westmarch.text.cost import affords

CLASSES = frozenset({name for name in STANDARD_TYPES.values() if name} | {"hll"})
"""Pygments' class names."""

_PER_BLOCK = 40_000
_SECONDS_PER_BLOCK = 0.25
_CHARACTER_COST = 3
_TITLE = re.compile(r"\b(?:title|filename|file)=(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s\"'{}]+))")
_LINES = re.compile(r"\{([\d\s,-]{1,300})\}")
_LANGUAGE = re.compile(r"\{?\.?([\w+#.-]{1,40})")
_CLASS_NAME = re.compile(r"[a-z0-9+#_-]{1,30}$")
_PLAIN = frozenset({"text", "plain", "plaintext", "txt", "none", "nohighlight", "no-highlight"})
_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Info:
    """What stands behind the opening fence."""

    language: str
    title: str
    lines: frozenset[int]
    attributes: dict[str, str]


def info(written: str) -> Info:
    """Read what stands behind an opening fence; what is not understood is passed over."""
    written = unescapeAll(written[:500]).strip()
    title = _TITLE.search(written)
    name = next((group for group in title.groups() if group), "") if title else ""
    rest = _TITLE.sub(" ", written)
    lines = _LINES.search(rest)
    rest = _LINES.sub(" ", rest).strip()
    given: dict[str, str] = {}
    if (match := ATTRIBUTES.search(rest)) and match.start():
        given = parse(match[0])
        rest = rest[: match.start()]
    language = _LANGUAGE.match(rest)
    return Info(language[1].lower() if language else "", name, _numbers(lines[1]) if lines else frozenset(), given)


def _numbers(written: str) -> frozenset[int]:
    numbers: set[int] = set()
    for part in written.replace(" ", ",").split(","):
        first, _, last = part.partition("-")
        if first.isdecimal():
            end = int(last[:6]) if last.isdecimal() else int(first[:6])
            numbers.update(range(int(first[:6]), min(end, int(first[:6]) + _MOST_LINES) + 1))
    return frozenset(numbers)


def figure(source: str, written: Info, env: Any, classes: str = "", id_: str = "") -> str:
    """A piece of code as a figure."""
    source = source.rstrip("\n")
    lexer = _lexer_class(written.language) if written.language not in _PLAIN else None
    label = "" if not written.language or written.language in _PLAIN else (lexer.name if lexer else written.language)
    body = _highlighted(source, lexer, written, env)
    head = " ".join(
        f'<span class="{name}">{escape(text, quote=False)}</span>'
        for name, text in (("file", written.title), ("lang", label))
        if text
    )
    alias = written.language if lexer and _CLASS_NAME.match(written.language) else ""
    return (
        f'<figure class="{escape(" ".join(filter(None, ("code", classes))))}" dir="ltr"'
        + (f' id="{escape(id_)}"' if id_ else "")
        + ">"
        + (f"<figcaption>{head}</figcaption>" if head else "")
        + '<pre class="highlight" tabindex="0"><code'
        + (f' class="language-{alias}"' if alias else "")
        + f">{body}</code></pre></figure>\n"
    )


@lru_cache(maxsize=500)
def _lexer_class(alias: str) -> type[Lexer] | None:
    if not alias:
        return None
    try:
        return find_lexer_class_by_name(alias)
    except ClassNotFound:
        return None


@lru_cache(maxsize=16)
def _formatter(lines: frozenset[int]) -> HtmlFormatter[str]:
    """Making one costs as much as highlighting a short block."""
    return HtmlFormatter(nowrap=True, hl_lines=sorted(lines))


def _highlighted(source: str, lexer: type[Lexer] | None, written: Info, env: Any) -> str:
    """The lines of code with spans; without them when that would take too long."""
    if (lexer is None and not written.lines) or len(source) > _PER_BLOCK:
        return escape(source, quote=False)
    if not affords(env, len(source) * _CHARACTER_COST):
        return escape(source, quote=False)
    out = StringIO()
    try:
        _formatter(written.lines).format(_tokens(source, lexer or _text_lexer()), out)
    except _TooSlow:
        return escape(source, quote=False)
    return out.getvalue().rstrip("\n") if not written.lines else out.getvalue().removesuffix("\n")


def _text_lexer() -> type[Lexer]:
    return find_lexer_class_by_name("text")


class _TooSlow(Exception):
    """Some of Pygments' lexers are quadratic on hostile code."""


def _tokens(source: str, lexer: type[Lexer]) -> Any:
    end = thread_time() + _SECONDS_PER_BLOCK
    for number, token in enumerate(lexer(stripnl=False, ensurenl=True).get_tokens(source)):
        if number & 0x3F == 0x3F and thread_time() > end:
            raise _TooSlow
        yield token
