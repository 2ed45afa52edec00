"""The processes beside the one that writes."""

import multiprocessing
import os
import signal
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest

from tests.transfer.folders import write
from westmarch.transfer.blogs import Options
from westmarch.transfer.items import Entry, Item, Source
from westmarch.transfer.plain import Plain
from westmarch.transfer.preparing import Failed, Prepared
from westmarch.transfer.reader import BlogReader
from westmarch.transfer.workers import Workers


def test_files_are_prepared_in_order_also_when_a_process_dies(tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {f"{n:03}.md": f"---\ndate: 2020-01-01\n---\n# Title {n}\n" for n in range(60)})
    reader = BlogReader(Plain(folder, Options(folder, UTC, datetime.now(UTC)), "/{slug}/"), 0, folder, "")
    entries = [entry for entry in reader.entries() if isinstance(entry, Entry)]
    workers = Workers((reader,), "en", many=True)
    titles = []
    try:
        results = chain.from_iterable(workers.prepared((entry, None) for entry in entries))
        for number, (_, _, prepared) in enumerate(results):
            assert isinstance(prepared, Prepared)
            titles.append(prepared.item.metadata.title)
            if number == 10:
                for child in multiprocessing.active_children():
                    assert child.pid is not None
                    os.kill(child.pid, signal.SIGKILL)
    finally:
        workers.close()
    assert titles == [f"Title {n}" for n in range(60)]


class _Deadly(BlogReader):
    """A reader of which a process dies at one file."""

    def item(self, source: Source) -> Item:
        if source.key == "020.md" and multiprocessing.parent_process() is not None:
            os._exit(1)
        return super().item(source)


def test_of_a_batch_only_the_file_that_a_process_dies_of_is_lost(tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {f"{n:03}.md": f"---\ndate: 2020-01-01\n---\n# Title {n}\n" for n in range(40)})
    reader = _Deadly(Plain(folder, Options(folder, UTC, datetime.now(UTC)), "/{slug}/"), 0, folder, "")
    entries = [entry for entry in reader.entries() if isinstance(entry, Entry)]
    workers = Workers((reader,), "en", many=True)
    try:
        found = list(chain.from_iterable(workers.prepared((entry, None) for entry in entries)))
    finally:
        workers.close()
    assert [entry for entry, _, _ in found] == entries
    assert [entry.key for entry, _, prepared in found if isinstance(prepared, Failed)] == ["020.md"]


@pytest.mark.parametrize("many", [True, False])
def test_a_batch_ends_early_where_its_files_are_large(tmp_path: Path, many: bool) -> None:
    large = "word " * 60_000
    folder = write(tmp_path / "blog", {f"{n:03}.md": f"# T{n}\n\n{large if n < 4 else 'word'}\n" for n in range(24)})
    reader = BlogReader(Plain(folder, Options(folder, UTC, datetime.now(UTC)), "/{slug}/"), 0, folder, "")
    entries = [entry for entry in reader.entries() if isinstance(entry, Entry)]
    workers = Workers((reader,), "en", many=many)
    try:
        batches = [[entry.key for entry, _, _ in batch] for batch in workers.prepared((one, None) for one in entries)]
    finally:
        workers.close()
    assert [key for batch in batches for key in batch] == [entry.key for entry in entries]
    assert max(len([key for key in batch if key < "004"]) for batch in batches) <= 2
