"""Asking the processes that serve a site, over their private sockets."""

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from westmarch.errors import Invalid, Unavailable
from westmarch.ops import control
from westmarch.ops.control import ask, serving
from westmarch.settings import Settings

pytestmark = pytest.mark.unit

#: A process that serves the verb `who` until it is killed.
OTHER = """
import asyncio, sys
from pathlib import Path
from westmarch.ops.control import serving
from westmarch.settings import Settings

async def who():
    return sys.argv[2]

async def main():
    async with serving(Settings(site=Path(sys.argv[1])), {"who": who}):
        print("ready", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture(params=["short", "long"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A site, whose path is longer than the paths of sockets may be in one of two runs."""
    site = tmp_path / ("x" * 200) if request.param == "long" else tmp_path
    site.mkdir(exist_ok=True)
    return Settings(site=site)


def sockets(settings: Settings) -> list[Path]:
    return list((settings.run_folder / "control").iterdir())


@pytest.fixture
def other(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(settings.site), "other"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


async def who() -> str:
    return "this one"


async def echo(**arguments: Any) -> dict[str, Any]:
    return arguments


async def test_a_question_is_answered_with_what_the_function_gives(settings: Settings) -> None:
    async with serving(settings, {"echo": echo}):
        told = {"words": "Größe\n𝕏", "list": [1, None, True]}
        assert await ask(settings, "echo", **told) == [(os.getpid(), told)]


async def test_a_long_answer_comes_whole(settings: Settings) -> None:
    async def long() -> str:
        return "x" * 3_000_000

    async with serving(settings, {"long": long}):
        [(_, answer)] = await ask(settings, "long")
    assert len(answer) == 3_000_000


async def test_nobody_answers_where_nothing_is_served(settings: Settings) -> None:
    assert await ask(settings, "who") == []
    async with serving(settings, {"who": who}):
        pass
    assert await ask(settings, "who") == []
    assert sockets(settings) == []


async def test_all_processes_are_asked(settings: Settings, other: subprocess.Popen[str]) -> None:
    async with serving(settings, {"who": who}):
        assert await ask(settings, "who") == sorted([(os.getpid(), "this one"), (other.pid, "other")])


async def test_only_the_owner_may_enter(settings: Settings) -> None:
    async with serving(settings, {"who": who}):
        [place] = sockets(settings)
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        real = place.resolve()
        assert len(os.fsencode(real)) <= 103
        assert stat.S_IMODE(real.parent.stat().st_mode) == 0o700
    assert not real.exists()


async def test_a_folder_that_others_may_enter_is_closed(settings: Settings) -> None:
    (settings.run_folder / "control").mkdir(parents=True, mode=0o755)
    async with serving(settings, {"who": who}):
        assert stat.S_IMODE((settings.run_folder / "control").stat().st_mode) == 0o700


async def test_the_socket_of_a_killed_process_is_removed_when_it_is_asked(
    settings: Settings, other: subprocess.Popen[str]
) -> None:
    other.kill()
    other.wait()
    [place] = sockets(settings)
    real = place.resolve()
    assert await ask(settings, "who") == []
    assert sockets(settings) == []
    assert not real.exists()


async def test_the_socket_of_a_killed_process_is_removed_by_the_next_one(
    settings: Settings, other: subprocess.Popen[str]
) -> None:
    other.kill()
    other.wait()
    [dead] = sockets(settings)
    async with serving(settings, {"who": who}):
        [place] = sockets(settings)
        assert place != dead


async def test_the_socket_of_a_living_process_is_left_alone(settings: Settings, other: subprocess.Popen[str]) -> None:
    async with serving(settings, {"who": who}):
        assert len(sockets(settings)) == 2
    assert await ask(settings, "who") == [(other.pid, "other")]


async def test_what_a_function_refuses_is_told(settings: Settings) -> None:
    async def refuse() -> None:
        raise Invalid("That is no address.", hint="Give another.")

    async with serving(settings, {"refuse": refuse}):
        with pytest.raises(Unavailable, match="That is no address") as told:
            await ask(settings, "refuse")
    assert told.value.hint == "Give another."


async def test_a_question_that_is_not_known_is_told(settings: Settings) -> None:
    async with serving(settings, {"who": who}):
        with pytest.raises(Unavailable, match="cannot be asked for 'what'"):
            await ask(settings, "what")


@pytest.mark.slow
async def test_a_process_that_hangs_is_left_out_and_told_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(control, "PATIENCE", 0.1)

    async def hang() -> None:
        await asyncio.sleep(60)

    async with serving(settings, {"hang": hang}):
        assert await ask(settings, "hang") == []
    assert "does not answer" in caplog.text or "no whole answer" in caplog.text


@pytest.mark.parametrize("line", [b"", b"\n", b"nonsense\n", b"[]\n", b'{"verb": "who"}\n', b"x" * 100_000])
async def test_nonsense_is_not_answered_and_harms_nothing(settings: Settings, line: bytes) -> None:
    async with serving(settings, {"who": who}):
        [place] = sockets(settings)
        reader, writer = await asyncio.open_unix_connection(str(place.resolve()))
        try:
            writer.write(line)
            writer.write_eof()
            assert await reader.read() == b""
        except ConnectionResetError:
            pass  # It let go of the line before its end.
        finally:
            writer.close()
        assert await ask(settings, "who") == [(os.getpid(), "this one")]


async def test_a_process_without_a_place_for_its_socket_serves_and_says_so(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.run_folder.write_text("in the way", encoding="utf-8")
    async with serving(settings, {"who": who}):
        pass
    assert "Commands cannot ask this process" in caplog.text


async def test_a_socket_is_not_to_be_found_before_it_listens(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, listen, seen = settings.run_folder / "control", socket.socket.listen, []

    def watched(self: socket.socket, *arguments: Any) -> None:
        seen.append(list(control._places(folder)))
        listen(self, *arguments)

    monkeypatch.setattr(socket.socket, "listen", watched)
    async with serving(settings, {"who": who}):
        assert seen[0] == []


async def test_the_line_is_what_the_module_says(settings: Settings) -> None:
    async with serving(settings, {"echo": echo}):
        [place] = sockets(settings)
        reader, writer = await asyncio.open_unix_connection(str(place.resolve()))
        writer.write(b'{"verb": "echo", "arguments": {"a": 1}}\n')
        assert json.loads(await reader.read()) == {"worker": os.getpid(), "answer": {"a": 1}}
        writer.close()
