"""The part of rendering that knows nothing of a site: a text is parsed and sanitized at a bounded cost."""

from dataclasses import asdict, dataclass
from html import escape
from typing import Any, Self

from westmarch.text.cost import TooCostly
from westmarch.text.excerpt import excerpt
from westmarch.text.headings import TOC
from westmarch.text.languages import language as known_language
from westmarch.text.notices import warn, warnings
from westmarch.text.output import EXCERPT, LINES
from westmarch.text.parser import environment, parser
from westmarch.text.remembered import REMEMBER
from westmarch.text.rendered import Heading, TextWarning
from westmarch.text.sanitizer import DEEPEST_HTML, nesting, sanitize

UNITS = 300_000
"""What a text may cost in the calling thread; see `westmarch.text.cost`."""
UNITS_LONG = 3_000_000
"""What a text may cost in a process of its own."""
TOO_COSTLY = "The text would take too long to render and is shown as it was written."


@dataclass(frozen=True, slots=True)
class Composed:
    """A text parsed and sanitized, before anything of this site is known in it. Can be sent between processes."""

    html: str
    excerpt_html: str
    toc: tuple[Heading, ...]
    warnings: tuple[TextWarning, ...]
    plain: bool

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """From what `to_json` gave."""
        return cls(
            html=values["html"],
            excerpt_html=values["excerpt_html"],
            toc=tuple(Heading(**each) for each in values["toc"]),
            warnings=tuple(TextWarning(**each) for each in values["warnings"]),
            plain=values["plain"],
        )


def compose(text: str, language: str, units: int, *, lines: bool = False) -> Composed:
    """Parse and sanitize a clean text at a bounded cost; see `westmarch.text.cost` for the units.

    With `lines` blocks tell the line that they are made of.
    """
    md = parser(known_language(language))
    env = environment(units)
    env[REMEMBER] = lines  # Of a preview most was seen before.
    try:
        tokens = md.parse(text, env)
        env[LINES] = lines
        html = md.renderer.render(tokens, md.options, env)
        env[LINES] = False
        _report_unused_notes(env)
        env[EXCERPT] = True
        beginning = md.renderer.render(excerpt(tokens), md.options, env)
        if nesting(html) > DEEPEST_HTML:
            raise TooCostly
    except (TooCostly, RecursionError):
        return composed_plainly(text, TOO_COSTLY)
    return Composed(sanitize(html, lines=lines), sanitize(beginning), env[TOC], warnings(env), plain=False)


def composed_plainly(text: str, reason: str) -> Composed:
    """A text as it was written, in paragraphs, with the reason as a warning."""
    paragraphs = [part.strip("\n") for part in text.split("\n\n")]
    html = "".join(f"<p>{escape(part, quote=False)}</p>\n" for part in paragraphs if part.strip())
    beginning = " ".join(text[:2_000].split())[:400]
    excerpt_html = f"<p>{escape(beginning, quote=False)}…</p>\n" if beginning else ""
    return Composed(html, excerpt_html, (), (TextWarning(None, reason),), plain=True)


def _report_unused_notes(env: Any) -> None:
    for label, number in env.get("footnotes", {}).get("refs", {}).items():
        if number < 0:
            warn(env, None, f"Nothing refers to the footnote [^{label[1:61]}]: left out.")
