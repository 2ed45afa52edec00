"""Videos of other sites: a still with a link, which loads the player only when asked; nothing is requested before.

Written as `::video{url="…" title="…" poster="/media/…"}`, as the bare address of a known host alone in a paragraph, or
as the `<iframe>` that such hosts offer to copy.
"""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from westmarch.text.notices import warn
from westmarch.text.places import is_internal
from westmarch.text.players import PEERTUBE_HOSTS

_FILE = re.compile(r"\.(?:mp4|m4v|webm|ogv|mov)$", re.IGNORECASE)
_DIRECTIVE = re.compile(r'::video\{((?:\s*(?:url|title|poster)="[^"\n]*")*)\s*\}[ \t]*$')
_DIRECTIVE_ITEM = re.compile(r'(url|title|poster)="([^"\n]*)"')
_ADDRESS = re.compile(r"<?(https?://[^\s<>]{4,500}?)>?$")
_FRAME = re.compile(
    r"\s*(?:<(?:p|div|center|figure)(?:\s[^<>]*)?>\s*)?<iframe\s([^<>]{1,2000})>\s*</iframe>\s*"
    r"(?:</(?:p|div|center|figure)>\s*)?$",
    re.IGNORECASE,
)
_FRAME_ITEM = re.compile(r'\b(src|title)\s*=\s*(?:"([^"]*)"|\'([^\']*)\'|([^\s"\'>]+))', re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?$")
_YOUTUBE_ID = re.compile(r"[\w-]{11}$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Video:
    """Where a video is watched, the address of its player if we know one, and the name of its host."""

    page: str
    player: str
    host: str


def recognise(url: str) -> Video | None:
    """The video at an address, if it belongs to a known host or is a file."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    steps = [step for step in parts.path.split("/") if step]
    asked = {name: values[0] for name, values in parse_qs(parts.query[:500]).items()}
    if host in ("youtube.com", "youtube-nocookie.com", "youtu.be"):
        return _youtube(host, steps, asked)
    if host in ("vimeo.com", "player.vimeo.com"):
        return _vimeo(steps, asked)
    if host in ("bilibili.com", "player.bilibili.com"):
        return _bilibili(steps, asked)
    if host in PEERTUBE_HOSTS:
        return _peertube(host, steps)
    return Video(url, "", host) if _FILE.search(parts.path) else None


def _youtube(host: str, steps: list[str], asked: dict[str, str]) -> Video | None:
    if host == "youtu.be":
        id_ = steps[0] if steps else ""
    elif steps and steps[0] in ("embed", "shorts", "live", "v"):
        id_ = steps[1] if len(steps) > 1 else ""
    else:
        id_ = asked.get("v", "") if steps == ["watch"] else ""
    if not _YOUTUBE_ID.match(id_):
        return None
    seconds = _seconds(asked.get("t", asked.get("start", "")))
    page = f"https://www.youtube.com/watch?v={id_}" + (f"&t={seconds}s" if seconds else "")
    player = f"https://www.youtube-nocookie.com/embed/{id_}?autoplay=1" + (f"&start={seconds}" if seconds else "")
    return Video(page, player, "YouTube")


def _seconds(clock: str) -> int:
    match = _CLOCK.match(clock)
    if not match:
        return 0
    hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _vimeo(steps: list[str], asked: dict[str, str]) -> Video | None:
    steps = steps[1:] if steps[:1] == ["video"] else steps
    if not steps or not re.fullmatch(r"[0-9]{4,12}", steps[0]):
        return None
    key = steps[1] if len(steps) > 1 else asked.get("h", "")
    key = key if re.fullmatch(r"[0-9a-f]{6,20}", key) else ""
    page = f"https://vimeo.com/{steps[0]}" + (f"/{key}" if key else "")
    return Video(
        page, f"https://player.vimeo.com/video/{steps[0]}?dnt=1&autoplay=1" + (f"&h={key}" if key else ""), "Vimeo"
    )


def _bilibili(steps: list[str], asked: dict[str, str]) -> Video | None:
    id_ = steps[1] if len(steps) > 1 and steps[0] == "video" else asked.get("bvid", "")
    if not re.fullmatch(r"BV[0-9A-Za-z]{10}", id_):
        return None
    player = f"https://player.bilibili.com/player.html?bvid={id_}&autoplay=1"
    return Video(f"https://www.bilibili.com/video/{id_}/", player, "bilibili")


def _peertube(host: str, steps: list[str]) -> Video | None:
    if steps[:2] in (["videos", "watch"], ["videos", "embed"]):
        id_ = steps[2] if len(steps) > 2 else ""
    else:
        id_ = steps[1] if len(steps) > 1 and steps[0] == "w" else ""
    if not re.fullmatch(r"[0-9A-Za-z-]{20,40}", id_):
        return None
    return Video(f"https://{host}/w/{id_}", f"https://{host}/videos/embed/{id_}?autoplay=1", host)


def install(md: MarkdownIt) -> None:
    """Add the rules to a parser."""
    md.block.ruler.before("fence", "video", _directive, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.core.ruler.before("inline", "videos", _alone)


def _directive(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    start = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith("::video{", start) or state.is_code_block(start_line):
        return False
    match = _DIRECTIVE.match(state.src, start, min(state.eMarks[start_line], start + 2_000))
    items = dict(_DIRECTIVE_ITEM.findall(match[1])) if match else {}
    url = items.get("url", "").strip()
    if not url:
        return False
    if not silent:
        poster = items.get("poster", "").strip()
        if poster and not is_internal(poster):
            warn(state.env, start_line + 1, "The still of a video has to be a picture of this site: left out.")
            poster = ""
        token = state.push("video", "figure", 0)
        token.map = [start_line, start_line + 1]
        token.meta = _meta(recognise(url) or Video(url, "", ""), items.get("title", "").strip(), poster)
        if not state.md.validateLink(url):
            warn(state.env, start_line + 1, f"“{url[:80]}” is no address of a video: left out.")
            token.meta["page"] = ""
        state.line = start_line + 1
    return True


def _meta(video: Video, title: str, poster: str = "") -> dict[str, str]:
    return {"page": video.page, "player": video.player, "host": video.host, "title": title, "poster": poster}


def _alone(state: StateCore) -> None:
    """A paragraph that holds only the address of a video, or only its host's frame, becomes the video."""
    tokens = state.tokens
    result: list[Token] = []
    skip = 0
    for index, token in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        found = None
        if token.type == "html_block" and "<iframe" in token.content[:200].lower():
            found = _framed(token.content)
        elif (
            token.type == "paragraph_open"
            and not token.hidden
            and tokens[index + 1].content.startswith(("http", "<http"))
        ):
            address = _ADDRESS.match(tokens[index + 1].content.strip())
            video = recognise(address[1]) if address else None
            found = (video, "") if video else None
            skip = 2 if found else 0
        if found:
            token = Token("video", "figure", 0, map=token.map, level=token.level, meta=_meta(*found))
        result.append(token)
    state.tokens = result


def _framed(html: str) -> tuple[Video, str] | None:
    match = _FRAME.match(html) if len(html) < 3_000 else None
    if not match:
        return None
    items = {name.lower(): unescape(a or b or c) for name, a, b, c in _FRAME_ITEM.findall(match[1])}
    source = items.get("src", "")
    video = recognise("https:" + source if source.startswith("//") else source)
    return (video, items.get("title", "")) if video else None
