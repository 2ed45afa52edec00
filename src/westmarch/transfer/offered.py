"""What a file is that somebody offers for import: by its name, its beginning, and what a zip says that it holds."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from westmarch.errors import Invalid

#: The commands of `westmarch import` that take a file.
Command = Literal[
    "markdown", "wordpress", "ghost", "json", "blogger", "medium", "substack", "tumblr", "feed", "csv"
]  # fmt: skip
COMMANDS: tuple[Command, ...] = get_args(Command)
#: Texts that are a blog of one file.
TEXTS = frozenset({".md", ".markdown", ".mdx", ".html", ".htm", ".rst", ".txt"})

#: Bytes of a file that are looked at, and of what a zip says that it holds. (A file in it takes 46 and its name.)
_BEGINNING, _LISTED = 64 * 1024, 32 * 1024 * 1024
_HINT = "Choose in the list what it is."
_OURS = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"format"\s*:\s*\d')
_GHOST = re.compile(rb'"(?:db|exported_on|meta|posts)"\s*:')
_WORDPRESS = re.compile(rb"wordpress\.org/export/|<wp:wxr_version")
_BLOGGER = re.compile(rb"schemas\.google\.com/blogger|tag:blogger\.com|>Blogger</generator>")
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")
_DIRECTORY_END = b"PK\x05\x06"


def recognised(file: Path) -> Command:
    """Which command imports a file. Raises Invalid for one that none of them is for."""
    suffix = file.suffix.lower()
    if suffix in TEXTS:
        return "markdown"
    if suffix == ".csv":
        return "csv"
    if suffix == ".zip":
        return _of_names(_names(file))
    with file.open("rb") as content:
        beginning = content.read(_BEGINNING)
    if suffix == ".json":
        if _OURS.match(beginning):
            return "json"
        if _GHOST.search(beginning):
            return "ghost"
    if suffix in (".xml", ".atom", ".rss"):
        if _WORDPRESS.search(beginning):
            return "wordpress"
        if _BLOGGER.search(beginning):
            return "blogger"
        if _FEED.search(beginning):
            return "feed"
    raise Invalid(f"Nothing tells what {file.name} is.", hint=_HINT, place="file")


def _names(file: Path) -> list[str]:
    """The names in a zip. Raises Invalid for a broken one, and one that lists too much to be looked at."""
    with file.open("rb") as content:
        size = content.seek(0, 2)
        content.seek(max(0, size - 66_000))
        tail = content.read()
    at = tail.rfind(_DIRECTORY_END)
    listed = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at < 0:
        raise Invalid(f"{file.name} is no zip file that can be read.", hint="Give it as it came.", place="file")
    if listed > _LISTED:
        raise Invalid(f"{file.name} holds too many files to look at.", hint=_HINT, place="file")
    try:
        with zipfile.ZipFile(file) as archive:
            return [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        reason = f"{file.name} is no zip file that can be read: {error}."
        raise Invalid(reason, hint="Give it as it came.", place="file") from error


def _of_names(names: Sequence[str]) -> Command:
    """What a zip is by the names in it: a folder of texts where nothing else is certain."""
    # Imported where it is needed: a server has no use for the renderer that these stand on.
    from westmarch.transfer.exports import medium, substack
    from westmarch.transfer.exports.tumblr.export import NESTED

    last = {name.rpartition("/")[2].lower() for name in names}
    ends = {Path(name).suffix.lower() for name in last}
    if ends & {".md", ".markdown", ".mdx", ".rst"}:
        return "markdown"
    if "posts.csv" in last and any(substack.wanted(name) for name in names):
        return "substack"
    if last & {NESTED, "payload-0.json", "posts.json", "posts.xml"}:
        return "tumblr"
    if "feed.atom" in last:
        return "blogger"
    if any(medium.wanted(name) for name in names):
        return "medium"
    if ".xml" in ends:
        return "wordpress"
    if ".json" in ends:
        return "ghost"
    return "markdown"
