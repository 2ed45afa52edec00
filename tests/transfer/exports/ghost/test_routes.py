"""Ghost's routes with their filters, and its redirects."""

from pathlib import Path

import pytest

from westmarch.transfer.exports.ghost import redirects, routes
from westmarch.transfer.exports.ghost.filters import Facts, parse

pytestmark = pytest.mark.unit

FACTS: Facts = {
    "tag": frozenset({"news", "big-news"}),
    "primary_tag": frozenset({"news"}),
    "author": frozenset({"ann"}),
    "featured": frozenset({"true"}),
}


@pytest.mark.parametrize(
    ("written", "true"),
    [
        ("tag:news", True),
        ("tags:'big-news'", True),
        ("tag:-news", False),
        ("primary_tag:big-news", False),
        ("tag:x,author:ann", True),
        ("tag:news+author:bob", False),
        ("tag:x,tag:news+featured:true", True),
        ("(tag:x,tag:news)+featured:false", False),
        ("tag:[x, news]", True),
        ("tag:-[x,news]", False),
    ],
)
def test_filters_part_posts_as_ghost_does(written: str, true: bool) -> None:
    assert parse(written)(FACTS) is true


@pytest.mark.parametrize(
    "written", ["", "tag", "tag:", "published_at:>2020", "(tag:a", "tag:a)", "tag:[a", "+", "a:b", "(" * 99 + "tag:a"]
)
def test_filters_that_are_not_understood_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(written)


def test_what_of_the_routes_is_not_understood_is_told(tmp_path: Path) -> None:
    path = tmp_path / "routes.yaml"
    path.write_text(
        "collections:\n  /a/: {permalink: '/a/{slug}/', filter: 'id:>3'}\n  /b/: {permalink: /b/}\n"
        "  /: {permalink: '/{year}/{slug}/'}\n"
    )
    found = routes.read(path, tmp_path)
    assert found.pattern({}) == "/{year}/{slug}/"
    assert [one.message.partition(":")[0] for one in found.remarks] == ["routes.yaml", "routes.yaml"]
    path.write_text("a: [")
    assert routes.read(path, tmp_path).remarks[0].message.startswith("routes.yaml: it cannot be read")
    assert routes.read(path, tmp_path).pattern({}) == "/{slug}/"


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/old/", "/old/"), ("^/old$", "/old"), (r"^\/a\/b\/?$", "/a/b/"), ("/a(/?)$", "/a/"), (r"/^\/Foo$/i", "/Foo"),
        ("/a%20b", "/a b"), ("/feed.xml", "/feed.xml"), ("/a\\.html", "/a.html"),
        ("^/(.*)$", None), ("/a/[0-9]+", None), ("/(a|b)/", None), ("a", None), ("", None),
    ],
)  # fmt: skip
def test_a_pattern_for_one_address_is_that_address(written: str, path: str | None) -> None:
    assert redirects.plain(written) == path


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("redirects.json", "{", "redirects.json cannot be read: "),
        ("redirects.json", "{}", "redirects.json cannot be read: it is no list"),
        ("redirects.json", "[" * 10_000, "redirects.json cannot be read: "),
        ("redirects.json", '[{"from": 1}, 2]', "redirects.json: '1' leads to no address"),
        ("redirects.yaml", "301: [", "redirects.yaml cannot be read: "),
        ("redirects.yaml", "301:\n  /a: 1\n", "redirects.yaml: '/a' leads to no address"),
    ],
)
def test_broken_redirects_are_told(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content)
    found = redirects.read(tmp_path / name, tmp_path)
    assert [one.message[: len(told)] for one in found.remarks] == [told]


def test_redirects_over_others_lead_to_their_end_and_circles_do_not(tmp_path: Path) -> None:
    path = tmp_path / "redirects.yaml"
    path.write_text("301:\n  /a: /b/\n  /b: https://old.example/c/\n  /x: /y\n  /y: /x\n302:\n  /d: /c\n")
    found = redirects.read(path, tmp_path)
    found.follow("https://old.example")
    assert found.to("/c/") == ("/a", "/b")
    assert [one.path for one in found.left()] == ["/x", "/y", "/d"]
