"""`/auth` as programs use it: by curl, at a server of two processes."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.serving import COMMAND, Serving, new_site, serving

PASSWORD = "sea to the horizon"


def curl(*arguments: str) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON of what curl is answered."""
    if shutil.which("curl") is None:
        missing("curl", "the command is not there")
    told = subprocess.check_output(["curl", "--silent", "--include", "--max-time", "20", *arguments], text=True)
    head, _, body = told.replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.splitlines()
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), headers, json.loads(body or "null")


def with_nell(site: Path) -> Path:
    """The site with an author who has a password."""
    command = [*COMMAND, "--site", str(site), "account", "add", "Nell", "--password-stdin"]
    subprocess.run(command, input=PASSWORD, check=True, capture_output=True, text=True)
    return site


def me(server: Serving, token: str) -> int:
    """The status of the answer to who a token is."""
    return curl("--header", f"Authorization: Bearer {token}", f"{server.url}/api/v1/me")[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server of two processes."""
    with serving(with_nell(new_site(tmp_path_factory.mktemp("auth") / "site")), "--workers", "2") as started:
        yield started


def test_a_program_signs_in_renews_and_signs_out(server: Serving) -> None:
    status, headers, told = curl(
        f"{server.url}/auth", "--data-urlencode", "username=Nell", "--data-urlencode", f"password={PASSWORD}"
    )
    assert (status, told["token_type"], headers["cache-control"]) == (200, "bearer", "no-store")
    assert me(server, told["access_token"]) == 200

    refresh = ("--data", f"refresh_token={told['refresh_token']}")
    status, _, renewed = curl(f"{server.url}/auth/refresh", *refresh)
    assert status == 200
    assert me(server, renewed["access_token"]) == 200
    assert curl(f"{server.url}/auth/refresh", *refresh)[0] == 400

    assert curl(f"{server.url}/auth/revoke", "--data", f"token={renewed['refresh_token']}")[0] == 200
    # Each process is asked: a token that was revoked lets nobody in anywhere.
    assert {me(server, token) for token in (renewed["access_token"], told["access_token"]) for _ in range(8)} == {401}


def test_wrong_credentials_are_told_as_oauth_has_it(server: Serving) -> None:
    status, _, told = curl(f"{server.url}/auth", "--data", "username=Nell&password=wrong")
    assert (status, told["error"]) == (400, "invalid_grant")


def test_a_token_in_the_address_lets_nobody_in(server: Serving) -> None:
    _, _, told = curl(f"{server.url}/auth", "--data", "username=Nell", "--data-urlencode", f"password={PASSWORD}")
    for name in ("access_token", "token", "authorization"):
        assert curl(f"{server.url}/api/v1/me?{name}={told['access_token']}")[0] == 401


def test_a_wrong_name_takes_as_long_as_a_wrong_password(server: Serving) -> None:
    def seconds(name: str) -> float:
        begun = time.perf_counter()
        assert curl(f"{server.url}/auth", "--data", f"username={name}&password=wrong")[0] == 400
        return time.perf_counter() - begun

    # The quickest of some: whatever else runs only makes them longer.
    known, unknown = (min(seconds(name) for _ in range(4)) for name in ("Nell", "Nobody"))
    assert 0.5 < known / unknown < 2
