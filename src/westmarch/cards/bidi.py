"""The order in which the characters of a line stand: the Unicode Bidirectional Algorithm (UAX #9, Unicode 15).

It is that of a text of one paragraph without embeddings, overrides and isolates: a title has those taken out. No
library that was found tells levels, which shaping needs; the tests hold this against one that tells the order.
"""

import unicodedata
from collections.abc import Iterator, Sequence

#: Characters that open or close what the rest of this module does not know, and line ends.
EXPLICIT = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "B"})
#: Brackets that come in pairs and are found in titles (BidiBrackets.txt), closing ones by opening ones.
BRACKETS = dict(zip("([{༺༼᚛⁅⟦⟨⟪⟬⟮⌈⌊《「『【〔〖〈（［｛", ")]}༻༽᚜⁆⟧⟩⟫⟭⟯⌉⌋》」』】〕〗〉）］｝", strict=True))
_CLOSING = frozenset(BRACKETS.values())
_DEEPEST = 63
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})


def levels(text: str, *, rtl: bool) -> list[int]:
    """The embedding level of each character, in a paragraph that runs from right to left or not; odd is leftwards."""
    outer = "R" if rtl else "L"
    original = [unicodedata.bidirectional(character) or "L" for character in text]
    types = _weak(original, outer)
    _brackets(text, original, types, outer)
    _neutral(types, outer)
    base = int(rtl)
    return [base + _above(kind, rtl=rtl) for kind in types]


def _above(kind: str, *, rtl: bool) -> int:
    """How far a resolved type lies above its paragraph (rules I1 and I2)."""
    if rtl:
        return 0 if kind == "R" else 1
    return {"L": 0, "R": 1}.get(kind, 2)


def _weak(original: Sequence[str], outer: str) -> list[str]:
    """Numbers, marks and what stands between numbers (rules W1 to W7)."""
    types = list(original)
    for index, kind in enumerate(types):
        if kind in ("NSM", "BN"):
            types[index] = types[index - 1] if index else outer
    strong = outer
    for index, kind in enumerate(types):
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            types[index] = "AN"
    types = ["R" if kind == "AL" else kind for kind in types]
    for index in range(1, len(types) - 1):
        before, kind, after = types[index - 1 : index + 2]
        if before == after and ((kind == "CS" and before in ("EN", "AN")) or (kind == "ES" and before == "EN")):
            types[index] = before
    _terminators(types)
    strong = outer
    for index, kind in enumerate(types):
        if kind in ("ES", "ET", "CS"):
            types[index] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            types[index] = "L"
    return types


def _terminators(types: list[str]) -> None:
    """Signs such as % and € go with the number beside them (rule W5)."""
    for start, end in _stretches(types, frozenset({"ET"})):
        beside = (types[start - 1] if start else "", types[end] if end < len(types) else "")
        if "EN" in beside:
            types[start:end] = ["EN"] * (end - start)


def _stretches(types: Sequence[str], kinds: frozenset[str]) -> Iterator[tuple[int, int]]:
    start = None
    for index, kind in enumerate([*types, ""]):
        if kind in kinds:
            start = index if start is None else start
        elif start is not None:
            yield start, index
            start = None


def _strong(kind: str) -> str:
    """The direction that a resolved type counts as for what stands beside it: numbers count as leftwards."""
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(kind, "")


def _brackets(text: str, original: Sequence[str], types: list[str], outer: str) -> None:
    """Both brackets of a pair get one direction (rule N0)."""
    for opening, closing in _pairs(text, types):
        inside = {_strong(kind) for kind in types[opening + 1 : closing]} - {""}
        if not inside:
            continue
        found = outer
        if outer not in inside:
            before = (_strong(kind) for kind in reversed(types[:opening]))
            found = next(filter(None, before), outer)
        for place in (opening, closing):
            types[place] = found
            for index in range(place + 1, len(types)):
                if original[index] not in ("NSM", "BN"):
                    break
                types[index] = found


def _pairs(text: str, types: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of brackets by the place of the opening one (definition BD16)."""
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for index, character in enumerate(text):
        if types[index] != "ON":
            continue
        if character in BRACKETS:
            if len(waiting) == _DEEPEST:
                return []
            waiting.append((BRACKETS[character], index))
        elif character in _CLOSING:
            for depth in range(len(waiting) - 1, -1, -1):
                if waiting[depth][0] == character:
                    pairs.append((waiting[depth][1], index))
                    del waiting[depth:]
                    break
    return sorted(pairs)


def _neutral(types: list[str], outer: str) -> None:
    """Spaces and signs take the direction on both of their sides, else that of the paragraph (rules N1 and N2)."""
    for start, end in _stretches(types, _NEUTRAL):
        before = _strong(types[start - 1]) if start else outer
        after = _strong(types[end]) if end < len(types) else outer
        types[start:end] = [before if before == after else outer] * (end - start)


def visual(line: Sequence[int]) -> list[int]:
    """The places of a line's characters from left to right, by their levels (rule L2)."""
    order = list(range(len(line)))
    lowest_odd = min((level for level in line if level % 2), default=0)
    for level in range(max(line, default=0), lowest_odd - 1 if lowest_odd else 0, -1):
        start = None
        for index in range(len(order) + 1):
            high = index < len(order) and line[order[index]] >= level
            if high and start is None:
                start = index
            elif not high and start is not None:
                order[start:index] = reversed(order[start:index])
                start = None
    return order
