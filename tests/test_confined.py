"""Work in a process of its own."""

import subprocess

import pytest

from westmarch import confined
from westmarch.errors import Invalid

pytestmark = pytest.mark.unit


def test_what_ends_the_process_is_told_and_costs_nothing_else() -> None:
    with pytest.raises(Invalid, match="it ended the process"):
        confined.ask("westmarch.text.worker", {"neither": "text", "nor": "language"}, seconds=10)


def test_what_takes_too_long_is_told_with_the_time() -> None:
    with pytest.raises(Invalid, match=r"longer than 0\.01 s"):
        confined.ask("westmarch.text.worker", {"text": "a", "language": "en"}, seconds=0.01)


def test_a_process_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_arguments: object, **_named: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "run", none_left)
    with pytest.raises(Invalid, match="no process could be started"):
        confined.ask("westmarch.text.worker", {}, seconds=10)


def test_the_answer_is_what_the_module_made() -> None:
    made = confined.ask("westmarch.text.worker", {"text": "*a* → ñ", "language": "en"}, seconds=10)
    assert "<em>a</em> → ñ" in str(made)
