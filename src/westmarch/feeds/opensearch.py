"""The description by which a browser can offer the site's search among its own (OpenSearch 1.1, draft 6)."""

from westmarch.web.replies import Reply
from westmarch.web.surface import View

MIME = "application/opensearchdescription+xml"
#: The most characters that the format allows in a short name, a long name and a description.
SHORT, LONG, DESCRIPTION = 16, 48, 1024


def description(view: View) -> Reply:
    """`/opensearch.xml`, which the head of each page names."""
    site = view.site
    return view.document(
        "feeds/opensearch.xml",
        f"{MIME}; charset=utf-8",
        short_name=_cut(site.title, SHORT),
        long_name=_cut(site.title, LONG),
        description=_cut(site.description or site.tagline or site.title, DESCRIPTION),
    )


def _cut(text: str, most: int) -> str:
    """The text in at most so many characters, cut between words where that leaves half of it."""
    if len(text) <= most:
        return text
    end = text.rfind(" ", most // 2, most + 1)
    return text[: end if end > 0 else most].rstrip()
