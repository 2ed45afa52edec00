"""A picture alone in its paragraph is a figure; its title is the caption."""

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_WIDTHS = ("wide", "full")


def install(md: MarkdownIt) -> None:
    """Add the rule to a parser."""
    md.core.ruler.after("footnote_tail", "figures", _figures)


def _figures(state: StateCore) -> None:
    inside = 0
    result: list[Token] = []
    for index, token in enumerate(state.tokens):
        if token.tag == "figure":
            inside += token.nesting
        if token.type != "paragraph_open" or token.hidden or inside:
            result.append(token)
            continue
        inline = state.tokens[index + 1]
        picture = _alone(inline.children or [])
        if picture is None:
            result.append(token)
            continue
        closing = state.tokens[index + 2]
        token.type, token.tag = "figure_open", "figure"
        closing.type, closing.tag = "figure_close", "figure"
        inside += 1  # its closing token is met as a figure's in its turn
        _move_width(picture, token)
        result.append(token)
        caption = str(picture.attrs.pop("title", "")).strip()
        if caption:
            closing.meta = {"caption": _caption(caption, token, state)}
    state.tokens = []
    for token in result:
        state.tokens += token.meta.pop("caption", []) if token.type == "figure_close" else []
        state.tokens.append(token)


def _alone(children: list[Token]) -> Token | None:
    """The picture, if there is nothing but it, or it and a link around it."""
    if len(children) == 1 and children[0].type == "image":
        return children[0]
    kinds = [token.type for token in children]
    return children[1] if kinds == ["link_open", "image", "link_close"] else None


def _move_width(picture: Token, figure: Token) -> None:
    classes = str(picture.attrs.get("class", "")).split()
    if widths := [name for name in classes if name in _WIDTHS]:
        figure.attrJoin("class", " ".join(widths))
    rest = " ".join(name for name in classes if name not in _WIDTHS)
    if rest:
        picture.attrs["class"] = rest
    else:
        picture.attrs.pop("class", None)


def _caption(text: str, figure: Token, state: StateCore) -> list[Token]:
    inline = Token("inline", "", 0, content=text, level=figure.level + 2, map=figure.map)
    inline.children = state.md.inline.parse(text, state.md, state.env, [])
    return [
        Token("figcaption_open", "figcaption", 1, block=True, level=figure.level + 1),
        inline,
        Token("figcaption_close", "figcaption", -1, block=True, level=figure.level + 1),
    ]
