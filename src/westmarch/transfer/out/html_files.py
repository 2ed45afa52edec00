"""The files of a copy: which file holds what is at a path, so that any file server finds it."""

import errno
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from westmarch.errors import Invalid

_PAGES = (".html", ".htm")
#: What a file system says of a name that it cannot have.
_NAMES = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL})


def name_of(path: str, *, page: bool) -> str:
    """The name of the file for a path. A page is `index.html` in a folder, unless its path ends as that of a file.

    File servers lead from `/about` to the folder `/about/`, and tell what a file is by how its name ends: so a page at
    `/old.php` is a folder too.
    """
    name = path.removeprefix("/")
    if not page or path.lower().endswith(_PAGES):
        return name
    return f"{name}index.html" if path.endswith("/") else f"{name}/index.html"


class Files:
    """Writes below the folder `place`; what is at a path of the site is below its base path there.

    Paths are as `links.paths.parse` returns them, so that none leads out of the folder. Each file is written once.
    """

    def __init__(self, place: Path, base: str) -> None:
        self.place = place
        self.below = place / unquote(base).strip("/")
        self.below.mkdir(parents=True, exist_ok=True)

    def write(self, path: str, body: bytes, *, page: bool) -> None:
        """Keep what is at a path. Raises Invalid where no file can, OSError where nothing can be written."""
        with self.opened(path, page=page) as file:
            file.write(body)

    def opened(self, path: str, *, page: bool = False) -> BinaryIO:
        """The file for what is at a path, to be written. Raises as `write` does."""
        target = self.below / name_of(path, page=page)
        try:
            self._make_room(target.parent)
            if page and target.is_dir():  # `/a.html` beside `/a.html/b/`.
                target /= "index.html"
            return target.open("xb")
        except (FileExistsError, NotADirectoryError) as error:
            raise Invalid("another address has its file", place=path) from error
        except OSError as error:
            if error.errno not in _NAMES:
                raise
            raise Invalid(f"no file can have its name ({error.strerror})", place=path) from error

    def there(self, path: str) -> Path:
        """The file in which `write` kept what is at a path and is no page."""
        return self.below / name_of(path, page=False)

    def _make_room(self, folder: Path) -> None:
        """Make a folder; a page whose file has the name becomes the one of the folder."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            for above in reversed((folder, *folder.parents)):
                if above.is_file() and above.name.lower().endswith(_PAGES):
                    passing = above.with_name(f".{above.name[:100]}.moving")
                    above.rename(passing)
                    above.mkdir()
                    passing.rename(above / "index.html")
            folder.mkdir(parents=True, exist_ok=True)
