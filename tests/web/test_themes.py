"""Whole themes of a site: what answers for what, and what happens when one is missing or broken."""

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import ROOT
from westmarch.errors import Invalid, NotFound
from westmarch.web.theme import Theme, colour_sheet, colours
from westmarch.web.themes import Themes

pytestmark = pytest.mark.unit

PLAIN = ROOT / "tests" / "themes" / "plain"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site's folder with the theme `plain` and room for files of its own."""
    (tmp_path / "theme" / "static").mkdir(parents=True)
    shutil.copytree(PLAIN, tmp_path / "themes" / "plain")
    return tmp_path


def themes(site: Path) -> Themes:
    return Themes(site / "theme", site / "themes", lambda _: None)


def body(themes: Themes, theme: Theme, name: str) -> bytes:
    asset = themes.exactly(theme.asset(name).removeprefix("/static/"))
    assert asset is not None
    return asset.body


def test_a_file_is_the_sites_own_then_the_themes_then_the_defaults(site: Path) -> None:
    (site / "theme" / "error.html").write_text("own")
    (site / "theme" / "static" / "icon.svg").write_text("<svg/>")
    found = themes(site)
    plain = found.chosen("plain")
    assert plain.templates.get_template("error.html").render() == "own"
    assert plain.templates.get_template("base.html").filename == str(site / "themes" / "plain" / "base.html")
    assert plain.templates.get_template("feeds/atom.xml").filename == str(found.place("default") / "feeds" / "atom.xml")
    assert body(found, plain, "icon.svg") == b"<svg/>"
    assert body(found, plain, "theme.css") == body(found, found.packaged, "theme.css")


def test_hidden_files_are_not_served(site: Path) -> None:
    for name in (".plain.css.swp", ".git/config"):
        (site / "theme" / "static" / name).parent.mkdir(exist_ok=True)
        (site / "theme" / "static" / name).write_text("x")
    served = themes(site).chosen("plain").assets.files
    assert not {".plain.css.swp", ".git/config"} & served.keys()


def test_without_files_of_the_site_the_default_is_that_of_the_package(site: Path) -> None:
    empty = themes(site)
    assert empty.chosen("default") is empty.packaged
    shutil.rmtree(site / "theme")
    none = themes(site)
    assert none.chosen("default") is none.packaged


def test_each_theme_is_made_once(site: Path) -> None:
    found = themes(site)
    assert found.chosen("plain") is found.chosen("plain")
    assert found.chosen("default") is found.chosen("default")


def test_folders_with_a_manifest_are_themes(site: Path) -> None:
    (site / "themes" / "empty").mkdir()
    shutil.copytree(PLAIN, site / "themes" / "default")
    found = themes(site)
    assert found.names() == ["default", "plain"]
    assert found.manifest("default").author == "Westmarch"
    assert found.place("default") != site / "themes" / "default"


def test_a_name_that_no_theme_has_is_refused_with_those_that_there_are(site: Path) -> None:
    with pytest.raises(NotFound) as raised:
        themes(site).load("plane")
    assert "Is plain meant?" in raised.value.message
    assert "There are: default, plain." in raised.value.hint


@pytest.mark.parametrize("name", ["../plain", "plain/../plain", ".", ""])
def test_a_theme_is_nowhere_else_than_in_its_folder(site: Path, name: str) -> None:
    with pytest.raises(NotFound):
        themes(site).load(name)


def test_a_theme_that_is_gone_or_broken_is_told_once_and_the_default_answers(
    site: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = themes(site)
    (site / "themes" / "plain" / "theme.toml").write_text("name = 3")
    for name in ("gone", "gone", "plain", "plain"):
        assert found.chosen(name) is found.chosen("default")
    told = [record.getMessage() for record in caplog.records]
    assert sum("The theme gone cannot be used" in line for line in told) == 1
    assert sum("theme.toml: name: a text is needed" in line for line in told) == 1
    assert sum("westmarch theme use NAME" in line for line in told) == 2


def test_own_files_that_name_each_other_in_a_circle_leave_the_package_to_answer(
    site: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        (site / "theme" / "static" / f"{name}.js").write_text(f'import "./{other}.js";')
    found = themes(site)
    with pytest.raises(Invalid):
        found.load("plain")
    assert found.chosen("plain") is found.packaged
    assert "a.js → b.js → a.js" in caplog.text


def test_options_are_those_of_the_theme_and_of_the_default_behind_it(site: Path) -> None:
    plain = themes(site).chosen("plain")
    values, faults = plain.set({"newest": 7, "paper": "red", "reading_time": False, "gone": 1})
    assert (values.newest, values.paper, values.reading_time, values.wide) == (7, "#ffffff", False, False)
    assert faults == ["paper: a colour as #1f6f8b is needed, not 'red'"]


def test_files_of_a_theme_that_was_chosen_before_are_still_there(site: Path) -> None:
    found = themes(site)
    address = found.chosen("plain").asset("plain.css").removeprefix("/static/")
    assert found.chosen("default").find(address) is None
    assert found.exactly(address) is not None
    assert found.exactly("plain.00000000.css") is None


def test_originals_are_without_the_sites_own_files(site: Path) -> None:
    (site / "theme" / "extra.html").write_text("own")
    (site / "theme" / "error.html").write_text("own")
    originals = themes(site).chosen("plain").originals(site / "theme")
    assert "extra.html" not in originals
    assert originals["error.html"] == site / "themes" / "plain" / "error.html"
    assert {"posts/detail.html", "static/plain.css", "static/theme.css", "feeds/rss.xml"} <= originals.keys()
    assert "theme.toml" not in originals


def test_colours_of_options_have_a_sheet_that_says_them() -> None:
    address = colours(paper="#FFF7e8", ink_2="#102030")
    found = colour_sheet(address.removeprefix("/static/"))
    assert found is not None
    assert found[0].body == b":root { --paper: #fff7e8; --ink-2: #102030; }\n"
    assert found[0].address == address
    for name in (
        "colours.css",
        "colours.paper-red.css",
        "colours.a-ffffff;}.css",
        "colours." + "a-ffffff." * 13 + "css",
    ):
        assert colour_sheet(name) is None, name


# Read again


def test_themes_are_others_only_when_a_file_has_changed(site: Path) -> None:
    before = themes(site)
    assert before.again().fingerprint == before.fingerprint
    words = site / "themes" / "plain" / "words" / "xx.toml"
    words.parent.mkdir(exist_ok=True)
    words.write_text("")
    changed = before.again()
    assert changed.fingerprint != before.fingerprint
    words.unlink()
    assert changed.again().fingerprint == before.fingerprint


def test_a_theme_that_is_read_again_has_templates_as_they_are_now(site: Path) -> None:
    (site / "theme" / "error.html").write_text("one")
    before = themes(site)
    assert before.chosen("plain").templates.get_template("error.html").render() == "one"
    (site / "theme" / "error.html").write_text("another")
    after = before.again()
    assert after.chosen("plain").templates.get_template("error.html").render() == "another"
    assert before.chosen("plain").templates.get_template("error.html").render() == "one"
    assert after.chosen("plain").key != before.chosen("plain").key


def test_a_theme_is_made_of_its_files_as_they_were_at_one_moment(site: Path) -> None:
    theme = site / "theme"
    (theme / "words").mkdir()
    files = {theme / "error.html": "one", theme / "words" / "en.toml": '"posts" = "one"\n'}
    for file, text in files.items():
        file.write_text(text)
    chosen = themes(site).chosen("plain")
    for file, text in files.items():
        file.write_text(text.replace("one", "another"))
    assert chosen.templates.get_template("error.html").render() == "one"
    assert chosen.catalogues.words("en", ZoneInfo("UTC"))("posts") == "one"


def test_a_template_that_is_no_text_is_told_when_it_is_used(site: Path) -> None:
    (site / "theme" / "error.html").write_bytes(b"\xff\xfe")
    chosen = themes(site).chosen("plain")
    assert chosen.templates.get_template("chrome.html")
    with pytest.raises(UnicodeDecodeError):
        chosen.templates.get_template("error.html")


def test_themes_share_the_code_of_a_template_that_they_share(site: Path) -> None:
    one, other = (themes(site).chosen("plain").templates.get_template("feeds/atom.xml") for _ in range(2))
    assert one is not other
    assert one.root_render_func.__code__ is other.root_render_func.__code__


def test_static_files_from_before_are_found_by_their_exact_names(site: Path) -> None:
    icon = site / "theme" / "static" / "icon.svg"
    found, names = themes(site), []
    for number in range(6):
        icon.write_text(f"<svg>{number:03}</svg>")
        found = found.again()
        names.append(found.chosen("plain").asset("icon.svg").removeprefix("/static/"))
    kept = [name for name in names if found.exactly(name)]
    assert kept[-1] == names[-1]
    assert len(kept) > 1
    assert names[0] not in kept, "but not for ever"
