"""A document of docutils as the plain HTML that `exports.html` turns into Markdown: no wrappers, no classes."""

import html as entities

from docutils import nodes
from docutils.core import publish_parts
from docutils.frontend import Values
from docutils.io import DocTreeInput
from docutils.readers.doctree import Reader
from docutils.writers import html5_polyglot

_DRESSING = frozenset({"code", "literal-block", "highlight", "parsed-literal"})


def html(document: nodes.document, settings: Values) -> str:
    """The body of a document in HTML, its headings from level 2."""
    for image in document.findall(nodes.image):
        # docutils would describe a picture by its address, and could read its file.
        image["alt"] = image.get("alt", "")
        for key in ("loading", "scale", "width", "height", "align"):
            image.attributes.pop(key, None)
    for number in [one for one in document.findall(nodes.inline) if "ln" in one["classes"]]:
        number.parent.remove(number)
    parts = publish_parts(document, source_class=DocTreeInput, reader=Reader(), writer=_Writer(), settings=settings)
    body: str = parts["fragment"]
    return body


class _Writer(html5_polyglot.Writer):
    def __init__(self) -> None:
        super().__init__()
        self.translator_class = _Translator


class _Translator(html5_polyglot.HTMLTranslator):
    def visit_section(self, _node: nodes.Element) -> None:
        self.section_level += 1

    def depart_section(self, _node: nodes.Element) -> None:
        self.section_level -= 1

    def visit_title(self, node: nodes.title) -> None:
        if not isinstance(node.parent, nodes.section):
            super().visit_title(node)
            return
        level = min(self.section_level + 1, 6)
        name = next(iter(node.parent["ids"]), "")
        self.body.append(f'<h{level} id="{entities.escape(name)}">')
        self.context.append(f"</h{level}>\n")

    def visit_subtitle(self, _node: nodes.Element) -> None:
        self.body.append("<h2>")

    def depart_subtitle(self, _node: nodes.Element) -> None:
        self.body.append("</h2>\n")

    def visit_paragraph(self, node: nodes.Element) -> None:
        """Without a tag where it is all that an item of a close list, or a cell, holds."""
        above = node.parent
        alone = isinstance(above, nodes.entry) and len(above) == 1
        close = isinstance(above, nodes.list_item) and self.is_compactable(above.parent)
        self.context.append("\n" if alone or close else "</p>\n")
        self.body.append("" if alone or close else "<p>")

    def depart_paragraph(self, _node: nodes.Element) -> None:
        self.body.append(self.context.pop())

    def visit_caption(self, node: nodes.Element) -> None:
        """Inline, so that it can be the title of a picture, where no legend follows."""
        legend = node.next_node(nodes.legend, descend=False, siblings=True)
        self.body.append("<figcaption>" if legend is None else "<figcaption><p>")
        self.context.append("" if legend is None else "</p>")

    def depart_caption(self, _node: nodes.Element) -> None:
        self.body.append(self.context.pop())

    def visit_literal(self, node: nodes.Element) -> None:
        self.body.append(f"<code>{entities.escape(' '.join(node.astext().splitlines()), quote=False)}</code>")
        raise nodes.SkipNode

    def visit_literal_block(self, node: nodes.Element) -> None:
        self._code(node, next((name for name in node["classes"] if name not in _DRESSING), ""))

    def visit_doctest_block(self, node: nodes.Element) -> None:
        self._code(node, "pycon")

    def _code(self, node: nodes.Element, language: str) -> None:
        spoken = f' class="language-{entities.escape(language)}"' if language else ""
        self.body.append(f"<pre><code{spoken}>{entities.escape(node.astext(), quote=False)}\n</code></pre>\n")
        raise nodes.SkipNode

    def visit_abbreviation(self, node: nodes.Element) -> None:
        said = node.get("explanation", "")
        self.body.append(f'<abbr title="{entities.escape(said)}">' if said else "<abbr>")

    def visit_line_block(self, node: nodes.Element) -> None:
        if not isinstance(node.parent, nodes.line_block):
            self.body.append("<p>")

    def depart_line_block(self, node: nodes.Element) -> None:
        if not isinstance(node.parent, nodes.line_block):
            if self.body[-1] == "<br>":
                self.body.pop()
            self.body.append("</p>\n")

    def visit_line(self, _node: nodes.Element) -> None:
        """The text alone; the end of the line stands behind it."""

    def depart_line(self, _node: nodes.Element) -> None:
        self.body.append("<br>")
