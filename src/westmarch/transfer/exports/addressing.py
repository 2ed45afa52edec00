"""Old addresses as exports write them: whole ones, for the most part."""

import posixpath
import re
from datetime import UTC, datetime, time
from urllib.parse import SplitResult, unquote, urlsplit

from westmarch.errors import Invalid
from westmarch.links.paths import slugify
from westmarch.transfer.blogs import Options
from westmarch.transfer.permalinks import expand_braces, expand_colons, from_url, tidy


def parts(address: str) -> SplitResult:
    """The parts of an address, empty ones where it is none."""
    try:
        return urlsplit(address.strip())
    except ValueError:
        return SplitResult("", "", "", "", "")


def home(address: str) -> tuple[str | None, str]:
    """The address of a site without its base path, None where it is not known, and the base path ('' or '/x')."""
    found = parts(address)
    if found.scheme not in {"http", "https"} or not found.netloc:
        return None, ""
    return f"{found.scheme}://{found.netloc}", tidy(unquote(found.path)).rstrip("/")


def stated(url: str | None) -> str:
    """The address of the old site that somebody named; empty where nobody did. Raises Invalid where it is none."""
    if url is None:
        return ""
    if home(url)[0] is None:
        raise Invalid(f"'{url}' is no address of a site.", hint="It looks like https://blog.example.org.")
    return url


def path(address: str, base: str) -> str:
    """The decoded path of an address, below the base path of its site."""
    found = from_url(address)
    return found[len(base) :] if base and found.startswith(f"{base}/") else found


def last(address: str) -> str:
    """The last name in a path, without the ending of a file; empty where it has none."""
    return posixpath.splitext(address.rstrip("/").rpartition("/")[2])[0]


def slug(*names: str) -> str:
    """A slug from the first of these names that has a letter or a digit; `untitled` where none has."""
    return slugify(next((name for name in names if re.search(r"[^\W_]", name)), ""))


def by_permalink(options: Options, slug: str, at: datetime | None) -> str | None:
    """The path that the site's own pattern makes of a post; None where the pattern wants what is not known."""
    local = (at or datetime.combine(options.now.date(), time(), UTC)).astimezone(options.zone)
    values = {
        "slug": slug, "title": slug,
        "year": f"{local.year:04}", "month": f"{local.month:02}", "day": f"{local.day:02}",
    }  # fmt: skip
    made = expand_braces(expand_colons(options.permalink or "", values), values, local)
    return None if not slug or not made or "{" in made or ":" in made else tidy(made)
