"""Where the site is: internal URLs are stored with a marker in front, which is replaced when a page is sent.

The marker is the noncharacter U+FDD0, which no input keeps, so that it cannot be forged: the same HTML serves a
site at `/`, at `/blog/`, and a feed that needs whole addresses.
"""

MARK = "\ufdd0"


def place(html: str, base: str) -> str:
    """Put the base path (`""`, `"/blog"`) or the site's address (`"https://example.org/blog"`) before internal URLs."""
    return html.replace(MARK, base)


def is_internal(url: str) -> bool:
    """Whether a URL is root-relative: `/x/`, but not `//host/x` (nor `/\\host`, which browsers read as that)."""
    return url.startswith("/") and not url.startswith(("//", "/\\"))
