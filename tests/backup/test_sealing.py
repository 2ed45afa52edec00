"""An encrypted backup is opened by its keys alone."""

import errno
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest
from pyrage import DecryptError, passphrase, x25519

from westmarch.backup.making import make
from westmarch.backup.restoring import restore
from westmarch.backup.sealing import Key, Seal, read_passphrase, sealed, unsealed
from westmarch.errors import Invalid, Unavailable
from westmarch.settings import Settings

#: More than a pipe holds and age takes at once.
CONTENT = bytes(range(256)) * 2_000


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    """A file as age-keygen makes it."""
    made = x25519.Identity.generate()
    file = tmp_path / "backup.key"
    file.write_text(f"# created: today\n# public key: {made.to_public()}\n{made}\n")
    return file


def public(identity: Path) -> str:
    return identity.read_text().split("public key: ")[1].split()[0]


def closed(seal: Seal) -> bytes:
    """The content, encrypted."""
    stream = BytesIO()
    with sealed(stream, Path("one"), seal) as plain:
        plain.write(CONTENT)
    return stream.getvalue()


def opened(content: bytes, key: Key) -> bytes:
    with unsealed(BytesIO(content), Path("one"), key) as plain:
        return plain.read()


def opened_or_refused(content: bytes, key: Key) -> bytes:
    """The content as a reader takes it that refuses what is not whole."""
    with unsealed(BytesIO(content), Path("one"), key) as plain:
        if (found := plain.read()) != CONTENT:
            raise Invalid("not whole")
        return found


def test_without_a_seal_the_content_stands_as_it_is() -> None:
    assert closed(Seal()) == CONTENT
    assert opened(CONTENT, Key()) == CONTENT


def test_the_key_of_a_recipient_opens_it(identity: Path) -> None:
    sealed_ = closed(Seal((public(identity), str(x25519.Identity.generate().to_public()))))
    assert CONTENT[:100] not in sealed_
    assert opened(sealed_, Key(identity)) == CONTENT


def test_a_key_of_ssh_opens_it(tmp_path: Path) -> None:
    key = tmp_path / "id"
    try:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("ssh-keygen is not installed")
    assert opened(closed(Seal((key.with_suffix(".pub").read_text().strip(),))), Key(key)) == CONTENT


def test_the_passphrase_opens_it() -> None:
    sealed_ = closed(Seal(passphrase="open, sesame"))
    assert opened(sealed_, Key(passphrase="open, sesame")) == CONTENT
    with pytest.raises(Invalid, match="cannot be opened by this passphrase"):
        opened(sealed_, Key(passphrase="open, barley"))
    with pytest.raises(Invalid, match="needs a passphrase"):
        opened(sealed_, Key())


def test_another_key_does_not_open_it(identity: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_text(f"{x25519.Identity.generate()}\n")
    sealed_ = closed(Seal((public(identity),)))
    with pytest.raises(Invalid, match="cannot be decrypted"):
        opened_or_refused(sealed_, Key(other))
    with pytest.raises(Invalid, match="is encrypted"):
        opened(sealed_, Key())


def test_what_is_cut_off_or_changed_is_refused(identity: Path) -> None:
    sealed_ = closed(Seal((public(identity),)))
    changed = bytearray(sealed_)
    changed[-1] ^= 1
    for broken in (sealed_[:-1], sealed_[: len(sealed_) // 2], bytes(changed)):
        with pytest.raises(Invalid):
            opened_or_refused(broken, Key(identity))


def test_a_lock_that_is_cut_off_is_told() -> None:
    locked = closed(Seal(passphrase="words"))
    with pytest.raises(Invalid, match="it is cut off"):
        opened(locked[:100], Key(passphrase="words"))


def test_a_reader_that_stops_early_is_not_waited_for(identity: Path) -> None:
    with unsealed(BytesIO(closed(Seal((public(identity),)))), Path("one"), Key(identity)) as plain:
        assert plain.read(10) == CONTENT[:10]


def test_a_disk_that_is_full_is_told(identity: Path) -> None:
    class Full(BytesIO):
        def write(self, _content: object, /) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def write(stream: IO[bytes]) -> None:
        with sealed(stream, Path("one"), Seal((public(identity),))) as plain:
            plain.write(CONTENT)

    with pytest.raises(Unavailable, match="cannot be written"):
        write(Full())


@pytest.mark.parametrize("text", ["", "age1", "AGE-SECRET-KEY-1", "ssh-ed25519", "me@example.org"])
def test_what_is_no_public_key_is_told(text: str) -> None:
    with pytest.raises(Invalid, match="is no public key"):
        closed(Seal((text,)))


@pytest.mark.parametrize("content", ["", "# only a comment\n", "no key\n", "-----BEGIN nothing\n"])
def test_a_file_without_a_key_is_told(identity: Path, tmp_path: Path, content: str) -> None:
    empty = tmp_path / "empty.key"
    empty.write_text(content)
    with pytest.raises(Invalid, match="holds no key"):
        opened(closed(Seal((public(identity),))), Key(empty))


def test_the_first_line_of_a_file_is_the_passphrase(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    with pytest.raises(Invalid, match="cannot be read"):
        read_passphrase(file)
    file.write_text("\nsecond line")
    with pytest.raises(Invalid, match="no passphrase"):
        read_passphrase(file)
    file.write_text("open, sesame\nsecond line")
    assert read_passphrase(file) == "open, sesame"


def test_a_busy_machine_is_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    unlock = passphrase.decrypt
    asked = []

    def busy(content: bytes, words: str) -> bytes:
        asked.append(words)
        if len(asked) < 3:
            raise DecryptError("Excessive work parameter for passphrase.")
        found: bytes = unlock(content, words)
        return found

    sealed_ = closed(Seal(passphrase="open, sesame"))
    monkeypatch.setattr(passphrase, "decrypt", busy)
    assert opened(sealed_, Key(passphrase="open, sesame")) == CONTENT
    weak = iter([b"age\n-> scrypt salt 11\n", *(b"age\n-> scrypt salt 18\n" for _ in range(4))])
    monkeypatch.setattr(passphrase, "encrypt", lambda _content, _words: next(weak))
    assert b"scrypt salt 11" not in closed(Seal(passphrase="open, sesame"))


def test_who_has_the_key_needs_no_passphrase(identity: Path) -> None:
    sealed_ = closed(Seal((public(identity),), passphrase="open, sesame"))
    assert opened(sealed_, Key(identity)) == CONTENT


def test_a_missing_library_is_told(identity: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed_ = closed(seal := Seal((public(identity),)))
    monkeypatch.setitem(sys.modules, "pyrage", None)
    with pytest.raises(Invalid, match="is not installed"):
        closed(seal)
    with pytest.raises(Invalid, match="is not installed"):
        opened(sealed_, Key(identity))
    assert opened(CONTENT, Key(identity)) == CONTENT


async def test_an_encrypted_backup_is_restored(sqlite_template: Path, identity: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    shutil.copyfile(sqlite_template, folder / "westmarch.db")
    made = await make(Settings(site=folder), tmp_path / "one.tar.zst.age", seal=Seal((public(identity),)))
    assert made.size == made.file.stat().st_size
    with pytest.raises(Invalid, match="is encrypted"):
        await restore(made.file, tmp_path / "other")
    assert not (tmp_path / "other").exists()
    restored = await restore(made.file, tmp_path / "other", key=Key(identity))
    assert restored.tables == made.tables
