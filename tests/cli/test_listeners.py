"""Sockets to listen on, and what is told where one cannot be had."""

import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest

from westmarch.cli import listeners
from westmarch.errors import Conflict, Invalid

pytestmark = pytest.mark.unit


def test_any_free_port_is_taken_and_told() -> None:
    with closing(listeners.on_port("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert listeners.address(listener) == f"http://127.0.0.1:{port}/"
        with socket.create_connection(("127.0.0.1", port)):
            pass


def test_a_name_is_looked_up() -> None:
    with closing(listeners.on_port("localhost", 0)) as listener:
        assert listeners.address(listener).startswith("http://")


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    try:
        listener = listeners.on_port("::1", 0)
    except Invalid:
        pytest.skip("this machine has no IPv6")
    with closing(listener):
        assert listeners.address(listener).startswith("http://[::1]:")


def test_a_port_in_use_is_told_with_the_next_one() -> None:
    with closing(listeners.on_port("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(Conflict, match=f"Port {port} of 127.0.0.1 is in use") as caught:
            listeners.on_port("127.0.0.1", port)
    assert f"--port {port % 65535 + 1}" in caught.value.hint


@pytest.mark.parametrize("host", ["192.0.2.1", "no host", "a" * 70])
def test_a_host_that_is_not_here_is_told(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    if host != "192.0.2.1":
        monkeypatch.setattr(socket, "getaddrinfo", unknown)  # No name may be looked up in tests.
    else:
        place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 8000))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [place])
    with pytest.raises(Invalid, match=host):
        listeners.on_port(host, 8000)


def test_a_unix_socket_can_be_reached_by_a_proxy(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with closing(listeners.on_path(path)), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        assert stat.S_IMODE(path.stat().st_mode) == 0o666


def test_a_socket_that_a_dead_server_left_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "s"
    listeners.on_path(path).close()
    assert path.exists()
    listeners.on_path(path).close()


def test_a_socket_that_a_server_listens_on_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with closing(listeners.on_path(path)), pytest.raises(Conflict, match="A server listens on"):
        listeners.on_path(path)


def test_a_file_in_the_place_of_a_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("dear", encoding="utf-8")
    with pytest.raises(Conflict, match="is no socket"):
        listeners.on_path(path)
    assert path.read_text(encoding="utf-8") == "dear"


def test_a_path_too_long_for_a_socket_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Cannot listen on"):
        listeners.on_path(tmp_path / ("x" * 200))
