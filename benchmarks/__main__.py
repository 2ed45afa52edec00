"""All benchmarks in one run: `python -m benchmarks [NAME …] [--write]`. Printed as the tables of docs/performance.md.

With `--write` the tables of that page are replaced.
"""

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"

Table = Callable[[Any], str]


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown, its first column to the left and the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float) -> str:
    """A figure with as many digits as mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def pages(found: list[Mapping[str, float]]) -> str:
    """A column for each number of posts."""
    names = [name for name in found[0] if name != "posts"]
    head = ["", *(f"{column['posts']:,.0f} posts" for column in found)]
    return table(head, [[name, *(number(column[name]) for column in found)] for name in names])


def figures(found: Mapping[str, float]) -> str:
    """A row for each figure."""
    return table(["", "figure"], [[name, number(value)] for name, value in found.items()])


def groups(found: Mapping[str, Mapping[str, float]]) -> str:
    """A table for each group of figures."""
    return "\n\n".join(f"{name}\n\n{figures(group)}" for name, group in found.items())


def imports(found: Mapping[str, Mapping[str, float]]) -> str:
    """A row for each format."""
    columns = {
        "posts": "posts", "posts/s": "posts/s, first run", "again, posts/s": "posts/s, second run",
        "processor ms a post": "processor ms a post, first run", "MiB after a quarter": "MiB after a quarter",
        "MiB at the end": "MiB at the end",
    }  # fmt: skip
    rows = [[name, *(number(row[column]) for column in columns.values())] for name, row in found.items()]
    return table(["", *columns], rows)


def search(found: Mapping[str, Any]) -> str:
    """A column for each catalogue, then how well books are found."""
    columns = found["columns"]
    names = [name for name in columns[0] if name != "name"]
    head = [f"made from {found['source']}", *(column["name"] for column in columns)]
    measured = table(head, [[name, *(number(column[name]) for column in columns)] for name in names])
    if not (ranks := found["quality"]):
        return measured
    asked = [[kind, f"{mean:.3f}"] for kind, mean in ranks.items()]
    return f"{measured}\n\n{table(['200 questions to goodbooks-10k', 'mean reciprocal rank'], asked)}"


def changes(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """With and without triggers, a row for each engine and operation."""
    rows = [
        [f"{engine}: {operation}", *(number(kinds[kind][operation]) for kind in ("with", "without", "cost"))]
        for engine, kinds in found.items()
        for operation in kinds["with"]
    ]
    return table(["", "with triggers", "without", "cost"], rows)


def evictions(found: Mapping[str, Mapping[str, float]]) -> str:
    """A row for each change; then what recording costs a page."""
    *rows, (costs, of_pages) = found.items()
    head = ["", *rows[0][1]]
    counted = table(head, [[name, *(number(value) for value in row.values())] for name, row in rows])
    return f"{counted}\n\n{table([costs, ''], [[page, number(value)] for page, value in of_pages.items()])}"


_SLOWEST = ("nobody writes", "ten edits a second", "ratio")


def cache(found: Mapping[str, Any]) -> str:
    """Hits beside a bare application, then the slowest answers of each engine, then memory."""
    head = ["", "connections", "bare, req/s", "req/s", "ratio", "added, µs", "ratio of processor time"]
    names = ("connections", "bare", "ours", "ratio", "added", "processor ratio")
    hits = table(head, [[row["what"], *(number(row[name]) for name in names)] for row in found["hits"]])
    slowest = table(
        ["99 of 100 answers take at most, ms", *_SLOWEST, *(f"bare, {column}" for column in _SLOWEST)],
        [[engine, *map(number, row.values())] for engine, row in found["p99"].items()],
    )
    memory = table(
        ["MiB of a worker whose cache is full", "limit", "resident", "beside the limit"],
        [["", *map(number, row.values())] for row in found["memory"]],
    )
    return f"{hits}\n\n{slowest}\n\n{memory}"


BENCHMARKS: Mapping[str, Table] = {
    "pages": pages,
    "api": figures,
    "import": imports,
    "export": figures,
    "backup": figures,
    "markdown": groups,
    "changes": changes,
    "cache": cache,
    "evictions": evictions,
    "metrics": figures,
    "search": search,
    "size": figures,
    "signing": figures,
    "admin": figures,
    "editor": figures,
    "views": figures,
}


def run(name: str) -> str:
    """The table of one benchmark, which runs in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.bench_{name}", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return BENCHMARKS[name](json.loads(done.stdout))


def write(tables: Mapping[str, str]) -> None:
    """Put the tables into the page, each between its marks."""
    page = PAGE.read_text(encoding="utf-8")
    when = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {platform.system()}"
    for name, text in tables.items():
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        page = f"{before}{mark}Measured {when}.\n\n{text}\n<!-- end -->{rest.partition('<!-- end -->')[2]}"
    PAGE.write_text(page, encoding="utf-8")


def main() -> None:
    """Run what is named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], default=[])
    parser.add_argument("--write", action="store_true", help="replace the tables of docs/performance.md")
    given = parser.parse_args()
    tables = {}
    for name in given.names or BENCHMARKS:
        tables[name] = run(name)
        print(f"\n{name}\n\n{tables[name]}", flush=True)
    if given.write:
        write(tables)


if __name__ == "__main__":
    main()
