"""From tokens to HTML: what each part of a text looks like in a page. The sanitizer comes after this."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from westmarch.text import code, formulas, headings
from westmarch.text.cost import affords
from westmarch.text.languages import Words
from westmarch.text.notices import warn
from westmarch.text.raw_html import bad_scheme, defuse

OWN = "\ufdd1"
"""Stands before ids that the renderer gave, so that they can be told from those of raw HTML; never leaves `text`."""
LINES = "lines"
"""Set in the environment of a preview: blocks tell the line that they are made of, as `data-line`."""
EXCERPT = "excerpt"
"""Set in the environment while an excerpt is made: no ids, anchors and footnotes."""

_ALIGNMENT = {"text-align:left": "start", "text-align:center": "center", "text-align:right": "n"}
_TAG_NAME = re.compile(r"\A\s*<[a-z][a-z0-9]*(?=[\s/>])")
_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]"
)


class Output(RendererHTML):
    """Render rules by type of token. One object serves all texts of a language: what belongs to a text is in `env`."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.words = words

    def render(self, tokens: Sequence[Token], options: Any, env: Any) -> str:
        """The HTML of a text."""
        if not env.get(LINES):
            return super().render(tokens, options, env)
        out = []
        for index, token in enumerate(tokens):
            if token.type == "inline":
                out.append(self.renderInline(token.children or [], options, env))
                continue
            rule = self.rules.get(token.type, self.renderToken)
            html = rule(tokens, index, options, env)
            if token.map and token.nesting >= 0:
                html = _TAG_NAME.sub(rf'\g<0> data-line="{token.map[0] + 1}"', html, count=1)
            out.append(html)
        return "".join(out)

    def heading_open(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        token = tokens[idx]
        id_ = "" if env.get(EXCERPT) else f' id="{OWN}{escape(token.meta["id"])}"'
        return f"<{token.tag}{id_}{self.renderAttrs(token)}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        token = tokens[idx]
        if env.get(EXCERPT):
            return f"</{token.tag}>\n"
        anchor = (
            f' <a class="anchor plain" href="#{escape(token.meta["id"])}"'
            f' aria-label="{escape(self.words.section)}">#</a>'
        )
        return f"{anchor}</{token.tag}>\n"

    def contents(self, _tokens: Sequence[Token], _idx: int, _options: Any, env: Any) -> str:
        listed = [heading for heading in env.get(headings.TOC, ()) if heading.title]
        if env.get(EXCERPT) or not listed:
            return ""
        top = min(heading.level for heading in listed)
        out = [f'<div class="contents" role="group" aria-label="{escape(self.words.contents)}"><ol>']
        state = "start"
        for heading in listed:
            link = f'<a href="#{escape(heading.id)}">{escape(heading.title, quote=False)}</a>'
            if heading.level == top:
                out.append({"start": "", "item": "</li>", "sub": "</li></ol></li>"}[state])
                out.append(f"<li>{link}")
                state = "item"
            elif heading.level == top + 1:
                opening = {"start": '<li><ol class="sub"><li>', "item": '<ol class="sub"><li>', "sub": "</li><li>"}
                out.append(f"{opening[state]}{link}")
                state = "sub"
        out.append({"start": "", "item": "</li>", "sub": "</li></ol></li>"}[state])
        return "".join([*out, "</ol></div>\n"])

    def table_open(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        attributes = dict(tokens[idx].attrs)
        classes = " ".join(filter(None, ("table", str(attributes.pop("class", "")))))
        rest = "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items())
        label = escape(self.words.table)
        return f'<div class="{escape(classes)}" role="group" aria-label="{label}" tabindex="0"{rest}>\n<table>\n'

    def table_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return "</table>\n</div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f'<th scope="col"{self._alignment(tokens[idx])}>'

    def td_open(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f"<td{self._alignment(tokens[idx])}>"

    def _alignment(self, token: Token) -> str:
        name = _ALIGNMENT.get(str(token.attrs.get("style", "")))
        return f' class="{name}"' if name else ""

    def bullet_list_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self._list(tokens, idx, options, env)

    def ordered_list_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self._list(tokens, idx, options, env)

    def _list(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        classes = str(tokens[idx].attrs.get("class", ""))
        if "contains-task-list" in classes:
            tokens[idx].attrs["class"] = classes.replace("contains-task-list", "tasks")
        return self.renderToken(tokens, idx, options, env)

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        token.attrs.pop("class", None)
        # A line of text carries its box in a label; before anything else the box stands by itself.
        alone = "checked" in token.meta and not token.meta.get("labelled")
        return self.renderToken(tokens, idx, options, env) + (self._box(token) if alone else "")

    def task_open(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f"<label>{self._box(tokens[idx])} <span>"

    def task_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return "</span></label>"

    def _box(self, token: Token) -> str:
        return f'<input type="checkbox"{" checked" if token.meta["checked"] else ""} disabled>'

    def callout_open(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        token = tokens[idx]
        return f'<aside{self.renderAttrs(token)} aria-label="{escape(token.meta["title"])}">\n'

    def softbreak(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        # Between ideographs a line end would show as a space that nobody wrote.
        if 0 < idx < len(tokens) - 1:
            before, after = tokens[idx - 1].content[-1:], tokens[idx + 1].content[:1]
            if before and after and _WIDE.match(before) and _WIDE.match(after):
                return ""
        return "\n"

    def fence(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        return self._code(tokens[idx], code.info(tokens[idx].info), env)

    def code_block(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        return self._code(tokens[idx], code.info(""), env)

    def _code(self, token: Token, info: code.Info, env: Any) -> str:
        classes = f"{token.attrs.get('class', '')} {info.attributes.get('class', '')}".strip()
        id_ = "" if env.get(EXCERPT) else str(token.attrs.get("id", info.attributes.get("id", "")))
        return code.figure(token.content, info, env, classes, id_)

    def formula(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        token = tokens[idx]
        made = self._mathml(token.content, _line(token), env, block=token.meta["display"])
        return made or f'<code class="math-source">{escape(token.markup, quote=False)}</code>'

    def formula_block(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        token = tokens[idx]
        made = self._mathml(token.content, _line(token), env, block=True)
        if not made:
            source = escape(token.markup, quote=False)
            return f'<pre class="math-source" tabindex="0"><code>{source}</code></pre>\n'
        return f'<div class="math" tabindex="0" role="group" aria-label="{escape(self.words.formula)}">{made}</div>\n'

    def _mathml(self, source: str, line: int | None, env: Any, *, block: bool) -> str:
        try:
            if not affords(env, formulas.cost(source)):
                raise formulas.Refused("there are too many in this text")
            return formulas.mathml(source, block=block)
        except formulas.Refused as reason:
            shown = " ".join(source.split())
            shown = shown if len(shown) <= 60 else shown[:60] + "…"
            warn(env, line, f"The formula “{shown}” is shown as code: {reason}.")
            return ""

    def image(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        token = tokens[idx]
        source = str(token.attrs.get("src", ""))
        if scheme := bad_scheme(source):
            warn(env, _line(token), f"A picture with a “{scheme}:” address cannot be kept: upload it instead.")
        token.attrs["alt"] = headings.plain(token.children)
        return f"<img{self.renderAttrs(token)}>"

    def link_open(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        if scheme := bad_scheme(str(tokens[idx].attrs.get("href", ""))):
            warn(env, _line(tokens[idx]), f"An address with “{scheme}:” is not allowed: taken out.")
        return f"<a{self.renderAttrs(tokens[idx])}>"

    def html_block(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        return self._raw(tokens[idx], env)

    def html_inline(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        return self._raw(tokens[idx], env)

    def _raw(self, token: Token, env: Any) -> str:
        return defuse(token.content, _line(token), env)

    def video(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        made = tokens[idx].meta
        page, poster, title = escape(made["page"]), escape(made["poster"]), made["title"]
        classes = escape(" ".join(filter(None, ("embed", str(tokens[idx].attrs.get("class", ""))))))
        if not page:
            return ""
        if page.startswith("/") and not page.startswith("//"):
            label = f' aria-label="{escape(title)}"' if title else ""
            still = f' poster="{poster}"' if poster else ""
            film = f'<video src="{page}" controls preload="none"{still}{label}></video>'
            return f'<figure class="{classes}">{film}</figure>\n'
        player = f' data-embed="{escape(made["player"])}"' if made["player"] else ""
        still = f'<img src="{poster}" alt="">' if poster else ""
        named = escape(title or self.words.video, quote=False)
        host = f' <span class="video-host">{escape(made["host"], quote=False)}</span>' if made["host"] else ""
        return (
            f'<figure class="{classes}"><a class="video" href="{page}"{player}>{still}'
            f'<span class="video-title">{named}</span>{host}</a></figure>\n'
        )

    def book_link(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return self._isbn(tokens[idx].meta["number"], tokens[idx].meta["label"])

    def book(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f'<p class="book-card">{self._isbn(tokens[idx].meta["number"], "")}</p>\n'

    def _isbn(self, number: str, label: str) -> str:
        return f'<a class="isbn" href="/isbn/{number}/">{escape(label, quote=False) or f"ISBN {number}"}</a>'

    def footnote_ref(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        if env.get(EXCERPT):
            return ""
        number, name = _note(tokens[idx])
        label = escape(self.words.note_number.format(n=number))
        return (
            f'<sup class="fn"><a href="#fn-{number}" id="{OWN}ref-{name}" role="doc-noteref"'
            f' aria-label="{label}">{number}</a></sup>'
        )

    def footnote_block_open(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        title = escape(self.words.notes, quote=False)
        head = f'<h2 id="{OWN}notes">{title}</h2>'
        return f'<section class="footnotes" role="doc-endnotes" aria-labelledby="notes">\n{head}\n<ol>\n'

    def footnote_block_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return "</ol>\n</section>\n"

    def footnote_open(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f'<li id="{OWN}fn-{_note(tokens[idx])[0]}">'

    def footnote_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return "</li>\n"

    def footnote_anchor(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        number, name = _note(tokens[idx])
        label = escape(self.words.back.format(n=number))
        return f' <a class="back plain" href="#ref-{name}" role="doc-backlink" aria-label="{label}">↩</a>'


def _note(token: Token) -> tuple[int, str]:
    """The number of a footnote, and the name of one reference to it: `1`, `1-2`…"""
    number = int(token.meta["id"]) + 1
    sub = int(token.meta.get("subId", 0))
    return number, f"{number}-{sub + 1}" if sub else str(number)


def _line(token: Token) -> int | None:
    return token.map[0] + 1 if token.map else None
