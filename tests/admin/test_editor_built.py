"""The editor in the package is built of what is in the repository, and says of what."""

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from westmarch.admin import statics
from westmarch.web.assets import references

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "src/westmarch/admin/static/editor"
TEMPLATES = ROOT / "src/westmarch/admin/templates"
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


def test_nothing_is_fetched_that_is_not_in_it() -> None:
    wanted = json.loads((SOURCES / "package.json").read_text())["dependencies"]
    assert sorted(set(wanted) - set(RECORD["packages"])) == []


def named(template: str) -> set[str]:
    """The scripts that a template names, and all that those import."""
    found = set(re.findall(r"""asset\("([^"]+\.js)"\)""", template))
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        more = {each.target for each in references(name, statics.files()[name].body)} - found
        more = {each for each in more if each.endswith(".js")}
        found |= more
        waiting += more
    return found


def test_the_scripts_of_the_form_are_light() -> None:
    loaded = named((TEMPLATES / "posts/edit.html").read_text() + (TEMPLATES / "base.html").read_text())
    assert {"editor/editor.js", "writing/journal.js", "picking.js", "admin.js"} <= loaded
    size = sum(len(gzip.compress(statics.files()[name].body, 9)) for name in loaded)
    assert size <= WIRE, f"{size:,} bytes"


def test_the_editor_is_loaded_by_the_form_alone() -> None:
    found = {str(file.relative_to(TEMPLATES)): named(file.read_text()) for file in TEMPLATES.rglob("*.html")}
    assert [name for name, scripts in found.items() if "editor/editor.js" in scripts] == ["posts/edit.html"]
