"""The processes beside the one that writes."""

import multiprocessing
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from tests.transfer.folders import write
from westmarch.transfer.blogs import Options
from westmarch.transfer.items import Entry
from westmarch.transfer.plain import Plain
from westmarch.transfer.preparing import Prepared
from westmarch.transfer.reader import BlogReader
from westmarch.transfer.workers import Workers


def test_files_are_prepared_in_order_also_when_a_process_dies(tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {f"{n:03}.md": f"---\ndate: 2020-01-01\n---\n# Title {n}\n" for n in range(60)})
    reader = BlogReader(Plain(folder, Options(folder, UTC, datetime.now(UTC)), "/{slug}/"), 0, folder, "")
    entries = [entry for entry in reader.entries() if isinstance(entry, Entry)]
    workers = Workers((reader,), "en", many=True)
    titles = []
    try:
        for number, (_, _, prepared) in enumerate(workers.prepared((entry, None) for entry in entries)):
            assert isinstance(prepared, Prepared)
            titles.append(prepared.item.metadata.title)
            if number == 10:
                for child in multiprocessing.active_children():
                    assert child.pid is not None
                    os.kill(child.pid, signal.SIGKILL)
    finally:
        workers.close()
    assert titles == [f"Title {n}" for n in range(60)]
