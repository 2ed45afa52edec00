"""The editor in the package is built of what is in the repository, and says of what."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from westmarch.admin import statics

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "src/westmarch/admin/static/editor"
SOURCES = ROOT / "assets/editor"
#: What the editor and all that works with it may weigh over the wire, in bytes.
WIRE = 250_000
RECORD: dict[str, Any] = json.loads((BUILT / "built.json").read_text())


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_files_are_those_that_were_built() -> None:
    found = {file.name: digest(file) for file in BUILT.iterdir() if file.name != "built.json"}
    assert found == RECORD["files"]


def test_the_editor_is_built_of_the_sources_as_they_are() -> None:
    names = ["build.js", "package.json", "package-lock.json"]
    names += [f"src/{file.name}" for file in sorted((SOURCES / "src").iterdir())]
    assert {name: digest(SOURCES / name) for name in names} == RECORD["sources"], "run: make assets"


def test_the_versions_are_those_that_are_locked() -> None:
    locked = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    wanted = json.loads((SOURCES / "package.json").read_text())
    for name, each in RECORD["packages"].items():
        assert locked[f"node_modules/{name}"]["version"] == each["version"]
    for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
        assert locked[f"node_modules/{name}"]["version"] == version, f"{name} is not exact"


def test_what_is_in_it_is_free_and_its_licences_come_with_it() -> None:
    licences = (BUILT / "licences.txt").read_text()
    for name, each in RECORD["packages"].items():
        assert each["license"] in ("MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0")
        assert f"{name} {each['version']} ({each['license']})" in licences
    assert licences.count("Permission is hereby granted") == len(RECORD["packages"])


def test_the_scripts_of_the_form_are_light() -> None:
    loaded = [name for name in statics.files() if name.startswith(("editor/", "writing/")) and name.endswith(".js")]
    size = sum(len(gzip.compress(statics.files()[name].body, 9)) for name in [*loaded, "writing.js", "picking.js"])
    assert size <= WIRE, f"{size:,} bytes"
