"""What stands in `westmarch.json` besides the texts."""

import json
from pathlib import Path

import pytest

from westmarch.errors import Invalid
from westmarch.transfer import our_catalogue
from westmarch.transfer.out.catalogue import FORMAT, NAME

pytestmark = pytest.mark.unit


def written(folder: Path, description: str) -> Path:
    tag = {"name": "A", "slug": "a", "path": "/tags/a/", "description": description}
    (folder / NAME).write_text(json.dumps({"format": FORMAT, "tags": [tag]}))
    return folder


def test_a_zero_byte_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="holds a zero byte"):
        our_catalogue.of(written(tmp_path, "a\\\x00b"))


def test_a_text_that_only_tells_how_json_writes_one_comes_in(tmp_path: Path) -> None:
    found = our_catalogue.of(written(tmp_path, r"written \u0000 or \\u0000"))
    assert found is not None
    assert found.tags[0].description == r"written \u0000 or \\u0000"
