"""WordPress' shortcodes: those for pictures, videos, sound and code as HTML; others stay, and are told."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from westmarch.transfer import embeds
from westmarch.transfer.exports.wordpress.survey import Attachment, Survey
from westmarch.transfer.items import FileWarning

_CODE = (
    "code|sourcecode|source|highlight|bash|c|cpp|csharp|css|diff|html|java|javascript|js|perl|php|plain|python|ruby|sh"
    "|shell|sql|text|vb|xml"
)
_KNOWN = f"{_CODE}|audio|caption|embed|gallery|video|vimeo|wp_caption|youtube"
# `[name …]`, doubled where it is to be shown, and what is in it as far as the first `[/name]`.
_OPENING = re.compile(
    rf"(?P<shown>\[?)\[(?P<name>{_KNOWN})(?P<said>(?=[\s=/\]])(?:[^\[\]\"']|\"[^\"\n]*\"|'[^'\n]*')*)\](?P<end>\]?)"
)
_OTHER = re.compile(r"(?<!\[)\[([A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9_-]*)?)((?:\s[^\[\]]*)?)\]")
_ATTRIBUTE = re.compile(r"([A-Za-z][\w-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'\]]+))")
_CLOSED = frozenset({"caption", "embed", "wp_caption", *_CODE.split("|")})
_SOUND = ("src", "mp3", "m4a", "ogg", "wav", "wma", "mp4", "m4v", "webm", "ogv", "flv")


@dataclass(frozen=True, slots=True)
class _Shortcode:
    name: str
    said: dict[str, str]
    value: str
    content: str


def expanded(text: str, post: int, survey: Survey, warnings: list[FileWarning]) -> str:
    """The text with HTML in place of the shortcodes that are known; `post` is the id of the one that it stands in."""
    if "[" not in text:
        return text
    out: list[str] = []
    last = 0
    unclosed: set[str] = set()
    for found in _OPENING.finditer(text):
        if found.start() < last:
            continue
        name, end, content = found["name"], found.end(), ""
        if found["shown"] and found["end"]:
            out += [text[last : found.start()], found[0][1:-1]]
            last = end
            continue
        if name in _CLOSED and not found["said"].rstrip().endswith("/"):
            close = -1 if name in unclosed else text.find(f"[/{name}]", end)
            if close < 0:
                unclosed.add(name)
                continue
            content, end = text[end - len(found["end"]) : close], close + len(name) + 3
        elif found["end"]:
            end -= 1
        if name in {"audio", "video"} and text.startswith(f"[/{name}]", end):
            end += len(name) + 3
        code = _Shortcode(name, _said(found["said"]), found["said"].strip(" =/").strip("\"'"), content)
        made = _html(code, post, survey)
        if made is None:
            continue
        out += [text[last : found.start()] + found["shown"], made]
        last = end
    out.append(text[last:])
    made_text = "".join(out)
    warnings += _unknown(made_text)
    return made_text


def _said(written: str) -> dict[str, str]:
    return {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(written)}


def _html(code: _Shortcode, post: int, survey: Survey) -> str | None:
    """What a shortcode stands for; None where it says too little."""
    if code.name in {"caption", "wp_caption"}:
        return _caption(code)
    if code.name == "gallery":
        return _gallery(code, post, survey)
    if code.name in {"audio", "video"}:
        return _player(code)
    if code.name in {"embed", "youtube", "vimeo"}:
        return _embed(code)
    return _code(code)


def _caption(code: _Shortcode) -> str:
    """The picture, perhaps within a link, and the words below it, which were an attribute once."""
    content = code.content.strip()
    picture = re.match(r"(?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?", content)
    if picture is None:
        return content
    words = content[picture.end() :].strip() or html.escape(code.said.get("caption", ""))
    return f"\n\n<figure>{picture[0]}<figcaption>{words}</figcaption></figure>\n\n"


def _gallery(code: _Shortcode, post: int, survey: Survey) -> str | None:
    ids = [int(one) for one in re.findall(r"\d{1,18}", code.said.get("ids", "") or code.said.get("include", ""))]
    pictures = [survey.attachments[one] for one in ids if one in survey.attachments] if ids else survey.below(post)
    return "\n\n" + "\n".join(_figures(pictures)) + "\n\n" if pictures else None


def _figures(pictures: Iterable[Attachment]) -> Iterable[str]:
    for one in pictures:
        img = f'<img src="{html.escape(one.url)}" alt="{html.escape(one.alt)}">'
        yield f"<figure>{img}{f'<figcaption>{one.caption}</figcaption>' if one.caption else ''}</figure>"


def _player(code: _Shortcode) -> str | None:
    source = next((code.said[name] for name in _SOUND if code.said.get(name)), "") or code.value
    if not re.match(r"https?://|/", source):
        return None
    return f'\n\n<p><{code.name} src="{html.escape(source)}" controls></{code.name}></p>\n\n'


def _embed(code: _Shortcode) -> str | None:
    address = code.content.strip() or code.said.get("id", "") or code.said.get("url", "") or code.value
    address = html.unescape(address)
    if re.fullmatch(r"https?://\S+", address):
        return f"\n\n<p>{html.escape(address)}</p>\n\n"
    if code.name != "embed" and re.fullmatch(r"[\w-]{1,40}", address):
        made: Callable[[str], str] = embeds.youtube if code.name == "youtube" else embeds.vimeo
        return f"\n\n<p>{html.escape(made(address))}</p>\n\n"
    return None


def _code(code: _Shortcode) -> str:
    """Program text; what stands in it as `&lt;` was written so by the editor, a bare `<` is one of the program."""
    language = code.said.get("lang") or code.said.get("language") or code.name
    written = code.content.strip("\n").replace("<", "&lt;").replace(">", "&gt;")
    known = language not in {"code", "sourcecode", "source", "highlight", "plain", "text"}
    marked = f' class="language-{html.escape(language.lower())}"' if known else ""
    return f"\n\n<pre><code{marked}>{written}</code></pre>\n\n"


def _unknown(text: str) -> list[FileWarning]:
    """Those that are left: what has attributes or an end is one, a word in brackets may be a word."""
    found: dict[str, None] = {}
    ends = set(re.findall(r"\[/([A-Za-z][\w-]*)\]", text))
    for one in _OTHER.finditer(text):
        if "=" in one[2] or "_" in one[1] or one[1] in ends:
            found[one[1]] = None
    return [FileWarning(None, f"the shortcode [{name[:60]}] is not known here; it stays as text") for name in found]
