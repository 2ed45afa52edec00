"""The export of a WordPress site."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from westmarch.errors import Invalid
from westmarch.transfer.blogs import Options
from westmarch.transfer.exports import addressing
from westmarch.transfer.exports.elements import elements, head
from westmarch.transfer.exports.listings import Listing
from westmarch.transfer.exports.records import Record
from westmarch.transfer.exports.wordpress.post import Place, record
from westmarch.transfer.exports.wordpress.survey import Survey, look_through
from westmarch.transfer.items import FileWarning, Source, Unread

_HOME = re.compile(
    r"<(?:wp:base_blog_url|link)>\s*(?:<!\[CDATA\[)?\s*(https?://[^\s<>\]]+)\s*(?:\]\]>)?\s*</(wp:base_blog_url|link)>"
)
_SIZED = re.compile(r"-(?:\d{1,5}x\d{1,5}|scaled)(?=\.[A-Za-z0-9]+$)")


@dataclass(slots=True)
class WordPress:
    """One site in one file or several, in any order. `folder` holds `wp-content/uploads`, or is that folder."""

    files: tuple[Path, ...]
    options: Options
    folder: Path | None
    name: str
    url: str | None
    base: str
    program: str = field(default="WordPress", init=False)
    remarks: tuple[FileWarning, ...] = field(default=(), init=False)
    listings: tuple[Listing, ...] = field(default=(), init=False)

    def records(self) -> Iterator[Record | Unread]:
        """The posts and pages of all files. They are read twice: names and pictures may stand behind the texts."""
        survey = Survey()
        try:
            look_through(self.files, survey, self.options.zone)
            yield from self._records(survey)
            self.remarks = survey.remarks()
            self.listings = tuple(survey.listings())
        finally:
            survey.revisions.close()

    def _records(self, survey: Survey) -> Iterator[Record | Unread]:
        lying = _elsewhere(survey.hosts(), self.url or "")
        for path in self.files:
            for piece in elements(path, frozenset({"item"})):
                if piece.element is None:
                    key = f"{path.name}:{piece.line}"
                    yield Unread(Source(path, key, key, "post"), "failed", f"broken XML: {piece.reason}", piece.line)
                    continue
                found = record(piece.element, Place(path, piece.line, self.base), survey, self.options)
                if isinstance(found, Record) and piece.mended:
                    found = replace(found, warnings=(*found.warnings, FileWarning(None, piece.mended)))
                if isinstance(found, Record):
                    found = replace(
                        found,
                        about=replace(found.about, cover=lying.sub(self._ours, found.about.cover or "") or None),
                        content=lying.sub(self._ours, found.content),
                    )
                if found is not None:
                    yield found

    def _ours(self, found: re.Match[str]) -> str:
        """The address at the site of a picture that lies elsewhere.

        One in the cache is at the site in any case; one at a host of its files is named so where the folder has it.
        """
        host, path = found["host"], found["path"]
        if host.lower() == addressing.parts(self.url or "").netloc.lower():
            return f"{self.url}/{path}"
        within = path.removeprefix("wp-content/uploads/")
        try:
            given = any(place.is_file() for place in self._within(_SIZED.sub("", unquote(within))))
        except OSError:  # No file has so long a name.
            given = False
        return f"{self.url}{self.base}/wp-content/uploads/{within}" if given else found[0]

    def places(self, address: str, _record: Record) -> Iterator[Path]:
        """The picture as it was put in, then the size that the text shows."""
        if self.folder is None:
            return
        whole = address.lstrip("/")
        _, found, within = whole.partition("uploads/")
        for path in dict.fromkeys((_SIZED.sub("", within), within)) if found else ():
            yield from self._within(path)
        yield self.folder / whole

    def _within(self, path: str) -> Iterator[Path]:
        if self.folder is not None:
            yield self.folder / path
            yield self.folder / "uploads" / path
            yield self.folder / "wp-content" / "uploads" / path


def _elsewhere(hosts: frozenset[str], url: str) -> re.Pattern[str]:
    """Addresses of the site's own pictures at other hosts: those of its files, and WordPress' cache (`i0.wp.com`)."""
    own = addressing.parts(url).netloc.lower()
    others = "|".join(map(re.escape, sorted(hosts - {own}))) or r"(?!)"
    every = "|".join(map(re.escape, sorted(hosts | {own} - {""}))) or r"(?!)"
    return re.compile(
        rf"https?://(?=i\d\.wp\.com/(?:{every})/|(?:{others})/)(?:i\d\.wp\.com/)?"
        r"(?P<host>[^\s/\"'<>]+)/(?P<path>[^\s\"'<>?#]+\.[A-Za-z0-9]{2,5})(?:\?[^\s\"'<>]*)?",
        re.IGNORECASE,
    )


def whole_size(address: str) -> str:
    """The address of a picture as it was put in, for that of one of the sizes that WordPress makes of it."""
    path, mark, query = address.partition("?")
    return f"{_SIZED.sub('', path)}{mark}{query}"


def open_(files: Sequence[Path], options: Options, *, pictures: bool) -> WordPress:
    """The export in these files; with `pictures` those in the folder of the options come along.

    Raises Invalid where a file is no WXR, they are of several sites, or there is no such folder.
    """
    if pictures and not options.folder.is_dir():
        raise Invalid(f"There is no folder {options.folder}.", hint="--uploads names a copy of wp-content/uploads.")
    homes = {_home(path): path for path in files}
    if len(homes) > 1:
        (first, one), (second, other), *_ = homes.items()
        raise Invalid(
            f"{one.name} is of {first or 'an unknown site'}, and {other.name} of {second or 'an unknown site'}.",
            hint="Import the sites one after the other.",
        )
    (home,) = homes
    parts = urlsplit(home)
    return WordPress(
        files=tuple(files),
        options=options,
        folder=options.folder if pictures else None,
        name=home or str(files[0].resolve()),
        url=f"{parts.scheme}://{parts.netloc}" if home else None,
        base=parts.path.rstrip("/"),
    )


def _home(path: Path) -> str:
    """The address of the site that a file is of; empty where it does not say."""
    beginning = head(path)
    if "wordpress.org/export/" not in beginning and "<wp:" not in beginning:
        raise Invalid(
            f"{path.name} is no export of WordPress.", hint="It is made in WordPress by Tools, Export, All content."
        )
    found = {name: address for address, name in _HOME.findall(beginning.partition("<item")[0])}
    return html.unescape(found.get("wp:base_blog_url") or found.get("link") or "").rstrip("/")
