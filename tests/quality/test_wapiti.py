"""A scanner of weaknesses finds nothing in the site and its admin, as nobody and as each role."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_doctor import write
from tests.conftest import missing
from tests.serving import new_site, serving
from westmarch.accounts import sessions
from westmarch.accounts.models import Account
from westmarch.accounts.rights import RIGHTS
from westmarch.db.types import now
from westmarch.subjects.names import fold

pytestmark = pytest.mark.long

WAPITI = Path(sys.prefix) / "wapiti" / "bin" / "wapiti"
#: What is looked for. What the scanner asks its makers for, or sends elsewhere, is left out.
MODULES = "cookieflags,crlf,csp,exec,file,http_headers,methods,permanentxss,redirect,sql,timesql,upload,xss,xxe"
#: These end the scan's own session or start programs.
LEFT_OUT = ("/admin/sign-out/", "/admin/import/", "/admin/backup/", "/admin/me/", "/admin/link/")
#: What is no weakness: headers and flags of TLS, which a proxy in front speaks and which come with an address of https;
#: and the header that `frame-ancestors` in the Content-Security-Policy has taken the place of.
NO_WEAKNESS = ("Strict-Transport-Security", "Secure flag is not set", "X-Frame-Options is not set")
#: So long it looks for pages, and so long each kind of attack lasts at most, in seconds.
LOOKING, ATTACKING = 60, 20


def signed_in(site: Path, role: str) -> str:
    """The cookie of a new account with this role."""
    made: list[str] = []

    def begin(session: object) -> None:
        account = Account(name=f"scan {role}", folded=fold(f"scan {role}"), role=role, created_at=now())
        session.add(account)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        made.append(sessions.begin(session, account.id, address="127.0.0.1", agent="scanner"))  # type: ignore[arg-type]

    write(site, begin)
    return f"westmarch={made[-1]}"


def found(report: Path) -> list[str]:
    """What a report of the scanner names, one line each."""
    told = json.loads(report.read_text(encoding="utf-8"))
    entries = {**told["vulnerabilities"], **told["anomalies"]}
    lines = [f"{kind}: {each['method']} {each['path']}: {each['info']}" for kind in entries for each in entries[kind]]
    return [line for line in lines if not any(name in line for name in NO_WEAKNESS)]


@pytest.mark.parametrize("role", [None, *RIGHTS])
def test_the_scanner_finds_nothing(role: str | None, tmp_path: Path) -> None:
    if not WAPITI.is_file():
        missing("wapiti", "`make test-long` installs it")
    site = new_site(tmp_path / "site", "--demo")
    cookie = () if role is None else ("--cookie-value", signed_in(site, role))
    report = tmp_path / "report.json"
    with serving(site) as server:
        start = server.url + ("/" if role is None else "/admin/")
        left_out = [part for path in LEFT_OUT if role for part in ("-x", f"{server.url}{path}*")]
        bounds = ["--max-scan-time", str(LOOKING), "--max-attack-time", str(ATTACKING), "-d", "4"]
        bounds += ["--max-links-per-page", "40", "--max-files-per-dir", "20"]
        command = [str(WAPITI), "-u", start, "-m", MODULES, "--scope", "folder", *cookie, *left_out, *bounds]
        kept = ("--store-session", str(tmp_path / "session"), "--store-config", str(tmp_path / "config"))
        subprocess.run(
            [*command, *kept, "--flush-session", "--no-bugreport", "-f", "json", "-o", str(report)],
            check=True,
            timeout=(LOOKING + ATTACKING * len(MODULES.split(","))) * 4,
            stdout=subprocess.DEVNULL,
        )
    assert found(report) == []
