"""Paths: what is taken, what is refused, what is the same, and what hangs on what."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from westmarch.errors import Invalid
from westmarch.links import paths
from westmarch.links.paths import Suffix

pytestmark = pytest.mark.unit

SEGMENTS = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/"), min_size=1, max_size=12)


@st.composite
def well_formed(draw: st.DrawFn) -> str:
    """Paths that are in order: NFC, no empty and no dot segments."""
    segments = [segment for segment in draw(st.lists(SEGMENTS, max_size=5)) if segment not in (".", "..")]
    slash = draw(st.sampled_from(("", "/"))) if segments else ""
    return unicodedata.normalize("NFC", "/" + "/".join(segments) + slash)


@given(well_formed())
@example("/50%25-off/")
@example("/a+b&c='d'?#[e]\\/")
def test_a_path_survives_being_written_into_an_address(path: str) -> None:
    assert paths.parse(paths.quote(path)) == path
    assert paths.quote(path).isascii()


@pytest.mark.slow
@given(well_formed())
def test_a_path_may_be_written_as_it_is_read(path: str) -> None:
    assert paths.parse(path.replace("%", "%25")) == path
    assert paths.parse(path.replace("%", "%25").encode()) == path


@given(well_formed())
def test_composed_and_decomposed_spellings_are_one_path(path: str) -> None:
    decomposed = unicodedata.normalize("NFD", path)
    assert paths.parse(paths.quote(decomposed)) == path


@given(well_formed())
def test_every_character_may_be_percent_encoded(path: str) -> None:
    assert paths.parse("".join(f"%{byte:02x}" for byte in path.encode())) == path


def test_percent_encoding_is_undone_once() -> None:
    assert paths.parse("/%2541/") == "/%41/"


def test_a_percent_sign_that_encodes_nothing_stays() -> None:
    assert paths.parse("/100%/") == "/100%/"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "does not begin with a slash"),
        ("a/", "does not begin with a slash"),
        ("//example.org/", "two slashes"),
        ("/a//b", "two slashes"),
        ("/a/%2F/b", "two slashes"),
        ("/a/./b", "dot segment"),
        ("/../etc/passwd", "dot segment"),
        ("/%2e%2e/etc/passwd", "dot segment"),
        ("/a/..", "dot segment"),
        ("/a%00b", "control character"),
        ("/a%0d%0aSet-Cookie:%20b", "control character"),
        ("/a\x7f", "control character"),
        ("/a%C2%85", "control character"),
        ("/a%FFb", "not written in UTF-8"),
        ("/%C0%AF", "not written in UTF-8"),
        ("/a%ED%A0%80", "not written in UTF-8"),
        ("/a\ud800", "lone surrogate"),
        (b"/\xff", "not written in UTF-8"),
        ("/" + 1_000 * "a", "longer than 1000"),
        ("/" + 1_000 * "%41", "longer than 1000"),
        ("/" + 30_000 * "e%CC%81%CC%A3", "longer than 1000"),
    ],
)
def test_a_hostile_path_is_refused_with_a_reason(raw: str | bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refusal:
        paths.parse(raw)
    assert refusal.value.place == "path"


def test_half_a_character_is_refused_where_nothing_is_decoded() -> None:
    with pytest.raises(Invalid, match="lone surrogate"):
        paths.checked("/a\udfff/")


@given(st.text() | st.binary() | st.text().map(lambda text: "/" + text))
def test_no_path_raises_anything_but_invalid(raw: str | bytes) -> None:
    try:
        path = paths.parse(raw)
    except Invalid:
        return
    assert path.startswith("/")
    assert "//" not in path
    assert len(path) <= paths.LONGEST
    assert unicodedata.is_normalized("NFC", path)
    assert paths.parse(paths.quote(path)) == path
    assert paths.split(path)[0] == (path, Suffix())
    assert paths.fold(path).startswith("/")


def test_naughty_strings_make_slugs_that_are_paths(inputs: Callable[[str], Path]) -> None:
    for text in json.loads((inputs("blns") / "blns.json").read_text(encoding="utf-8")):
        path = f"/{paths.slugify(text)}/"
        assert paths.parse(paths.quote(path)) == path
        assert paths.claimable(path) or path == "/admin/"


@pytest.mark.parametrize(
    "path", ["/Foo", "/foo", "/foo/", "/FOO.HTML", "/foo.htm", "/foo/index.html", "/Foo/Index.htm"]
)
def test_spellings_of_a_path_share_a_fold(path: str) -> None:
    assert paths.fold(path) == "/foo"


@pytest.mark.parametrize("path", ["/", "/index.html", "/INDEX.HTM"])
def test_spellings_of_the_front_page_share_a_fold(path: str) -> None:
    assert paths.fold(path) == "/"


@pytest.mark.parametrize(
    ("path", "folded"), [("/.html", "/.html"), ("/a/.htm", "/a/.htm"), ("/a.html.html", "/a.html")]
)
def test_a_fold_takes_one_ending_away_and_never_a_whole_name(path: str, folded: str) -> None:
    assert paths.fold(path) == folded


@pytest.mark.parametrize(
    ("one", "other"), [("/STRASSE/", "/straße"), ("/ΛΌΓΟΣ", "/λόγος/"), ("/Ǆ/", "/ǆ/"), ("/cafe\u0301/", "/CAFÉ")]
)
def test_a_fold_knows_the_case_of_all_scripts(one: str, other: str) -> None:
    assert paths.fold(one) == paths.fold(other)


@given(well_formed())
def test_a_fold_is_the_same_with_and_without_the_slash(path: str) -> None:
    assert paths.fold(paths.directory(path)) == paths.fold(path.removesuffix("/") or "/")


@pytest.mark.parametrize("name", sorted(paths.RESERVED))
def test_a_reserved_name_cannot_be_claimed(name: str) -> None:
    assert not paths.claimable(f"/{name}")
    assert not paths.claimable(f"/{name.upper()}/x/")
    assert paths.claimable(f"/{name}-2/")
    assert paths.claimable(f"/x/{name}/")


@pytest.mark.parametrize("name", ["tags", "topics", "archive", "search", "books", "notes", "page"])
def test_a_soft_name_can_be_claimed(name: str) -> None:
    assert paths.claimable(f"/{name}/")


@pytest.mark.parametrize(
    "name",
    [
        "robots.txt",
        "sitemap.xml",
        "sitemap-2024.xml",
        "opensearch.xml",
        "feed.xml",
        "RSS.xml",
        "feed.json",
        "favicon.ico",
    ],
)
def test_what_programs_ask_for_at_the_root_cannot_be_claimed(name: str) -> None:
    assert not paths.claimable(f"/{name}")
    assert paths.claimable(f"/blog/{name}")


@pytest.mark.parametrize(
    ("path", "prefix", "suffix"),
    [
        ("/tags/x/page/2/", "/tags/x/", Suffix(page=2)),
        ("/page/2/", "/", Suffix(page=2)),
        ("/tags/x/Page/2", "/tags/x/", Suffix(page=2)),
        ("/tags/x/page/1/", "/tags/x/", Suffix()),
        ("/page/999999/", "/", Suffix(page=999_999)),
        ("/feed.xml", "/", Suffix(feed="feed.xml")),
        ("/tags/x/rss.xml", "/tags/x/", Suffix(feed="rss.xml")),
        ("/tags/x/FEED.JSON/", "/tags/x/", Suffix(feed="feed.json")),
        ("/archive/2026/", "/archive/", Suffix(year=2026)),
        ("/archive/2026/page/3/", "/archive/", Suffix(year=2026, page=3)),
    ],
)
def test_a_suffix_is_read_from_the_end(path: str, prefix: str, suffix: Suffix) -> None:
    readings = paths.split(path)
    assert readings[0] == (path, Suffix())
    assert readings[-1] == (prefix, suffix)


def test_a_page_of_a_year_is_also_a_page_of_what_the_year_may_be() -> None:
    assert paths.split("/a/2026/page/3/")[1] == ("/a/2026/", Suffix(page=3))


@pytest.mark.parametrize(
    "path",
    [
        "/page/0/",
        "/page/007/",
        "/page/-1/",
        "/page/1e3/",
        "/page/99999999999999/",
        "/page/٢/",
        "/a/page/",
        "/archive/0999/",
        "/archive/3000/",
        "/archive/20266/",
        "/archive/٢٠٢٦/",
        "/xfeed.xml",
        "/atom.xml",
    ],
)
def test_what_only_looks_like_a_suffix_is_none(path: str) -> None:
    assert paths.split(path) == [(path, Suffix())]


SUFFIXES = st.one_of(
    st.builds(Suffix, year=st.none() | st.integers(1000, 2999), page=st.integers(1, 999_999)),
    st.builds(Suffix, feed=st.sampled_from(paths.FEEDS)),
)


@given(well_formed(), SUFFIXES)
def test_a_suffix_survives_being_written_and_read(path: str, suffix: Suffix) -> None:
    written = paths.suffixed(path, suffix)
    assert (written if suffix == Suffix() else paths.directory(path), suffix) in paths.split(written)


@pytest.mark.parametrize(
    ("path", "second"),
    [("/a/", "/a-2/"), ("/a", "/a-2"), ("/a/b.html", "/a/b-2.html"), ("/v1.2", "/v1.2-2"), ("/", "/2/")],
)
def test_a_number_stands_behind_the_name(path: str, second: str) -> None:
    assert paths.numbered(path, 2) == second


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Hello, World!", "hello-world"),
        ("  --Don’t panic--  ", "dont-panic"),
        ("İstanbul", "istanbul"),
        ("Straße", "strasse"),
        ("Ο Λόγος του ΣΟΦΟΥΣ", "ο-λόγος-του-σοφους"),
        ("हिन्दी में लेख", "हिन्दी-में-लेख"),
        ("می‌خواهم", "می-خواهم"),
        ("中文 标题！", "中文-标题"),
        ("soft\u00adhyphen", "softhyphen"),
        ("👨‍👩‍👧 family 1️⃣", "family-1"),
        ("cafe\u0301", "café"),
        ("snake_case", "snake_case"),
        ("🎉", "untitled"),
        ("", "untitled"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_a_slug_keeps_the_words_of_all_scripts(title: str, slug: str) -> None:
    assert paths.slugify(title) == slug


def test_a_long_slug_ends_between_words() -> None:
    slug = paths.slugify(" ".join(["word"] * 50))
    assert slug == "-".join(["word"] * 20)


def test_a_long_word_is_cut_and_keeps_its_last_letter_whole() -> None:
    assert paths.slugify("a " + "ि".join("क" * 200)) == "a-" + "कि" * 49
    assert paths.slugify("東" * 300) == "東" * 100


@given(st.text(max_size=300))
@example("\u0301")
@example("a\u200d\u0301")
@example("-" * 150)
@example("\u0f72\u0f71")
def test_a_slug_is_a_segment_and_its_own_slug(title: str) -> None:
    slug = paths.slugify(title)
    assert 1 <= len(slug) <= paths.LONGEST_SLUG
    assert paths.parse(paths.quote(f"/{slug}/")) == f"/{slug}/"
    assert slug == slug.strip("-")
    assert "--" not in slug
    assert paths.slugify(slug) == slug
