"""The pictures of a mark: made in a process that may crash, or never end."""

import contextlib
import time

import pytest

from tests.web.test_mark import SQUARE, SVG
from westmarch.errors import Invalid
from westmarch.web import pictures as module
from westmarch.web.mark import checked
from westmarch.web.pictures import PICTURES, draw, pictures

#: Ten times ten times ten… squares, each level of which refers to the one below: 10^9 in 1,500 bytes.
USES = b"".join(
    b'<g id="g%d">%b</g>' % (level, b'<use xlink:href="#g%d"/>' % (level - 1) * 10) for level in range(1, 10)
)
NEVER_ENDS = SVG % (b'<defs><g id="g0"><rect width="1" height="1"/></g>%b</defs><use xlink:href="#g9"/>' % USES)


def test_pictures_are_made_by_a_process_of_its_own() -> None:
    made = pictures(checked(SQUARE, "#b00000"), "#ffffff")
    assert sorted(made) == sorted(PICTURES)
    assert made["icon-192.png"] == draw(SQUARE.decode(), 192)


@pytest.mark.parametrize(
    "svg",
    [
        NEVER_ENDS,
        SVG % b'<filter id="f"><feGaussianBlur stdDeviation="1e9"/></filter><path filter="url(#f)" d="M0 0h1e9v9z"/>',
        SVG % b'<path stroke="#000" stroke-dasharray="0.0000001" d="M0 0L1e7 1e7"/>',
        SVG
        % b'<pattern id="p" width="1e-9" height="1e-9"><path d="M0 0h9"/></pattern><path fill="url(#p)" d="M0 0h9v9"/>',
        SVG % b'<mask id="m" mask="url(#m)"><path d="M0 0h9v9z"/></mask><path mask="url(#m)" d="M0 0h32v9z"/>',
    ],
)
def test_a_mark_that_never_ends_or_crashes_costs_no_more_than_its_time(
    svg: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS", 2.0)
    began = time.monotonic()
    with contextlib.suppress(Invalid):
        assert pictures(checked(svg, "#b00000"), "#ffffff")["icon-192.png"].startswith(b"\x89PNG")
    assert time.monotonic() - began < 6


def test_a_process_that_never_answers_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 1.0)
    with pytest.raises(Invalid, match=r"longer than 1 s|ended the process"):
        pictures(checked(NEVER_ENDS, "#b00000"), "#ffffff")
