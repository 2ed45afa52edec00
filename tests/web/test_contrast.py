"""Contrast of all that is read, computed by a real Chromium from the style sheet, for the owner's every colour.

Chromium turns OKLCH into what a screen shows, with what lies outside of its gamut brought into it; the ratio is that of
WCAG 2.2 (relative luminance).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.sheets import declarations_of, rules_of
from westmarch.web.theme import DEFAULT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BODY, TEXT, SHAPE = 7.0, 4.5, 3.0

#: What is written in which colour on which grounds, and the contrast that it must have.
PAIRS: dict[tuple[str, str], float] = {}
for ground in ("paper", "sunken", "raised", "mark", "chosen", "c-line"):
    PAIRS["ink", ground] = BODY
for ground in ("paper", "sunken", "raised"):
    PAIRS |= {(name, ground): TEXT for name in ("ink-2", "ink-3", "accent", "good", "warn", "bad")}
    PAIRS["rule-2", ground] = SHAPE  # borders of fields and of keys
for name in ("word", "call", "said", "sum", "note"):
    PAIRS |= {(f"c-{name}", ground): TEXT for ground in ("sunken", "c-line")}
PAIRS |= {("ink-2", "c-line"): TEXT, ("bad", "c-line"): TEXT, ("accent", "mark"): TEXT, ("ink-2", "chosen"): TEXT}
PAIRS |= {("paper", ground): TEXT for ground in ("accent", "warn")}
PAIRS |= {("on-panel", ground): TEXT for ground in ("panel", "veil")}
#: Words and sign on a film lie on a shade over whatever picture there is: at worst a white one.
PAIRS["on-panel", "shade"] = TEXT
#: The ring around what has the focus.
RINGS = {("accent", ground): SHAPE for ground in ("paper", "sunken", "raised")} | {("on-panel", "veil"): SHAPE}

MEASURE = """
([pairs, owner, scheme]) => {
  const root = document.documentElement;
  root.style.setProperty("--owner", owner);
  root.dataset.scheme = scheme;
  const probe = document.body.appendChild(document.createElement("span"));
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const shown = (token) => {
    probe.style.color = `var(--${token})`;
    canvas.fillStyle = "#fff";
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = getComputedStyle(probe).color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const luminance = (token) => {
    const linear = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = shown(token).map((byte) => linear(byte / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratios = pairs.map(([one, other]) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  });
  probe.remove();
  return ratios;
}
"""

Pair = tuple[str, str]


@pytest.fixture(scope="module")
def page(browser: "Browser", demonstration: str) -> "Iterator[Page]":
    context = browser.new_context()
    page = context.new_page()
    page.goto(demonstration)
    yield page
    context.close()


def ratios(page: "Page", pairs: dict[Pair, float], owner: str, scheme: str) -> dict[Pair, float]:
    measured = page.evaluate(MEASURE, [[list(pair) for pair in pairs], owner, scheme])
    return dict(zip(pairs, measured, strict=True))


def failures(page: "Page", pairs: dict[Pair, float], owner: str, scheme: str) -> dict[Pair, float]:
    found = ratios(page, pairs, owner, scheme)
    return {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < pairs[pair]}


#: The program's own colour.
OWNER = "oklch(0.5 0.1 215)"
schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.mark.unit
def test_every_colour_of_text_and_every_ground_is_among_the_pairs() -> None:
    declarations = list(declarations_of(rules_of(DEFAULT / "static" / "theme.css")))
    screen = [each for each in declarations if not each.within("@media print") and not each.within("forced-colors")]
    inks = {name for each in screen if each.name in ("color", "fill") for name in each.variables}
    grounds = {name for each in screen if each.name in ("background", "background-color") for name in each.variables}
    tones = {name for each in screen if each.name == "--tone" for name in each.variables}
    assert (inks - {"--tone"}) | tones == {f"--{ink}" for ink, _ in PAIRS if ink != "rule-2"}
    assert {f"--{ground}" for _, ground in PAIRS} == grounds - {"--on-panel"}  # the sign on a film


@schemes
def test_all_that_is_read_has_contrast(page: "Page", scheme: str) -> None:
    assert failures(page, PAIRS, OWNER, scheme) == {}
    assert failures(page, RINGS, OWNER, scheme) == {}


@schemes
def test_those_who_ask_for_more_contrast_get_it(page: "Page", scheme: str) -> None:
    before = ratios(page, PAIRS, OWNER, scheme)
    page.emulate_media(contrast="more")
    try:
        after = ratios(page, PAIRS, OWNER, scheme)
    finally:
        page.emulate_media(contrast="no-preference")
    plain = [("ink", "paper"), ("ink-2", "paper"), ("ink-3", "paper"), ("accent", "paper"), ("ink-3", "sunken")]
    assert {pair: round(after[pair], 2) for pair in plain if after[pair] < max(BODY, before[pair])} == {}
    assert {pair: round(ratio, 2) for pair, ratio in after.items() if ratio < PAIRS[pair]} == {}


OWNED = {pair: ratio for pair, ratio in (PAIRS | RINGS).items() if {"accent", "chosen"} & set(pair)}


@given(owner=st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}"))
@settings(max_examples=200, deadline=None)
def test_any_colour_of_the_owner_is_legible_in_both_schemes(page: "Page", owner: str) -> None:
    for scheme in ("light", "dark"):
        assert failures(page, OWNED, owner, scheme) == {}, scheme


@pytest.mark.parametrize("owner", ["#000000", "#ffffff", "#ffff00", "#0000ff", "#00ff00", "#ff00ff", "#808080"])
def test_the_extremes_of_what_an_owner_may_choose_are_legible(page: "Page", owner: str) -> None:
    for scheme in ("light", "dark"):
        assert failures(page, OWNED, owner, scheme) == {}, scheme


@schemes
def test_two_owners_have_two_colours(page: "Page", scheme: str) -> None:
    """The correction takes the lightness, not the hue: what an owner chose can still be told from another's choice."""
    seen = []
    for owner in ("#c0392b", "#1f6f8b"):
        page.evaluate(MEASURE, [[], owner, scheme])
        page.evaluate("document.querySelector('h2').style.color = 'var(--accent)'")
        seen.append(page.evaluate("getComputedStyle(document.querySelector('h2')).color"))
    assert seen[0] != seen[1]
