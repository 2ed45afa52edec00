"""The head of a file, in all its ways of writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.transfer.frontmatter import FrontMatter, parse
from westmarch.transfer.yaml_fields import typed

pytestmark = pytest.mark.unit


def read(text: str) -> dict[str, object]:
    found = parse(text, unopened=True)
    assert found.broken is None
    fields: dict[str, object] = typed(found.fields)
    return fields


def test_yaml_between_dashes_is_parted_from_the_text() -> None:
    found = parse("---\ntitle: A title\n---\n\n\nThe text\n")
    assert (found.format, found.fields, found.body.text, found.body.line) == (
        "yaml", {"title": "A title"}, "The text\n", 6,
    )  # fmt: skip


@pytest.mark.parametrize("written", ["010", "1.10", "12:30:45", "2015-02-30", "0x1F", "1_000", "1e3", ".5", "08"])
def test_what_yaml_would_make_a_number_stays_text_where_its_writing_would_be_lost(written: str) -> None:
    assert read(f"---\ntitle: {written}\n---\n") == {"title": written}


def test_plain_numbers_and_booleans_are_typed() -> None:
    assert read("---\na: 12\nb: 1.5\nc: true\nd: ~\ne: '12'\nf: yes\n---\n") == {
        "a": 12, "b": 1.5, "c": True, "d": None, "e": "12", "f": "yes",
    }  # fmt: skip


def test_a_key_that_yaml_takes_for_a_boolean_stays_a_word() -> None:
    assert read("---\nyes: 1\non: 2\nnull: 3\n1: 4\n---\n") == {"yes": 1, "on": 2, "null": 3, "1": 4}


def test_a_repeated_key_is_reported_with_its_line_and_the_last_one_counts() -> None:
    found = parse("---\ntitle: one\ndate: 2020-01-01\ntitle: two\n---\n")
    assert found.fields["title"] == "two"
    assert [(warning.line, "twice" in warning.message) for warning in found.warnings] == [(4, True)]


def test_a_broken_head_names_its_line_and_what_can_be_read_is_saved() -> None:
    found = parse("---\ntitle: a: b\ndate: 2020-01-01\n---\ntext")
    assert found.broken is not None
    assert found.broken.line == 2
    assert found.fields == {"title": "a: b", "date": "2020-01-01"}
    assert found.body.text == "text"


def test_a_head_that_nobody_closed_is_broken_and_the_text_is_kept() -> None:
    found = parse("---\ntitle: A title\n\nThe text\n")
    assert found.broken is not None
    assert found.fields == {"title": "A title"}
    assert found.body.text == "The text\n"


def test_a_rule_at_the_top_of_a_text_is_no_head() -> None:
    assert parse("---\n\nSome words.\n\n---\n").format == "none"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("+++\ntitle = 'x'\ntags = ['a']\n+++\nbody", {"title": "x", "tags": ["a"]}),
        ('{\n"title": "x"\n}\n\nbody', {"title": "x"}),
        (';;;\n"title": "x",\n;;;\nbody', {"title": "x"}),
        ("title: x\n---\nbody", {"title": "x"}),
        ("---  \ntitle: x\n...\nbody", {"title": "x"}),
        ("Title: x\nTags: a,\n      b\n\nbody", {"title": "x", "tags": "a,\nb"}),
        ("---\n---\nbody", {}),
        ("body", {}),
    ],
)
def test_every_way_of_writing_a_head_is_read(text: str, fields: dict[str, object]) -> None:
    found = parse(text, unopened=True)
    assert (typed(found.fields), found.body.text, found.broken) == (fields, "body", None)


def test_a_template_at_the_top_is_not_taken_for_json() -> None:
    assert parse("{% include x %}\n").format == "none"
    assert parse("{{ x }}\n").format == "none"


def test_a_setext_heading_is_not_taken_for_a_head() -> None:
    assert parse("Note: read this\n---\n\nText").format == "none"


@pytest.mark.parametrize(
    "text", ["---\na: " + "[" * 200_000, "---\n" + "- " * 60_000 + "a\n---\n", "---\n" + "a: &a [*a]\n---\n"]
)
def test_a_head_that_would_crash_the_parser_is_refused(text: str) -> None:
    assert parse(text).format in {"yaml", "none"}


@pytest.mark.slow
@given(st.text(max_size=300), st.booleans(), st.booleans())
def test_parsing_never_raises_and_invents_no_text(text: str, unopened: bool, meta: bool) -> None:
    found = parse(text, unopened=unopened, meta=meta)
    assert isinstance(found, FrontMatter)
    assert text.endswith(found.body.text)


@pytest.mark.slow
@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True),
        st.text(
            st.characters(
                codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\x85\ufffe\uffff"
            ),
            max_size=30,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_quoted_values_come_back_as_they_were_written(fields: dict[str, str]) -> None:
    head = "".join(
        '{}: "{}"\n'.format(key, value.replace("\\", "\\\\").replace('"', '\\"')) for key, value in fields.items()
    )
    found = parse(f"---\n{head}---\nbody")
    assert found.broken is None, found.broken
    assert found.fields == fields


@pytest.mark.slow
@given(
    st.lists(
        st.sampled_from(
            [
                "---\n",
                "+++\n",
                "title: x\n",
                "a: [\n",
                ";;;\n",
                "{",
                "}",
                '"a": 1\n',
                "\n",
                "...\n",
                "    x\n",
                "\t- y\n",
                "~~~",
            ]
        ),
        max_size=12,
    )
)
def test_pieces_of_heads_in_any_order_never_raise(pieces: list[str]) -> None:
    text = "".join(pieces)
    for unopened in (True, False):
        assert text.endswith(parse(text, unopened=unopened, meta=not unopened).body.text)
