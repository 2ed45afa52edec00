"""Speculation rules: named on every page, and served as what they are. A browser obeys them in test_prefetching.py."""

import json

import pytest

from tests.factories import post
from tests.readers import Reader
from westmarch.web.speculation import Speculation

MIME = "application/speculationrules+json"


async def test_every_page_names_the_rules_and_nothing_else_does(reader: Reader) -> None:
    await reader.do(post, slug="a", tags=("T",))
    for path in ("/", "/a/", "/tags/t/", "/archive/"):
        named = (await reader.get(path)).headers["speculation-rules"]
        answer = await reader.get(named.strip('"'))
        assert (answer.status_code, answer.headers["content-type"]) == (200, MIME)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.json()["prefetch"][0]["eagerness"] == "moderate"
    for path in ("/feed.xml", "/sitemap.xml", "/robots.txt", "/nothing/", "/a", "/static/theme.css"):
        assert "speculation-rules" not in (await reader.get(path)).headers, path


async def test_rules_of_another_version_are_the_current_ones(reader: Reader) -> None:
    answer = await reader.get("/static/speculation.00000000.json")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.unit
@pytest.mark.parametrize(("base", "below"), [("", ""), ("/blog", "/blog"), ("/a+(b)", "/a\\+\\(b\\)")])
def test_rules_stay_below_the_base_path(base: str, below: str) -> None:
    made = Speculation(base)
    where = json.loads(made.asset.body)["prefetch"][0]["where"]["and"]
    assert where[0] == {"href_matches": f"{below}/*"}
    assert all(pattern.startswith(below + "/") for pattern in where[1]["not"]["href_matches"])
    assert made.header[1].startswith(f'"{base}/static/speculation.')


@pytest.mark.unit
def test_a_base_path_of_another_script_can_stand_in_a_header() -> None:
    assert Speculation("/блог").header[1].isascii()
