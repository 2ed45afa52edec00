"""Headings: their anchors, their levels in a page whose h1 is the title, and the table of contents."""

import re
import unicodedata
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from westmarch.text.rendered import Heading

TOC = "toc"
_IDS = "ids"
_LONGEST_ID = 80
_PLACES = frozenset({"[[toc]]", "[[TOC]]", "[TOC]", "[toc]"})
_OF_THE_PAGE = (
    "main comments notes toc toc-title search menu site content top footer header nav respond reply "
    "a-topic a-tags a-related a-around a-translations a-author a-comments"
)
_RESERVED = frozenset(_OF_THE_PAGE.split())
_RESERVED_SHAPE = re.compile(r"w-|(?:fn|ref|a-author)-[0-9]|c[0-9]")
_NOT_IN_SLUG = re.compile(r"[^\w\s-]")
_GAP = re.compile(r"[\s_-]+")


def install(md: MarkdownIt) -> None:
    """Add the rules to a parser."""
    md.core.ruler.before("inline", "contents", _place_contents)
    md.core.ruler.push("headings", _headings)


def slug(title: str) -> str:
    """An anchor made of a title: NFC, lower case, letters and digits of any script, hyphens; or `section`."""
    kept = _NOT_IN_SLUG.sub("", unicodedata.normalize("NFC", title).lower())
    return _GAP.sub("-", kept)[:_LONGEST_ID].strip("-") or "section"


def is_reserved(id_: str) -> bool:
    """Whether an id belongs to the page around the text, or to its footnotes."""
    return id_ in _RESERVED or bool(_RESERVED_SHAPE.match(id_))


def unique(wanted: str, env: Any) -> str:
    """An id that is not the page's own (`s-` is put before such a one) and not taken in this text (`-1`, `-2`…)."""
    taken: dict[str, int] = env.setdefault(_IDS, {})
    base = f"s-{wanted}" if is_reserved(wanted) else wanted
    result = base
    number = taken.get(base, 0)
    while result in taken:
        number += 1
        result = f"{base}-{number}"
    taken[base] = number
    taken.setdefault(result, 0)
    return result


def plain(children: list[Token] | None) -> str:
    """The words of a line, without marks and footnotes."""
    pieces: list[str] = []
    for token in children or []:
        if token.type in ("text", "text_special", "code_inline", "formula"):
            pieces.append(token.content)
        elif token.type == "image":
            pieces.append(plain(token.children))
        elif token.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
    return "".join(pieces).strip()


def _place_contents(state: StateCore) -> None:
    tokens = state.tokens
    result: list[Token] = []
    skip = 0
    for index, token in enumerate(tokens):
        if skip:
            skip -= 1
        elif token.type == "paragraph_open" and tokens[index + 1].content.strip() in _PLACES:
            result.append(Token("contents", "nav", 0, block=True, level=token.level, map=token.map))
            skip = 2
        else:
            result.append(token)
    state.tokens = result


def _headings(state: StateCore) -> None:
    tokens = state.tokens
    openings = [index for index, token in enumerate(tokens) if token.type == "heading_open"]
    lower = 1 if any(tokens[index].tag == "h1" for index in openings) else 0
    found: list[Heading] = []
    for index in openings:
        token = tokens[index]
        level = min(6, int(token.tag[1]) + lower)
        token.tag = tokens[index + 2].tag = f"h{level}"
        title = plain(tokens[index + 1].children)
        own = str(token.attrs.pop("id", ""))
        id_ = unique(own or slug(title), state.env)
        token.meta = {"id": id_}
        tokens[index + 2].meta = {"id": id_}
        found.append(Heading(level, id_, title))
    state.env[TOC] = tuple(found)
