"""The style sheet of the default theme: logical properties, colours by name, layers, and faces for each script."""

import re
from typing import Any

import pytest

from tests.web.sheets import Declaration, declarations_of, rules_of, written
from westmarch.web.theme import DEFAULT

pytestmark = pytest.mark.unit

SHEET = DEFAULT / "static" / "theme.css"
LAYERS = ["tokens", "base", "frame", "lists", "post", "prose", "parts", "pages", "languages", "preferences", "print"]

SIDES = ("top", "right", "bottom", "left")
#: Properties that name a side or an axis of the window, for each of which there is one of the text.
PHYSICAL = frozenset(
    {"width", "height", "min-width", "max-width", "min-height", "max-height", *SIDES}
    | {
        f"{name}-{side}"
        for name in ("margin", "padding", "border", "scroll-margin", "scroll-padding")
        for side in SIDES
    }
    | {f"border-{side}-{trait}" for side in SIDES for trait in ("color", "style", "width")}
    | {f"border-{block}-{inline}-radius" for block in ("top", "bottom") for inline in ("left", "right")}
    | {"overflow-x-reverse", "contain-intrinsic-width", "contain-intrinsic-height"}
)
#: Values that name a side where one may say start or end.
SIDED = {name: {"left", "right"} for name in ("text-align", "float", "clear", "justify-content", "justify-items")}
SIDED |= {"caption-side": {"left", "right"}, "resize": {"horizontal", "vertical"} - {"vertical"}}
#: With four values these name the sides of the window: the second and the fourth must be the same.
FOUR = {"margin", "padding", "inset", "border-width", "border-style", "border-color", "scroll-padding"}
#: Colours of the reader's own choice, and none.
SYSTEM = {"canvas", "canvastext", "buttontext", "highlight", "highlighttext", "mark", "marktext"}
FUNCTIONS = {"rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color"}
NAMES = frozenset(
    re.findall(
        r"\w+",
        "black white red green blue gray grey silver maroon purple fuchsia lime olive yellow navy teal aqua gold "
        "orange beige brown crimson indigo ivory khaki lavender magenta cyan pink plum salmon tan tomato violet wheat",
    )
)


@pytest.fixture(scope="module")
def sheet() -> list[Any]:
    return rules_of(SHEET)


@pytest.fixture(scope="module")
def declarations(sheet: list[Any]) -> list[Declaration]:
    found = list(declarations_of(sheet))
    assert len(found) > 900
    return found


def test_no_property_names_a_side_of_the_window(declarations: list[Declaration]) -> None:
    assert [str(each) for each in declarations if each.name in PHYSICAL] == []


def test_no_value_names_a_side_where_the_text_has_one(declarations: list[Declaration]) -> None:
    assert [str(each) for each in declarations if set(each.text.split()) & SIDED.get(each.name, set())] == []
    four = [each for each in declarations if each.name in FOUR and len(each.values) == 4]
    assert [str(each) for each in four if each.values[1] != each.values[3]] == []


def test_colours_are_named_once_as_tokens(declarations: list[Declaration]) -> None:
    strays = []
    for each in declarations:
        if each.name.startswith("--") or each.within("forced-colors"):
            continue
        for token in each.all_tokens:
            named = token.type == "ident" and token.lower_value in NAMES
            made = token.type == "function" and token.lower_name in FUNCTIONS
            if named or made or token.type == "hash":
                strays.append(str(each))
    assert strays == []


def test_tokens_are_in_oklch(declarations: list[Declaration]) -> None:
    colours = [each for each in declarations if each.name.startswith("--") and "light-dark(" in each.text]
    assert len(colours) > 20
    assert [str(each) for each in colours if not re.search(r"oklch\(|var\(", each.text)] == []
    assert [str(each) for each in declarations for token in each.all_tokens if token.type == "hash"] == []


def test_colours_of_the_system_stand_where_colours_are_forced(declarations: list[Declaration]) -> None:
    loose = [
        str(each)
        for each in declarations
        for token in each.all_tokens
        if token.type == "ident" and token.lower_value in SYSTEM and not each.within("forced-colors")
    ]
    assert loose == []


def test_nothing_is_important_but_that_what_is_hidden_stays_so(declarations: list[Declaration]) -> None:
    assert [each.selector for each in declarations if each.important] == ["[hidden]"]


def test_all_rules_are_in_the_layers_that_are_named_first(sheet: list[Any]) -> None:
    at_rules = [(node.at_keyword, written(node)) for node in sheet if node.type == "at-rule"]
    order = next(prelude for keyword, prelude in at_rules if keyword == "layer")
    assert [name.strip() for name in order.split(",")] == LAYERS
    assert {prelude for keyword, prelude in at_rules if keyword == "layer"} - {order} == set(LAYERS)
    assert {keyword for keyword, _ in at_rules} == {"charset", "layer", "font-face"}
    assert [node for node in sheet if node.type == "qualified-rule"] == []


def test_every_token_that_is_used_is_set_and_every_one_that_is_set_is_used(declarations: list[Declaration]) -> None:
    used = {name for each in declarations for name in each.variables}
    assert used == {each.name for each in declarations if each.name.startswith("--")}


def test_every_script_has_faces_of_its_own(declarations: list[Declaration]) -> None:
    faces = {
        language
        for each in declarations
        if each.name == "--serif"
        for language in re.findall(r":lang\(([\w-]+)\)", each.selector)
    }
    assert faces >= {"zh", "zh-Hant", "ja", "ko", "ar", "fa", "ur", "he", "hi", "th", "ru", "el"}


def test_letters_that_are_joined_are_never_spaced(declarations: list[Declaration]) -> None:
    unspaced = [each for each in declarations if each.name == "letter-spacing" and "@layer languages" in each.around]
    assert [each.text for each in unspaced] == ["0"]
    for language in ("ar", "fa", "ur", "zh", "ja", "ko"):
        assert f":lang({language})" in unspaced[0].selector
    later = LAYERS[LAYERS.index("languages") + 1 : -1]
    assert [str(each) for each in declarations if each.name == "letter-spacing" and set(each.around) & set(later)] == []


@pytest.mark.parametrize(
    "query",
    ["prefers-reduced-motion: no-preference", "prefers-contrast: more", "forced-colors: active", "pointer: coarse"],
)
def test_what_readers_prefer_is_asked_for(declarations: list[Declaration], query: str) -> None:
    assert any(each.within(query) for each in declarations)


def test_nothing_moves_unless_motion_is_welcome(declarations: list[Declaration]) -> None:
    moving = [
        each
        for each in declarations
        if re.match("transition|animation|scroll-behavior|navigation", each.name)
        and not each.within("prefers-reduced-motion: no-preference")
    ]
    assert [str(each) for each in moving] == []
