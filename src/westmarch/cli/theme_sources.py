"""Looking through the files of a theme for what is wrong with them, without running any."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from jinja2 import TemplateSyntaxError, meta, nodes

from westmarch.web.assets import references
from westmarch.web.manifest import FILE
from westmarch.web.theme import DEFAULT, Theme

TEMPLATES = (".html", ".xml")
_CSP = "is refused by the Content-Security-Policy: use a file of static/"
#: What the Content-Security-Policy refuses, and what would print unsafe text. Comments are taken out before.
_REFUSED = (
    (r"<style\b", f"<style> {_CSP}"),
    (r"<[a-z][^<>]*\sstyle\s*=", f"style=… {_CSP} and a class"),
    (r"<[a-z][^<>]*\son[a-z]+\s*=", f"on…= {_CSP}"),
    (r"<script\b(?![^<>]*(?:\bsrc\b|application/ld\+json))", f"a script within the page {_CSP}"),
    (
        r"""<(?:script|link\b[^<>]*\bstylesheet)\b[^<>]*(?:src|href)\s*=\s*["'](?:https?:)?//""",
        f"a script or style sheet of another host {_CSP}",
    ),
    (r"\|\s*safe\b", "safe prints whatever it is given: placed() prints stored HTML, all else is escaped"),
)
_COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a theme: what, in which file and line (0: the whole file). `wrong` says whether to mend it."""

    file: str
    line: int
    message: str
    wrong: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """A template of the site's own: its name, where it lies, what it says, and its tree if it can be parsed."""

    name: str
    path: Path
    text: str
    tree: nodes.Template | None

    def remark(self, line: int, message: str, *, wrong: bool = True) -> Remark:
        """A remark about a line of it."""
        return Remark(str(self.path), line, message, wrong)


def sources(theme: Theme, folders: Sequence[Path], remarks: list[Remark]) -> Iterator[Source]:
    """The templates in the folders; what cannot be parsed is remarked."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.suffix in TEMPLATES and path.is_file() and not name.startswith(("static/", "words/")):
                yield _source(theme, name, path, remarks)


def _source(theme: Theme, name: str, path: Path, remarks: list[Remark]) -> Source:
    text, tree = "", None
    try:
        text = path.read_text(encoding="utf-8")
        tree = theme.templates.parse(text, name, str(path))
        theme.templates.compile(text, name, str(path))
    except TemplateSyntaxError as error:
        remarks.append(Remark(str(path), error.lineno, str(error.message)))
    except (OSError, UnicodeDecodeError) as error:
        remarks.append(Remark(str(path), 0, f"It cannot be read: {error}."))
    return Source(name, path, text, tree)


def undefined_names(theme: Theme, source: Source, known: frozenset[str]) -> Iterator[Remark]:
    """Names that the template uses and does not receive."""
    if source.tree is None:
        return
    own = {name for node in source.tree.body for name in _bound(node)}
    missing = meta.find_undeclared_variables(source.tree) - known - own - theme.templates.globals.keys()
    for name in sorted(missing):
        line = next((node.lineno for node in source.tree.find_all(nodes.Name) if node.name == name), 0)
        yield source.remark(line, f"{source.name} does not receive {name!r}.{meant(name, known | own)}")


def _bound(node: nodes.Node) -> Iterator[str]:
    """What a node at the top of a template names for all blocks of it."""
    if isinstance(node, nodes.Import):
        yield node.target
    elif isinstance(node, nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in node.names)
    elif isinstance(node, nodes.Assign | nodes.AssignBlock):
        yield from (name.name for name in node.target.find_all(nodes.Name))
        if isinstance(node.target, nodes.Name):
            yield node.target.name
    elif isinstance(node, nodes.Macro):
        yield node.name


def wrong_calls(theme: Theme, source: Source, words: frozenset[str]) -> Iterator[Remark]:
    """Static files, words, options and templates that are named and are not there."""
    if source.tree is None:
        return
    there = {"asset": frozenset(theme.assets.files), "words": words}
    for call in source.tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in there and call.args:
            first, known = call.args[0], there[call.node.name]
            if isinstance(first, nodes.Const) and first.value not in known:
                noun = {"asset": "static file", "words": "word"}[call.node.name]
                yield source.remark(call.lineno, f"There is no {noun} {first.value!r}.{meant(first.value, known)}")
    options = frozenset(theme.options)
    for part in source.tree.find_all(nodes.Getattr):
        if isinstance(part.node, nodes.Name) and part.node.name == "options" and part.attr not in options:
            yield source.remark(part.lineno, f"There is no option {part.attr!r}.{meant(part.attr, options)}")
    templates = frozenset(theme.templates.list_templates())
    for node, name in named_templates(source):
        if name not in templates:
            yield source.remark(node.lineno, f"There is no template {name!r}.{meant(name, templates)}")


def named_templates(source: Source) -> Iterator[tuple[nodes.Node, str]]:
    """The templates that one extends, includes and imports, where it says so by name."""
    for node in source.tree.find_all(nodes.Stmt) if source.tree else ():
        if isinstance(node, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport):
            named = node.template.items if isinstance(node.template, nodes.List | nodes.Tuple) else [node.template]
            if not getattr(node, "ignore_missing", False):
                yield from ((node, name.value) for name in named if isinstance(name, nodes.Const))


def imported_alone(source: Source) -> Iterator[str]:
    """The templates of whose macros one makes use: they see nothing of the page."""
    for node in source.tree.find_all(nodes.Stmt) if source.tree else ():
        if isinstance(node, nodes.Import | nodes.FromImport) and not node.with_context:
            yield from (name.value for name in [node.template] if isinstance(name, nodes.Const))


def refused(source: Source) -> Iterator[Remark]:
    """What browsers will not take from the page."""
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source.text)
    for pattern, message in _REFUSED:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield source.remark(text.count("\n", 0, found.start()) + 1, f"{message}.")


def missing_references(theme: Theme, folders: Sequence[Path]) -> Iterator[Remark]:
    """Files that style sheets and scripts of the site's own load, and that are not there."""
    known = frozenset(theme.assets.files)
    for name, path in sorted(theme.assets.files.items()):
        if path.is_relative_to(DEFAULT) or not any(path.is_relative_to(folder) for folder in folders):
            continue
        body = path.read_bytes()
        for reference in references(name, body):
            if reference.target not in known:
                line = body.count(b"\n", 0, reference.start) + 1
                told = f"It loads {reference.written}, which is not there.{meant(reference.target, known)}"
                yield Remark(str(path), line, told)


def unused_files(theme: Theme, own: Sequence[Source], folder: Path, *, whole: bool) -> Iterator[Remark]:
    """Files that nothing uses: they have no original, and nothing of the site's own names them.

    A whole theme may hold what is no template, such as a licence. A static file is wrong only where it seems to be
    meant for another; catalogues of words are looked through elsewhere.
    """
    originals = theme.originals(folder)
    every = [*own, *of_default(theme)]
    named = {name for source in every for _, name in named_templates(source)} | _named_static(theme, every)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name in originals or name in named or name.startswith((".", "words/")):
            continue
        static, template = name.startswith("static/"), path.suffix in TEMPLATES
        told = meant(name, (original for original in originals if original.endswith(path.suffix)))
        if (told if static else template or not whole) and path.name != FILE:
            noun = "template" if template and not static else "file"
            yield Remark(str(path), 0, f"Nothing uses this {noun}: no original is called so.{told}")


def of_default(theme: Theme) -> Iterator[Source]:
    """The templates of the package, which may name a file that it does not bring."""
    for path in DEFAULT.rglob("*.html"):
        yield _source(theme, path.relative_to(DEFAULT).as_posix(), path, [])


def _named_static(theme: Theme, own: Sequence[Source]) -> set[str]:
    """The static files that templates of the site's own, style sheets and scripts name."""
    calls = (call for source in own if source.tree for call in source.tree.find_all(nodes.Call))
    by_templates = {call.args[0].value for call in calls if call.args and isinstance(call.args[0], nodes.Const)}
    by_files = {
        each.target for name, file in theme.assets.files.items() for each in references(name, file.read_bytes())
    }
    return {f"static/{name}" for name in by_templates | by_files}


def from_default(theme: Theme, folder: Path) -> Iterator[Remark]:
    """What a whole theme does not bring, so that the default's answers."""
    pages = sorted(name for name in theme.originals(folder) if name.endswith(".html"))
    if absent := [name for name in pages if not (folder / name).is_file()]:
        yield Remark(str(folder), 0, f"These templates come from the default: {', '.join(absent)}.", wrong=False)
    if not (folder / "base.html").is_file():
        return
    blocks = set(theme.templates.get_template("base.html").blocks)
    standard = set(Theme().templates.get_template("base.html").blocks)
    if lacking := sorted(standard - blocks):
        told = f"It has no block {', '.join(lacking)}, in which templates of the default put what they have."
        yield Remark(str(folder / "base.html"), 0, told, wrong=bool(absent and "main" in lacking))


def meant(name: str, known: Iterable[str]) -> str:
    """Which of the names is close to one that is wrong, as a question, if any is."""
    close = get_close_matches(name, list(known), 1)
    return f" Is {close[0]!r} meant?" if close else ""
