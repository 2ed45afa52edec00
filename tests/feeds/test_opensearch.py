"""The description of the site's search, by which browsers offer it."""

from xml.etree import ElementTree as ET

import pytest

from tests.readers import Reader
from westmarch.site import actions as site_actions

NAMESPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


async def test_the_description_holds_to_the_lengths_that_the_format_allows(reader: Reader) -> None:
    long = "An Almanac of <Tides> & the many Other Things that Turn, Sway and Return"
    await reader.do(site_actions.change, {"title": long, "tagline": "t" * 300}, actor="test")
    answer = await reader.get("/opensearch.xml")
    assert answer.headers["content-type"] == "application/opensearchdescription+xml; charset=utf-8"
    found = {child.tag.removeprefix(NAMESPACE): child for child in ET.fromstring(answer.content)}
    assert found["ShortName"].text == "An Almanac of"
    assert found["LongName"].text == "An Almanac of <Tides> & the many Other Things"
    assert len(found["Description"].text or "") == 300
    template = ET.fromstring(answer.content).find(f"{NAMESPACE}Url")
    assert template is not None
    assert template.attrib == {"type": "text/html", "template": "https://example.org/search/?q={searchTerms}"}


@pytest.mark.parametrize("path", ["/", "/archive/"])
async def test_pages_name_the_description(reader: Reader, path: str) -> None:
    assert 'type="application/opensearchdescription+xml"' in await reader.page(path)
