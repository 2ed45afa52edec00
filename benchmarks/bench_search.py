"""How fast books are loaded and found: `python -m benchmarks.bench_search [BOOKS …] [--largest] [--json]`.

A catalogue of so many books, made from real ones by a seeded generator, is loaded by the command and served by one
worker of the search service on one core, which is asked from the other. Printed for each size: books a second into the
database and the index; the worker's memory; how long answers take to one client, and how many there are a second to
eight. Every question is asked once, so that nothing kept for another helps; the processor's time is that of the server
for an answer. In the same run, where a node of OpenSearch can be started, the same API with it as the engine; what it
takes is beside the server's own and not in its processor's time. At last how well books are found (`quality.py`).
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import catalogues, quality
from benchmarks.replaying import Replay, replay
from benchmarks.servers import Server, resident, served
from tests import clusters
from westmarch.search.kinds import SCHEMA
from westmarch.textindex.opening import open_index

SIZES, LARGEST = (20_000, 200_000), 2_000_000
#: OpenSearch stands beside the largest catalogue up to this size, and is asked one question of so many.
BESIDE, BESIDE_ASKED = 200_000, 4
CLIENTS = 8
FACETS = "tags,author,year"


def measure(
    folder: Path, source: catalogues.Source, catalogue: Path, books: int, asked: int, url: str = ""
) -> dict[str, float | str]:
    """All figures for a catalogue of that size in a file, in the index of the given address."""
    environment = {"WESTMARCH_SEARCH_URL": url} if url else {}
    found: dict[str, float | str] = {"name": f"{books:,} books" + (", OpenSearch" if url else "")}
    _westmarch(folder, environment, "init", "--title", "Benchmark")
    start, before = time.perf_counter(), _processor_of_commands()
    _westmarch(folder, environment, "books", "load", str(catalogue))
    if _westmarch(folder, environment, "search", "status", wanted=(0, 1)):
        _westmarch(folder, environment, "search", "rebuild")
    found["into database and index, books/s"] = books / (time.perf_counter() - start)
    found["into database and index, processor ms a book"] = (_processor_of_commands() - before) / books * 1e3
    questions = catalogues.questions(source, asked)
    command = [sys.executable, "-m", "westmarch", "--site", str(folder), "serve", "--service", "search", "--port"]
    with served(command, environment) as server:
        found["first answer, s"] = server.first
        _wait(server)
        for name, path, parameters in (
            ("q", "search/", [{"q": text} for text in questions]),
            ("q and three facets", "search/", [{"q": text, "facets": FACETS} for text in questions]),
            ("suggestions", "suggest", [{"q": text} for text in catalogues.beginnings(questions)[:asked]]),
        ):
            paths = [f"/api/v1/{path}?{urlencode(each)}" for each in parameters]
            replay(server.url, paths[: asked // 10])
            taken, processor = _replayed(server, paths)
            found[f"{name}, half at most, ms"] = taken.milliseconds(0.5)
            found[f"{name}, 99 of 100 at most, ms"] = taken.milliseconds(0.99)
            found[f"{name}, processor ms an answer"] = processor
        paths = [f"/api/v1/search/?{urlencode({'q': text})}" for text in questions] * 2
        taken, processor = _replayed(server, paths, CLIENTS)
        found[f"q, {CLIENTS} clients, answers/s"] = taken.rate
        found[f"q, {CLIENTS} clients, processor ms an answer"] = processor
        found["resident at the end, MiB"] = resident(server.pid)
    return found


def asked_well(folder: Path, source: catalogues.Source) -> Mapping[str, float]:
    """How well the real books are found; nothing where they are not there."""
    if source.real is None:
        return {}
    _westmarch(folder, {}, "init", "--title", "Benchmark")
    _westmarch(folder, {}, "books", "load", str(source.real))
    _westmarch(folder, {}, "search", "rebuild")

    async def means() -> Mapping[str, float]:
        index = open_index("", folder / "search", SCHEMA)
        try:
            return quality.means(await quality.ranks(index, quality.questions()))
        finally:
            await index.close()

    return asyncio.run(means())


def _replayed(server: Server, paths: list[str], clients: int = 1) -> tuple[Replay, float]:
    """What answers took, and the milliseconds of the processor for each."""
    before = server.processor_time()
    taken = replay(server.url, paths, clients)
    return taken, (server.processor_time() - before) / len(paths) * 1e3


def _westmarch(folder: Path, environment: Mapping[str, str], *arguments: str, wanted: tuple[int, ...] = (0,)) -> int:
    """The exit status of a command of ours; another than is wanted ends the run."""
    command = [sys.executable, "-m", "westmarch", "--site", str(folder), *arguments]
    done = subprocess.run(command, env=os.environ | environment, stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in wanted:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}")
    return done.returncode


def _processor_of_commands() -> float:
    """Seconds of the processor that all commands until now have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _wait(server: Server) -> None:
    """Until the index is as far as the database."""
    until = time.monotonic() + 600
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.HTTPError):
            if not json.loads(urllib.request.urlopen(f"{server.url}/readyz").read())["behind"]:
                return
        time.sleep(0.1)
    raise RuntimeError("the index is not ready after ten minutes")


@contextlib.contextmanager
def _node(folder: Path) -> Iterator[str]:
    """The address of a node of OpenSearch; empty where none can be started."""
    with contextlib.ExitStack() as stack:
        try:
            address = stack.enter_context(clusters.shared_node(clusters.OPENSEARCH, folder))
        except clusters.NoNodeError as error:
            print(f"OpenSearch is left out: {error}", file=sys.stderr)
            address = ""
        yield f"opensearch+{address}" if address else ""


def main() -> None:
    """Measure each size, and print tables or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("books", type=int, nargs="*", default=SIZES)
    parser.add_argument("--largest", action="store_true", help=f"{LARGEST:,} books too; takes a quarter of an hour")
    parser.add_argument("--without-opensearch", action="store_true", help="start no node of OpenSearch")
    parser.add_argument("--questions", type=int, default=2_000, help="so many questions of each kind")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    source = catalogues.source()
    columns = []
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        files: dict[int, Path] = {}
        for books in [*given.books, *([LARGEST] if given.largest else [])]:
            files[books] = Path(place) / f"{books}.ndjson"
            catalogues.write(source, books, files[books])
            with tempfile.TemporaryDirectory() as site:
                columns.append(measure(Path(site), source, files[books], books, given.questions))
        if not given.without_opensearch and (url := stack.enter_context(_node(Path(place)))):
            books = max((size for size in files if size <= BESIDE), default=min(files))
            site = stack.enter_context(tempfile.TemporaryDirectory())
            columns.append(measure(Path(site), source, files[books], books, given.questions // BESIDE_ASKED, url))
    with tempfile.TemporaryDirectory() as place:
        found: dict[str, Any] = {"source": source.name, "columns": columns, "quality": asked_well(Path(place), source)}
    if given.json:
        json.dump(found, sys.stdout)
        return
    print(f"made from {source.name}")
    for column in columns:
        print("", *(f"{name:44} {value}" for name, value in column.items()), sep="\n")
    print("", *(f"{name:20} {value:.3f}" for name, value in found["quality"].items()), sep="\n")


if __name__ == "__main__":
    main()
