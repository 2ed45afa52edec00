"""The folders of content of a Hugo site: which files are pages, of which language, and which belong to another page."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from westmarch.transfer import html_posts
from westmarch.transfer.blogs import beginning, is_markdown, outside, walk
from westmarch.transfer.hugo_settings import HugoSettings, Language
from westmarch.transfer.index import Index
from westmarch.transfer.items import Role, Source

_KEEP = frozenset({"public", "output", "themes", "vendor"})
#: What the folders of pages and of posts are mostly called.
PAGES = frozenset({"page", "pages"})
POSTS = frozenset({"post", "posts", "blog", "article", "articles"})


@dataclass(frozen=True, slots=True)
class File:
    """Where a file of content stands: its language, its folders below the language's, and its name without endings.

    `bundle` is a page with a folder of its own, `list_` that of a section.
    """

    language: Language
    folders: tuple[str, ...]
    name: str
    bundle: bool
    list_: bool

    @property
    def logical(self) -> str:
        """What all translations of the page share."""
        return "/".join([*self.folders, "_index" if self.list_ else self.name])


class Content:
    """All files of content; `folder` is the one that keys of files are relative to.

    `root` is the folder of the first language, which is the site's own; the others follow in `languages`.
    """

    def __init__(self, home: Path, folder: Path, settings: HugoSettings) -> None:
        self.home, self.folder = home, folder
        self.languages = [
            replace(one, folder=home / "content") if outside(one.folder, folder) else one for one in settings.languages
        ]
        if not self.languages[0].folder.is_dir():
            # A folder of content alone, without the site around it.
            self.languages = [replace(self.languages[0], folder=home)]
        self.root = self.languages[0].folder
        self._bundles: dict[str, str] = {}
        self._named: dict[str, list[tuple[str, str]]] = {}
        self._lists: set[tuple[str, tuple[str, ...]]] = set()
        found = [(path, language, inner) for path, language, inner in self._walk() if _is_content(path)]
        for path, _, _ in found:
            if path.name.startswith("index."):
                self._bundles.setdefault(str(path.parent), path.relative_to(folder).as_posix())
        sections: Counter[str] = Counter()
        for path, language, inner in found:
            file = self._file(language, inner)
            self._named.setdefault(file.name.casefold(), []).append((file.language.key, self._inner(language, inner)))
            if file.list_:
                self._lists.add((file.language.key, file.folders))
            elif self._owner(path) is None:
                sections[file.folders[0] if file.folders else ""] += 1
        self._main = settings.main_sections or self._largest(sections)

    @staticmethod
    def _largest(sections: Counter[str]) -> list[str]:
        """The sections that hold posts: those with the usual names, and the one with the most pages, Hugo's default."""
        usual = [section for section in sections if section.lower() in POSTS]
        others = [(number, section) for section, number in sections.items() if section and section not in PAGES]
        return [*usual, max(others)[1]] if others else [*usual, ""]

    def _walk(self) -> Iterator[tuple[Path, Language, str]]:
        """All files of the content, with their language's folder and their path in it."""
        folders = {language.folder for language in self.languages if language.own}
        for language in self.languages:
            if language is not self.languages[0] and not language.own:
                continue
            for path, inner in walk(language.folder, keep=_KEEP):
                if not any(other != language.folder and path.is_relative_to(other) for other in folders):
                    yield path, language, inner

    def _inner(self, language: Language, inner: str) -> str:
        return inner if language is self.languages[0] else f"{language.key}/{inner}"

    def file_of(self, source: Source) -> File:
        """Where a source stands."""
        inside = [one for one in self.languages if source.path.is_relative_to(one.folder)]
        language = max(inside, key=lambda one: (len(one.folder.parts), one is self.languages[0]))
        return self._file(language, source.path.relative_to(language.folder).as_posix())

    def _file(self, language: Language, inner: str) -> File:
        path = PurePosixPath(inner)
        name = path.stem
        head, dot, ending = name.rpartition(".")
        spoken = next((one for one in self.languages if dot and one.key == ending.lower()), None)
        if spoken is not None:
            name, language = head, spoken
        folders = path.parent.parts
        if name == "_index":
            return File(language, folders, folders[-1] if folders else "", bundle=False, list_=True)
        if name == "index":
            return File(language, folders[:-1], folders[-1] if folders else "", bundle=True, list_=False)
        return File(language, folders, name, bundle=False, list_=False)

    def _owner(self, path: Path) -> str | None:
        """The page to whose bundle a file belongs, None where it is a page of its own."""
        folder = path.parent.parent if path.name.startswith("index.") else path.parent
        above = itertools.takewhile(lambda one: one.is_relative_to(self.home), (folder, *folder.parents))
        return next((self._bundles[str(one)] for one in above if str(one) in self._bundles), None)

    def sources(self) -> Iterator[Source]:
        """Pages, sections' own pages, and the texts that are parts of others."""
        for path, language, inner in self._walk():
            found = self._role(path, self._file(language, inner))
            if found is not None:
                role, reason = found
                key = path.relative_to(self.folder).as_posix()
                yield Source(path, key, self._inner(language, inner), role, reason)

    def _role(self, path: Path, file: File) -> tuple[Role, str] | None:
        owner = self._owner(path)
        if not _is_content(path):
            if html_posts.is_html(path.name) and owner is None:
                return "skip", "it has no front matter, so Hugo makes no page of it"
            readable = path.suffix in {".org", ".rst", ".adoc", ".asciidoc", ".pandoc"}
            return ("skip", f"'{path.suffix}' is neither Markdown nor HTML") if readable and owner is None else None
        if owner is not None:
            return "skip", f"it is a part of the page {owner}, not one of its own"
        first = file.folders[0].lower() if file.folders else ""
        if file.list_ or first in PAGES:
            return "page", ""
        return ("post" if first in {main.lower() for main in self._main} else "page"), ""

    def sections_of(self, file: File) -> tuple[str, ...]:
        """The folders above a page that are sections: the first, and those with a page of their own."""
        found = (
            folder
            for at, folder in enumerate(file.folders)
            if at == 0 or (file.language.key, file.folders[: at + 1]) in self._lists
        )
        return tuple(found)

    def find(self, written: str, language: str, source: Source, index: Index) -> str | None:
        """The address of the page that `ref` in a source means: by its path from here or the root, or by its name."""
        file = self.file_of(source)
        spoken = next((one for one in self.languages if one.key == language.lower()), file.language)
        path = re.sub(r"\.(?:md|markdown|html?)$", "", written.strip("/"))
        head, dot, ending = path.rpartition(".")
        path = head if dot and any(one.key == ending.lower() for one in self.languages) else path
        path = re.sub(r"/_?index$", "", path)
        here = (*file.folders, file.name) if file.bundle else file.folders
        starts = [] if written.startswith("/") else ["/".join(here), "/".join(file.folders)]
        stems = [str(PurePosixPath(start, path)) for start in (*starts, "")]
        # A page of the own language comes first, wherever it is.
        for asked in dict.fromkeys([spoken, *self.languages]):
            candidates = [one for stem in stems for one in self._spellings(stem, asked)]
            if "/" not in path:
                candidates += [inner for key, inner in self._named.get(path.casefold(), []) if key == asked.key]
            for candidate in candidates:
                if known := index.by_inner.get(candidate):
                    return known.url
        return None

    def _spellings(self, stem: str, language: Language) -> Iterator[str]:
        """The files that may hold a page in a language."""
        prefix = f"{language.key}/" if language.own and language is not self.languages[0] else ""
        for name in ("", "/index", "/_index"):
            for ending in (f".{language.key}.md", ".md", ".html"):
                yield f"{prefix}{stem}{name}{ending}".removeprefix("./")


def _is_content(path: Path) -> bool:
    """Whether Hugo makes a page of a file: of Markdown always, of HTML where it has front matter."""
    if is_markdown(path.name):
        return True
    head = beginning(path, 8).removeprefix(b"\xef\xbb\xbf") if html_posts.is_html(path.name) else b""
    return head.startswith((b"---", b"+++", b"{"))
