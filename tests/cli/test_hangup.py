"""SIGHUP: a changed theme is taken while requests go on, by one process and by several."""

import json
import os
import pty
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx2
import pytest

from tests.cli.conftest import Westmarch
from tests.conftest import in_a_loop_apart
from tests.pagecache.cached import fill
from tests.serving import COMMAND, Serving, serving
from westmarch.db.database import open_database


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path) -> Path:
    """A filled site with a template of its own for posts."""
    (tmp_path / "westmarch.toml").write_text('url = "https://example.org"\n', encoding="utf-8")
    shutil.copyfile(sqlite_template, tmp_path / "westmarch.db")
    (tmp_path / "theme" / "posts").mkdir(parents=True)
    (tmp_path / "theme" / "words").mkdir()
    change(tmp_path, "one")

    async def write() -> None:
        async with open_database(f"sqlite:///{tmp_path / 'westmarch.db'}") as db:
            await db.write(fill)

    in_a_loop_apart(write())
    return tmp_path


def change(site: Path, words: str) -> None:
    """A template and a text of the catalogue that say the same words, put in place each at one moment."""
    for name, text in (
        ("posts/detail.html", f"{words} {{{{ words('posts') }}}}"),
        ("words/en.toml", f'"posts" = "{words}"\n'),
    ):
        made = site / "theme" / f"{name}.new"
        made.write_text(text, encoding="utf-8")
        made.rename(site / "theme" / name)


@contextmanager
def asking(server: Serving, readers: int = 2) -> Iterator[list[tuple[float, float, str, str]]]:
    """Readers who ask without pause; when each asked and was answered, the answer, and where it came from."""
    answers: list[tuple[float, float, str, str]] = []
    stop = Event()

    def read() -> None:
        with httpx2.Client(base_url=server.url, timeout=60) as client:
            while not stop.is_set():
                asked = time.monotonic()
                answer = client.get("/p1/", headers={"connection": "close"})
                assert answer.status_code == 200
                answers.append((asked, time.monotonic(), answer.text, answer.headers["cache-status"]))
                time.sleep(0.03)

    with ThreadPoolExecutor(readers) as threads:
        reading = [threads.submit(read) for _ in range(readers)]
        try:
            yield answers
        finally:
            stop.set()
        for reader in reading:
            reader.result()  # Raises where a request was lost.


def when(found: Callable[[], bool]) -> float:
    """The moment from which on it is so."""
    deadline = time.monotonic() + 180
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return time.monotonic()


def said(server: Serving, words: str, times: int) -> bool:
    return server.log.read_text(encoding="utf-8").count(words) >= times


def test_one_process_takes_a_changed_theme_and_loses_no_request(site: Path, westmarch: Westmarch) -> None:
    with serving(site) as server, asking(server) as answers:
        when(lambda: any("hit" in answer[3] for answer in answers))
        change(site, "two")
        os.kill(server.process.pid, signal.SIGHUP)
        done = when(lambda: said(server, "read again: they have changed", 1))
        when(lambda: len([1 for answer in answers if answer[0] > done and "hit" in answer[3]]) > 5)
        numbers = json.loads(westmarch("--site", site, "cache", "status", "--json").out)
        assert "files of the theme" in numbers["workers"][0]["cleared"]["why"]
        assert server.process.poll() is None
    assert {answer[2] for answer in answers} == {"one one", "two two"}, "and none is made of both"
    assert {answer[2] for answer in answers if answer[0] > done} == {"two two"}


def test_where_nothing_has_changed_the_pages_stay(site: Path, westmarch: Westmarch) -> None:
    with serving(site) as server:
        for _ in range(3):
            httpx2.get(f"{server.url}/p1/", timeout=60)
        before = json.loads(westmarch("--site", site, "cache", "status", "--json").out)["workers"][0]
        os.kill(server.process.pid, signal.SIGHUP)
        when(lambda: said(server, "read again: they are the same", 1))
        after = json.loads(westmarch("--site", site, "cache", "status", "--json").out)["workers"][0]
        assert after["fingerprint"] == before["fingerprint"]
        assert after["pages"] > 0
        assert after["cleared"] == before["cleared"]


def test_a_theme_that_cannot_be_read_leaves_readers_what_answers(site: Path) -> None:
    with serving(site) as server:
        assert httpx2.get(f"{server.url}/p1/", timeout=60).text == "one one"
        for name, other in (("a", "b"), ("b", "a")):
            (site / "theme" / "static").mkdir(exist_ok=True)
            (site / "theme" / "static" / f"{name}.css").write_text(f'@import "{other}.css";', encoding="utf-8")
        os.kill(server.process.pid, signal.SIGHUP)
        when(lambda: said(server, "read again: they have changed", 1))
        answer = httpx2.get(f"{server.url}/p1/", timeout=60)
        assert answer.status_code == 200
        assert "<h1" in answer.text, "the package's own"


def test_workers_are_replaced_and_no_request_is_lost(site: Path, westmarch: Westmarch) -> None:
    def both_answer() -> bool:
        told = json.loads(westmarch("--site", site, "cache", "status", "--json").out)["workers"]
        return [worker["pages"] > 0 for worker in told] == [True, True]

    with serving(site, "--workers", "2") as server, asking(server) as answers:
        # Each has made its theme, of the files as they are before the change.
        when(lambda: said(server, "startup complete", 2) and both_answer())
        change(site, "two")
        os.kill(server.process.pid, signal.SIGHUP)
        done = when(lambda: said(server, "Finished server process", 2))
        when(lambda: len([1 for answer in answers if answer[0] > done]) > 10)
    assert {answer[2] for answer in answers} <= {"one one", "two two"}
    assert {answer[2] for answer in answers if answer[0] > done} == {"two two"}


def test_a_server_whose_terminal_is_closed_stops(site: Path) -> None:
    ours, its = pty.openpty()
    log = site / "serve.log"
    with log.open("w", encoding="utf-8") as told:
        process = subprocess.Popen(
            [*COMMAND, "--site", str(site), "serve", "--port", "0"],
            stdin=its,
            stdout=told,
            stderr=told,
            start_new_session=True,
        )
        os.close(its)
        try:
            when(lambda: "startup complete" in log.read_text(encoding="utf-8"))
            os.close(ours)
            os.kill(process.pid, signal.SIGHUP)
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait()
