"""reStructuredText, which Pelican reads beside Markdown: docutils parses it, and what it shows becomes our Markdown.

This module needs docutils, an optional dependency, and is imported where such a file is read.
"""

import re
from functools import cache
from typing import Any

from docutils import ApplicationError, nodes
from docutils.core import Publisher, publish_doctree
from docutils.frontend import Values
from docutils.parsers.rst import Parser
from docutils.readers.standalone import Reader
from docutils.utils import new_document
from docutils.writers.html5_polyglot import Writer

from westmarch.errors import Invalid
from westmarch.transfer import embeds, restructured_directives
from westmarch.transfer.decoding import LONGEST
from westmarch.transfer.exports.html import to_markdown
from westmarch.transfer.frontmatter import FrontMatter
from westmarch.transfer.held import Held
from westmarch.transfer.items import Body, FileWarning
from westmarch.transfer.restructured_html import html
from westmarch.transfer.yaml_fields import PlainScalar

#: Nothing is read but the text itself: no configuration, no file, no address. Raw HTML passes: the sanitizer sees it.
SETTINGS: dict[str, Any] = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": True,
    "halt_level": 5,
    "report_level": 2,
    "warning_stream": False,
    "input_encoding": "unicode",
    "output_encoding": "unicode",
    "line_length_limit": LONGEST,
    "syntax_highlight": "none",
    "toc_backlinks": False,
    "embed_stylesheet": False,
    "initial_header_level": "2",
}

_FIELD = re.compile(r"^:[^:\s][^:\n]*:(?=\s)", re.MULTILINE)
_FIELDS = re.compile(r"(?:(?::|[ \t]+\S)[^\n]*(?:\n|$)|[ \t]*\n)*")
#: Where no field is, the title stands within so many characters.
_LOOKED_AT = 4_000


def front_matter(text: str) -> FrontMatter:
    """The title and the fields at the top of a text, which stays whole. Raises Invalid where it cannot be parsed."""
    document = _document(_head(text))
    fields: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for child in document.children:
        if isinstance(child, nodes.title):
            fields["title"] = PlainScalar(_plain(child))
        for element in child.children if isinstance(child, nodes.docinfo) else ():
            name, value = _field(element)
            if value and name not in fields:
                fields[name] = value
                if element.line:
                    lines[name] = element.line
    return FrontMatter("lines", fields, Body(text, 1), lines)


def _head(text: str) -> str:
    """The text up to the end of its first list of fields, or its beginning: a head costs less to parse than a text."""
    first = _FIELD.search(text)
    if first is None:
        end = text.find("\n\n", _LOOKED_AT)
        return text[:end] if end >= 0 else text
    listed = _FIELDS.match(text, first.start())
    return text[: listed.end()] if listed else text


def _field(element: nodes.Node) -> tuple[str, Any]:
    if isinstance(element, nodes.authors):
        return "authors", [PlainScalar(_plain(one)) for one in element.children]
    if isinstance(element, nodes.field):
        return element[0].astext().lower(), PlainScalar(_plain(element[1]))
    assert isinstance(element, nodes.Element)
    return element.tagname, PlainScalar(_plain(element))


def _plain(element: nodes.Node) -> str:
    return " ".join(element.astext().split())


def convert(text: str, warnings: list[FileWarning]) -> Body:
    """The text in our Markdown; `warnings` get what docutils says, and what stays HTML."""
    document = _document(text)
    held = Held(text)
    _tell(document, warnings)
    for element in [*document.findall(nodes.docinfo), *document.findall(nodes.comment)]:
        element.parent.remove(element)
    for title in [child for child in document.children if isinstance(child, nodes.title)]:
        document.remove(title)
    _hold_formulas(document, held)
    _hold_boxes(document, held)
    notes = _notes(document, held)
    markdown, more = to_markdown(html(document, _settings()))
    written = [markdown]
    for name, content in notes:
        note, others = to_markdown(html(content, _settings()))
        first, *rows = note.split("\n")
        written.append("\n".join([f"[^{name}]: {first}", *(f"    {row}".rstrip() for row in rows)]))
        more += others
    warnings += more
    return Body(held.put_back("\n\n".join(written)), 1)


@cache
def _all_settings() -> Values:
    publisher = Publisher(Reader(), Parser(), Writer())
    settings: Values = publisher.get_settings(traceback=True, **SETTINGS)
    return settings


def _settings() -> Values:
    """Every setting of docutils, for one document. Without them it builds the parser of its command line each time."""
    return _all_settings().copy()


def _document(text: str) -> nodes.document:
    restructured_directives.register()
    try:
        return publish_doctree(text, settings=_settings())
    except RecursionError as error:
        raise Invalid("the text is nested too deeply") from error
    except ApplicationError as error:
        raise Invalid(f"docutils cannot read it: {error}") from error


def _tell(document: nodes.document, warnings: list[FileWarning]) -> None:
    """Warnings for what docutils did not understand; what it shows of that stays as code or text."""
    messages = list(document.findall(nodes.system_message))
    for message in [*messages, *document.transform_messages]:
        if message["level"] >= SETTINGS["report_level"] and len(message):
            warnings.append(FileWarning(message.get("line"), _plain(message[0])[:300]))
    for message in messages:
        shown = [one for one in message.children if isinstance(one, nodes.literal_block)]
        message.parent.replace(message, shown)
    document.transform_messages.clear()
    for section in [one for one in document.findall(nodes.section) if "system-messages" in one["classes"]]:
        section.parent.remove(section)
    for problem in list(document.findall(nodes.problematic)):
        problem.parent.replace(problem, nodes.Text(problem.astext()))


def _hold_formulas(document: nodes.document, held: Held) -> None:
    for formula in list(document.findall(nodes.math)):
        written = " ".join(formula.astext().split())
        formula.parent.replace(formula, nodes.Text(held.hold(f"${written}$")))
    for block in list(document.findall(nodes.math_block)):
        written = block.astext().strip()
        if ("\\\\" in written or "&" in written) and "\\begin" not in written:
            # docutils says for itself that several lines are aligned; ours are told.
            written = f"\\begin{{aligned}}\n{written}\n\\end{{aligned}}"
        block.parent.replace(block, _standing(held.hold(f"$$\n{written}\n$$")))


def _standing(word: str) -> nodes.paragraph:
    return nodes.paragraph("", word)


def _hold_boxes(document: nodes.document, held: Held) -> None:
    """Admonitions as our boxes, a table of contents as ours."""
    for topic in [one for one in document.findall(nodes.topic) if "contents" in one["classes"]]:
        topic.parent.replace(topic, _standing(held.hold("[[toc]]")))
    for box in [one for one in document.findall(nodes.Element) if isinstance(one, nodes.Admonition)]:
        title = next((_plain(one) for one in box.children if isinstance(one, nodes.title)), "")
        kind = embeds.CALLOUTS.get(box.tagname, "NOTE").lower()
        content = [one for one in box.children if not isinstance(one, nodes.title)]
        opening = _standing(held.hold(f"::: {kind} {title}".rstrip()))
        box.parent.replace(box, [opening, *content, _standing(held.hold(":::"))])


def _notes(document: nodes.document, held: Held) -> list[tuple[str, nodes.document]]:
    """Footnotes and citations that the text refers to, taken out of it; a reference is held as ours is written."""
    found: list[tuple[str, nodes.document]] = []
    known: set[str] = set()
    notes: list[nodes.Element] = [*document.findall(nodes.footnote), *document.findall(nodes.citation)]
    for note in notes:
        if not note.get("backrefs") or not note["ids"]:
            continue
        known.update(note["ids"])
        content = new_document("", document.settings)
        content.extend(one for one in note.children if not isinstance(one, nodes.label))
        note.parent.remove(note)
        found.append((note["ids"][0], content))
    for kind in (nodes.footnote_reference, nodes.citation_reference):
        for reference in list(document.findall(kind)):
            if reference.get("refid") in known:
                reference.parent.replace(reference, nodes.Text(held.hold(f"[^{reference['refid']}]")))
    for _, content in found:
        for formula in list(content.findall(nodes.footnote_reference)):
            formula.parent.replace(formula, nodes.Text(f"[{formula.astext()}]"))
    return found
