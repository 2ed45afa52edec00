"""`westmarch serve` in processes of its own: it starts, refuses, and stops as a server should."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import psutil
import pytest

from tests import factories
from tests.cli.conftest import Westmarch
from tests.cli.test_doctor import write
from tests.conftest import PostgreSQL
from tests.serving import COMMAND, Serving
from tests.serving import serving as served
from westmarch.cli import serve

#: Servers that begin as users' do.
serving = partial(served, command=COMMAND)


def fetched(url: str) -> httpx2.Response:
    return httpx2.get(url, timeout=20, trust_env=False)


@pytest.fixture
def server(site: Path) -> Iterator[Serving]:
    with serving(site) as running:
        yield running


def test_the_site_is_served_at_the_address_that_is_printed(server: Serving) -> None:
    answer = fetched(f"{server.url}/")
    assert answer.status_code == 200
    assert "A site" in answer.text
    assert fetched(f"{server.url}/readyz").json()["status"] == "ok"
    assert "server" not in answer.headers


def test_serve_runs_on_each_engine(site_on_each: Path) -> None:
    write(site_on_each, lambda session: factories.post(session, "Read me"))
    with serving(site_on_each) as running:
        assert "Read me" in fetched(f"{running.url}/read-me/").text


@pytest.mark.parametrize("protocol", ["websocket", "h2c"])
def test_an_offer_of_another_protocol_is_answered_in_http_and_not_logged(server: Serving, protocol: str) -> None:
    offer = {"connection": "Upgrade", "upgrade": protocol, "sec-websocket-version": "13", "sec-websocket-key": "eA=="}
    answer = httpx2.get(f"{server.url}/", headers=offer, timeout=20, trust_env=False)
    assert answer.status_code == 200
    assert "upgrade" not in server.log.read_text(encoding="utf-8").lower()
    assert "WebSocket" not in server.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_civilly(server: Serving, sent: signal.Signals) -> None:
    assert fetched(f"{server.url}/healthz").status_code == 200
    server.process.send_signal(sent)
    assert server.stopped() == 0
    assert "Traceback" not in server.log.read_text(encoding="utf-8")


def test_ctrl_c_while_the_program_is_loaded_is_heard_when_it_is() -> None:
    loaded: list[bool] = []

    def load() -> None:
        with serve._signals_after():
            signal.raise_signal(signal.SIGINT)
            loaded.append(True)

    with pytest.raises(KeyboardInterrupt):
        load()
    assert loaded


def slow_request(server: PostgreSQL, name: str, url: str, answers: list[httpx2.Response]) -> subprocess.Popen[str]:
    """Ask for a page while another program holds the table of posts, until the process that is returned commits."""
    assert httpx2.get(urljoin(url, "/healthz"), timeout=60).status_code == 200  # It serves, and is not only starting.
    psql = [str(server.bin_path / "psql"), "-qX", "-d", server.url(name)]
    holder = subprocess.Popen(psql, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdin is not None
    assert holder.stdout is not None
    holder.stdin.write("BEGIN; LOCK TABLE post IN ACCESS EXCLUSIVE MODE;\n\\echo held\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "held\n"

    def ask() -> None:
        with suppress(httpx2.TransportError):
            answers.append(fetched(url))

    threading.Thread(target=ask, daemon=True).start()
    time.sleep(0.5)
    return holder


@pytest.mark.postgresql
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_graceful_stop_finishes_what_runs_and_refuses_what_is_new(
    westmarch: Westmarch, tmp_path: Path, postgresql: PostgreSQL, workers: str
) -> None:
    name = postgresql.create()
    assert westmarch("--site", tmp_path, "init", "--database-url", postgresql.url(name)).status == 0
    write(tmp_path, lambda session: factories.post(session, "Slow"))
    answers: list[httpx2.Response] = []
    with serving(tmp_path, "--workers", workers) as running:
        assert fetched(f"{running.url}/").status_code == 200  # Not the page itself: the cache would answer at once.
        holder = slow_request(postgresql, name, f"{running.url}/slow/", answers)
        running.process.terminate()
        deadline = time.monotonic() + 30
        while connects(running.url):
            assert time.monotonic() < deadline, "new connections are still taken"
            time.sleep(0.05)
        assert running.process.poll() is None
        assert answers == []
        holder.communicate("COMMIT;\n")
        assert running.stopped() == 0
    assert [answer.status_code for answer in answers] == [200]
    assert "Slow" in answers[0].text


def connects(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except ConnectionRefusedError:
        return False


@pytest.mark.postgresql
def test_what_does_not_finish_in_time_is_cut_off(westmarch: Westmarch, tmp_path: Path, postgresql: PostgreSQL) -> None:
    name = postgresql.create()
    assert westmarch("--site", tmp_path, "init", "--database-url", postgresql.url(name)).status == 0
    with serving(tmp_path, "--timeout-graceful-shutdown", "1") as running:
        answers: list[httpx2.Response] = []
        holder = slow_request(postgresql, name, f"{running.url}/", answers)
        start = time.monotonic()
        running.process.terminate()
        running.stopped()
        assert time.monotonic() - start < 5
        assert all(answer.status_code >= 500 for answer in answers)
        holder.communicate("COMMIT;\n")


def test_a_port_in_use_is_told_before_anything_is_served(westmarch: Westmarch, site: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = westmarch("--site", site, "serve", "--port", port)
    assert done.status == 1
    assert done.out == ""
    assert done.err.startswith(f"error: Port {port} of 127.0.0.1 is in use.\n")


def test_a_unix_socket_is_served_and_removed(site: Path) -> None:
    path = site / "run" / "s"
    with serving(site, "--uds", str(path)) as running:
        assert running.url == str(path)
        with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(path))) as client:
            assert client.get("http://localhost/healthz").status_code == 200
    assert not path.exists()


def test_flags_reach_the_workers(site: Path) -> None:
    with serving(site, "--workers", "2", "--root-path", "/x") as running:
        assert fetched(f"{running.url}/healthz").status_code == 200
        assert len(set(re.findall(r"Started server process \[(\d+)\]", log_when(running, "startup complete", 2)))) == 2


def test_a_reader_that_asks_for_much_and_goes_away_unread_is_no_error(server: Serving) -> None:
    assert fetched(f"{server.url}/").status_code == 200
    host, port = server.url.removeprefix("http://").split(":")
    for _ in range(2):
        with socket.socket() as reader:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect((host, int(port)))
            reader.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 2000)
            time.sleep(0.5)
        assert fetched(f"{server.url}/").status_code == 200
    server.process.terminate()
    assert server.stopped() == 0
    assert "Traceback" not in server.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [("--workers", "2"), ("--reload",)])
def test_workers_stop_when_the_process_that_started_them_is_killed(site: Path, arguments: tuple[str, ...]) -> None:
    with serving(site, *arguments) as running:
        log_when(running, "startup complete", 2 if "--workers" in arguments else 1)
        started = psutil.Process(running.process.pid).children()
        running.process.kill()
        _, living = psutil.wait_procs(started, timeout=20)
        for process in living:
            process.kill()
    assert living == []


@pytest.mark.parametrize(("arguments", "path"), [((), "/blog/"), (("--root-path", "/blog"), "/")])
def test_a_site_below_a_path_answers_whether_or_not_a_proxy_removes_it(
    site: Path, arguments: tuple[str, ...], path: str
) -> None:
    (site / "westmarch.toml").write_text("url = 'https://example.org/blog'\n", encoding="utf-8")
    with serving(site, *arguments) as running:
        answer = fetched(running.url + path)
        assert answer.status_code == 200
        assert 'href="/blog/static/' in answer.text
        assert fetched(f"{running.url}{path}healthz").status_code == 200


def log_when(running: Serving, words: str, times: int) -> str:
    """The log as soon as it has the words so many times."""
    deadline = time.monotonic() + 60
    while (text := running.log.read_text(encoding="utf-8")).count(words) < times:
        assert time.monotonic() < deadline, text
        time.sleep(0.1)
    return text


def test_reload_starts_again_when_the_theme_changes(site: Path) -> None:
    with serving(site, "--reload") as running:
        assert fetched(f"{running.url}/").status_code == 200
        log_when(running, "startup complete", 1)
        (site / "theme" / "static").mkdir()
        (site / "theme" / "static" / "new.css").write_text("p { color: red; }\n", encoding="utf-8")
        log_when(running, "startup complete", 2)
        assert fetched(f"{running.url}/static/new.css").status_code == 200


def test_upgrade_makes_the_tables_before_it_serves(site: Path) -> None:
    (site / "westmarch.db").unlink()
    with serving(site, "--upgrade") as running:
        assert fetched(f"{running.url}/").status_code == 200


def test_the_log_can_be_json_and_names_the_request(site: Path) -> None:
    (site / "westmarch.toml").write_text("log_format = 'json'\nenvironment = 'development'\n", encoding="utf-8")
    with serving(site) as running:
        identity = fetched(f"{running.url}/?x").headers["x-request-id"]
    entries = [json.loads(line) for line in running.log.read_text(encoding="utf-8").splitlines()]
    (access,) = (entry for entry in entries if entry["logger"] == "uvicorn.access")
    assert "/?x" in access["message"]
    assert access["request_id"] == identity


def test_uvicorn_can_serve_the_factory_itself(site: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "westmarch.app:from_environment", "--port", str(port)]
    with subprocess.Popen(
        command, env=os.environ | {"WESTMARCH_SITE": str(site)}, stderr=subprocess.DEVNULL
    ) as process:
        try:
            deadline = time.monotonic() + 60
            while not connects(f"http://127.0.0.1:{port}"):
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert fetched(f"http://127.0.0.1:{port}/").status_code == 200
        finally:
            process.terminate()


def test_an_error_at_the_start_is_told_without_a_traceback(site: Path) -> None:
    (site / "westmarch.toml").write_text("port = 'many'\n", encoding="utf-8")
    done = subprocess.run([*COMMAND, "--site", str(site), "serve"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {site / 'westmarch.toml'}: port: ")
    assert "Traceback" not in done.stderr
