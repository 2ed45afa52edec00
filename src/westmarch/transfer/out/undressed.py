"""HTML for other programs: without what only this site's theme knows to show."""

import re

_ANCHOR = re.compile(r"\s*<a class=\"anchor plain\"[^<>]*>#</a>")
# As `westmarch.text.code` writes it.
_CODE = re.compile(
    r"<figure class=\"code\"[^<>]*>(?:<figcaption>(?P<caption>(?:(?!</figcaption>).)*)</figcaption>)?"
    r"<pre[^<>]*>(?P<code>(?:(?!</pre>).)*)</pre></figure>",
    re.DOTALL,
)
_FILE = re.compile(r"<span class=\"file\">([^<>]*)</span>")
_SPAN = re.compile(r"</?span\b[^<>]*>")
_PRE = re.compile(r"(<pre\b(?:(?!</pre>).)*</pre>)", re.DOTALL)
#: Ends of lines within a paragraph, which WordPress would show as `<br>`.
_SOFT = re.compile(
    r"(<br>)\n|(?<!</p>)(?<!</pre>)(?<!</[hou][123456l]>)(?<!</li>)(?<!</blockquote>)(?<!</figure>)(?<!</table>)\n(?=.)"
)


def undressed(html: str) -> str:
    """The HTML of a text without links of headings to themselves, and with code as text, not as coloured pieces.

    A line ends only behind a block, or in code.
    """
    pieces = _PRE.split(_CODE.sub(_code, _ANCHOR.sub("", html)))
    return "".join(piece if number % 2 else _SOFT.sub(_joined, piece) for number, piece in enumerate(pieces))


def _joined(found: re.Match[str]) -> str:
    return found[1] or " "


def _code(found: re.Match[str]) -> str:
    file = _FILE.search(found["caption"] or "")
    named = f"<p><code>{file[1]}</code></p>\n" if file else ""
    return f"{named}<pre>{_SPAN.sub('', found['code'])}</pre>"
