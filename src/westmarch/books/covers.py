"""Covers for books that have no picture: title, author and an ornament as SVG, in colours that stay with the book.

There is no style in it, for pages forbid that: colours and sizes are attributes, faces come from the class.
"""

import re
import unicodedata
from dataclasses import dataclass
from hashlib import blake2b
from html import escape

from markupsafe import Markup

WIDTH, HEIGHT = 200, 300
_EDGE = 17
_ROOM = WIDTH - 2 * _EDGE
#: The ground, its letters and the ornament. Letters have a contrast of 4.5 to 1 and more on their ground.
_COLOURS = (
    ("#1f4a57", "#f3efe4", "#6f9aa6"),
    ("#1a1a18", "#efe6d2", "#8a7a5a"),
    ("#efe6d4", "#3a1a17", "#c0523a"),
    ("#2a3f6b", "#eef0f5", "#7f95c4"),
    ("#20264a", "#e9dcb8", "#a8904f"),
    ("#b5472a", "#fdf3e2", "#e9a46b"),
    ("#dcb668", "#33240f", "#8c6420"),
    ("#e2e3d8", "#1d3a3f", "#5f9aa0"),
    ("#3b2142", "#f0e3c8", "#a57f3f"),
    ("#d9d9d6", "#20201e", "#77776f"),
    ("#2f4a35", "#f0ead8", "#86a78d"),
    ("#6b2f2b", "#f2e4cc", "#b9766d"),
    ("#e9c84a", "#24211c", "#94771a"),
    ("#4a6570", "#f7f2e6", "#a9bfc7"),
)
#: Sizes of the title, the largest first, each with the most lines of it.
_SIZES = ((34, 3), (29, 4), (24, 5), (20, 6), (17, 7), (14, 9))
_LINE = 1.16
_AUTHOR_SIZE = 12
#: So many signs of a Chinese, Japanese or Korean title stand in a column.
_COLUMN = 7
_SIGNS = re.compile(
    "[\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_NARROW, _BROAD = frozenset("iljtfrI.,:;'’!|()-[] "), frozenset("mwMW@%—…")


@dataclass(frozen=True, slots=True)
class _Title:
    """A title in lines at a size, `height` from the top edge to the foot of the last line."""

    markup: str
    height: float


def cover(title: str, author: str, language: str = "") -> Markup:
    """The cover of a book as an inline SVG that screen readers pass over: the title stands beside it in words."""
    seed = blake2b(f"{title}\0{author}".encode("utf-8", "replace"), digest_size=8).digest()
    ground, ink, accent = _COLOURS[seed[0] % len(_COLOURS)]
    upright = bool(_SIGNS.search(title)) and len(title) <= _COLUMN and not re.search("[A-Za-z0-9]", title)
    drawn = _column(title, author, ground, ink, accent) if upright else _lines(title, author, ink)
    parts = [
        f'<svg class="jacket" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"',
        f' aria-hidden="true" focusable="false"{_language(language)}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/>',
        f'<g fill="none" stroke="{accent}" stroke-width="1.4">{_ornament(seed, drawn.height, accent)}</g>',
        drawn.markup,
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 - numbers and colours of ours, words are escaped


def is_right_to_left(text: str) -> bool:
    """Whether the first letter of a text that has a direction is written from right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((each in ("R", "AL") for each in directions if each in ("L", "R", "AL")), False)


def _language(language: str) -> str:
    return f' lang="{escape(language)}"' if language else ""


def _lines(title: str, author: str, ink: str) -> _Title:
    lines, size = _fitted(title)
    top = _EDGE + size
    height = top + size * _LINE * (len(lines) - 1)
    words = "".join(
        _text(line, top + number * size * _LINE, size, ink, ' font-weight="600"') for number, line in enumerate(lines)
    )
    name = _clipped(author, _ROOM, _AUTHOR_SIZE)
    return _Title(words + (_text(name, height + 24, _AUTHOR_SIZE, ink, "", "sans") if name else ""), height + 34)


def _column(title: str, author: str, ground: str, ink: str, accent: str) -> _Title:
    """Signs below one another on a slip, as books in these scripts have their titles; the ornament is behind it."""
    signs = [sign for sign in title if not sign.isspace()]
    size = min(30, 190 // max(1, len(signs)))
    step = size * 1.2
    box = f'<rect x="24" y="20" width="{size + 20}" height="{step * len(signs) + 16:.0f}"'
    markup = [f'{box} fill="{ground}" stroke="{accent}" stroke-width="1.4"/>']
    markup += [
        f'<text x="{34 + size / 2:g}" y="{24 + step * number + size:.1f}" font-size="{size}" font-weight="600"'
        f' fill="{ink}" text-anchor="middle">{escape(sign)}</text>'
        for number, sign in enumerate(signs)
    ]
    name = _clipped(author, _ROOM - size - 34, _AUTHOR_SIZE)
    if name:
        markup.append(
            f'<text class="sans" x="{WIDTH - _EDGE}" y="36" font-size="{_AUTHOR_SIZE}" fill="{ink}"'
            f' text-anchor="end">{escape(name)}</text>'
        )
    return _Title("".join(markup), 0)


def _text(words: str, y: float, size: float, ink: str, more: str, name: str = "") -> str:
    reversed_ = is_right_to_left(words)
    x, direction = (WIDTH - _EDGE, ' direction="rtl"') if reversed_ else (_EDGE, "")
    named = f' class="{name}"' if name else ""
    return f'<text{named} x="{x}" y="{y:.1f}" font-size="{size}" fill="{ink}"{more}{direction}>{escape(words)}</text>'


def _fitted(title: str) -> tuple[list[str], int]:
    """The title in lines, as large as it fits; cut where it is too long for the smallest size."""
    pieces = _pieces(title)
    for size, most in _SIZES:
        lines = _broken(pieces, size)
        if len(lines) <= most and all(_wide(line, size) <= _ROOM for line in lines):
            return lines, size
    size, most = _SIZES[-1]
    lines = [part for line in _broken(pieces, size) for part in _chopped(line, size)]
    if len(lines) > most:
        lines = [*lines[: most - 1], _clipped(lines[most - 1] + "…" * 9, _ROOM, size)]
    return lines, size


def _pieces(title: str) -> list[str]:
    """What a line may end behind: words, and each sign of a script without spaces."""
    return re.findall(rf"\s*(?:{_SIGNS.pattern}|(?:(?!{_SIGNS.pattern})\S)+)", title) or [title]


def _broken(pieces: list[str], size: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and _wide(lines[-1] + piece, size) > _ROOM:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def _chopped(line: str, size: float) -> list[str]:
    """A line in pieces that fit, where a single word is longer than the cover is wide."""
    found, rest = [], line
    while rest:
        end = len(rest)
        while end > 1 and _wide(rest[:end], size) > _ROOM:
            end -= 1
        found.append(rest[:end])
        rest = rest[end:]
    return found


def _clipped(text: str, room: float, size: float) -> str:
    text = " ".join(text.split())
    if _wide(text, size) <= room:
        return text
    while text and _wide(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip(" ,.…") + "…"


def _wide(text: str, size: float) -> float:
    """About how wide a text is: no font is asked, so it is rather too wide than too narrow."""
    return sum(map(_em, text)) * size


def _em(character: str) -> float:
    if _SIGNS.match(character) or unicodedata.east_asian_width(character) in ("W", "F"):
        return 1.04
    if unicodedata.combining(character):
        return 0
    if character in _NARROW:
        return 0.37
    return 0.95 if character in _BROAD else 0.75 if character.isupper() else 0.6


def _ornament(seed: bytes, below: float, accent: str) -> str:
    """Something to look at in the room below the title, drawn from a few numbers."""
    top = max(below + 14, 150.0)
    if top > HEIGHT - 50:
        return f'<path d="M{_EDGE} {HEIGHT - 14}H{WIDTH - _EDGE}"/>'
    return (_sun, _waves, _dots, _stairs, _hills, _rules)[seed[1] % 6](seed, top, accent)


def _sun(seed: bytes, top: float, accent: str) -> str:
    x = 80 + seed[2] % 40
    radius = min(92.0, HEIGHT - top, x, WIDTH - x)
    rings = "".join(_half(x, radius - step) for step in range(0, int(radius) - 8, 9))
    return f'<path d="{rings}"/><path d="{_half(x, 8)}" fill="{accent}"/>'


def _half(x: float, radius: float) -> str:
    """The half of a circle that stands above the lower edge: nothing reaches out of the cover."""
    return f"M{x - radius:.0f} {HEIGHT}a{radius:.0f} {radius:.0f} 0 0 1 {2 * radius:.0f} 0"


def _waves(seed: bytes, top: float, _accent: str) -> str:
    bow = 5 + seed[2] % 6
    rows = range(int(top), HEIGHT - bow, 11)
    return f'<path d="{"".join(f"M0 {y}q20 {-bow} 40 0t40 0t40 0t40 0t40 0" for y in rows)}"/>'


def _dots(seed: bytes, top: float, accent: str) -> str:
    grow = 1 + seed[2] % 3
    rows = [
        f'<path stroke="{accent}" stroke-width="{1.5 + number * 0.35 * grow:.1f}" stroke-linecap="round"'
        f' stroke-dasharray="0 16.6" d="M{_EDGE} {y}H{WIDTH - _EDGE + 1}"/>'
        for number, y in enumerate(range(int(top) + 6, HEIGHT - 10, 15))
    ]
    return "".join(rows)


def _stairs(seed: bytes, top: float, accent: str) -> str:
    count = 5 + seed[2] % 4
    wide, high = WIDTH / count, (HEIGHT - top) / count
    steps = "".join(f"V{HEIGHT - high * (number + 1):.1f}h{wide:.1f}" for number in range(count))
    return f'<path fill="{accent}" stroke="none" d="M0 {HEIGHT}{steps}V{HEIGHT}Z"/>'


def _hills(seed: bytes, top: float, accent: str) -> str:
    high = HEIGHT - top
    ranges = (
        (0.35, high * (0.2 + seed[2] % 30 / 100)),
        (0.6, high * (0.45 + seed[3] % 25 / 100)),
        (1, high * 0.72),
    )
    return "".join(
        f'<path fill="{accent}" fill-opacity="{opacity}" stroke="none"'
        f' d="M0 {top + down:.0f}q50 {-28 + number * 14} 100 0t100 0V{HEIGHT}H0Z"/>'
        for number, (opacity, down) in enumerate(ranges)
    )


def _rules(seed: bytes, top: float, _accent: str) -> str:
    gap = 5 + seed[2] % 5
    return f'<path d="{"".join(f"M{_EDGE} {y}H{WIDTH - _EDGE}" for y in range(int(top), HEIGHT - 14, gap))}"/>'
