"""The level of a script is said as checkers of HTML want it, and nothing else of a formula changes."""

import re

import pytest

from westmarch.text.formulas import mathml

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"x^{\begin{matrix}a\end{matrix}}", r'<mstyle [^>]*scriptlevel="0"><mtable>.*</mtable></mstyle>'),
        (r"\dfrac12", r'<mstyle displaystyle="true"><mfrac>.*</mfrac></mstyle>'),
        (r"\sum_{\begin{subarray}{c}a\end{subarray}}", r'<mstyle [^>]*scriptlevel="1"><mtable>.*</mtable></mstyle>'),
        (r"\scriptstyle a", r'<mstyle displaystyle="false" scriptlevel="1">.*</mstyle>'),
        (r"\begin{align}a&=b\end{align}", r'<math[^>]*>\s*<semantics>\s*<mtable displaystyle="true" class="m-wide">'),
    ],
    ids=["table", "fraction", "subarray", "row", "wide"],
)
def test_the_level_of_a_script_stands_on_mstyle_alone(source: str, expected: str) -> None:
    made = mathml(source, block=True)
    assert re.search(expected, made, re.DOTALL), made
    assert re.search(r"<(?!mstyle)\w+[^>]*scriptlevel", made) is None
    assert re.search(r"<m(?:row|frac|over|under)[^>]*displaystyle", made) is None


def test_tables_in_tables_are_closed_in_order() -> None:
    inner = r"\begin{matrix}a\end{matrix}"
    made = mathml(rf"\begin{{array}}{{c}}{inner}\\{{\scriptstyle {inner}}}\end{{array}}", block=True)
    open_: list[str] = []
    for end, name in re.findall(r"<(/?)(m\w+)", made):
        if not end:
            open_.append(name)
        else:
            assert open_.pop() == name
    assert open_ == []
    assert made.count("<mtable") == made.count("</mtable>") == 3
