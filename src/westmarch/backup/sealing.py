"""Encryption of backups by age (https://age-encryption.org/v1), as a stream, so that no plain text is on the disk.

A backup for recipients is a plain file of age, which the program `age` opens too. One with a passphrase begins with a
line of ours and an identity that age has locked with the passphrase (by scrypt); what follows is encrypted to that
identity: age's own encryption by passphrase takes the whole file into memory in the library that is used.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from westmarch.backup.archive import told
from westmarch.errors import Invalid, Unavailable

#: The first bytes of what age has encrypted.
_AGE = b"age-encryption.org/v1\n"
#: The first bytes of a backup with a passphrase; then four with the length of the locked identity, and that.
_PASSPHRASE = b"westmarch-backup passphrase 1\n"
#: Locked identities are not longer, in bytes.
_LONGEST = 4096
# The library measures the machine for a moment to say how much work a passphrase is made to take (about a second), and
# what is too much (sixteen times that). On a busy machine such a moment tells little: it is asked again.
_TRIES = 5
#: Less work than this is not taken if it can be helped, as a logarithm (scrypt's N).
_WORK = 17
#: How an error begins that tells of too much work.
_EXCESSIVE = "Excessive work"


@dataclass(frozen=True, slots=True)
class Seal:
    """Who can open a backup: public keys of age or SSH, and whoever knows the passphrase. Everybody, without either."""

    recipients: tuple[str, ...] = ()
    passphrase: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What opens a backup: a file with identities of age or a private key of SSH, or the passphrase."""

    identity: Path | None = None
    passphrase: str | None = None


NO_SEAL, NO_KEY = Seal(), Key()


@contextmanager
def sealed(stream: IO[bytes], file: Path, seal: Seal) -> Iterator[IO[bytes]]:
    """What is written here stands encrypted in `stream` when the block ends; without a seal, the stream itself.

    Raises Invalid for a key that is none, Unavailable where the file cannot be written.
    """
    if seal == NO_SEAL:
        yield stream
        return
    _require_library()
    recipients = _recipients(seal.recipients)
    if seal.passphrase is not None:
        recipients.append(_locked(stream, file, seal.passphrase))
    source, sink = os.pipe()
    with ThreadPoolExecutor(1, thread_name_prefix="seal") as thread:
        work = thread.submit(_encrypt, source, stream, recipients)
        try:
            with os.fdopen(sink, "wb") as plain:
                yield plain
        finally:
            _require_done(work, file)


def _require_library() -> None:
    if find_spec("pyrage") is None:
        raise Invalid(
            "The library for encrypted backups is not installed.",
            hint="Install it: pip install 'westmarch[encryption]'.",
        )


def _encrypt(source: int, stream: IO[bytes], recipients: Sequence[Any]) -> None:
    from pyrage import encrypt_io

    with os.fdopen(source, "rb") as plain:
        encrypt_io(plain, stream, recipients)


def _require_done(work: Future[None], file: Path) -> None:
    """Raises the error of the thread, which is the cause where its pipe broke."""
    from pyrage import EncryptError

    try:
        with told(file):
            work.result()
    except EncryptError as error:
        raise Unavailable(f"{file} cannot be written: {error}.", hint=f"Look at the space of {file.parent}.") from error


def _locked(stream: IO[bytes], file: Path, passphrase: str) -> Any:
    """Begin a file with an identity that the passphrase unlocks; its recipient."""
    from pyrage import passphrase as by_passphrase
    from pyrage import x25519

    identity = x25519.Identity.generate()
    locked, tries = b"", 0
    while tries < _TRIES and (not locked or _work(locked) < _WORK):
        locked = max(locked, by_passphrase.encrypt(str(identity).encode(), passphrase), key=_work)
        tries += 1
    with told(file):
        stream.write(_PASSPHRASE + len(locked).to_bytes(4, "big") + locked)
    return identity.to_public()


def _work(locked: bytes) -> int:
    """The logarithm of the work that unlocking takes, from age's header: its second line ends with it."""
    lines = locked.split(b"\n", 2)
    return int(lines[1].rpartition(b" ")[2]) if len(lines) > 1 else 0


def _recipients(texts: Sequence[str]) -> list[Any]:
    """Public keys as the library has them. Raises Invalid, naming the one that is none."""
    from pyrage import RecipientError, ssh, x25519

    found = []
    for text in texts:
        try:
            kind = ssh if text.startswith("ssh-") else x25519
            found.append(kind.Recipient.from_str(text))
        except RecipientError as error:
            raise Invalid(
                f"{text!r} is no public key: {error}.",
                hint="Give one of age (age1…), which age-keygen makes, or of SSH (ssh-ed25519 …, ssh-rsa …).",
                place="--recipient",
            ) from error
    return found


@contextmanager
def unsealed(stream: IO[bytes], file: Path, key: Key) -> Iterator[IO[bytes]]:
    """The plain content of a backup; the stream itself where it is not encrypted. Raises Invalid where no key fits."""
    identities = _identities(stream, file, key)
    if not identities:
        yield stream
        return
    from pyrage import DecryptError

    source, sink = os.pipe()
    with ThreadPoolExecutor(1, thread_name_prefix="unseal") as thread:
        work = thread.submit(_decrypt, stream, sink, identities)
        try:
            with os.fdopen(source, "rb") as plain:
                yield plain
        except Invalid as error:
            if isinstance(work.exception(), DecryptError):
                raise Invalid(
                    f"{file} cannot be decrypted: {work.exception()}.", hint="Is it the right key?", place=str(file)
                ) from error
            raise


def _decrypt(stream: IO[bytes], sink: int, identities: Sequence[Any]) -> None:
    from pyrage import decrypt_io

    with os.fdopen(sink, "wb") as plain:
        decrypt_io(stream, plain, identities)


def _identities(stream: IO[bytes], file: Path, key: Key) -> list[Any]:
    """What opens the stream, which then stands at the head of age's part; none where it is not encrypted."""
    head = stream.read(len(_PASSPHRASE))
    if head != _PASSPHRASE:
        stream.seek(0)
        if not head.startswith(_AGE):
            return []
    _require_library()
    if head == _PASSPHRASE:
        locked = _read_lock(stream, file)
        if key.passphrase is not None:
            return [_unlocked(locked, file, key.passphrase)]
        if key.identity is None:
            raise Invalid(f"{file} needs a passphrase.", hint="Name a file that holds it, with --passphrase-file.")
    if key.identity is None:
        raise Invalid(f"{file} is encrypted.", hint="Name the file of a key that opens it, with --identity.")
    return _read_identities(key.identity)


def _read_lock(stream: IO[bytes], file: Path) -> bytes:
    length = int.from_bytes(stream.read(4), "big")
    if length > _LONGEST:
        raise Invalid(f"{file} is no whole backup: its lock is too long.", place=str(file))
    locked = stream.read(length)
    if len(locked) < length:
        raise Invalid(f"{file} is no whole backup: it is cut off.", hint="Take another one.", place=str(file))
    return locked


def _unlocked(locked: bytes, file: Path, passphrase: str) -> Any:
    from pyrage import DecryptError, IdentityError, x25519
    from pyrage import passphrase as by_passphrase

    for _ in range(_TRIES):
        try:
            return x25519.Identity.from_str(by_passphrase.decrypt(locked, passphrase).decode("ascii"))
        except (DecryptError, IdentityError, UnicodeDecodeError) as error:
            if _EXCESSIVE not in str(error):
                raise Invalid(f"{file} cannot be opened by this passphrase.", hint="Is it the right one?") from error
    raise Invalid(
        f"Opening {file} by its passphrase would take this machine too long.",
        hint="Try again when it has less to do, or on a quicker one.",
    )


def _read_identities(path: Path) -> list[Any]:
    """The identities of a file: lines as age-keygen writes them, or a private key of SSH. Raises Invalid."""
    from pyrage import IdentityError, ssh, x25519

    try:
        content = path.read_bytes()
        if content.startswith(b"-----BEGIN"):
            return [ssh.Identity.from_buffer(content)]
        lines = content.decode("ascii").splitlines()
        found = [x25519.Identity.from_str(line.strip()) for line in lines if line.strip() and not line.startswith("#")]
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", place="--identity") from error
    except (IdentityError, UnicodeDecodeError) as error:
        why = "it is no text" if isinstance(error, UnicodeDecodeError) else error
        raise Invalid(f"{path} holds no key: {why}.", hint="age-keygen makes one.", place="--identity") from error
    if not found:
        raise Invalid(f"{path} holds no key.", hint="age-keygen makes one.", place="--identity")
    return found


def read_passphrase(path: Path) -> str:
    """The first line of a file, for timers, which nobody answers. Raises Invalid."""
    try:
        text = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Invalid(f"{path} cannot be read: {why}.", place="--passphrase-file") from error
    if not text:
        raise Invalid(f"{path} holds no passphrase in its first line.", place="--passphrase-file")
    return text
