"""What docs/translating.md says, done."""

import asyncio
import re
import shlex
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest

from tests.cli.conftest import Westmarch
from tests.conftest import ROOT
from westmarch.app import create_app
from westmarch.settings import Settings
from westmarch.web.theme import Theme

TEXT = (ROOT / "docs" / "translating.md").read_text(encoding="utf-8")
ZONE = ZoneInfo("UTC")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def follow(westmarch: Westmarch, script: str) -> list[str]:
    """Run the lines of a block, a server excepted; what the commands print."""
    said = []
    for command, *arguments in map(shlex.split, script.splitlines()):
        if command == "mv":
            shutil.move(arguments[0], arguments[1])
        elif arguments[-1] != "serve":
            assert command == "westmarch"
            done = westmarch(*arguments)
            assert done.status == 0, done.out + done.err
            said.append(done.out)
    return said


def edited(text: str, entries: str) -> str:
    """The catalogue with the entries in place of those of the same keys, and without its line `locale`."""
    for key, line in re.findall(r'^("[^"]+" = )(.*)$', entries, re.MULTILINE):
        text, times = re.subn(rf"^{re.escape(key)}.*$", (key + line).replace("\\", r"\\"), text, flags=re.MULTILINE)
        assert times == 1, key
    return re.sub(r"^locale = .*\n", "", text, flags=re.MULTILINE)


async def archive_page(folder: Path) -> str:
    app = create_app(Settings(site=folder, url="http://localhost"))
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client:
        return (await client.get("http://localhost/archive/")).text


def test_a_language_is_added_as_the_docs_say(westmarch: Westmarch, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.rename(site.with_name("my-site"))
    monkeypatch.chdir(site.parent)
    copy, check = blocks("sh")
    follow(westmarch, copy)
    catalogue = Path("my-site/theme/words/fr.toml")
    assert not catalogue.with_name("en.toml").exists()
    catalogue.write_text(edited(catalogue.read_text(encoding="utf-8"), blocks("toml")[0]), encoding="utf-8")
    assert "no faults" in follow(westmarch, check)[0]
    page = asyncio.run(archive_page(Path("my-site")))
    assert '<html lang="fr"' in page
    assert "Archives" in page
    assert "0 article</span>" in page  # French counts nothing as one, English as many.


def test_what_is_left_of_english_in_a_copy_is_told(westmarch: Westmarch, site: Path) -> None:
    done = westmarch("--site", site, "theme", "copy", "words/en.toml")
    assert done.status == 0, done.err
    (site / "theme" / "words" / "en.toml").rename(site / "theme" / "words" / "fr.toml")
    done = westmarch("--site", site, "theme", "check")
    assert done.status == 1
    assert "fr.toml: locale: 'en-001' is no locale of the language fr" in done.out


def test_a_broken_catalogue_leaves_the_pages_whole(westmarch: Westmarch, site: Path) -> None:
    (site / "theme" / "words").mkdir(parents=True)
    (site / "theme" / "words" / "en.toml").write_text('"archive" = "Attic"\n"topics" = \n', encoding="utf-8")
    page = asyncio.run(archive_page(site))
    assert "<h1>Archive</h1>" in page
    done = westmarch("--site", site, "theme", "check")
    assert done.status == 1
    assert "en.toml: Invalid value (at line 2, column 12)" in done.out


@pytest.mark.parametrize(
    ("language", "block", "key", "number", "said"),
    [
        ("pl", 1, "post count", 3, "3 wpisy"),
        ("pt", 2, "parts", 1234, "1,234 parts"),
        ("en", 4, "tags", None, "Subjects"),
    ],
)
def test_the_other_examples_hold(
    tmp_path: Path, language: str, block: int, key: str, number: int | None, said: str
) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / f"{language}.toml").write_text(blocks("toml")[block], encoding="utf-8")
    theme = Theme(tmp_path)
    assert theme.catalogues.problems() == []
    assert theme.catalogues.words(language, ZONE)(key, number) == said


def test_the_dates_of_the_docs_are_written_so(tmp_path: Path) -> None:
    at = datetime(2024, 4, 1, tzinfo=ZONE)
    packaged = Theme().catalogues
    told = re.findall(r"`([a-zA-Z-]+)` (?:writes )?((?:\w+ ){2}\d{4}|April 1, 2024)", TEXT)
    assert [language for language, _ in told] == ["en", "en-US", "ar", "ar-MA"]
    for language, said in told:
        assert packaged.words(language, ZONE).date(at) == said
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "en.toml").write_text(blocks("toml")[3], encoding="utf-8")
    words = [Theme(tmp_path).catalogues.words(language, ZONE) for language in ("en", "en-US", "fr", "ja")]
    assert [said.date(at) for said in words] == ["1 Apr 2024", "Apr 1, 2024", "1 avr. 2024", "2024年4月1日"]
