"""Which file answers at which address: what links between posts are resolved by."""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field

from westmarch.transfer.permalinks import as_url, from_url, without_index


@dataclass(frozen=True, slots=True)
class Known:
    """Where a file of the blog is read on the old site, below its base path."""

    address: str
    title: str

    @property
    def url(self) -> str:
        """The address as it may stand in a link."""
        return as_url(self.address)


@dataclass(slots=True)
class Index:
    """The files of a blog by their path, by the name that post tags use, and by every address."""

    by_inner: dict[str, Known] = field(default_factory=dict)
    by_post: dict[str, Known] = field(default_factory=dict)
    by_address: dict[str, str] = field(default_factory=dict)
    by_query: dict[str, str] = field(default_factory=dict)

    def add(self, files: Iterable[tuple[str, str, tuple[str, ...]]]) -> None:
        """Take in files by path, title and addresses. An address that two files claim stays with the first."""
        for inner, title, addresses in files:
            if not addresses:
                continue
            known = Known(addresses[0], title)
            self.by_inner[inner] = known
            above, folder, name = inner.rpartition("_posts/")
            if folder and (not above or above.endswith("/")):
                self.by_post.setdefault(posixpath.splitext(name)[0], known)
            for address in addresses:
                self.by_address.setdefault(address, addresses[0])

    def add_queries(self, queries: Iterable[str], addresses: tuple[str, ...]) -> None:
        """Take in the addresses of one file that are told apart by a query, as `/?p=123`."""
        for query in queries if addresses else ():
            self.by_query.setdefault(query, addresses[0])

    def find(self, path: str) -> str | None:
        """The current address for a path of the old site, spelt as it may be."""
        path = without_index(from_url(path))
        for spelling in (path, path.rstrip("/"), path + "/", path.rstrip("/") + ".html"):
            if spelling in self.by_address:
                return self.by_address[spelling]
        return None
