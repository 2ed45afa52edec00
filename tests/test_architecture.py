"""What docs/architecture.md says of layers, columns and times is so."""

import re
from pathlib import Path

import pytest

from tests.test_layers import LAYERS
from westmarch.changes import actions as changes
from westmarch.changes.models import Change
from westmarch.db import database, engines
from westmarch.followers import follow, run
from westmarch.ops import schema

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
WORDS = {"two": 2, "four": 4, "five": 5, "seven": 7, "eight": 8}


def number(pattern: str) -> float:
    """The number that the text names at the place of the group, in digits or as a word."""
    found = re.search(pattern.replace(" ", r"\s+"), TEXT)
    assert found is not None, f"the text does not say {pattern!r}"
    return WORDS.get(found[1]) or float(found[1])


def test_the_drawing_has_the_layers_that_are_held() -> None:
    drawn: dict[int, set[str]] = {}
    layer = -1
    for line in re.findall(r"^[\d ] \|  .*\|", TEXT, re.MULTILINE):
        layer = int(line[0]) if line[0].isdigit() else layer
        drawn.setdefault(layer, set()).update(line[1:].split("|")[1].split())
    held = {level: {name for name in names if name != "__main__"} for level, (_, names) in enumerate(LAYERS)}
    assert drawn == held


def test_the_map_of_the_page_cache_names_each_of_its_files_once() -> None:
    map_ = TEXT.partition("### Where what is")[2].partition("\n## ")[0]
    named = re.findall(r"`(\w+\.py)`", " ".join(re.findall(r"^\| (`.*?) \|", map_, re.MULTILINE)))
    there = [path.name for path in (ROOT / "src" / "westmarch" / "pagecache").glob("*.py") if path.stem != "__init__"]
    assert sorted(named) == sorted(there)


def test_the_columns_of_the_log_are_described() -> None:
    table = TEXT.partition("## The change log")[2].partition("## Followers")[0]
    cells = " ".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))
    described = set(re.findall(r"`(\w+)`", cells))
    assert described == {column.name for column in Change.__table__.columns} - {"id"}


def test_numbers_are_those_of_the_code() -> None:
    assert number(r"reading one has (\w+) connections") == database.READERS
    assert number(r"READ COMMITTED`, (\w+) connections") == database.CONNECTIONS
    assert number(r"again from its start, (\w+) times at most") == database.TRIES
    assert number(r"waited for, (\w+) seconds at most") == engines.LOCK_TIMEOUT
    assert number(r"waited for (\w+) seconds at most \(`lock_timeout`\)") == engines.LOCK_TIMEOUT
    assert number(r"older than (\w+) days") == changes.KEPT.days
    assert number(r"has run for (\d+) days") == follow.FORGOTTEN.days
    assert number(r"for (\d+) seconds from when it last") == follow.LEASE.total_seconds()
    assert number(r"looked at every (\w+) seconds whatever") == run.INTERVAL["postgresql"]
    assert number(r"looked at every ([\d.]+) seconds\.") == run.INTERVAL["sqlite"]
    assert number(r"gathers for (\d+) ms") == run.GATHERING * 1000
    assert number(r"ever longer, (\w+) minutes at most") * 60 == run.LONGEST_REST


def test_the_copy_before_an_upgrade_is_named_as_said() -> None:
    assert "`westmarch-SCHEMA.db`" in TEXT
    assert schema.HEAD not in TEXT
