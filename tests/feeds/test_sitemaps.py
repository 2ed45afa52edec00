"""Sitemaps and robots.txt."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xmlschema
from sqlalchemy.orm import Session

from tests.factories import day, post
from tests.readers import Reader
from westmarch.feeds import sitemaps


def fill(session: Session) -> None:
    post(session, "A", slug="a", path="/ä & b/", published_at=day(0), tags=("Sea",), authors=("Nell",), topic="Tides")
    post(session, "B", slug="b", published_at=datetime(2022, 5, 1, tzinfo=UTC), updated_at=day(1))
    post(session, "Page", slug="page", kind="page")


async def addresses(reader: Reader, path: str) -> list[str]:
    return [place.replace("&amp;", "&") for place in re.findall("<loc>(.*?)</loc>", await reader.page(path))]


async def test_the_index_names_sitemaps_that_name_every_page(reader: Reader, inputs: Callable[[str], Path]) -> None:
    await reader.do(fill)
    schema = xmlschema.XMLSchema(str(inputs("schemas-sitemap") / "sitemap.xsd"))
    parts = await addresses(reader, "/sitemap.xml")
    assert parts == [f"https://example.org/sitemap-{name}.xml" for name in ("lists", "2022", "2024")]
    found: list[str] = []
    for part in parts:
        schema.validate(await reader.page(part.removeprefix("https://example.org")))
        found += await addresses(reader, part.removeprefix("https://example.org"))
    assert len(found) == len(set(found)) == 7
    for place in found:
        assert (await reader.get(place)).status_code == 200, place


async def test_the_last_change_is_told(reader: Reader) -> None:
    await reader.do(fill)
    assert "<lastmod>2024-01-02T12:00:00Z</lastmod>" in await reader.page("/sitemap-2022.xml")


async def test_a_year_with_very_many_posts_is_told_by_months(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "CROWDED", 1)

    def several(session: Session) -> None:
        for number in range(0, 70, 20):
            post(session, slug=f"p{number}", published_at=day(number))

    await reader.do(several)
    parts = await addresses(reader, "/sitemap.xml")
    assert parts[1:] == [f"https://example.org/sitemap-2024-{month}.xml" for month in ("01", "02", "03")]
    assert await addresses(reader, "/sitemap-2024-03.xml") == ["https://example.org/p60/"]


@pytest.mark.parametrize(
    "name", ["sitemap-2023", "sitemap-0000", "sitemap-9999", "sitemap-2024-13", "sitemap-2024-00", "sitemap-x"]
)
async def test_a_sitemap_that_the_index_does_not_name_is_404(reader: Reader, name: str) -> None:
    await reader.do(fill)
    assert (await reader.get(f"/{name}.xml")).status_code == 404


async def test_robots_may_read_all_of_it(reader: Reader) -> None:
    text = await reader.page("/robots.txt")
    assert "Allow: /\n" in text
    assert "Sitemap: https://example.org/sitemap.xml" in text
