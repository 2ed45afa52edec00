"""`theme.toml`: what it may say, and what is told of one that cannot be."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.errors import Invalid
from westmarch.web.manifest import MOST_CHARACTERS, Option, read_manifest

pytestmark = pytest.mark.unit

HEAD = 'name = "two"\ndescription = "Two columns."\n'


def written(folder: Path, text: str) -> Path:
    place = folder / "two"
    place.mkdir()
    (place / "theme.toml").write_text(text, encoding="utf-8")
    return place


def option(text: str) -> str:
    return f'{HEAD}[options.one]\ndescription = "One."\n{text}'


def test_a_manifest_says_what_a_theme_is_and_what_can_be_set(tmp_path: Path) -> None:
    text = option('type = "choice"\nchoices = ["a", "b"]\ndefault = "b"\n')
    manifest = read_manifest(written(tmp_path, f'author = "Ann"\nlicence = "MIT"\n{text}'), "two")
    assert (manifest.name, manifest.description, manifest.author, manifest.licence) == (
        "two",
        "Two columns.",
        "Ann",
        "MIT",
    )
    assert manifest.options["one"].default == "b"
    assert manifest.options["one"].allowed == "one of a, b"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = ", "theme.toml cannot be read"),
        (f"{HEAD}most = {'9' * 5_000}", "theme.toml cannot be read"),
        (f"{HEAD}most = {'[' * 50_000}", "theme.toml cannot be read"),
        ('description = "x"', "theme.toml: name: it is missing"),
        ('name = "two"', "theme.toml: description: it is missing"),
        ('name = "tow"\ndescription = "x"', "name: it is 'tow', and the folder is called 'two'"),
        (HEAD + 'colour = "red"', "theme.toml: colour: nothing is called so"),
        (HEAD + "options = []", "theme.toml: options: "),
        (HEAD + '[options.One]\ntype = "bool"\ndefault = true\ndescription = "x"', "'One' is no name of an option"),
        (HEAD + '[options.one]\ntype = "bool"\ndefault = true', "theme.toml: options.one.description: it is missing"),
        (HEAD + '[options.one]\ntype = "bool"\ndescription = "x"', "theme.toml: options.one.default: it is missing"),
        (option('type = "date"\ndefault = 1'), "theme.toml: options.one.type: it is one of 'bool', 'integer'"),
        (option('type = "bool"\ndefault = 1'), "options.one: the default does not fit: true or false is needed, not 1"),
        (option('type = "bool"\ndefault = true\nmin = 1'), "options.one: min is no limit of the type bool"),
        (option('type = "integer"\ndefault = true'), "the default does not fit: a whole number is needed, not True"),
        (option('type = "integer"\ndefault = 5\nmax = 4'), "a whole number to 4 is needed, not 5"),
        (option('type = "integer"\ndefault = 5\nmin = 6\nmax = 4'), "min is greater than max"),
        (option('type = "choice"\nchoices = ["a"]\ndefault = "a"'), "choices lists two or more different texts"),
        (option('type = "choice"\nchoices = ["a", "a"]\ndefault = "a"'), "choices lists two or more different texts"),
        (option('type = "choice"\nchoices = ["a", "b"]\ndefault = "c"'), "one of a, b is needed, not 'c'"),
        (option('type = "choice"\ndefault = "c"'), "choices lists two or more different texts"),
        (option('type = "text"\nmax_length = 3\ndefault = "four"'), "a line of 3 characters at most is needed"),
        (option('type = "text"\ndefault = "a\\nb"'), "a line of 200 characters at most is needed"),
        (option('type = "colour"\ndefault = "red"'), "a colour as #1f6f8b is needed, not 'red'"),
        (option('type = "colour"\ndefault = ["#ffffff"]'), "a colour as #1f6f8b is needed"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_key(tmp_path: Path, text: str, told: str) -> None:
    folder = written(tmp_path, text)
    with pytest.raises(Invalid) as raised:
        read_manifest(folder, "two")
    assert told in raised.value.message
    assert str(folder / "theme.toml") in raised.value.message
    assert raised.value.place.startswith(str(folder))


def test_a_folder_without_one_is_no_theme(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"is no theme: it has no theme\.toml"):
        read_manifest(tmp_path, "two")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path, "")
    (folder / "theme.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match=r"theme\.toml cannot be read"):
        read_manifest(folder, "two")


def made(kind: str, default: object, **limits: object) -> Option:
    return Option.model_validate({"type": kind, "default": default, "description": "x", **limits})


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_each_whole_number_is_read_back(number: int) -> None:
    assert made("integer", 0).parsed(str(number)) == number


@given(st.text(max_size=MOST_CHARACTERS))
def test_a_text_is_a_line(text: str) -> None:
    one = made("text", "", max_length=MOST_CHARACTERS)
    if not {unicodedata.category(character) for character in text} & {"Cc", "Cs", "Zl", "Zp"}:
        assert one.parsed(text) == text
    else:
        with pytest.raises(ValueError, match="a line of"):
            one.parsed(text)


@pytest.mark.parametrize(
    ("kind", "default", "text"),
    [
        ("bool", True, "maybe"),
        ("integer", 1, "1.5"),
        ("integer", 1, "٣"),
        ("integer", 1, "9" * 5_000),
        ("colour", "#000000", "#12345"),
        ("colour", "#000000", "#12345g"),
    ],
)
def test_what_does_not_fit_is_not_taken(kind: str, default: object, text: str) -> None:
    with pytest.raises(ValueError, match="is needed, not"):
        made(kind, default).parsed(text)


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("Yes", True), ("on", True), ("FALSE", False), ("no", False)]
)
def test_yes_and_no_have_several_spellings(text: str, value: bool) -> None:
    assert made("bool", not value).parsed(text) is value


@pytest.mark.parametrize("name", ["Two", "two columns", "_two", "zwölf"])
def test_a_folder_whose_name_cannot_be_chosen_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "theme.toml").write_text(f'name = "{name}"\ndescription = "x"', encoding="utf-8")
    with pytest.raises(Invalid, match="is no name of a theme") as failure:
        read_manifest(tmp_path / name, name)
    assert failure.value.place == str(tmp_path / name)
