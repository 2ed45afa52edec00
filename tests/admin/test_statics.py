"""The scripts of the admin import each other by their versions."""

import re

import pytest

from westmarch.admin import statics

pytestmark = pytest.mark.unit


def test_each_import_names_the_version_of_what_it_imports() -> None:
    body = statics.files()["writing/editor.js"].body.decode()
    assert f'"./text.js?v={statics.files()["writing/text.js"].version}"' in body
    assert f'"../picking.js?v={statics.files()["picking.js"].version}"' in body
    assert f'"../editor/editor.js?v={statics.files()["editor/editor.js"].version}"' in body


def test_no_script_of_the_admin_is_imported_without_its_version() -> None:
    for name, file in statics.files().items():
        if name.endswith(".js") and not name.startswith("editor/"):
            bare = re.findall(r'\b(?:from|import)\s*\(?\s*"(\.[^"?]*)"', file.body.decode())
            assert not bare, name
