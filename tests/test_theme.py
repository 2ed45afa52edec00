"""What docs/theme.md says that templates receive is what they receive."""

import re
from collections import defaultdict
from typing import Any

import pytest
from jinja2 import meta
from sqlalchemy.orm import Session

from tests.accounts.people import account
from tests.books.catalogue import shelved
from tests.conftest import ROOT
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts.who import SignedIn
from westmarch.db.types import now
from westmarch.posts import previews
from westmarch.web.surface import View
from westmarch.web.theme import DEFAULT, Theme

DOCS = (ROOT / "docs" / "theme.md").read_text(encoding="utf-8")


def documented() -> dict[str, set[str]]:
    """The names that the lists of templates give for each."""
    found: dict[str, set[str]] = {}
    for line in re.findall(r"^- (`.*)$", DOCS, re.MULTILINE):
        head, _, names = line.partition(": ")
        bare = re.sub(r"\([^)]*\)", "", names)
        for template in re.findall(r"`([a-z/]+\.(?:html|xml))`", head):
            found[template] = set(re.findall(r"`(\w+)`", bare))
    return found


def everywhere() -> set[str]:
    """The names in the table of what every template receives."""
    table = DOCS.partition("## What every template receives")[2].partition("## ")[0]
    return {
        name for cell in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)[`(]", cell)
    }


@pytest.mark.slow
@pytest.mark.unit
def test_every_template_is_named_and_uses_what_is_documented() -> None:
    theme = Theme()
    for name in theme.templates.list_templates(extensions=["html", "xml"]):
        assert f"`{name}`" in DOCS, name
        used = meta.find_undeclared_variables(theme.templates.parse((DEFAULT / name).read_text(encoding="utf-8")))
        known = documented().get(name, set()) | everywhere()
        known |= {"parts", "book_parts"} | ({"current", "here", "navigation"} if name == "chrome.html" else set())
        assert used - theme.templates.globals.keys() <= known, name


def preview(session: Session) -> str:
    """A link to the preview of a draft."""
    who = SignedIn(account(session, "Nell", "owner").id, "Nell", "owner", None)
    post_id = post(session, slug="later", status="draft")
    return f"/preview/{previews.make(session, post_id, '1', who=who, actor='Nell', moment=now())}/"


async def test_every_template_receives_what_is_documented(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    received: dict[str, set[str]] = defaultdict(set)
    rendered = View.rendered
    common = {"title", "description", "language", "canonical", "noindex", "metadata", "words"}

    def noting(self: View, template: str, context: dict[str, Any], *, chrome: bool = False) -> str:
        received[template] |= context.keys() - (common if chrome or template.startswith("books/") else set())
        return rendered(self, template, context, chrome=chrome)

    monkeypatch.setattr(View, "rendered", noting)
    await reader.do(shelved, title="Book", isbn="0439023483", series="Row", authors="Who")
    await reader.do(post, slug="b", markdown="::book{isbn=0439023483}")
    await reader.do(post, slug="a", tags=("T",), authors=("A",), topic="Topic")
    for path in (
        "/", "/a/", "/tags/", "/tags/t/", "/topics/", "/topics/topic/", "/authors/", "/authors/a/", "/archive/",
        "/none/", "/feed.xml", "/rss.xml", "/sitemap.xml", "/sitemap-lists.xml", "/opensearch.xml",
        "/b/", "/books/", "/books/book/", "/writers/who/", "/series/row/", "/shelf/", "/search/",
    ):  # fmt: skip
        await reader.get(path)
    await reader.page(await reader.do(preview))
    assert received == documented()
    assert (
        set(reader.app.state.surface.themes.packaged.templates.globals) - Theme().templates.globals.keys()
        <= everywhere()
    )
