"""Cards that were drawn, in the site's folder: a file for each, named by its subject and by what is drawn."""

import contextlib
import logging
import os
from pathlib import Path

logger = logging.getLogger(__name__)

#: Counts up when cards are drawn in another way, so that their addresses change.
VERSION = 1
#: How every PNG ends (RFC 2083, 3.4: the chunk IEND): a file without it is what a power cut has left.
_END = b"IEND\xaeB`\x82"
#: So many subjects share a folder.
_IN_A_FOLDER = 1_000


class Store:
    """The folder of the cards. They can be drawn again, so that nothing here is synced to the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, subject_id: int, digest: str) -> bytes | None:
        """The card, if it is there whole."""
        try:
            body = self._path(subject_id, digest).read_bytes()
        except OSError:
            return None
        return body if body.endswith(_END) else None

    def keep(self, subject_id: int, digest: str, body: bytes) -> None:
        """Write a card, and remove what was drawn for the subject before. What goes wrong is told to the log."""
        path = self._path(subject_id, digest)
        passing = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            passing.write_bytes(body)
            passing.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                passing.unlink()
            logger.error(
                "The card %s cannot be kept (%s); it is drawn anew each time it is asked for. Look at the space and "
                "permissions of %s.",
                path.name, error.strerror, self.folder,
            )  # fmt: skip
            return
        self.forget(subject_id, but=path)

    def forget(self, subject_id: int, *, but: Path | None = None) -> None:
        """Remove the cards of a subject, but one."""
        for path in self._folder(subject_id).glob(f"{subject_id}-*.png"):
            if path != but:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _folder(self, subject_id: int) -> Path:
        return self.folder / str(subject_id // _IN_A_FOLDER)

    def _path(self, subject_id: int, digest: str) -> Path:
        return self._folder(subject_id) / f"{subject_id}-{digest}.png"
