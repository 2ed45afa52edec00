"""The theme: hashed static files, overrides, templates."""

import re
from pathlib import Path

import pytest

from westmarch.web.theme import DEFAULT, Theme

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def theme() -> Theme:
    return Theme()


def test_every_reference_of_the_style_sheet_is_hashed_and_there(theme: Theme) -> None:
    found = theme.find(theme.asset("theme.css").removeprefix("/static/"))
    assert found is not None
    references = re.findall(rb'url\("([^"]+)"\)', found[0].body)
    assert references
    for reference in references:
        named = theme.find(reference.decode())
        assert named is not None
        assert named[1], reference


def test_another_version_of_a_file_gets_the_current_one(theme: Theme) -> None:
    address = theme.asset("scheme.js").removeprefix("/static/")
    current = theme.find(address)
    other = theme.find(re.sub(r"\.[0-9a-f]{8}\.", ".00000000.", address))
    assert current is not None
    assert other is not None
    assert (current[0], current[1], other[1]) == (other[0], True, False)
    assert theme.find("nothing.00000000.js") is None
    assert theme.find("../base.html") is None


def test_the_accent_has_a_sheet_of_its_own(theme: Theme) -> None:
    found = theme.find(theme.accent("#AA00ff").removeprefix("/static/"))
    assert found is not None
    assert found[0].body == b":root { --owner: #aa00ff; }\n"
    assert theme.find("accent.red;}.css") is None


def test_a_site_replaces_single_files_by_name(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "icon.svg").write_text("<svg/>")
    (tmp_path / "error.html").write_text("own {{ code }}")
    theme = Theme(tmp_path)
    found = theme.find(theme.asset("icon.svg").removeprefix("/static/"))
    assert found is not None
    assert found[0].body == b"<svg/>"
    assert theme.templates.get_template("error.html").render(code=404) == "own 404"
    assert theme.asset("theme.css") == Theme().asset("theme.css")


@pytest.mark.slow
def test_every_template_compiles_and_none_has_style_or_script_of_its_own(theme: Theme) -> None:
    names = theme.templates.list_templates(extensions=["html", "xml"])
    assert names
    for name in names:
        theme.templates.get_template(name)
        source = (DEFAULT / name).read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>|\|\s*safe", source), name
