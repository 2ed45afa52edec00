"""Hexo's tag plugins. Hexo takes code out of the text before it looks for tags, so a tag in code is text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from westmarch.transfer import embeds
from westmarch.transfer.code_regions import CodeRegions
from westmarch.transfer.fences import fence
from westmarch.transfer.index import Index, Known
from westmarch.transfer.items import Body, FileWarning
from westmarch.transfer.permalinks import as_url
from westmarch.transfer.template_tags import Block, Context, Dialect, Tag, expand

_ARGUMENT = re.compile(r"\"([^\"]*)\"|'([^']*)'|(\S+)")
#: Words in quotes of either kind; an apostrophe within a word is none.
_QUOTED = re.compile(r"(?<![^\s\"'])(?:\"([^\"]*)\"|'([^']*)')")
_URL = re.compile(r"https?://\S+")
_OPTION = re.compile(r"(lang|mark|line_number|line_threshold|first_line|wrap|highlight|language_attr|from|to):(\S*)")
_MARK = re.compile(r"\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*")
_OPENING = re.compile(r"(?P<head>(?:[ \t]*>)*[ \t]*(?:`{3,}|~{3,}))[ \t]*(?P<info>[^\n`]*)")
_PATH = re.compile(r"(?:https?:|/|\.{1,2}/).*|.*\.\w{2,5}$")


@dataclass(frozen=True, slots=True)
class Page:
    """What the tags of one file may refer to; `code` reads an included file, None where there is none."""

    index: Index
    code: Callable[[str], str | None]


def convert(body: Body, page: Page, warnings: list[FileWarning]) -> Body:
    """The text with Hexo's tags and its titles of code blocks written our way."""
    tags = _Tags(page)
    blocks = {
        "raw": tags.raw, "codeblock": tags.codeblock, "code": tags.codeblock,
        "blockquote": tags.blockquote, "quote": tags.blockquote, "pullquote": tags.pullquote,
    }  # fmt: skip
    dialect = Dialect(tags.replace, blocks, frozenset({"raw", "codeblock", "code"}), code_is_text=True)
    expanded = expand(body, dialect, warnings)
    return Body(_titled_fences(expanded.text), body.line)


def arguments(written: str) -> list[str]:
    """The arguments of a tag, quotes taken off."""
    return [double or single or bare for double, single, bare in _ARGUMENT.findall(written)]


@dataclass(frozen=True, slots=True)
class _CodeOptions:
    language: str
    title: str
    marked: str
    source: str

    def written(self, code: str, indent: str = "") -> str:
        block = fence(code, self.language, title=self.title, marked=self.marked, indent=indent)
        return f"{block}\n\n{indent}{self.source}" if self.source else block


def _code_options(written: str, language: str = "") -> _CodeOptions:
    """`[title] [lang:x] [url] [link text] [mark:1,4-7]`, in any order that Hexo takes."""
    options = dict(_OPTION.findall(written))
    rest = " ".join(arguments(_OPTION.sub("", written)))
    title, source = rest, ""
    if url := _URL.search(rest):
        title, text = rest[: url.start()].strip(), rest[url.end() :].strip()
        source = f"[{text or title or 'link'}]({_url(url[0])})"
    marked = options.get("mark", "")
    return _CodeOptions(
        options.get("lang") or language, title, marked if _MARK.fullmatch(marked) else "", source
    )  # fmt: skip


class _Tags:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.known: dict[str, Callable[[list[str], Tag, Context], str | None]] = {
            "youtube": self.youtube, "vimeo": self.vimeo, "gist": self.gist, "jsfiddle": self.jsfiddle,
            "iframe": self.iframe, "img": self.img, "link": self.link, "include_code": self.include_code,
            "post_path": self.post_path, "post_link": self.post_link, "asset_path": self.asset_path,
            "asset_img": self.asset_img, "asset_link": self.asset_link,
        }  # fmt: skip

    def replace(self, tag: Tag, context: Context) -> str | None:
        known = self.known.get(tag.name)
        given = arguments(tag.arguments)
        return known(given, tag, context) if known and given else None

    def raw(self, block: Block, _: Context) -> str:
        return block.content

    def codeblock(self, block: Block, context: Context) -> str:
        before = context.before(block.tag)
        indent = before if not before.strip() else ""
        code = _CodeOptions.written(_code_options(block.tag.arguments), block.content.strip("\n"), indent)
        return f"\n\n{code}\n" if before.strip() else code[len(indent) :]

    def blockquote(self, block: Block, _: Context) -> str:
        return _quoted(block.content, _footer(" ".join(arguments(block.tag.arguments))))

    def pullquote(self, block: Block, _: Context) -> str:
        return _quoted(block.content, "")

    @staticmethod
    def youtube(given: list[str], _tag: Tag, _: Context) -> str | None:
        return embeds.youtube_playlist(given[0]) if "playlist" in given[1:] else embeds.youtube(given[0])

    @staticmethod
    def vimeo(given: list[str], _tag: Tag, _: Context) -> str | None:
        return embeds.vimeo(given[0])

    @staticmethod
    def gist(given: list[str], _tag: Tag, _: Context) -> str | None:
        return embeds.gist(given[0])

    @staticmethod
    def jsfiddle(given: list[str], _tag: Tag, _: Context) -> str | None:
        return embeds.jsfiddle(given[0])

    @staticmethod
    def iframe(given: list[str], _tag: Tag, _: Context) -> str | None:
        return embeds.iframe(given[0])

    @staticmethod
    def img(given: list[str], tag: Tag, _: Context) -> str | None:
        return _picture(given, tag.arguments)

    @staticmethod
    def asset_img(given: list[str], tag: Tag, _: Context) -> str | None:
        return _picture(given, tag.arguments)

    @staticmethod
    def asset_path(given: list[str], _tag: Tag, _: Context) -> str | None:
        return as_url(given[0])

    @staticmethod
    def asset_link(given: list[str], _tag: Tag, _: Context) -> str | None:
        words = [word for word in given[1:] if word not in {"true", "false"}]
        return f"[{_escaped(' '.join(words) or given[0])}]({as_url(given[0])})"

    @staticmethod
    def link(given: list[str], _tag: Tag, _: Context) -> str | None:
        at = next((number for number, word in enumerate(given) if re.match(r"https?://|/", word)), None)
        if at is None:
            return None
        title = " ".join(word for word in given[at + 1 :] if word not in {"true", "false"})
        text = _escaped(" ".join(given[:at]) or given[at])
        return f"[{text}]({_url(given[at])}{_title(title)})"

    def post_path(self, given: list[str], tag: Tag, context: Context) -> str | None:
        known, anchor = self._post(given[0])
        return known.url + anchor if known else _kept(tag, context)

    def post_link(self, given: list[str], tag: Tag, context: Context) -> str | None:
        known, anchor = self._post(given[0])
        if known is None:
            return _kept(tag, context)
        words = given[1:-1] if given[-1] in {"true", "false"} else given[1:]
        return f"[{_escaped(' '.join(words) or known.title)}]({known.url}{anchor})"

    def _post(self, name: str) -> tuple[Known | None, str]:
        slug, mark, anchor = name.partition("#")
        posts = self.page.index.by_post
        return posts.get(slug) or posts.get(re.sub(r"\.(?:md|markdown)$", "", slug)), mark + anchor

    def include_code(self, given: list[str], tag: Tag, context: Context) -> str | None:
        options = dict(_OPTION.findall(tag.arguments))
        words = [word for word in given if not _OPTION.fullmatch(word)]
        code = self.page.code(words[-1]) if words else None
        if code is None:
            context.warn(
                tag, f"the included file '{words[-1][:80] if words else ''}' is not there; the tag stays as text"
            )
            return context.body.text[tag.start : tag.end]
        rows = code.rstrip("\n").split("\n")
        first, last = options.get("from", ""), options.get("to", "")
        rows = rows[int(first) - 1 if first.isdecimal() else 0 : int(last) if last.isdecimal() else None]
        name = Path(words[-1])
        title = " ".join(words[:-1]) or name.name
        return fence("\n".join(rows), options.get("lang") or name.suffix.lstrip("."), title=title)


def _kept(tag: Tag, context: Context) -> str:
    context.warn(tag, f"{{% {tag.name} {tag.arguments[:80]} %}}: there is no post of this name; it stays as text")
    return context.body.text[tag.start : tag.end]


def _quoted(content: str, footer: str) -> str:
    rows = content.strip().split("\n") + (["", f"— {footer}"] if footer else [])
    return "\n".join(f"> {row}".rstrip() for row in rows)


def _footer(written: str) -> str:
    """Who is quoted: `[author[, source]] [link] [title]`, as Hexo parts it."""
    if url := re.fullmatch(r"(\S.*?)\s+(https?://\S+)(?:\s+(.+))?", written):
        return f"**{url[1]}**, [{url[3] or re.sub(r'^https?://', '', url[2]).rstrip('/')}]({_url(url[2])})"
    if both := re.fullmatch(r"([^,]+),\s*([^,]+)", written):
        return f"**{both[1]}**, *{both[2]}*"
    return f"**{written}**" if written else ""


def _picture(given: list[str], written: str) -> str | None:
    """`[class names] address [width] [height] [title]`, the title in quotes where words for the picture follow it."""
    at = next((number for number, word in enumerate(given) if _PATH.fullmatch(word)), None)
    if at is None:
        return None
    rest = given[at + 1 :]
    sizes: list[str] = []
    while rest and len(sizes) < 2 and re.fullmatch(r"\d{1,5}(?:px|%)?", rest[0]):
        sizes.append(rest.pop(0))
    tail = written.partition(given[at])[2]
    # The quote that ends the address, if it is in quotes, begins none.
    tail = tail[1:] if tail.startswith(("'", '"')) else tail
    quoted = [double or single for double, single in _QUOTED.findall(tail)]
    title, alt = (quoted[0], "".join(quoted[1:2])) if quoted else (" ".join(rest), "")
    names = ("width", "height")
    size = " ".join(f"{name}={value.removesuffix('px')}" for name, value in zip(names, sizes, strict=False))
    return f"![{_escaped(alt)}]({_url(given[at])}{_title(title)})" + ("{" + size + "}" if size else "")


def _url(address: str) -> str:
    return re.sub(r"[\s<>()\\]", lambda found: f"%{ord(found[0]):02X}", address)


def _title(words: str) -> str:
    return ' "' + words.replace("\\", "").replace('"', "&quot;") + '"' if words else ""


def _escaped(words: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", words)


def _titled_fences(text: str) -> str:
    """Hexo's ```` ```lang title url link text ```` with the title where ours has it."""
    out: list[str] = []
    last = 0
    for block in CodeRegions(text, indented=False).blocks:
        opening = _OPENING.match(text, block.start)
        if opening is None:
            continue
        language, _, rest = opening["info"].strip().partition(" ")
        if not rest.strip() or rest.lstrip().startswith(("{", "title=")):
            continue
        options = _code_options(rest, language)
        head = opening["head"] + language
        head += ' title="' + re.sub(r"[\"`]", "", options.title) + '"' if options.title else ""
        head += " {" + options.marked + "}" if options.marked else ""
        out += [text[last : opening.start()], head]
        last = opening.end()
        if options.source:
            out += [text[last : block.end].rstrip("\n"), f"\n\n{options.source}\n"]
            last = block.end
    return "".join([*out, text[last:]])
