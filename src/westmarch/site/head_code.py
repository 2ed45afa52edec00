"""Code for the head of pages, as an owner may set it: what may stand there, and what may not."""

import re

#: An attribute of HTML (13.1.2.3). No group gives back what it took, so the time is linear.
_ATTRIBUTE = r"""(?>\s++[A-Za-z][\w:.-]*+(?>\s*+=\s*+(?>"[^"<>]*+"|'[^'<>]*+'|[^\s"'=<>`]++))?+)"""
_PIECE = re.compile(
    rf"""\s++
    | <!--(?!-?>)(?>[^<>-]++|-(?!->))*+-->
    | <(?P<void>meta|link)(?P<attributes>{_ATTRIBUTE}*+)\s*+/?+>
    | <script{_ATTRIBUTE}*+\s*+>(?>[^<]++|<(?!/|!--|script))*+</script\s*+>
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HTTP_EQUIV = re.compile(r"\shttp-equiv\b", re.IGNORECASE)


def fault(code: str) -> str:
    """What is wrong with the code: empty where it is nothing but whole `meta`, `link`, `script` and comments.

    Anything else would end the head, or swallow what stands behind it.
    """
    place = 0
    while place < len(code):
        piece = _PIECE.match(code, place)
        if piece is None:
            line = code.count("\n", 0, place) + 1
            shown = code[place : place + 40].split("\n")[0]
            return f"line {line}: {shown!r} is no whole meta, link, script or comment"
        if piece["void"] and _HTTP_EQUIV.search(piece["attributes"]):
            return f"line {code.count(chr(10), 0, place) + 1}: http-equiv is for servers; a header says the same"
        place = piece.end()
    return ""
