"""Drawing cards once, one after the other, in a process of its own, and keeping them."""

import asyncio
import errno
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from westmarch.cards import studio
from westmarch.cards.card import Card
from westmarch.cards.drawing import draw
from westmarch.cards.fonts import Fonts
from westmarch.cards.store import Store
from westmarch.cards.studio import NotDrawn, Studio
from westmarch.confined import Worker
from westmarch.errors import Unavailable
from westmarch.web.mark import checked
from westmarch.web.pictures import draw as draw_mark
from westmarch.web.theme import DEFAULT

pytestmark = pytest.mark.unit

CARD = Card("A title", "en", rtl=False, site="A site", site_language="en", site_rtl=False, accent="#1f6f8b")


@pytest.fixture(scope="module")
def mark() -> bytes:
    svg = (DEFAULT / "static" / "icon.svg").read_bytes()
    return draw_mark(checked(svg, "#175d78").svg.decode(), 208)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Studio]:
    """A studio with an empty folder."""
    made = Studio(Store(tmp_path / "cards"), tmp_path / "fonts")
    yield made
    made.close()


class Drawer:
    """Asks the process as the real one does, counts, and waits for `go` where it is held."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.go = threading.Event()
        self.go.set()
        real = Worker.ask

        def ask(worker: Worker, question: object) -> Any:
            self.go.wait(10)
            self.count += 1
            return real(worker, question)

        monkeypatch.setattr(Worker, "ask", ask)


@pytest.fixture
def drawer(monkeypatch: pytest.MonkeyPatch) -> Drawer:
    return Drawer(monkeypatch)


@pytest.mark.slow
async def test_a_card_is_drawn_once_for_all_who_ask(place: Studio, mark: bytes, drawer: Drawer) -> None:
    cards = await asyncio.gather(*(place.card(7, "a" * 16, CARD, mark) for _ in range(20)))
    assert len(set(cards)) == 1
    assert await place.card(7, "a" * 16, CARD, mark) == cards[0]
    assert drawer.count == 1
    assert (place.store.folder / "0" / f"7-{'a' * 16}.png").read_bytes() == cards[0]


@pytest.mark.slow
async def test_who_goes_away_does_not_take_the_card_from_the_others(place: Studio, mark: bytes, drawer: Drawer) -> None:
    drawer.go.clear()
    first = asyncio.create_task(place.card(7, "a" * 16, CARD, mark))
    second = asyncio.create_task(place.card(7, "a" * 16, CARD, mark))
    await asyncio.sleep(0.05)
    first.cancel()
    drawer.go.set()
    assert (await second).startswith(b"\x89PNG")
    assert drawer.count == 1


@pytest.mark.slow
async def test_too_many_who_wait_are_told_to_come_again(
    place: Studio, mark: bytes, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "MOST_WAITING", 3)
    drawer.go.clear()
    waiting = [asyncio.create_task(place.card(number, "a" * 16, CARD, mark)) for number in range(1, 4)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await place.card(4, "a" * 16, CARD, mark)
    drawer.go.set()
    assert len(await asyncio.gather(*waiting)) == 3
    assert await place.card(4, "a" * 16, CARD, mark)


@pytest.mark.slow
async def test_an_earlier_card_of_the_same_subject_goes(place: Studio, mark: bytes) -> None:
    for number in (1, 11, 1_001):
        await place.card(number, "a" * 16, CARD, mark)
    await place.card(1, "b" * 16, CARD, mark)
    names = sorted(path.name[:4] for path in place.store.folder.rglob("*.png"))
    assert names == ["1-bb", "1001", "11-a"]
    assert place.store.find(1, "a" * 16) is None


@pytest.mark.slow
async def test_half_a_file_is_drawn_anew(place: Studio, mark: bytes, drawer: Drawer) -> None:
    body = await place.card(7, "a" * 16, CARD, mark)
    path = next(place.store.folder.rglob("*.png"))
    path.write_bytes(body[: len(body) // 2])
    assert await place.card(7, "a" * 16, CARD, mark) == body
    assert path.read_bytes() == body
    assert drawer.count == 2


@pytest.mark.slow
async def test_a_full_disk_keeps_no_card_and_the_log_says_so(
    place: Studio, mark: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, body: bytes) -> int:
        with path.open("wb") as file:
            file.write(body[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with caplog.at_level(logging.ERROR):
        assert (await place.card(7, "a" * 16, CARD, mark)).startswith(b"\x89PNG")
    assert "No space left on device" in caplog.text
    assert str(place.store.folder) in caplog.text
    assert [path for path in place.store.folder.rglob("*") if path.is_file()] == []


async def test_a_folder_that_cannot_be_made_keeps_no_card(
    place: Studio, mark: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    place.store.folder.write_text("a file where the folder should be")
    assert (await place.card(7, "a" * 16, CARD, mark)).startswith(b"\x89PNG")
    assert "cannot be kept" in caplog.text


@pytest.mark.slow
async def test_the_loop_goes_on_while_a_card_is_drawn(place: Studio, mark: bytes, drawer: Drawer) -> None:
    drawer.go.clear()
    waiting = asyncio.create_task(place.card(7, "a" * 16, CARD, mark))
    turns = 0
    for _ in range(20):
        await asyncio.sleep(0.001)
        turns += 1
    assert not waiting.done()
    drawer.go.set()
    await waiting
    assert turns == 20


@pytest.mark.slow
async def test_the_process_draws_what_is_drawn_here(place: Studio, mark: bytes, bare: Fonts) -> None:
    assert await place.card(7, "a" * 16, CARD, mark) == draw(CARD, mark, bare)


@pytest.mark.slow
async def test_cards_come_from_one_process_until_the_studio_is_closed(place: Studio, mark: bytes) -> None:
    assert place.worker.pid is None
    await place.card(1, "a" * 16, CARD, mark)
    pid = place.worker.pid
    assert pid is not None
    await place.card(2, "a" * 16, CARD, mark)
    assert place.worker.pid == pid
    place.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.slow
async def test_the_next_card_is_drawn_after_the_process_was_killed(place: Studio, mark: bytes) -> None:
    await place.card(1, "a" * 16, CARD, mark)
    pid = place.worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    for _ in range(500):
        if place.worker.pid is None:
            break
        await asyncio.sleep(0.01)
    assert await place.card(2, "a" * 16, CARD, mark)


@pytest.mark.slow
async def test_a_card_that_ends_the_process_costs_that_card_alone(
    place: Studio, mark: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(NotDrawn, match=r"The card of 'A title' cannot be drawn: it ended the process"):
        await place.card(1, "a" * 16, CARD, b"no picture")
    assert await place.card(2, "a" * 16, CARD, mark)
    assert "UnidentifiedImageError" in caplog.text


async def test_who_waits_for_a_card_at_the_stop_is_told(place: Studio, mark: bytes) -> None:
    waiting = [asyncio.create_task(place.card(number, "a" * 16, CARD, mark)) for number in range(1, 4)]
    for _ in range(5000):
        if place.worker.pid is not None:
            break
        await asyncio.sleep(0.001)
    place.close()
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, bytes | NotDrawn | asyncio.CancelledError) for one in ended)
    assert not isinstance(ended[-1], bytes)


@pytest.mark.slow
def test_what_asks_for_cards_loads_nothing_that_draws() -> None:
    code = "import sys, westmarch.app; print(sorted({'PIL', 'uharfbuzz', 'resvg_py'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
