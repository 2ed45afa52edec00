"""What is no whole backup is refused, whatever it is."""

import errno
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.backup.backups import contents
from westmarch.backup import archive
from westmarch.backup.archive import Writer
from westmarch.backup.zstd import ZstdFile
from westmarch.errors import Conflict, Invalid, Unavailable

pytestmark = pytest.mark.unit

MEMBERS = {
    "backup.json": b'{"format": 1}',
    "rows/post/000001.jsonl": b'[1, "a title"]\n' * 500,
    "site/theme/static/own.css": b"/* of my own */",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small backup."""
    path = tmp_path / "one.tar.zst"
    with archive.whole(path) as stream, Writer(stream, path) as writer:
        for name, content in MEMBERS.items():
            writer.add(name, content)
        writer.close({"tables": {}})
    return path


def packed(path: Path, *entries: tuple[tarfile.TarInfo, bytes]) -> Path:
    """An archive that no program of ours makes."""
    with ZstdFile(path, "w") as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
        for entry, content in entries:
            entry.size = len(content)
            tar.addfile(entry, BytesIO(content))
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type = kind
    made.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
    return made


def test_a_backup_gives_its_members_back(file: Path) -> None:
    found = contents(file)
    assert {name: found[name] for name in MEMBERS} == MEMBERS
    assert list(found)[-1] == archive.MANIFEST


def test_usual_programs_read_it(file: Path) -> None:
    with ZstdFile(file) as stream, tarfile.open(fileobj=stream) as tar:
        assert tar.getnames() == [*MEMBERS, archive.MANIFEST]


def test_a_backup_that_is_cut_off_anywhere_is_refused(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    cut = tmp_path / "cut.tar.zst"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises(Invalid):
            contents(cut)


def test_a_backup_with_any_byte_changed_is_refused_unless_it_means_the_same(file: Path, tmp_path: Path) -> None:
    as_made, refused = contents(file), 0
    whole = bytearray(file.read_bytes())
    changed = tmp_path / "changed.tar.zst"
    for place in range(len(whole)):
        whole[place] ^= 0x10
        changed.write_bytes(whole)
        whole[place] ^= 0x10
        try:
            # A bit that zstd ignores, or another place of the same bytes earlier on.
            assert contents(changed) == as_made
        except Invalid:
            refused += 1
    assert refused > 0.9 * len(whole)


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/passwd",
        "site/theme/../../outside",
        "site/theme//a",
        "site/theme/.",
        "site/.env",
        "media/../westmarch.toml",
        "rows/post/../../x.jsonl",
        "rows/Post/1.jsonl",
        "other",
    ],
)
def test_a_name_that_no_backup_has_is_refused(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path / "hostile.tar.zst", (entry("backup.json"), b"{}"), (entry(name), b"x"))
    with pytest.raises(Invalid, match="which no backup has"):
        contents(path)


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.DIRTYPE,
        tarfile.FIFOTYPE,
        tarfile.CHRTYPE,
        tarfile.GNUTYPE_SPARSE,
    ],
)
def test_what_is_no_plain_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    path = packed(tmp_path / "hostile.tar.zst", (entry("site/theme/a", kind), b""))
    with pytest.raises(Invalid):
        contents(path)


def test_a_member_that_comes_twice_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "twice.tar.zst", (entry("site/theme/a"), b"1"), (entry("site/theme/a"), b"2"))
    with pytest.raises(Invalid, match="which no backup has"):
        contents(path)


def test_a_member_of_rows_that_is_too_long_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LONGEST", 1_000)
    with file.open("rb") as stream:
        found = archive.members(stream, file)
        assert next(found).content()
        with pytest.raises(Invalid, match="longer than any part"):
            next(found).content()


def test_facts_that_are_too_long_are_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LONGEST_FACTS", 1_000)
    path = packed(tmp_path / "long.tar.zst", (entry(archive.MANIFEST), b"[" * 1_001))
    with pytest.raises(Invalid, match="longer than any part"):
        contents(path)


@pytest.mark.parametrize("content", [b"", b"no archive at all", b"\x28\xb5\x2f\xfd" + b"\0" * 50])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.tar.zst"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        contents(path)


def test_another_form_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "new.tar.zst", (entry("backup.json"), b'{"format": 2}'))
    with path.open("rb") as stream, pytest.raises(Invalid, match="which this version cannot read"):
        archive.header(next(archive.members(stream, path)), path)


def test_a_disk_that_is_full_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.tar.zst"

    class Full(BytesIO):
        def write(self, _content: object, /) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def write() -> None:
        with archive.whole(path), Writer(Full(), path) as writer:
            writer.add("site/theme/large", b"x" * 10)
            writer.close({})

    with pytest.raises(Unavailable, match="No space left"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_a_header_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    header = entry("././@PaxHeader", tarfile.XHDTYPE)
    path = packed(tmp_path / "hostile.tar.zst", (header, b"\0" * (archive.LONGEST_HEADER + 1)))
    with pytest.raises(Invalid, match="a header is too long"):
        contents(path)


def test_two_that_write_one_file_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "one.tar.zst"
    with archive.whole(path) as stream:
        with pytest.raises(Conflict, match="being written by another"), archive.whole(path):
            pass
        stream.write(b"first")
    assert path.read_bytes() == b"first"
