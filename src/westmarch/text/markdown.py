"""Markdown in one function: `render` makes of a text all that is stored and shown of it, once, when it is written."""

from html import escape
from string import punctuation

from westmarch.text import words
from westmarch.text.cleaning import clean
from westmarch.text.composing import TOO_COSTLY, UNITS, Composed, compose, composed_plainly
from westmarch.text.finishing import Finish
from westmarch.text.rendered import Heading, Picture, Reference, Rendered, Resolver, TextWarning
from westmarch.text.worker import compose_elsewhere

__all__ = ["Heading", "Picture", "Reference", "Rendered", "Resolver", "TextWarning", "render"]

IN_PROCESS = 100_000
"""Texts up to this many characters are rendered in the calling thread, longer ones in a process with a time limit."""
LONGEST = 3_000_000
"""Longer texts are kept plain without trying."""

_RUNS = tuple(mark * 5_000 for mark in punctuation)
_TOO_LONG = "The text is too long to render and is shown as it was written."


def render(markdown: str, *, language: str = "en", resolver: Resolver | None = None, lines: bool = False) -> Rendered:
    """Render a text of any content and length; it never raises.

    Args:
        markdown: the text as it was written.
        language: its tag, such as `de` or `zh-Hant`: decides quotation marks and the few words that are added.
        resolver: knows the subjects behind internal links and the sizes of pictures; without it they stay unknown.
        lines: whether blocks tell the line that they are made of, as `data-line`; for a preview, never to be stored.

    Returns:
        All that is to be stored. A text that would cost too much is kept as escaped plain text, with a warning.
    """
    text = clean(markdown)
    if any(run in text for run in _RUNS):
        composed = composed_plainly(text, TOO_COSTLY)
    elif len(text) > LONGEST:
        composed = composed_plainly(text, _TOO_LONG)
    elif len(text) > IN_PROCESS:
        composed = compose_elsewhere(text, language, lines=lines) or composed_plainly(text, TOO_COSTLY)
    else:
        composed = compose(text, language, UNITS, lines=lines)
    return _finish(composed, resolver)


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
