"""The essays say that a program which they print has been run, and that what stands under it is what it printed."""

import re
import runpy
from pathlib import Path

import pytest

from tests.demo.demo_site import texts

pytestmark = pytest.mark.unit

PRINTED = re.compile(
    r'^```python title="(\w+\.py)"[^\n]*\n(.*?)^```\n.*?^```console\n\$ python \1\n(.*?)^```', re.M | re.S
)
PROGRAMS = [found.groups() for text in texts() for found in PRINTED.finditer(text.body)]


@pytest.mark.parametrize(("name", "source", "output"), PROGRAMS, ids=[name for name, _, _ in PROGRAMS])
def test_a_program_prints_what_the_essay_says(
    name: str, source: str, output: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    file.write_text(source, encoding="utf-8")
    runpy.run_path(str(file))
    assert capsys.readouterr().out == output


def test_both_programs_are_found() -> None:
    assert [name for name, _, _ in PROGRAMS] == ["gears.py", "pendulum.py"]
