"""The parser: markdown-it-py with the library's rules and ours, built once for each language and shared by threads."""

import re
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from westmarch.text import (
    abbreviations,
    attributes,
    autolinks,
    books,
    callouts,
    figures,
    formulas,
    headings,
    marks,
    quotes,
    videos,
)
from westmarch.text.cost import DEEPEST_BLOCK, LEFT, MeteredMarkdown, charge
from westmarch.text.languages import Language
from westmarch.text.output import Output

_OPTIONS = {
    "html": True,
    "linkify": False,
    "tasklists": True,
    "alerts": False,  # ours take a title
    "strikethrough_single_tilde": False,  # H~2~O
    "maxNesting": DEEPEST_BLOCK + 1,
}
# The library stops at more characters, for plug-ins that are not here.
_STOPS = re.compile(r"[\n!$&*:<=\[\]\\^_`{~]")
_LABEL_END = re.compile(r"[\]\s]")
_TOKEN_MADE = 4
_FOOTNOTE_RULES = ("ref", "block_open", "block_close", "open", "close", "anchor")


@cache
def parser(language: Language) -> MarkdownIt:
    """The parser of a language, complete: its rules are compiled here, for threads must not do that at once."""
    output = Output(language.words)
    md = MeteredMarkdown("gfm-like2", _OPTIONS, renderer_cls=lambda _: output)
    md.disable(["linkify"])
    md.inline.ruler.disable(["linkify"], ignoreInvalid=True)
    md.inline.terminator_re = _STOPS
    footnote_plugin(md)
    deflist_plugin(md)
    for name in _FOOTNOTE_RULES:
        output.rules[f"footnote_{name}"] = getattr(output, f"footnote_{name}")
    md.inline.ruler.before("footnote_ref", "footnote_label", _measure_label)
    attributes.install(md)
    callouts.install(md, language.words)
    autolinks.install(md)
    marks.install(md)
    formulas.install(md)
    figures.install(md)
    videos.install(md)
    books.install(md)
    md.core.ruler.after("block", "blocks_made", _charge_blocks)
    md.core.ruler.after("footnote_tail", "lines_made", _charge_lines)
    md.core.ruler.push("tasks", _tasks)
    abbreviations.install(md)
    headings.install(md)
    quotes.install(md, language)
    md.render("", environment(0))
    return md


def environment(units: int) -> dict[str, Any]:
    """What belongs to one text; `units` is what its parsing may cost."""
    return {LEFT: units}


def _measure_label(state: StateInline, _silent: bool) -> bool:
    """Count what the footnote rule is about to read: it looks for the end of a label that may never come."""
    if state.src.startswith("[^", state.pos):
        end = _LABEL_END.search(state.src, state.pos)
        charge(state.env, ((end.start() if end else len(state.src)) - state.pos) // 10)
    return False


def _charge_blocks(state: StateCore) -> None:
    """Count what the blocks will cost in the passes to come."""
    charge(state.env, _TOKEN_MADE * len(state.tokens))


def _charge_lines(state: StateCore) -> None:
    """Count what the pieces of lines will cost in the passes to come, and tell them where they stand."""
    for block in state.tokens:
        if block.children:
            charge(state.env, _TOKEN_MADE * len(block.children))
            for token in block.children:
                token.map = block.map  # so that a warning can name the place


def _tasks(state: StateCore) -> None:
    """Put the text of a task into a label with its box."""
    tokens = state.tokens
    for index, token in enumerate(tokens[:-2]):
        if token.type == "list_item_open" and "checked" in token.meta and tokens[index + 2].type == "inline":
            inline = tokens[index + 2]
            meta = {"checked": token.meta["checked"]}
            token.meta = {**token.meta, "labelled": True}
            inline.children = [
                Token("task_open", "label", 1, meta=meta),
                *(inline.children or []),
                Token("task_close", "label", -1),
            ]
