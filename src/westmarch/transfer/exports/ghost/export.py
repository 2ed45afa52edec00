"""The export of a Ghost site."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from westmarch.errors import Invalid
from westmarch.transfer.blogs import Options
from westmarch.transfer.exports.ghost import redirects, routes
from westmarch.transfer.exports.ghost.post import Site, record
from westmarch.transfer.exports.ghost.redirects import Redirects
from westmarch.transfer.exports.ghost.routes import Routes
from westmarch.transfer.exports.ghost.survey import Survey, surveyed
from westmarch.transfer.exports.ghost.tables import Damage, rows
from westmarch.transfer.exports.listings import Listing
from westmarch.transfer.exports.records import Record
from westmarch.transfer.items import FileWarning, Source, Unread
from westmarch.transfer.permalinks import tidy

_POSTS = frozenset({"posts"})
#: Where the versions keep these files, within the folder of content.
_FOLDERS = ("settings", "data", "")
_REDIRECTS = ("redirects.yaml", "redirects.yml", "redirects.json")
_ROUTES = ("routes.yaml", "routes.yml")
#: Sizes that Ghost makes of a picture: `/content/images/size/w600/format/webp/2020/01/a.jpg`.
_SIZED = re.compile(r"(?<=images/)size/w\d{1,5}(?:h\d{1,5})?/(?:format/[a-z]{2,5}/)?")
#: Where they are unless `routes.yaml` says otherwise.
_LISTINGS = {"tag": "/tag/{slug}/", "author": "/author/{slug}/"}


@dataclass(slots=True)
class Ghost:
    """One site in one file. `folder` is its folder of content, or the one that holds that (None: not given).

    Ghost's export does not name its site: what tells it from others, and its address where it can be guessed, are
    known when `records` has begun. `given` is the file that was named: the JSON itself, or the zip that holds it.
    """

    path: Path
    options: Options
    folder: Path | None
    given: Path
    name: str = field(default="", init=False)
    url: str | None = field(default=None, init=False)
    base: str = field(default="", init=False)
    program: str = field(default="Ghost", init=False)
    remarks: tuple[FileWarning, ...] = field(default=(), init=False)
    redirects: Redirects = field(default_factory=Redirects, init=False)
    listings: tuple[Listing, ...] = field(default=(), init=False)

    def records(self) -> Iterator[Record | Unread]:
        """The posts and pages. The file is read twice: tags and authors may stand behind the posts."""
        survey = surveyed(self.path)
        self.name = survey.identity or str(self.given.resolve())
        parts = urlsplit(survey.home)
        self.url = f"{parts.scheme}://{parts.netloc}" if parts.netloc else None
        self.base = parts.path.rstrip("/")
        self.redirects = self._redirects()
        self.redirects.follow(survey.home)
        found = self._routes()
        self.remarks = (*survey.remarks(), *found.remarks, *self.redirects.remarks)
        self.listings = tuple(_listings(survey, found))
        site = Site(self.path, survey, found, self.redirects, survey.zone(self.options.zone), self.options)
        for row in rows(self.path, _POSTS):
            if row.table == "posts" and row.number:
                yield record(row, site)
            elif isinstance(row, Damage):
                key = f"{self.path.name}:{row.place}"
                yield Unread(Source(self.path, key, key, "post"), "failed", row.told)

    def _redirects(self) -> Redirects:
        path = self._named(_REDIRECTS)
        return redirects.read(path, self._root(path)) if path else Redirects()

    def _routes(self) -> Routes:
        path = self._named(_ROUTES)
        return routes.read(path, self._root(path)) if path else Routes()

    def _named(self, names: tuple[str, ...]) -> Path | None:
        """A file of the site beside its pictures."""
        if self.folder is None:
            return None
        roots = (self.folder, self.folder / "content")
        places = (root / folder / name for root in roots for folder in _FOLDERS for name in names)
        return next((place for place in places if place.is_file()), None)

    def _root(self, path: Path) -> Path:
        return self.folder.resolve() if self.folder is not None else path.parent

    def places(self, address: str, _record: Record) -> Iterator[Path]:
        """The picture as it was put in; the sizes that Ghost made of it are of no use."""
        if self.folder is None:
            return
        whole = _SIZED.sub("", address.lstrip("/"))
        before, found, within = whole.rpartition("content/")
        if found and not before:
            yield self.folder / within
        yield self.folder / whole


def _listings(survey: Survey, found: Routes) -> Iterator[Listing]:
    patterns = _LISTINGS | found.taxonomies
    for one in survey.tags.values():
        if one.public and one.slug and one.name:
            yield Listing("tag", one.name, tidy(patterns["tag"].replace("{slug}", one.slug)))
    for one in survey.authors.values():
        if one.slug and one.name:
            yield Listing("author", one.name, tidy(patterns["author"].replace("{slug}", one.slug)))


def open_(path: Path, options: Options, *, content: bool, given: Path | None = None) -> Ghost:
    """The export in a file; with `content` pictures, redirects and routes from the folder of the options come along.

    `given` is the zip from which the file comes, where it comes from one.

    Raises Invalid where there is no such folder.
    """
    if content and not options.folder.is_dir():
        hint = "--content names a copy of Ghost's folder `content`."
        raise Invalid(f"There is no folder {options.folder}.", hint=hint)
    return Ghost(path, options, options.folder if content else None, given or path)
