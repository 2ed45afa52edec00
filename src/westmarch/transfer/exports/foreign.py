"""Elements of HTML that our pages cannot hold: frames, scripts, plug-ins, and names that HTML has given up."""

import html as entities
import re

from westmarch.text.raw_html import tags
from westmarch.text.sanitizer import TAGS
from westmarch.transfer import embeds, scripts
from westmarch.transfer.items import FileWarning

_FRAME = re.compile(
    r"<(?:iframe|embed)\b(?P<attributes>(?:[^<>\"']|\"[^\"]{0,4000}\"|'[^']{0,4000}')*)>|</(?:iframe|embed)\s*>",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"<script\b(?P<attributes>[^<>]*)>", re.IGNORECASE)
_SRC = re.compile(r"(?<![\w-])src\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_NAMED = re.compile(r"(<a\b[^<>]*\s)name=", re.IGNORECASE)
_OLD = {"acronym": "abbr", "strike": "s", "tt": "code"}
_OLD_TAG = re.compile(r"<(/?)(acronym|strike|tt)\b", re.IGNORECASE)
#: Elements whose text stays and whose look is not ours to keep, and those that hold no text.
_QUIET = frozenset(
    {"!--", "basefont", "big", "body", "center", "embed", "font", "head", "html", "iframe", "link", "meta", "nobr"}
    | {"param", "script", "style"}
)


def replaced(html: str) -> tuple[str, list[FileWarning]]:
    """The HTML with addresses in place of frames and scripts, and what else it holds that will not be taken over."""
    if "<" not in html:
        return html, []
    warnings: list[FileWarning] = []

    def script(found: re.Match[str]) -> str:
        address = _address(found["attributes"])
        if not address:
            warnings.append(FileWarning(None, "a script is not taken over"))
            return found[0]
        gist = scripts.gist(address)
        if gist is not None:
            return f"{_link(f'https://gist.github.com/{gist}', f'Gist {gist}')}{found[0]}"
        warnings.append(FileWarning(None, f"the script '{address[:120]}' is not taken over; its address stays"))
        return f"<p><code>{entities.escape(address)}</code></p>{found[0]}"

    def frame(found: re.Match[str]) -> str:
        address = _address(found["attributes"] or "")
        if not address:
            return ""
        shown = embeds.iframe(address)
        if not shown.startswith("["):
            return f"<p>{entities.escape(shown)}</p>"
        warnings.append(FileWarning(None, f"the frame '{address[:120]}' became a link"))
        return _link(address, shown[1:].partition("]")[0])

    html = _NAMED.sub(r"\1id=", html)
    html = _OLD_TAG.sub(lambda tag: f"<{tag[1]}{_OLD[tag[2].lower()]}", html)
    html = _SCRIPT.sub(script, _FRAME.sub(frame, html))
    names = {tag.name.lower() for tag in tags(html)} - TAGS - _QUIET
    warnings += [FileWarning(None, f"<{name[:40]}> is not taken over") for name in sorted(names)]
    return html, warnings


def _address(attributes: str) -> str:
    src = _SRC.search(attributes)
    written = entities.unescape(src[1] or src[2] or src[3] or "").strip() if src else ""
    return f"https:{written}" if written.startswith("//") else written


def _link(address: str, shown: str) -> str:
    return f'<p><a href="{entities.escape(address)}">{entities.escape(shown)}</a></p>'
