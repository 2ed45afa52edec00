"""The page on importing says what the program does."""

import inspect
import json
import re
from pathlib import Path

import pytest

from westmarch.cli.import_ import import_markdown
from westmarch.transfer.blogs import MARKDOWN
from westmarch.transfer.report import FATES, FileRow, Report

pytestmark = pytest.mark.unit

PAGE = (Path(__file__).parent.parent.parent / "docs" / "importing.md").read_text()


def test_every_option_fate_and_ending_is_named() -> None:
    assert {"program", "permalink", "dry_run", "report", "check", "as_json"} < set(
        inspect.signature(import_markdown).parameters
    )
    for option in ("--from", "--permalink", "--dry-run", "--report", "--check", "--json"):
        assert f"`{option}" in PAGE or f" {option}" in PAGE, option
    for fate in FATES:
        assert f"| `{fate}` |" in PAGE, fate
    endings = re.search(r"^Markdown is what ends in .*", PAGE, re.MULTILINE)
    assert endings is not None
    assert {ending.lower() for ending in re.findall(r"`(\.[A-Za-z]+)`", endings[0])} == MARKDOWN


def test_the_example_of_a_report_has_the_shape_of_one() -> None:
    example = re.search(r"^## The report$.*?```json\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    assert example is not None
    shown = json.loads(example[1])
    report = Report()
    report.file.seek(0)
    assert set(shown) == set(json.load(report.file))
    assert set(shown["files"][0]) == set(FileRow(path="", kind="post", fate="imported").as_json())
    assert list(shown["counts"]) == list(FATES)


def test_every_tag_that_is_converted_is_named() -> None:
    from westmarch.transfer import hexo_tags, liquid

    sources = inspect.getsource(liquid) + inspect.getsource(hexo_tags)
    for name in re.findall(r"\"(\w+)\": (?:liquid|tags|self)\.(?!page)\w+", sources):
        assert f"`{name}`" in PAGE, name
