"""Which font is taken: by what it covers, the owner's before the machine's."""

import logging
import shutil
from pathlib import Path

import pytest

from westmarch.cards import fonts as module
from westmarch.cards.fonts import LITERATA, Fonts, folders, script

pytestmark = pytest.mark.unit


def test_scripts_are_those_of_unicode() -> None:
    assert [script(letter) for letter in "aя潮かא1،"] == ["Latn", "Cyrl", "Hani", "Hira", "Hebr", "", ""]


def test_a_font_of_the_owner_comes_first(tmp_path: Path) -> None:
    own, machine = tmp_path / "own", tmp_path / "machine"
    for folder, name in ((own, "Plain.ttf"), (machine, "NotoSerif-Bold.ttf")):
        folder.mkdir()
        shutil.copy(LITERATA, folder / name)
    found = Fonts((own, machine))
    chosen = found.fit("ab", "Xxxx", "en")  # no script of Literata, so that the folders are asked
    assert chosen is found._open[own / "Plain.ttf", ""]


def test_a_serif_and_a_bold_one_come_before_others(tmp_path: Path) -> None:
    for name in ("A-Italic.ttf", "B.ttf", "C-Bold.ttf", "D-Serif.ttf", "E-Serif-Bold.ttf", "F-Mono.ttf"):
        shutil.copy(LITERATA, tmp_path / name)
    found = Fonts((tmp_path / "none", tmp_path))
    found.fit("ab", "Xxxx", "en")
    assert [file.name for file in found._files or ()][:4] == ["E-Serif-Bold.ttf", "D-Serif.ttf", "C-Bold.ttf", "B.ttf"]


@pytest.mark.parametrize("content", [b"", b"no font", b"\x00\x01\x00\x00" + b"\xff" * 200, b"wOF2" + b"\0" * 90])
def test_a_broken_font_is_passed_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.ttf").write_bytes(content)
    shutil.copy(LITERATA, tmp_path / "whole.ttf")
    found = Fonts((tmp_path,))
    assert found.fit("ab", "Xxxx", "en") is found._open[tmp_path / "whole.ttf", ""]


def test_a_font_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "gone.ttf").symlink_to(tmp_path / "nowhere.ttf")
    assert Fonts((tmp_path,)).fit("ab", "Xxxx", "en") is None


def test_no_more_files_are_looked_at_than_are_meant_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 3)
    for number in range(5):
        (tmp_path / f"{number}.ttf").touch()
    with caplog.at_level(logging.WARNING):
        assert Fonts((tmp_path,)).fit("ab", "Xxxx", "en") is None
    assert "More than 3 files" in caplog.text


def test_the_folders_of_the_owner_and_of_the_system_are_known(tmp_path: Path) -> None:
    assert folders(tmp_path)[0] == tmp_path
    assert len(folders()) == len(folders(tmp_path)) - 1 >= 2
