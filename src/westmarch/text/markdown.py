"""Markdown in one function: `render` makes of a text all that is stored and shown of it, once, when it is written."""

from dataclasses import asdict, dataclass
from html import escape
from string import punctuation
from typing import Any, Self

from westmarch.text import words
from westmarch.text.cleaning import clean
from westmarch.text.cost import TooCostly
from westmarch.text.excerpt import excerpt
from westmarch.text.finishing import Finish
from westmarch.text.headings import TOC
from westmarch.text.languages import language as known_language
from westmarch.text.notices import warn, warnings
from westmarch.text.output import EXCERPT
from westmarch.text.parser import environment, parser
from westmarch.text.rendered import Heading, Picture, Reference, Rendered, Resolver, TextWarning
from westmarch.text.sanitizer import DEEPEST_HTML, nesting, sanitize

__all__ = ["RENDERER", "Heading", "Picture", "Reference", "Rendered", "Resolver", "TextWarning", "render"]

RENDERER = "1"
"""Stored with each revision; changes whenever the same Markdown would give other HTML."""

IN_PROCESS = 100_000
"""Texts up to this many characters are rendered in the calling thread, longer ones in a process with a time limit."""
LONGEST = 3_000_000
"""Longer texts are kept plain without trying."""

_UNITS = 300_000
_UNITS_LONG = 3_000_000
_RUNS = tuple(mark * 5_000 for mark in punctuation)
_TOO_COSTLY = "The text would take too long to render and is shown as it was written."
_TOO_LONG = "The text is too long to render and is shown as it was written."


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


def render(markdown: str, *, language: str = "en", resolver: Resolver | None = None) -> Rendered:
    """Render a text of any content and length; it never raises.

    Args:
        markdown: the text as it was written.
        language: its tag, such as `de` or `zh-Hant`: decides quotation marks and the few words that are added.
        resolver: knows the subjects behind internal links and the sizes of pictures; without it they stay unknown.

    Returns:
        All that is to be stored. A text that would cost too much is kept as escaped plain text, with a warning.
    """
    text = clean(markdown)
    if any(run in text for run in _RUNS):
        composed = composed_plainly(text, _TOO_COSTLY)
    elif len(text) > LONGEST:
        composed = composed_plainly(text, _TOO_LONG)
    elif len(text) > IN_PROCESS:
        from westmarch.text.worker import compose_elsewhere

        composed = compose_elsewhere(text, language) or composed_plainly(text, _TOO_COSTLY)
    else:
        composed = compose(text, language, _UNITS)
    return _finish(composed, resolver)


def compose(text: str, language: str, units: int = _UNITS_LONG) -> Composed:
    """Parse and sanitize a clean text at a bounded cost; see `westmarch.text.cost` for the units."""
    md = parser(known_language(language))
    env = environment(units)
    try:
        tokens = md.parse(text, env)
        html = md.renderer.render(tokens, md.options, env)
        _report_unused_notes(env)
        env[EXCERPT] = True
        beginning = md.renderer.render(excerpt(tokens), md.options, env)
        if nesting(html) > DEEPEST_HTML:
            raise TooCostly
    except (TooCostly, RecursionError):
        return composed_plainly(text, _TOO_COSTLY)
    return Composed(sanitize(html), sanitize(beginning), env[TOC], warnings(env), plain=False)


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


def _finish(composed: Composed, resolver: Resolver | None) -> Rendered:
    finish = Finish(resolver)
    html = finish.apply(composed.html)
    excerpt_html = Finish(resolver, ids=False).apply(composed.excerpt_html)
    text = words.plain_text(html)
    if not excerpt_html.strip() and text:
        excerpt_html = _excerpt_of(text)
    number, minutes = words.count(text)
    return Rendered(
        html=html,
        excerpt_html=excerpt_html,
        text=text,
        toc=tuple(heading for heading in composed.toc if heading.id in finish.own),
        words=number,
        minutes=minutes,
        references=tuple(finish.references),
        warnings=composed.warnings,
        plain=composed.plain,
        math="<math" in html,
    )


def _excerpt_of(text: str) -> str:
    """For a text without a paragraph: the beginning of its words."""
    line = " ".join(text[:2_000].split())
    beginning = line if len(line) <= 300 else line[:300].rpartition(" ")[0] or line[:300]
    return f"<p>{escape(beginning, quote=False)}{'…' if len(beginning) < len(line) else ''}</p>\n"
