"""Files of the old site by HTTP, from a server of this machine, which only tests allow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transfer.serving import Server, served
from westmarch.errors import Invalid
from westmarch.transfer import fetching
from westmarch.transfer.exports.wordpress.export import whole_size
from westmarch.transfer.fetching import Fetcher, NotFetched, host_of, is_public

pytestmark = pytest.mark.unit


@pytest.fixture
def server() -> Iterator[Server]:
    with served({"/a.png": b"/a.png", "/b-3x2.png": b"/b-3x2.png"}) as server:
        yield server


@pytest.fixture
def host(server: Server) -> str:
    return server.host


def fetcher(host: str, folder: Path, *places: str) -> Fetcher:
    """One that takes this machine for a public one, and knows where the old site is."""
    found = places or ("127.0.0.1",)
    return Fetcher(
        frozenset({host}),
        folder,
        larger=whole_size,
        resolve=lambda *_: found,
        public=lambda place: place == "127.0.0.1",
    )


def test_a_file_comes_once(server: Server, host: str, tmp_path: Path) -> None:
    fetching_ = fetcher(host, tmp_path)
    path = fetching_.fetch(f"http://{host}/a.png")
    assert (path.name, path.read_bytes()) == ("a.png", b"/a.png")
    assert fetching_.fetch(f"http://{host}/a.png") == path
    assert server.asked == ["/a.png"]


def test_the_full_size_is_tried_first(server: Server, host: str, tmp_path: Path) -> None:
    fetching_ = fetcher(host, tmp_path)
    assert fetching_.fetch(f"http://{host}/a-300x200.png").read_bytes() == b"/a.png"
    assert fetching_.fetch(f"http://{host}/b-3x2.png").read_bytes() == b"/b-3x2.png"
    assert server.asked == ["/a.png", "/b.png", "/b-3x2.png"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone.png", "answers 404"),
        ("/large.png", "larger than 64 MiB"),
        ("/short.png", "it ended too early|could not be fetched"),
        ("/untold.png", "its length is not told"),
        ("/endless", "more than 3 times"),
        ("/moved?to=http://other.example/a.png", "http://other.example/a.png, whose host was not allowed"),
        ("/moved?to=http://127.0.0.1/a.png", "whose host was not allowed"),
        ("/moved?to=file:///etc/passwd", "whose host was not allowed"),
        ("/moved?to=http://[", "whose host was not allowed"),
    ],
)
def test_what_does_not_come_leaves_nothing_and_is_told(path: str, reason: str, host: str, tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match=reason):
        fetcher(host, tmp_path).fetch(f"http://{host}{path}")
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_redirect_within_the_host_is_followed(host: str, tmp_path: Path) -> None:
    assert fetcher(host, tmp_path).fetch(f"http://{host}/moved?to=http://HOST/a.png").read_bytes() == b"/a.png"


@pytest.mark.parametrize(
    "address",
    ["http://other.example/a.png", "ftp://HOST/a.png", "http://x@HOST/a.png", "http://HOST.other/a.png", "/a.png"],
)
def test_nothing_is_asked_of_a_host_that_was_not_named(address: str, server: Server, host: str, tmp_path: Path) -> None:
    fetching_ = fetcher(host, tmp_path)
    address = address.replace("HOST", host)
    assert not fetching_.allows(address)
    with pytest.raises(NotFetched, match="was not allowed"):
        fetching_.fetch(address)
    assert server.asked == []


def test_a_host_of_which_one_address_is_private_is_not_asked(server: Server, host: str, tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match=r"old.example is at 10.0.0.1, which is no public address"):
        fetcher(host, tmp_path, "127.0.0.1", "10.0.0.1").fetch(f"http://{host}/a.png")
    assert server.asked == []


def test_this_machine_is_refused_as_it_is_in_production(server: Server, tmp_path: Path) -> None:
    host = f"localhost:{server.server_port}"
    with pytest.raises(NotFetched, match="which is no public address"):
        Fetcher(frozenset({host}), tmp_path).fetch(f"http://{host}/a.png")
    assert server.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::",
        "64:ff9b::7f00:1", "ff02::1", "not an address",
    ],
)  # fmt: skip
def test_addresses_within_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.slow
def test_a_file_that_takes_too_long_is_given_up(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_LONGEST", 0.2)
    with pytest.raises(NotFetched, match="could not be fetched"):
        fetcher(host, tmp_path).fetch(f"http://{host}/slow.png")


def test_a_host_that_fails_again_and_again_is_left_alone(tmp_path: Path) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        raise OSError("no such host")

    fetching_ = Fetcher(frozenset({"old.example"}), tmp_path, resolve=resolve)
    for number in range(8):
        with pytest.raises(NotFetched):
            fetching_.fetch(f"https://old.example/{number}.png")
    assert len(asked) == 5


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("old.example", "old.example"),
        ("https://Old.example/blog/", "old.example"),
        ("old.example:81", "old.example:81"),
    ],
)
def test_a_host_is_named_by_itself_or_in_an_address(written: str, host: str) -> None:
    assert host_of(written) == host


@pytest.mark.parametrize("written", ["", "*", "*.example", "a b", "ann@old.example", "old.example:x", "http://"])
def test_what_names_no_host_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="is no host"):
        host_of(written)


def test_a_name_that_leads_elsewhere_the_second_time_is_refused_there(
    server: Server, host: str, tmp_path: Path
) -> None:
    answers = iter((["127.0.0.1"], ["10.0.0.1"]))
    rebinding = fetcher(host, tmp_path)
    rebinding.resolve = lambda *_: next(answers)
    with pytest.raises(NotFetched, match=r"is at 10\.0\.0\.1, which is no public address"):
        rebinding.fetch(f"http://{host}/moved?to=http://HOST/a.png")
    assert server.asked == ["/moved?to=http://HOST/a.png"]
    assert next(answers, None) is None
