"""The allow-list that every text passes, whatever made its HTML: nh3 parses as browsers do and writes anew.

No `style`, no scripts, no `data-*` but our own (htmx would act on `data-hx-…`), classes from a list, no forms but a
dead check box, no media that load by themselves.
"""

import re
from functools import cache

import nh3
from pygments.lexers import get_all_lexers

from westmarch.text import attributes, callouts, code, formulas

SCHEMES = frozenset({"http", "https", "mailto", "tel", "sms", "xmpp", "irc", "ircs", "ftp", "geo"})
_MATHML = (
    "math annotation semantics maction menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts "
    "mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none"
)
_HTML = (
    "a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div "
    "dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img input ins kbd label li mark nav ol p picture "
    "pre q rp rt ruby s samp section small source span strong sub summary sup table tbody td tfoot th thead time tr "
    "track u ul var video wbr"
)
_CLASSES = (
    "anchor plain contents sub table n tasks callout callout-title fold code file lang highlight math math-source fn "
    "back footnotes embed video video-title video-host isbn book-card"
)
MATHML = frozenset(_MATHML.split())
TAGS = MATHML | frozenset(_HTML.split())
EVERYWHERE = frozenset({"id", "class", "lang", "dir", "title", "aria-label", "aria-labelledby", "aria-hidden"})
_CELL = frozenset({"colspan", "rowspan", "headers", "scope"})
_MEDIA = frozenset({"src", "controls", "loop", "muted", "preload"})
_SPACE = frozenset(
    {"lspace", "rspace", "stretchy", "symmetric", "minsize", "maxsize", "largeop", "movablelimits", "fence"}
)
ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "rel", "hreflang", "data-embed", "role"}),
    "audio": _MEDIA,
    "blockquote": frozenset({"cite"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "del": frozenset({"cite", "datetime"}),
    "details": frozenset({"open"}),
    "div": frozenset({"role", "tabindex"}),
    "img": frozenset({"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding"}),
    "input": frozenset({"type", "checked", "disabled"}),
    "ins": frozenset({"cite", "datetime"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"start", "reversed", "type"}),
    "pre": frozenset({"tabindex"}),
    "q": frozenset({"cite"}),
    "section": frozenset({"role"}),
    "source": frozenset({"src", "srcset", "sizes", "media", "type", "width", "height"}),
    "td": _CELL,
    "th": _CELL,
    "time": frozenset({"datetime"}),
    "track": frozenset({"src", "kind", "srclang", "label"}),
    "video": _MEDIA | {"poster", "width", "height"},
    "math": frozenset({"display"}),
    "annotation": frozenset({"encoding"}),
    "menclose": frozenset({"notation"}),
    "mfrac": frozenset({"linethickness", "displaystyle"}),
    "mi": frozenset({"mathvariant"}),
    "mo": _SPACE | {"form", "separator", "accent"},
    "mover": frozenset({"accent"}),
    "mpadded": frozenset({"width", "height", "depth", "lspace", "voffset"}),
    "mspace": frozenset({"width", "height", "depth", "linebreak"}),
    "mstyle": frozenset({"displaystyle", "scriptlevel"}),
    "mrow": frozenset({"displaystyle", "scriptlevel"}),
    "mtable": frozenset({"displaystyle", "scriptlevel", "columnalign"}),
    "mtd": frozenset({"columnspan", "rowspan"}),
    "munder": frozenset({"accentunder"}),
    "munderover": frozenset({"accent", "accentunder"}),
}
_VALUES = {
    "a": {"role": {"doc-noteref", "doc-backlink"}},
    "div": {"role": {"region", "group"}, "tabindex": {"0"}},
    "input": {"type": {"checkbox"}},
    "pre": {"tabindex": {"0"}},
    "section": {"role": {"doc-endnotes"}},
    "img": {"loading": {"lazy", "eager"}, "decoding": {"async"}},
}
_FORCED = {
    "input": {"type": "checkbox", "disabled": ""},
    "video": {"preload": "none"},
    "audio": {"preload": "none"},
}
CLASSES = attributes.CLASSES | frozenset(callouts.KINDS) | frozenset(_CLASSES.split())
"""Classes for any element; `span` may carry Pygments' too, `code` a language's, MathML those of formulas."""


DEEPEST_HTML = 2_000
"""nh3 is quadratic in the depth of elements: ten thousand take most of a second, this many some thirtieths."""
_OPENING_OR_CLOSING = re.compile(r"<(/?)[A-Za-z]")


@cache
def language_classes() -> frozenset[str]:
    """`language-…` for each name that Pygments knows a language by."""
    return frozenset(f"language-{alias}" for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)


def classes_of(tag: str) -> frozenset[str]:
    """The classes that may stand on an element."""
    if tag == "span":
        return CLASSES | code.CLASSES
    if tag == "code":
        return CLASSES | language_classes()
    return formulas.CLASSES if tag in MATHML else CLASSES


@cache
def _cleaner(lines: bool) -> nh3.Cleaner:
    allowed: dict[str, set[str]] = {"*": set(EVERYWHERE - {"class"}) | ({"data-line"} if lines else set())}
    for tag, names in ATTRIBUTES.items():
        allowed[tag] = set(names - _VALUES.get(tag, {}).keys())
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=allowed,
        allowed_classes={tag: set(classes_of(tag)) for tag in TAGS},
        tag_attribute_values=_VALUES,
        set_tag_attribute_values=_FORCED,
        url_schemes=set(SCHEMES),
        link_rel=None,
    )


def nesting(html: str) -> int:
    """How deep elements may be nested at most, where each tag that is not closed counts."""
    if html.count("<") - 2 * html.count("</") < DEEPEST_HTML // 4:
        return 0
    deepest = depth = 0
    for match in _OPENING_OR_CLOSING.finditer(html):
        depth += -1 if match[1] else 1
        deepest = max(deepest, depth)
    return deepest


def sanitize(html: str, *, lines: bool = False) -> str:
    """Safe HTML, well-formed: attributes in double quotes, `<`, `>` and `&` escaped everywhere else.

    With `lines` blocks may tell the line that they are made of, for a preview.
    """
    return _cleaner(lines).clean(html)
