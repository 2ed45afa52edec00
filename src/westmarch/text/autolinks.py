"""Bare addresses become links: `https://…` while the text is parsed, so that `_` and `~` in them are left alone;
`www.…` and mail addresses afterwards, in what is plain text. After GitHub's rules, in one linear pass each.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

# No address that people type holds these; Chinese puts no space before them.
_NOT_IN_URL = r"\s<>\"“”„«»'’`\\|，。、；：！？（）「」『』《》【】"
_URL = re.compile(rf"://[^{_NOT_IN_URL}]+")
_HOST = re.compile(r"://[^\W_](?:[\w.-]{0,252}[^\W_])?(?![\w-])|://\[[0-9a-fA-F:.]{2,45}\]")
_TAIL = "?!.,:*_~;…"
_CLOSING = {")": "(", "]": "["}
_ENTITY = re.compile(r"&[A-Za-z0-9]{1,31};$")
_BARE = re.compile(rf"www\.[^{_NOT_IN_URL}@]{{3,1000}}|@", re.IGNORECASE)
_LOCAL = re.compile(r"[A-Za-z0-9.+_-]{1,64}$")
_DOMAIN = re.compile(r"@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9](?![\w-])")


def install(md: MarkdownIt) -> None:
    """Add the rules to a parser."""
    md.inline.ruler.after("text", "bare_url", _bare_url)
    md.core.ruler.after("footnote_tail", "bare_www", _bare_www)


def trim(url: str) -> str:
    """An address without the punctuation of the sentence around it; a bracket that it opens it may close."""
    counts: dict[str, int] = {}
    end = len(url)
    while end:
        last = url[end - 1]
        if last in _TAIL:
            if last == ";" and (entity := _ENTITY.search(url, max(0, end - 33), end)):
                end = entity.start()
            else:
                end -= 1
            continue
        opening = _CLOSING.get(last)
        if opening is None:
            break
        if last not in counts:
            counts[last] = url.count(last, 0, end) - url.count(opening, 0, end)
        if counts[last] <= 0:
            break
        counts[last] -= 1
        end -= 1
    return url[:end]


def _bare_url(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != ":" or state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    scheme = next((s for s in ("https", "http", "ftp") if state.src.endswith(s, 0, state.pos)), "")
    start = state.pos - len(scheme)
    if not scheme or (start > 0 and state.src[start - 1].isalnum() and state.src[start - 1].isascii()):
        return False
    if not silent and not state.pending.endswith(scheme):
        return False
    match = _URL.match(state.src, state.pos, state.posMax)
    if not match or not _HOST.match(match[0]):
        return False
    url = scheme + trim(match[0])
    if not _HOST.match(url, len(scheme)):
        return False
    href = state.md.normalizeLink(url)
    if not state.md.validateLink(href):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme)]
        token = state.push("link_open", "a", 1)
        token.attrs = {"href": href}
        token.markup = "bare"
        state.push("text", "", 0).content = url
        state.push("link_close", "a", -1).markup = "bare"
    state.pos += len(url) - len(scheme)
    return True


def _bare_www(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline" and block.children and ("@" in block.content or "www." in block.content.lower()):
            block.children = _linked(block.children, state.md)


def _linked(children: list[Token], md: MarkdownIt) -> list[Token]:
    result: list[Token] = []
    inside = 0
    for token in children:
        if token.type in ("link_open", "link_close"):
            inside += token.nesting
        elif token.type == "html_inline":
            inside += token.content.startswith(("<a ", "<A ")) - token.content.startswith(("</a", "</A"))
        if token.type == "text" and inside <= 0:
            result.extend(_pieces(token, md))
        else:
            result.append(token)
    return result


def _pieces(token: Token, md: MarkdownIt) -> list[Token]:
    text = token.content
    pieces: list[Token] = []
    done = 0
    for match in _BARE.finditer(text):
        if match.start() < done:
            continue
        found = _mail(text, match.start(), done) if match[0] == "@" else _www(text, match)
        if found is None:
            continue
        start, end, href = found
        href = md.normalizeLink(href)
        if not md.validateLink(href):
            continue
        if start > done:
            pieces.append(_text(text[done:start], token.level))
        opening = Token("link_open", "a", 1, attrs={"href": href}, level=token.level, markup="bare")
        closing = Token("link_close", "a", -1, level=token.level, markup="bare")
        pieces += [opening, _text(text[start:end], token.level + 1), closing]
        done = end
    if not pieces:
        return [token]
    if done < len(text):
        pieces.append(_text(text[done:], token.level))
    return pieces


def _www(text: str, match: re.Match[str]) -> tuple[int, int, str] | None:
    start = match.start()
    if start and text[start - 1] not in " \t\n*_~([（":
        return None
    url = trim(match[0])
    if "." not in url[4:].split("/")[0] or not _HOST.match("://" + url):
        return None
    return start, start + len(url), "http://" + url


def _mail(text: str, at: int, floor: int) -> tuple[int, int, str] | None:
    local = _LOCAL.search(text, max(floor, at - 64), at)
    domain = _DOMAIN.match(text, at)
    if not local or not domain:
        return None
    return local.start(), domain.end(), "mailto:" + text[local.start() : domain.end()]


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)
