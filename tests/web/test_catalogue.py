"""Catalogues: those of the package are whole, and those of a site may say anything without harm."""

import ast
import logging
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from jinja2 import nodes

from tests.conftest import ROOT
from westmarch.web.catalogue import Catalogues
from westmarch.web.messages import places
from westmarch.web.theme import DEFAULT, Theme

pytestmark = pytest.mark.unit

ZONE = ZoneInfo("UTC")
PACKAGED = {path.stem: path for path in sorted((DEFAULT / "words").glob("*.toml"))}
ENGLISH = tomllib.loads(PACKAGED["en"].read_text(encoding="utf-8"))
KEYS = ENGLISH.keys() - {"locale"}
#: Packages whose code names words by their keys.
SPEAKING = ("books", "web", "home", "posts", "feeds", "cards", "search")


def templates() -> Iterator[nodes.Template]:
    theme = Theme()
    for name in theme.templates.list_templates(extensions=["html", "xml"]):
        yield theme.templates.parse((DEFAULT / name).read_text(encoding="utf-8"))


def modules() -> Iterator[ast.Module]:
    for package in SPEAKING:
        for path in sorted((ROOT / "src" / "westmarch" / package).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def asked_in_templates() -> set[str]:
    """The keys that stand in calls of `words` themselves, also those of which a condition chooses one."""
    calls = (call for template in templates() for call in template.find_all(nodes.Call))
    asked = (call.args[0] for call in calls if isinstance(call.node, nodes.Name) and call.node.name == "words")
    # A call's own constants are found below a node that holds it, as they are below a condition.
    constants = (const for arg in asked for const in nodes.List([arg]).find_all(nodes.Const))
    return {const.value for const in constants if isinstance(const.value, str)}


def asked_in_code() -> set[str]:
    """The keys in calls as `words("archive")` and `view.words()("archive")`."""

    def speaks(function: ast.expr) -> bool:
        if isinstance(function, ast.Call):
            return isinstance(function.func, ast.Attribute) and function.func.attr == "words"
        return isinstance(function, ast.Name) and function.id == "words"

    calls = (node for module in modules() for node in ast.walk(module) if isinstance(node, ast.Call))
    first = (call.args[0] for call in calls if speaks(call.func) and call.args)
    return {arg.value for arg in first if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}


def asked_by_scripts() -> set[str]:
    scripts = (path.read_text(encoding="utf-8") for path in sorted((DEFAULT / "static").rglob("*.js")))
    return {key for script in scripts for key in re.findall(r'\bsay\("([^"]+)"\)', script)}


@pytest.mark.slow
def test_every_key_that_is_asked_for_is_there() -> None:
    asked = asked_in_templates() | asked_in_code() | asked_by_scripts()
    assert len(asked) > 50
    assert asked <= KEYS


@pytest.mark.slow
def test_no_key_is_asked_for_by_nobody() -> None:
    texts = {str(const.value) for template in templates() for const in template.find_all(nodes.Const)}
    texts |= {
        node.value
        for module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {key for key in KEYS if key not in texts and key.removesuffix(" about") not in texts} == set()


def test_every_word_of_a_script_stands_in_the_head() -> None:
    chrome = (DEFAULT / "chrome.html").read_text(encoding="utf-8")
    named = re.search(r'{% for key in \(([^)]*)\) %}\s*<meta name="t:', chrome)
    assert named
    assert asked_by_scripts() <= set(re.findall(r'"([^"]+)"', named[1]))


def test_the_package_has_no_faulty_catalogue() -> None:
    assert PACKAGED.keys() == {"en", "de", "zh", "ar"}
    assert Catalogues([DEFAULT]).problems() == []


@pytest.mark.parametrize("language", PACKAGED)
def test_a_catalogue_says_all_that_english_says_in_its_order_with_its_remarks(language: str) -> None:
    def outline(path: Path) -> list[str]:
        lines = path.read_text(encoding="utf-8").splitlines()
        at = next(index for index, line in enumerate(lines) if line.startswith("## On every page"))
        return [line.partition(" = ")[0] for line in lines[at:] if line.startswith(("#", '"'))]

    texts = tomllib.loads(PACKAGED[language].read_text(encoding="utf-8"))
    assert texts.keys() - {"locale"} == KEYS
    assert outline(PACKAGED[language]) == outline(PACKAGED["en"])
    assert all(len({place.name for place in places(text)} ^ named(key)) == 0 for key, text in texts.items())


def named(key: str) -> set[str]:
    return {place.name for place in places(ENGLISH.get(key, ""))}


def test_no_template_says_a_word_of_its_own() -> None:
    """What stands between tags is a name, a sign or a command; all else comes from the catalogues."""
    allowed = re.compile(r"\s*(?:\W+|RSS|Atom|JSON|\(RSS\)|\(JSON\)|westmarch .*)\s*", re.DOTALL)
    found = []
    for name in Theme().templates.list_templates(extensions=["html"]):
        text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "\0", (DEFAULT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        between = chain.from_iterable(piece.split("\0") for piece in re.split(r"<[^>]*>", text))
        labels = chain.from_iterable(
            piece.split("\0") for piece in re.findall(r'\b(?:aria-label|title|alt)="([^"]*)"', text)
        )
        pieces = (re.sub(r'\b[\w-]+="[^"]*"?', "", piece) for piece in chain(between, labels))
        found += [(name, piece) for piece in pieces if piece and not allowed.fullmatch(piece)]
    assert found == []


def theme_of(folder: Path, **files: str) -> Path:
    (folder / "words").mkdir(parents=True)
    for name, text in files.items():
        (folder / "words" / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_nearest_folder_and_the_most_exact_language_answer(tmp_path: Path) -> None:
    site = theme_of(
        tmp_path / "site", de='"tags" = "Etiketten"\n"archive" = "Ablage"\n', pt_BR='"tags" = "Etiquetas"\n'
    )
    theme = theme_of(tmp_path / "theme", de='"tags" = "Tags"\n', pt='"tags" = "Marcas"\n"archive" = "Arquivo"\n')
    catalogues = Catalogues([site, theme, DEFAULT])
    assert catalogues.problems() == []
    german, brazilian, portuguese = (catalogues.words(language, ZONE) for language in ("de-CH", "pt-br", "pt"))
    assert (german("tags"), german("archive"), german("topics")) == ("Etiketten", "Ablage", "Themen")
    assert (brazilian("tags"), brazilian("archive"), brazilian("topics")) == ("Etiquetas", "Arquivo", "Topics")
    assert portuguese("tags") == "Marcas"


def test_a_text_is_written_by_the_plurals_of_its_own_language(tmp_path: Path) -> None:
    polish = '"post count" = "{n, plural, one {# wpis} few {# wpisy} many {# wpisów} other {# wpisu}}"'
    words = Catalogues([theme_of(tmp_path, pl=polish), DEFAULT]).words("pl-PL", ZONE)
    assert [words("post count", number) for number in (1, 2, 5)] == ["1 wpis", "2 wpisy", "5 wpisów"]
    assert words("parts", 2) == "2 parts"


def test_a_theme_may_have_words_of_its_own_and_a_site_may_not(tmp_path: Path) -> None:
    theme = theme_of(tmp_path / "theme", en='"harbour" = "Harbour"\n', de='"harbour" = "Hafen"\n')
    (theme / "theme.toml").write_text('title = "Harbour"\n', encoding="utf-8")
    site = theme_of(tmp_path / "site", en='"harbor" = "Harbor"\n')
    catalogues = Catalogues([site, theme, DEFAULT])
    assert catalogues.words("de", ZONE)("harbour") == "Hafen"
    assert "harbour" in catalogues.keys
    assert catalogues.problems() == [
        f"{site / 'words' / 'en.toml'}: \"harbor\": no theme has this key; is 'harbour' meant?"
    ]


def test_the_locale_of_a_catalogue_writes_dates_where_the_tag_names_no_region(tmp_path: Path) -> None:
    catalogues = Catalogues([theme_of(tmp_path, en='locale = "en-US"\n', de='locale = "de-AT"\n'), DEFAULT])
    assert [catalogues.words(tag, ZONE).month(1) for tag in ("de", "de-DE")] == ["Jänner", "Januar"]
    assert catalogues.problems() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"tags" = "Etiketten\n', "line 1"),
        ('"archive" = "Ablage"\n"tags" = \n', "line 2"),
        ('"tagss" = "Etiketten"', "\"tagss\": no theme has this key; is 'tags' meant?"),
        ('"tags" = 3', '"tags": is no text'),
        (f'"tags" = {"9" * 5_000}', "Exceeds the limit"),
        ('"post count" = "Beiträge"', '"post count": the place {n} is missing'),
        ('"post count" = "{n, plural, one {#}}"', '"post count": a plural or select has no form `other`'),
        ('locale = "en-001"', "locale: 'en-001' is no locale of the language de that ICU knows"),
    ],
)
def test_what_is_broken_is_told_and_the_default_answers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, told: str
) -> None:
    catalogues = Catalogues([theme_of(tmp_path, de=text), DEFAULT])
    with caplog.at_level(logging.ERROR):
        german = catalogues.words("de", ZONE)
        assert (german("tags"), german("post count", 2)) == ("Schlagwörter", "2 Beiträge")
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(f"{tmp_path / 'words' / 'de.toml'}: ")
    assert told in caplog.messages[0]
    assert catalogues.problems() == caplog.messages


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    theme_of(tmp_path)
    (tmp_path / "words" / "de.toml").write_bytes(b'"tags" = "x"\n"archive" = "\xff"\n')
    (tmp_path / "words" / "fr.toml").mkdir()
    (tmp_path / "words" / "read_me.toml").write_text("", encoding="utf-8")
    catalogues = Catalogues([tmp_path, DEFAULT])
    assert [catalogues.words(tag, ZONE)("tags") for tag in ("de", "fr")] == ["Schlagwörter", "Tags"]
    german, french, unnamed = catalogues.problems()
    assert german.endswith("de.toml: line 2 is not in UTF-8")
    assert "fr.toml" in french
    assert unnamed.endswith("read_me.toml: read_me is no tag of a language; a file is called de.toml or pt-BR.toml")


def test_forms_that_a_language_needs_are_told_by_the_check_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    russian = '"post count" = "{n, plural, one {# запись} other {# записи}}"'
    catalogues = Catalogues([theme_of(tmp_path, ru=russian), DEFAULT])
    assert catalogues.words("ru", ZONE)("post count", 5) == "5 записи"
    assert caplog.messages == []
    assert [problem.rpartition(": ")[2] for problem in catalogues.problems()] == [
        "the plural of {n} has no form many, which the number 0 needs",
        "the plural of {n} has no form few, which the number 2 needs",
    ]
