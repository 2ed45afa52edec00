"""Obsidian's vaults: notes that name each other in double brackets, pictures anywhere, tags in the text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from westmarch.links.paths import slugify
from westmarch.subjects.names import fold
from westmarch.transfer import embeds, kramdown, metadata
from westmarch.transfer.blogs import Document, Options, is_markdown, walk
from westmarch.transfer.code_regions import CodeRegions
from westmarch.transfer.configuration import read_json
from westmarch.transfer.fields import names, text
from westmarch.transfer.frontmatter import FrontMatter
from westmarch.transfer.index import Index, Known
from westmarch.transfer.items import Body, FileWarning, Metadata, Source
from westmarch.transfer.lines import Lines
from westmarch.transfer.permalinks import as_url
from westmarch.transfer.plain import Plain, without_title

# One pass finds all that Obsidian writes in its own way; none of them runs over a line but the comment.
_WRITTEN = re.compile(
    r"(?P<embed>!?)\[\[(?P<target>[^\[\]|#\n]*)(?P<anchor>#[^\[\]|\n]*)?(?:\\?\|(?P<label>[^\[\]\n]*))?\]\]"
    r"|%%(?P<comment>(?:[^%]|%(?!%))*)%%"
    r"|(?<![ \t])[ \t]+\^[A-Za-z0-9-]+(?=[ \t]*(?:\n|$))"
)
#: `![words|100x50](address)`: a picture with its size behind its words.
_SIZED = re.compile(
    r"!\[(?P<alt>[^\[\]\n|\\]*)\\?\|(?P<width>\d{1,5})(?:x(?P<height>\d{1,5}))?\]"
    r"(?P<address>\((?:<[^<>\n]*>|[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?\))"
)
_TAG = re.compile(r"(?<![^\s(\[{])#([^\W\d_][\w/-]*|[\d_]+[^\W\d][\w/-]*)")
_CALLOUT = re.compile(
    r"^(?P<head>(?:[ ]{0,4}>)+[ ]?)\[!(?P<kind>[\w-]+)(?:\|[^\]\n]*)?\][+-]?(?P<title>[^\n]*)", re.MULTILINE
)
_SIZE = re.compile(r"(\d{1,5})(?:x(\d{1,5}))?")
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp"})
_OURS = frozenset({"note", "tip", "important", "warning", "caution"})


class Obsidian(Plain):
    """A vault. Its notes have no old addresses but those that they name themselves."""

    program = "Obsidian"

    def __init__(self, root: Path, options: Options, permalink: str) -> None:
        """`permalink` is the site's own pattern, by which addresses are made where nothing else says them."""
        super().__init__(root, options, permalink)
        self._templates = self._folder_of_templates()
        #: All files by their name in small letters, the shortest path first, as Obsidian prefers it. Names from a
        #: Mac may part letters and accents, which texts do not.
        self._files: dict[str, list[str]] = {}
        for _, inner in walk(root):
            self._files.setdefault(fold(PurePosixPath(inner).name), []).append(inner)
        for found in self._files.values():
            found.sort(key=lambda inner: (inner.count("/"), inner))
        #: Other names of notes (`aliases`), filled as they are read.
        self._aliases: dict[str, str] = {}

    def _folder_of_templates(self) -> str:
        found = read_json(self.root / ".obsidian" / "templates.json", self.options.folder)
        return text(found.get("folder")).strip("/")

    def sources(self) -> Iterator[Source]:
        """All notes, without the templates for new ones."""
        for source in super().sources():
            if self._templates and source.inner.startswith(f"{self._templates}/"):
                yield replace(source, role="skip", reason="it is a template for notes")
            else:
                yield source

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What a note says; its name is its title, its `aliases` are names, and the tags in its text count."""
        fields = dict(front.fields)
        for name in names(fields.pop("aliases", None) or fields.pop("alias", None), "comma"):
            self._aliases.setdefault(fold(name), source.inner)
        if not any(key.lower() == "title" for key in fields):
            fields["title"] = PurePosixPath(source.inner).stem
        if text(fields.pop("publish", None)).lower() == "false":
            fields["draft"] = "true"
        about = super().metadata(source, replace(front, fields=fields))
        tags = [tag.removeprefix("#") for tag in about.tags] + _tags(front.body.text)
        return replace(about, tags=metadata.unique(tags))

    def convert(self, document: Document, index: Index, /) -> tuple[Body, list[FileWarning]]:
        """Links and pictures in double brackets, callouts, comments and the names of blocks, as ours has them."""
        warnings: list[FileWarning] = []
        body = replace(document.front.body, text=_sizes(document.front.body.text))
        regions = CodeRegions(body.text)
        lines = Lines(body.text, body.line)

        def written(found: re.Match[str]) -> str:
            if found.start() in regions:
                return found[0]
            if found["target"] is None:
                return ""
            shown = self._shown(found, document, index)
            told = "leads to nothing in this vault; it stays as text" if shown is None else "is shown as a link"
            if shown is None or (found["embed"] and not shown.startswith("!")):
                warnings.append(FileWarning(lines.at(found.start()), f"'{found[0][:80]}' {told}"))
            return found[0] if shown is None else shown

        converted = kramdown.excerpt_mark(_callouts(_WRITTEN.sub(written, body.text)))
        return Body(without_title(converted, document.about.title), body.line), warnings

    def _shown(self, found: re.Match[str], document: Document, index: Index) -> str | None:
        """What stands in place of `[[target#anchor|label]]`; None where there is no such file."""
        # In a table the bar is escaped, and the backslash is no part of the name.
        target = unquote(found["target"]).rstrip("\\").strip()
        label, _, last = (found["label"] or "").strip().rpartition("|")
        size = _SIZE.fullmatch(last)
        label = label if size else f"{label}|{last}".lstrip("|")
        anchor = (found["anchor"] or "").rpartition("#")[2].strip()
        mark = f"#{as_url(slugify(anchor))}" if anchor and not anchor.startswith("^") else ""
        if not target:
            return f"[{_escaped(label or anchor)}]({mark})" if mark else None
        known = self._note(target, document, index)
        if known is not None:
            return f"[{_escaped(label or last or known.title)}]({known.url}{mark})"
        inner = self._file(target)
        if inner is None:
            return None
        if found["embed"] and PurePosixPath(inner).suffix.lower() in _PICTURES:
            width, height = (size[1], size[2] or "") if size else ("", "")
            return embeds.figure(as_url(f"/{inner}"), alt=label, width=width, height=height)
        return f"[{_escaped(label or last or PurePosixPath(inner).name)}]({as_url(f'/{inner}')})"

    def _note(self, target: str, document: Document, index: Index) -> Known | None:
        """The note that a name means: beside this one, by its path, by its name alone, or by another name of it."""
        name = target if is_markdown(target) else f"{target}.md"
        beside = (PurePosixPath(document.source.inner).parent / name).as_posix()
        inner = self._file(name)
        candidates = [name.lstrip("/"), beside, inner, self._aliases.get(fold(target))]
        return next((index.by_inner[one] for one in candidates if one is not None and one in index.by_inner), None)

    def _file(self, target: str) -> str | None:
        """The file whose path ends with what is written."""
        wanted = fold(target.strip("/"))
        for inner in self._files.get(PurePosixPath(wanted).name, []):
            if f"/{fold(inner)}".endswith(f"/{wanted}"):
                return inner
        return None

    def places(self, address: str, document: Document) -> Iterator[Path]:
        """Beside the note, below the vault, or wherever a file of this name lies."""
        yield from super().places(address, document)
        inner = self._file(PurePosixPath(address).name)
        if inner is not None:
            yield self.root / inner


def _tags(written: str) -> list[str]:
    """The tags in a text: `#word`, not in code and not a number alone."""
    if "#" not in written:
        return []
    regions = CodeRegions(written)
    return [found[1].rstrip("/") for found in _TAG.finditer(written) if found.start() not in regions]


def _sizes(written: str) -> str:
    """Pictures with a size behind their words, with it behind their address."""
    if "|" not in written or "![" not in written:
        return written
    regions = CodeRegions(written)

    def ours(found: re.Match[str]) -> str:
        if found.start() in regions:
            return found[0]
        height = f" height={found['height']}" if found["height"] else ""
        return f"![{found['alt'].strip()}]{found['address']}{{width={found['width']}{height}}}"

    return _SIZED.sub(ours, written)


def _callouts(written: str) -> str:
    """`> [!abstract]- Title` with the kind that ours has; Obsidian's folding is not kept."""
    if "[!" not in written:
        return written
    regions = CodeRegions(written)

    def ours(found: re.Match[str]) -> str:
        kind = found["kind"].lower()
        if found.start() in regions:
            return found[0]
        name = kind.upper() if kind in _OURS else embeds.CALLOUTS.get(kind, "NOTE")
        title = found["title"].strip() or ("" if kind in _OURS else kind.capitalize())
        return f"{found['head']}[!{name}] {title}".rstrip()

    return _CALLOUT.sub(ours, written)


def _escaped(words: str) -> str:
    return re.sub(r"([\[\]\\])", r"\\\1", words)
