"""No link of the demonstration is dead, and no page of it asks another host for anything."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.quality.crawling import Crawl, Document, Page, Reference, crawl
from tests.quality.sites import Sites
from tests.serving import COMMAND, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: Scroll down and give the browser two frames to ask for what came into sight.
TO_THE_END = """() => {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


#: What programs ask for without being led to it.
ASKED_FOR = ("/robots.txt", "/sitemap.xml", "/favicon.ico", "/apple-touch-icon.png", "/opensearch.xml")


@pytest.fixture(scope="module")
def crawled(sites: Sites) -> Crawl:
    """The whole demonstration, in English."""
    sites.pages("en")
    return crawl(sites.full, "/", *ASKED_FOR)


def test_a_page_is_read_with_its_parts_and_with_what_authors_wrote() -> None:
    page = Page(
        "http://here/a/",
        """<link rel="stylesheet" href="/s.css"><link rel="canonical" href="/a/"><br>
        <main class="prose" id="main"><p><a href="../b/#c">B</a><img srcset="/1.png 1x, /2.png 2x"></p></main>
        <script type="application/ld+json">{"@id": "/x", "url": "http://here/c/"}</script>""",
    )
    assert page.ids == {"main"}
    assert page.found == [
        Reference("http://here/a/", "http://here/s.css", part=True),
        Reference("http://here/a/", "http://here/a/"),
        Reference("http://here/a/", "http://here/b/#c", written=True),
        Reference("http://here/a/", "http://here/1.png", part=True, written=True),
        Reference("http://here/a/", "http://here/2.png", part=True, written=True),
        Reference("http://here/a/", "http://here/c/"),
    ]


def test_a_dead_link_and_a_place_that_is_not_there_are_found() -> None:
    made = Crawl(
        "http://here",
        {
            "http://here/a/": Document(200, "text/html", ids=frozenset({"known", "é"})),
            "http://here/old/": Document(301, location="http://here/a/"),
            "http://here/lost/": Document(301, location="http://here/none/"),
            "http://here/none/": Document(404, "text/html"),
        },
    )
    addresses = ("a/", "a/#known", "a/#%C3%A9", "old/#known", "a/#no", "old/#no", "none/", "lost/")
    faults = [made.fault(Reference("http://here/", f"http://here/{address}")) for address in addresses]
    assert faults == ["", "", "", "", "no place #no", "no place #no", "404", "404"]


def test_the_crawl_finds_every_kind_of_document(crawled: Crawl, sites: Sites) -> None:
    kinds = sites.pages("en")
    asked = {kind for kind, address in kinds.items() if "?" in address and kind != "shelf, all of one status"}
    unlinked = {"not found", "gone", "empty site"} | asked
    assert {kind for kind, address in kinds.items() if address not in crawled.documents} == unlinked
    mimes = {document.mime for document in crawled.documents.values()}
    assert {"text/html", "text/css", "text/javascript", "application/atom+xml", "application/rss+xml"} <= mimes
    assert {"application/feed+json", "application/manifest+json", "application/xml"} <= mimes
    assert {"image/webp", "image/png", "image/svg+xml", "font/woff2"} <= mimes


def test_no_link_is_dead(crawled: Crawl) -> None:
    assert [path for path in ASKED_FOR if crawled.documents[crawled.root + path].status != 200] == []
    inside = [reference for reference in crawled.references if crawled.inside(reference.address)]
    faults = {reference: fault for reference in inside if (fault := crawled.fault(reference))}
    assert faults == {}


def test_no_page_holds_a_part_from_elsewhere(crawled: Crawl) -> None:
    assert [each for each in crawled.references if each.part and not crawled.inside(each.address)] == []


@pytest.mark.long
@pytest.mark.parametrize("name", ["blog-hexo-unit-test/source", "blog-jekyll-jekyll/docs", "blog-pelican-mawenbao-zh"])
def test_no_link_that_the_program_makes_is_dead_in_a_real_blog(
    inputs: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    folder = inputs(name)
    subprocess.run([*COMMAND, "--site", str(tmp_path), "init"], check=True, capture_output=True)
    command = [*COMMAND, "--site", str(tmp_path), "import", "markdown", str(folder)]
    subprocess.run(command, check=False, capture_output=True)  # Status 1 where a file of the blog is broken.
    with serving(tmp_path) as server:
        found = crawl(server.url, "/", *ASKED_FOR)
    made = [each for each in found.references if found.inside(each.address) and not each.written]
    assert len(found.pages) > 10
    assert {each: fault for each in made if (fault := found.fault(each))} == {}


@pytest.mark.browser
def test_no_page_asks_another_host_in_a_browser(browser: "Browser", crawled: Crawl) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    asked: list[tuple[str, str]] = []
    said: list[tuple[str, str]] = []
    context.on("request", lambda request: asked.append((page.url, request.url)))
    context.on("console", lambda message: said.append((page.url, message.text)))
    context.on("weberror", lambda error: said.append((page.url, str(error.error))))
    for address in crawled.pages:
        page.goto(address)
        page.evaluate(TO_THE_END)
    context.close()
    assert len(asked) > len(crawled.pages)
    assert [pair for pair in asked if not pair[1].startswith((crawled.root, "data:"))] == []
    assert said == []
