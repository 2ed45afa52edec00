"""Which program wrote the blog in a folder, and where in the folder it lies."""

import itertools
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from westmarch.errors import Invalid
from westmarch.transfer import astro, eleventy, hugo_settings, notion, pelican_settings, zola
from westmarch.transfer.blogs import Blog, Options, beginning, is_markdown, outside, walk
from westmarch.transfer.configuration import read_yaml
from westmarch.transfer.fields import text
from westmarch.transfer.hexo import Hexo
from westmarch.transfer.hugo import Hugo
from westmarch.transfer.jekyll import Jekyll
from westmarch.transfer.jekyll_settings import NAMES as JEKYLL_NAMES
from westmarch.transfer.obsidian import Obsidian
from westmarch.transfer.pelican import Pelican
from westmarch.transfer.plain import Plain
from westmarch.transfer.programs import Program

_DATED = re.compile(r"\d{2,4}-\d{1,2}-\d{1,2}-")
_META = re.compile(rb"(?:\xef\xbb\xbf)?[ ]{0,3}[A-Za-z][A-Za-z0-9_-]*:[ \t]")
_PELICAN_KEY = re.compile(rb"^[ ]{0,3}(?:title|date)[ ]*:", re.IGNORECASE | re.MULTILINE)
_HEXO_KEYS = frozenset(
    {"source_dir", "new_post_name", "skip_render", "post_asset_folder", "default_layout", "permalink_defaults"}
)
_SAMPLE = 40


#: The programs whose site is one folder, with its configuration, and those that have no addresses of their own.
_OF_A_SITE: dict[str, Callable[[Path, Options], Blog]] = {
    "jekyll": Jekyll, "hugo": Hugo, "zola": zola.Zola, "eleventy": eleventy.Eleventy, "astro": astro.Astro,
}  # fmt: skip
_OF_NOTES: dict[str, Callable[[Path, Options, str], Blog]] = {"obsidian": Obsidian, "notion": notion.Notion}


@dataclass(frozen=True, slots=True)
class _Place:
    program: Program
    root: Path
    home: Path


def blogs(folder: Path, program: Program | None, options: Options, permalink: str) -> list[Blog]:
    """The blogs in a folder: mostly one, several where it holds the folders of several.

    `program` overrules what the folder looks like; `permalink` is our site's own pattern, for plain folders.
    Raises `Invalid` where there is nothing to read.
    """
    if not folder.is_dir():
        what = "is a file" if folder.is_file() else "does not exist"
        raise Invalid(f"{folder} {what}", hint="Give the folder of the blog.")
    places = _forced(folder, program) if program else _recognised(folder)
    if not places:
        raise Invalid(f"there are no Markdown files in {folder}", hint="Give the folder of the blog.")
    return [_blog(place, options, permalink) for place in places]


def _blog(place: _Place, options: Options, permalink: str) -> Blog:
    if place.program == "hexo":
        return Hexo(place.root, place.home, options)
    if place.program == "pelican":
        return Pelican(place.root, place.home, options)
    if of := _OF_A_SITE.get(place.program):
        return of(place.root, options)
    return _OF_NOTES.get(place.program, Plain)(place.root, options, permalink)


def _forced(folder: Path, program: Program) -> list[_Place]:
    if program == "pelican":
        return [_pelican(folder)]
    if program in {"plain", *_OF_NOTES} or (program in _OF_A_SITE and program != "jekyll"):
        return [_Place(program, folder, folder)]
    if program == "hexo":
        roots = [folder / "source"] if (folder / "source").is_dir() else []
        roots = roots or [posts.parent for posts in _posts(folder)] or [folder]
        return [_Place("hexo", root, _home(folder, root)) for root in roots]
    if _configured(folder) or (folder / "_posts").is_dir():
        return [_Place("jekyll", _jekyll_root(folder), folder)]
    return [_Place("jekyll", root, root) for root in _roots(folder, list(_posts(folder)))] or [
        _Place("jekyll", folder, folder)
    ]


def _recognised(folder: Path) -> list[_Place]:
    if any((folder / name).is_file() for name in pelican_settings.NAMES):
        return [_pelican(folder)]
    if _configured(folder):
        if _hexo_settings(folder, folder):
            return [_Place("hexo", _source(folder), folder)]
        return [_Place("jekyll", _jekyll_root(folder), folder)]
    found = _by_what_lies_in(folder)
    if found is not None:
        return [_Place(found, folder, folder)]
    posts = list(_posts(folder))
    if posts:
        return [_by_names(folder, root, posts) for root in _roots(folder, posts)]
    content = folder / "content" if (folder / "content").is_dir() else folder
    if _like_pelican(content):
        return [_Place("pelican", content, folder)]
    if notion.like_notion(folder):
        return [_Place("notion", folder, folder)]
    written = any(is_markdown(inner) for _, inner in walk(folder))
    return [_Place("plain", folder, folder)] if written else []


def _by_what_lies_in(folder: Path) -> Program | None:
    """The program whose own files lie at the top of a folder."""
    if any((folder / f"astro.config{ending}").is_file() for ending in astro.ENDINGS):
        return "astro"
    if any((folder / name).is_file() for name in eleventy.NAMES):
        return "eleventy"
    if zola.like_zola(folder, folder):
        return "zola"
    if _like_hugo(folder):
        return "hugo"
    return "obsidian" if (folder / ".obsidian").is_dir() else None


def _by_names(folder: Path, root: Path, posts: list[Path]) -> _Place:
    """Jekyll's posts are named by their date; Hexo's hardly ever are, and lie in a folder `source`."""
    names = [path.name for one in posts if one.is_relative_to(root) for path, _ in walk(one) if is_markdown(path.name)]
    sample = names[:_SAMPLE]
    dated = sum(bool(_DATED.match(name)) for name in sample)
    home = _home(folder, root)
    if (home != root and _hexo_settings(folder, home)) or (sample and dated * 2 < len(sample)):
        return _Place("hexo", root, home)
    return _Place("jekyll", root, root)


def _posts(folder: Path) -> Iterator[Path]:
    """Folders named `_posts`, the outermost first."""
    seen: set[Path] = set()
    for path, inner in walk(folder):
        head, found, _ = f"/{inner}".partition("/_posts/")
        if found:
            posts = folder / head.lstrip("/") / "_posts"
            if posts not in seen and is_markdown(path.name):
                seen.add(posts)
                yield posts


def _roots(folder: Path, posts: list[Path]) -> list[Path]:
    """The folder of each blog: the nearest one above its posts with a configuration, else the one that holds them."""
    roots: list[Path] = []
    for one in posts:
        above = [one.parent, *itertools.takewhile(lambda path: path.is_relative_to(folder), one.parent.parents)]
        configured = next((path for path in above if _configured(path) and not _hexo_settings(folder, path)), None)
        root = configured or one.parent
        if not any(root == known or root.is_relative_to(known) for known in roots):
            roots.append(root)
    return roots


def _configured(folder: Path) -> bool:
    return any((folder / name).is_file() for name in JEKYLL_NAMES)


def _hexo_settings(folder: Path, home: Path) -> bool:
    """Whether the configuration in `home` is Hexo's: by its keys, or by what is installed beside it."""
    path = home / "_config.yml"
    if not path.is_file():
        return False
    values, _ = read_yaml(path, folder)
    package = home / "package.json"
    try:
        installed = package.is_file() and not outside(package, folder) and b'"hexo"' in package.read_bytes()
    except OSError:
        installed = False
    return installed or bool(_HEXO_KEYS & values.keys())


def _source(folder: Path) -> Path:
    values, _ = read_yaml(folder / "_config.yml", folder)
    return _inside(folder, text(values.get("source_dir")).strip("/") or "source")


def _inside(folder: Path, name: str) -> Path:
    """A folder that a configuration names; the whole one where that lies elsewhere."""
    named = Path(os.path.normpath(folder / name))
    return named if named.is_dir() and not outside(named, folder) and named.is_relative_to(folder) else folder


def _home(folder: Path, root: Path) -> Path:
    """The folder of a Hexo site, from its folder of sources; not above the one that was given."""
    above = root != folder and (root.name == "source" or _hexo_settings(folder, root.parent))
    return root.parent if above else root


def _jekyll_root(folder: Path) -> Path:
    for name in JEKYLL_NAMES:
        if (folder / name).is_file():
            values, _ = read_yaml(folder / name, folder)
            return _inside(folder, text(values.get("source")).strip("/"))
    return folder


def _pelican(folder: Path) -> _Place:
    settings = pelican_settings.read(folder, folder)
    return _Place("pelican", _inside(folder, settings.word("PATH", "content").strip("/")), folder)


def _like_hugo(folder: Path) -> bool:
    """Whether a folder has Hugo's configuration, and content or what belongs to Hugo alone beside it."""
    named = any((folder / name).is_file() for name in hugo_settings.NAMES if name.startswith("hugo."))
    if named or (folder / "config" / "_default").is_dir():
        return True
    beside = any((folder / name).is_dir() for name in ("content", "archetypes", "layouts"))
    return beside and hugo_settings.configured(folder)


def _like_pelican(folder: Path) -> bool:
    """Whether most of a folder's texts begin with lines `Title: …`, which only Pelican's do."""
    sample = list(itertools.islice((path for path, inner in walk(folder) if is_markdown(inner)), _SAMPLE))
    alike = 0
    for path in sample:
        head = beginning(path, 400)
        alike += bool(_META.match(head) and _PELICAN_KEY.search(head) and b"\n---" not in head)
    return bool(sample) and alike * 2 > len(sample)
