"""Records on the disk between the two passes over an export, so that memory does not grow with it."""

import pickle
import tempfile
from pathlib import Path
from typing import BinaryIO

from westmarch.transfer.exports.records import Record


class Spool:
    """Records in a temporary file that only this user can read; each is found again by its offset.

    It can be sent to other processes of this program, which read from the same file. `close` removes it.
    """

    def __init__(self) -> None:
        with tempfile.NamedTemporaryFile(prefix="westmarch-", suffix=".records", delete=False) as file:
            self.path = Path(file.name)
        self._file: BinaryIO | None = None

    def __getstate__(self) -> Path:
        if self._file is not None:
            self._file.flush()
        return self.path

    def __setstate__(self, path: Path) -> None:
        self.path, self._file = path, None

    def append(self, record: Record) -> int:
        """Keep a record; return its offset."""
        file = self._opened()
        offset = file.seek(0, 2)
        pickle.dump(record, file, protocol=pickle.HIGHEST_PROTOCOL)
        return offset

    def read(self, offset: int) -> Record:
        """The record at an offset."""
        file = self._opened()
        file.seek(offset)
        record = pickle.load(file)  # noqa: S301 - this program wrote the file, which nobody else can write
        assert isinstance(record, Record)
        return record

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = self.path.open("r+b")
        return self._file

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)
