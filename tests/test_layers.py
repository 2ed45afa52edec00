"""The layers of the house: imports run one way, and importing does nothing.

A package may import from the layers below its own. Within some layers it may also import those that are listed before
it; in the others its neighbours are forbidden. Imports inside functions and for type checking count as well.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

SOURCE = Path(__file__).resolve().parent.parent / "src" / "westmarch"

IN_ORDER, APART = True, False
LAYERS: tuple[tuple[bool, tuple[str, ...]], ...] = (
    (IN_ORDER, ("errors", "settings", "configuration", "confined", "db")),
    (
        IN_ORDER,
        (
            "subjects",
            "changes",
            "events",
            "links",
            "mail",
            "followers",
            "site",
            "web",
            "metrics",
            "pagecache",
            "text",
            "textindex",
            "cards",
            "ops",
        ),
    ),
    (IN_ORDER, ("authors", "accounts")),
    (APART, ("comments", "tags", "topics", "media", "journal", "presence")),
    (APART, ("books", "posts")),
    (IN_ORDER, ("search", "home", "feeds", "transfer")),
    (IN_ORDER, ("migrations", "answers", "search_app", "admin", "api", "app", "backup", "cli", "__main__")),
)
#: Alembic runs this file as a script: its import is its work.
RUN_BY_ALEMBIC = "migrations/env.py"
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "core", "base", "manager", "service", "repository", "misc"}


def place(package: str) -> tuple[int, int]:
    """Layer of the package and its place there."""
    for layer, (_, packages) in enumerate(LAYERS):
        if package in packages:
            return layer, packages.index(package)
    raise AssertionError(f"westmarch.{package} has no layer: give it one in {__file__}")


def allowed(importer: str, imported: str) -> bool:
    (layer, position), (other_layer, other_position) = place(importer), place(imported)
    if layer != other_layer:
        return other_layer < layer
    return importer == imported or (LAYERS[layer][0] is IN_ORDER and other_position < position)


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Modules of ours that the code imports, wherever it does, with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are written in full"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from ((name, node.lineno) for name in names if name.startswith("westmarch."))


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def package_of(path: Path) -> str:
    if path.name == "__main__.py":  # What is run composes, wherever it lies.
        return "__main__"
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def test_every_package_has_a_layer() -> None:
    for path in modules():
        place(package_of(path))


@pytest.mark.slow
def test_imports_run_one_way() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}:{line} imports {name}"
        for path in modules()
        for name, line in imports(parsed(path))
        if name != "westmarch.__version__" and not allowed(package_of(path), name.split(".")[1])
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("importer", "imported", "may"),
    [
        ("posts", "tags", True),
        ("tags", "posts", False),
        ("tags", "media", False),
        ("errors", "settings", False),
        ("settings", "errors", True),
        ("feeds", "home", True),
        ("home", "feeds", False),
        ("app", "cli", False),
    ],
)
def test_a_package_may_import_what_stands_below_it(importer: str, imported: str, may: bool) -> None:
    assert allowed(importer, imported) is may


@pytest.mark.slow
def test_no_modules_import_each_other() -> None:
    known = {module_name(path): path for path in SOURCE.rglob("*.py")}
    graph = {
        name: {known_module(target, known) for target, _ in imports(parsed(path))} - {None, name}
        for name, path in known.items()
    }
    assert not (cycle := cycle_in(graph)), " → ".join(cycle)


def module_name(path: Path) -> str:
    parts = ["westmarch", *path.relative_to(SOURCE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def known_module(target: str, known: dict[str, Path]) -> str | None:
    """The module that is meant by `package.module` or `package.module.name`."""
    if target in known:
        return target
    parent = target.rpartition(".")[0]
    return parent if parent in known else None


def cycle_in(graph: dict[str, set[str | None]]) -> list[str]:
    """The modules of one cycle in their order, none if there is no cycle."""
    done: set[str] = set()

    def search(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in sorted(filter(None, graph[name])):
            if found := search(target, [*path, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := search(name, []))), [])


def test_a_cycle_is_found() -> None:
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": set()}) == []


# Importing does nothing

#: Names that touch the world; what is called at import is looked for by its full name or by the method's.
WORLDLY = {"open", "print", "input", "os.getenv", "os.getcwd", "asyncio.run", "sqlite3.connect"}
WORLDLY |= {"socket.socket", "subprocess.run", "subprocess.Popen", "threading.Thread", "Thread", "create_engine"}
WORLDLY |= {"create_async_engine", "logging.basicConfig", "logging.config.dictConfig", "ThreadPoolExecutor"}
WORLDLY_METHODS = {
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "mkdir",
    "unlink",
    "iterdir",
    "glob",
    "rglob",
}
WORLDLY_METHODS |= {"exists", "is_file", "is_dir", "stat", "setLevel", "addHandler"}


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """All code that runs when the module is imported: not the bodies of functions, nor what only runs as a script."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (inner for part in [*child.decorator_list, child.args] for inner in ast.walk(part))
        elif isinstance(child, ast.Lambda) or (isinstance(child, ast.If) and "__name__" in ast.unparse(child.test)):
            continue
        else:
            yield child
            yield from at_import(child)


def worldly(tree: ast.Module) -> list[str]:
    """What the code must not do at import and does: calls of such a function or method, reading `os.environ`."""
    told = []
    for node in at_import(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute | ast.Name):
            name, method = ast.unparse(called), called.attr if isinstance(called, ast.Attribute) else ""
            if name in WORLDLY or method in WORLDLY_METHODS:
                told.append(f"line {called.lineno}: {name}()")
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "os.environ":
            told.append(f"line {node.lineno}: os.environ")
    return told


@pytest.mark.slow
def test_no_module_touches_the_world_when_it_is_imported() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}: {told}"
        for path in modules()
        if path != SOURCE / RUN_BY_ALEMBIC
        for told in worldly(parsed(path))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "code",
    [
        "import os\nHOME = os.environ['HOME']",
        "TEXT = Path('x').read_text()",
        "class A:\n    engine = create_engine('sqlite://')",
        "def f(x=open('y')): ...",
        "if True:\n    print('hello')",
    ],
)
def test_what_touches_the_world_at_import_is_seen(code: str) -> None:
    assert worldly(ast.parse(code))


def test_what_waits_inside_a_function_is_allowed() -> None:
    assert not worldly(ast.parse("def f():\n    return open('x')\ng = lambda: open('x')"))


WATCHED_IMPORT = """
import importlib, sys, threading
import pydantic

pydantic.TypeAdapter(int)  # Pydantic looks for its plugins once, wherever the first shape is made.
seen = []

def watch(event, arguments):
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so", ".pth", ".pyd")):
        pass
    elif not event.startswith(("socket.", "subprocess.", "_thread.start")):
        return
    frame = sys._getframe()
    while frame and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    # What a library opens for itself has the library's own module around it.
    if frame and frame.f_code.co_filename.startswith(sys.argv[1]):
        seen.append(f"{frame.f_code.co_filename}: {event} {arguments[:1]}")

sys.addaudithook(watch)
for name in sys.argv[2:]:
    importlib.import_module(name)
if len(threading.enumerate()) > 1:
    seen.append(f"threads: {threading.enumerate()}")
sys.exit("\\n".join(seen) or 0)
"""


@pytest.mark.slow
def test_importing_everything_opens_nothing_and_starts_nothing() -> None:
    names = [module_name(path) for path in modules() if path.parent.name != "versions"]
    names.remove(module_name(SOURCE / RUN_BY_ALEMBIC))
    command = [sys.executable, "-B", "-c", WATCHED_IMPORT, f"{SOURCE}{os.sep}", *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


# Names


def test_no_module_has_a_name_that_says_nothing() -> None:
    wrong = [path for path in modules() if {path.stem, path.parent.name} & FORBIDDEN_NAMES]
    assert not wrong


def test_package_files_hold_a_docstring_only() -> None:
    for path in SOURCE.rglob("__init__.py"):
        body = parsed(path).body
        assert isinstance(body[0], ast.Expr), path
        assert isinstance(body[0].value, ast.Constant), path
        assert len(body) == (2 if path.parent == SOURCE else 1), f"{path} holds more than a docstring"
