"""The fonts of the default theme: shipped with their licence, and the very files whose source is told."""

import hashlib
import re

import pytest

from tests.web.sheets import declarations_of, rules_of
from westmarch.web.theme import DEFAULT

pytestmark = pytest.mark.unit
FONTS = DEFAULT / "static" / "fonts"


def test_every_font_is_the_file_whose_source_is_told() -> None:
    source = (FONTS / "SOURCE.txt").read_text(encoding="utf-8")
    told = {name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", source, re.MULTILINE)}
    assert told == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.woff2")}
    assert re.search(r"^Literata \d+\.\d+", source)
    assert re.search(r"npm package \S+ \d+\.\d+\.\d+", source)


def test_the_licence_lies_beside_the_fonts() -> None:
    licence = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert re.search(r"^Copyright \d{4} The Literata Project Authors", licence)


@pytest.mark.slow
def test_every_face_swaps_and_names_a_font_that_is_there() -> None:
    faces = [
        {each.name: each.text for each in declarations_of([rule])}
        for rule in rules_of(DEFAULT / "static" / "theme.css")
        if rule.type == "at-rule" and rule.at_keyword == "font-face"
    ]
    shipped = [face for face in faces if "url(" in face["src"]]
    assert {name for face in shipped for name in re.findall(r'url\("fonts/([^"]+)"\)', face["src"])} == {
        path.name for path in FONTS.glob("*.woff2")
    }
    assert {face["font-display"] for face in shipped} == {"swap"}
    assert all("unicode-range" in face for face in shipped)
    stand_ins = [face for face in faces if "local(" in face["src"]]
    assert len(stand_ins) >= 3
    assert all({"size-adjust", "ascent-override", "descent-override"} <= face.keys() for face in stand_ins)
