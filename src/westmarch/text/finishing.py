"""The last pass over sanitized HTML: internal URLs are marked, ids made unique, pictures given their size.

The sanitizer writes well-formed HTML with attributes in double quotes and no bare `<` or `>`, so that its tags can be
read by a pattern.
"""

import re
from html import escape, unescape
from urllib.parse import unquote

from westmarch.text.headings import is_reserved
from westmarch.text.output import OWN
from westmarch.text.places import MARK, is_internal
from westmarch.text.players import is_player
from westmarch.text.rendered import Reference, Resolver

_TAG = re.compile(
    r'<([a-z][a-z0-9]*)((?: [^<>]*?)? (?:id|href|src|srcset|poster|data-embed)="[^<>]*|[^<>]* class=""[^<>]*)>'
)
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_CANDIDATE = re.compile(r"(^|,)(\s*)(/[^\s,]+)")
_ID = re.compile(r"[^\s\"'<>&#]{1,100}$")


class Finish:
    """One text's last pass; `references`, and the ids that the renderer gave (`own`), are gathered on the way.

    `ids` is False for excerpts, which carry none.
    """

    def __init__(self, resolver: Resolver | None, *, ids: bool = True) -> None:
        self.resolver = resolver
        self.keep_ids = ids
        self.references: dict[Reference, None] = {}
        self.taken: set[str] = set()
        self.own: set[str] = set()

    def apply(self, html: str) -> str:
        """The HTML to be stored."""
        self.taken = set(re.findall(rf' id="{OWN}([^"]*)"', html))
        return _TAG.sub(self._tag, html.replace(MARK, "")).replace(OWN, "")

    def _tag(self, match: re.Match[str]) -> str:
        tag, attributes = match[1], dict(_ATTRIBUTE.findall(match[2]))
        if not attributes.get("class", "x"):
            del attributes["class"]
        if "id" in attributes:
            self._id(attributes)
        if tag == "img":
            self._picture(attributes)
        if not is_player(unescape(attributes.get("data-embed", ""))):
            attributes.pop("data-embed", None)
        if "poster" in attributes and not is_internal(attributes["poster"]):
            del attributes["poster"]
        if tag == "a" and is_internal(attributes.get("href", "")):
            self._refer(unescape(attributes["href"]))
        for name in ("href", "src", "poster"):
            if is_internal(attributes.get(name, "")):
                attributes[name] = MARK + attributes[name]
        if "srcset" in attributes:
            attributes["srcset"] = _CANDIDATE.sub(_marked, attributes["srcset"])
        return "".join([f"<{tag}", *(f' {name}="{value}"' for name, value in attributes.items()), ">"])

    def _id(self, attributes: dict[str, str]) -> None:
        id_ = attributes.pop("id")
        if not self.keep_ids:
            return
        if id_.startswith(OWN):
            attributes["id"] = id_[len(OWN) :]
            self.own.add(attributes["id"])
        elif _ID.match(id_) and id_ not in self.taken and not is_reserved(id_):
            self.taken.add(id_)
            attributes["id"] = id_

    def _picture(self, attributes: dict[str, str]) -> None:
        source = attributes.get("src", "")
        if not is_internal(source):
            return
        picture = self.resolver.picture(_path(unescape(source))) if self.resolver else None
        if picture:
            if picture.width and picture.height and not {"width", "height"} & attributes.keys():
                attributes["width"], attributes["height"] = str(picture.width), str(picture.height)
            if not attributes.get("alt") and picture.alt:
                attributes["alt"] = escape(picture.alt)
        attributes.setdefault("alt", "")
        attributes.setdefault("loading", "lazy")
        attributes["decoding"] = "async"

    def _refer(self, href: str) -> None:
        subject_id = self.resolver.link(_path(href)) if self.resolver else None
        self.references[Reference(href, subject_id)] = None


def _path(url: str) -> str:
    return unquote(url.partition("#")[0].partition("?")[0], errors="replace")


def _marked(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}{MARK if is_internal(match[3]) else ''}{match[3]}"
