"""What Schemathesis makes up by the OpenAPI document is answered as the document says: as nobody and as each role."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy.orm import Session

from tests.api.people import token_of
from tests.cli.test_doctor import write
from tests.conftest import PostgreSQL
from tests.factories import post
from tests.serving import new_site, serving
from westmarch.accounts.rights import RIGHTS

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
NOBODY = "nobody"


def findings(site: Path, role: str, *arguments: str) -> str:
    """What the scanner finds on a filled site, asking with a token of the role; empty where that is nothing."""
    tokens = []

    def fill(session: Session) -> None:
        for number in range(3):
            post(session, f"Post {number}", tags=("Sea",), authors=("Nell",), topic="Tides")
        post(session, "About", kind="page")
        if role != NOBODY:
            tokens.append(token_of(session, "Somebody", role))

    write(site, fill)
    with serving(site) as server:
        # The first answer takes its time on a busy machine, and the scanner does not wait for it.
        urlopen(server.url + "/api/v1/openapi.json", timeout=60).close()
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run",
            server.url + "/api/v1/openapi.json", "--seed", "1", "--generation-database", "none", "--no-color",
            "--warnings", "off", "--continue-on-failure", "--request-timeout", "60", *arguments,
            *(f"--header=Authorization: Bearer {token}" for token in tokens),
        ]  # fmt: skip
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WESTMARCH_")}
        environment["SCHEMATHESIS_HOOKS"] = str(HOOKS)
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=site, env=environment)
        log = server.log.read_text(encoding="utf-8")
    faults = [line for line in log.splitlines() if " ERROR " in line or "Traceback" in line]
    return "" if done.returncode == 0 and not faults else done.stdout + done.stderr + "\n".join(faults)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return new_site(tmp_path / "site")


def test_the_scanner_finds_nothing_as_an_owner(site: Path) -> None:
    catalogue = "--exclude-path-regex=/(search|books|suggest|find)"  # The long run asks these, too.
    found = findings(site, "owner", "--phases", "coverage", "--max-examples", "1", catalogue)
    assert not found, found


@pytest.mark.parametrize("role", [NOBODY, *(role for role in RIGHTS if role != "owner")])
def test_the_scanner_finds_nothing_as_anybody_else(site: Path, role: str) -> None:
    found = findings(site, role, "--phases", "fuzzing,stateful", "--max-examples", "2")
    assert not found, found


@pytest.mark.long
@pytest.mark.parametrize("role", [NOBODY, *RIGHTS])
def test_the_scanner_finds_nothing_in_a_long_run(site: Path, role: str) -> None:
    found = findings(site, role, "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "60")
    assert not found, found


@pytest.mark.long
@pytest.mark.postgresql
@pytest.mark.parametrize("role", [NOBODY, *RIGHTS])
def test_the_scanner_finds_nothing_on_postgresql(tmp_path: Path, postgresql: PostgreSQL, role: str) -> None:
    name = postgresql.create()
    site = new_site(tmp_path / "site", "--database-url", postgresql.url(name))
    found = findings(site, role, "--phases", "coverage,fuzzing,stateful", "--max-examples", "30")
    postgresql.drop(name)
    assert not found, found
