"""How far a work is, told by a real WebSocket of a real server."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from sqlalchemy.orm import Session
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.accounts.people import account
from tests.admin.works import blog, until
from tests.cli.conftest import Westmarch, site_on_each, westmarch
from tests.conftest import in_a_loop_apart
from tests.serving import Serving, serving
from westmarch.accounts import sessions
from westmarch.accounts.rights import Role
from westmarch.admin import imports
from westmarch.configuration import load
from westmarch.db.database import open_database

__all__ = ["Westmarch", "site_on_each", "westmarch"]


async def _secret(site: Path, name: str, role: Role) -> str:
    def make(session: Session) -> str:
        return sessions.begin(session, account(session, name, role).id, address="127.0.0.1", agent="test")

    async with open_database(load(site).settings.database_url) as db:
        return await db.write(make)


def cookie(site: Path, name: str = "Nell", role: Role = "owner") -> str:
    """The cookie of a new account."""
    return f"westmarch={in_a_loop_apart(_secret(site, name, role))}"


@contextmanager
def under_way(site: Path, server: Serving, shown: str, base: str = "", many: int = 1500) -> Iterator[str]:
    """The path of a rehearsal of so many posts that goes on; it is stopped afterwards."""
    files = {"file": ("blog.zip", blog(many, words=400))}
    answer = httpx2.post(f"{server.url}{base}/admin/import/", headers={"cookie": shown}, files=files, timeout=30)
    assert answer.status_code == 303, answer.text
    try:
        yield answer.headers["location"]
    finally:
        settings = load(site).settings
        for job in imports.every(settings):
            imports.stop(settings, job)


def opened(server: Serving, path: str, shown: str | None, **headers: str) -> ClientConnection:
    cookies = {"cookie": shown} if shown else {}
    address = server.url.replace("http:", "ws:") + path + "live"
    return connect(address, additional_headers=cookies | headers, compression=None)


def closed(socket: ClientConnection) -> int:
    """The code with which the server closes a connection, whatever it tells before."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            socket.recv(timeout=20)
    assert socket.close_code is not None
    return socket.close_code


def test_progress_comes_until_the_end(site_on_each: Path) -> None:
    shown = cookie(site_on_each)
    with serving(site_on_each) as server, under_way(site_on_each, server, shown, many=500) as path:
        with opened(server, path, shown, origin=server.url) as socket:
            told = []
            while True:
                told.append(json.loads(socket.recv(timeout=60)))
                if not told[-1]["running"]:
                    break
            assert closed(socket) == 1000
        percents = [each["percent"] for each in told[:-1] if each["percent"] is not None]
        assert len(set(percents)) >= 3, told
        assert percents == sorted(percents)
        assert any(each["words"].endswith(" of 500") for each in told[:-1])


@pytest.mark.long_on_postgresql
def test_strangers_other_sites_and_other_roles_are_refused(site_on_each: Path) -> None:
    shown = cookie(site_on_each)
    editor = cookie(site_on_each, "Ed", "editor")
    with serving(site_on_each) as server, under_way(site_on_each, server, shown) as path:
        tries: list[tuple[str, str | None, dict[str, str]]] = [
            (path, None, {}),
            (path, "westmarch=forged", {}),
            (path, editor, {"origin": server.url}),
            (path, shown, {"origin": "https://evil.example"}),
            (path, shown, {"origin": "null"}),
            (path, shown, {"origin": server.url, "sec-fetch-site": "cross-site"}),
            ("/admin/import/20260101-000000-abcdef/", shown, {}),
            ("/admin/import/%2e%2e/", shown, {}),
            ("/", shown, {}),
            ("/admin/", shown, {}),
        ]
        for where, who, headers in tries:
            with pytest.raises(InvalidStatus) as refused, opened(server, where, who, **headers):
                pass
            assert refused.value.response.status_code == 403, (where, headers)
        assert "Traceback" not in server.log.read_text()


@pytest.mark.long_on_postgresql
def test_whoever_signs_out_hears_no_more(site_on_each: Path) -> None:
    shown = cookie(site_on_each)
    with serving(site_on_each) as server, under_way(site_on_each, server, shown) as path:  # noqa: SIM117 - it is long
        with opened(server, path, shown, origin=server.url) as socket:
            assert json.loads(socket.recv(timeout=20))["running"]
            httpx2.post(f"{server.url}/admin/sign-out/", headers={"cookie": shown})
            assert closed(socket) == 1008, "1000: the rehearsal has ended before, so make it longer"


@pytest.mark.long_on_postgresql
def test_an_import_goes_on_when_the_server_stops_and_is_found_again(site_on_each: Path) -> None:
    shown = cookie(site_on_each)
    with serving(site_on_each) as server:
        answer = httpx2.post(
            f"{server.url}/admin/import/",
            headers={"cookie": shown},
            files={"file": ("blog.zip", blog(200, words=400))},
            timeout=30,
        )
        path = answer.headers["location"]
        process = rehearsing(site_on_each)
        os.kill(process, signal.SIGSTOP)  # So that it does not end before the next server is there.
        server.process.terminate()
        assert server.stopped() == 0
    with serving(site_on_each) as again, opened(again, path, shown) as socket:
        told = json.loads(socket.recv(timeout=20))
        assert told["running"]
        os.kill(process, signal.SIGCONT)
        while told["running"]:
            told = json.loads(socket.recv(timeout=60))
        page = httpx2.get(again.url + path, headers={"cookie": shown}, timeout=30).text
    assert "Would be: 200 imported" in page


def rehearsing(site: Path) -> int:
    """The process of the one rehearsal of a site, once it works."""
    settings = load(site).settings
    (job,) = imports.every(settings)
    folder = imports.step_folder(settings, job, "rehearsal")
    return in_a_loop_apart(until(folder, lambda work: work.pid > 0)).pid


@pytest.mark.long_on_postgresql
def test_a_server_that_stops_does_not_wait_for_listeners(site_on_each: Path) -> None:
    shown = cookie(site_on_each)
    with (
        serving(site_on_each) as server,
        under_way(site_on_each, server, shown) as path,
        opened(server, path, shown) as socket,
    ):
        assert json.loads(socket.recv(timeout=20))["running"]
        server.process.terminate()
        assert server.stopped(10) == 0


@pytest.mark.long_on_postgresql
def test_a_listener_who_says_too_much_is_cut_off_and_nothing_breaks(site_on_each: Path) -> None:
    shown = cookie(site_on_each)
    with serving(site_on_each) as server, under_way(site_on_each, server, shown) as path:
        with opened(server, path, shown) as socket:
            socket.send("hello")
            assert json.loads(socket.recv(timeout=20))["running"]
            socket.send("x" * 100_000)
            assert closed(socket) == 1009
        assert httpx2.get(f"{server.url}/healthz").status_code == 200
        assert "Traceback" not in server.log.read_text()


@pytest.mark.long_on_postgresql
def test_a_site_below_a_base_path_tells_too(site_on_each: Path) -> None:
    shown = cookie(site_on_each)
    below = {"WESTMARCH_URL": "http://127.0.0.1/blog"}
    with serving(site_on_each, environment=below) as server, under_way(site_on_each, server, shown, "/blog") as path:
        assert path.startswith("/blog/admin/import/")
        with opened(server, path, shown) as socket:
            assert json.loads(socket.recv(timeout=20))["running"]
