"""The process that keeps the search index beside a load of books: what it tells the load."""

import threading
from multiprocessing.connection import Pipe

import pytest

from westmarch.cli.index_process import Added

pytestmark = pytest.mark.unit


def test_documents_are_counted_while_nobody_reads_and_told_once_the_load_is_over() -> None:
    reader, writer = Pipe()
    over = threading.Event()
    added = Added(writer, over)

    def work() -> None:
        for _ in range(10_000):
            added(1_000)
        over.set()
        added(5)

    # In a thread that ends with the tests: a pipe that is full never comes back.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "it waits for a reader"
    assert reader.recv() == 10_000_005
    added(0)
    assert not reader.poll()
    reader.close()
    writer.close()
