"""Paths of the site: read from an address, written into one, compared, taken apart, made from a title. No database.

A path here is decoded text in Unicode's form NFC that begins with one slash, as `parse` returns it.
Only `parse` decodes and only `quote` encodes, each once: what passed one of them must not pass it again.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote as percent_encode
from urllib.parse import unquote_to_bytes

from westmarch.errors import Invalid

#: First segments that the program itself answers. All other names a link may have.
RESERVED = frozenset(
    {
        ".well-known", "activitypub", "admin", "api", "auth", "ghost",
        "healthz", "media", "metrics", "micropub", "readyz", "static",
    }
)  # fmt: skip
#: The longest path that is looked up, in characters.
LONGEST = 1_000
#: The longest path that a link may have, in bytes of UTF-8: with any suffix and number behind it, it is still looked
#: up, and with its query it fits into a row of PostgreSQL's index (2,704 bytes).
LONGEST_OWNED = 900
#: The longest slug, in code points.
LONGEST_SLUG = 100
#: The names of feeds that hang on a path.
FEEDS = ("feed.xml", "rss.xml", "feed.json")

# What nearly every request is: nothing to decode, nothing to refuse.
_PLAIN = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?|/")
# Control characters, of which NUL cannot be stored and line ends would split a header.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# NFC makes one of at most three; what is longer than that is refused before the work of normalising it.
_LONGEST_DECODED = 3 * LONGEST
_NAME_ENDINGS = ("/index.html", "/index.htm", ".html", ".htm")
_SAFE = "/:@!$&'()*+,;=~"
_FOR_PROGRAMS = re.compile(
    r"robots\.txt|sitemap(?:-[^/]*)?\.xml|opensearch\.xml|feed\.xml|rss\.xml|feed\.json"
    r"|favicon\.ico|apple-touch-icon\.png|icon\.svg|icon-(?:192|512|maskable-512)\.png|site\.webmanifest",
    re.IGNORECASE,
)
_FEED = re.compile(rf"(.*/)({'|'.join(map(re.escape, FEEDS))})/?", re.ASCII | re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(r"(.*/)page/([1-9][0-9]{0,5})/?", re.ASCII | re.IGNORECASE | re.DOTALL)
_YEAR = re.compile(r"(.*/)([12][0-9]{3})/?", re.ASCII | re.DOTALL)
_NUMBERED = re.compile(r"(.*?)((?:\.[A-Za-z][A-Za-z0-9]{0,7})?|/)", re.DOTALL)
# What separates words of a slug, in ASCII.
_NO_WORD = re.compile(r"[^a-z0-9_]+")
_ZERO_WIDTH_NON_JOINER = "\u200c"
_APOSTROPHES = frozenset("'\u2018\u2019\u02bc\uff07")


@dataclass(frozen=True, slots=True)
class Suffix:
    """What hangs on a path: a page of a list (from 1), a year of it, or a feed (one of `FEEDS`)."""

    year: int | None = None
    page: int = 1
    feed: str | None = None


PLAIN = Suffix()


def parse(raw_path: str | bytes) -> str:
    """The path that an address's path means: percent-decoded once, in NFC.

    Raises Invalid for what is not UTF-8, does not begin with a slash, is longer than `LONGEST`, or holds control
    characters, an empty segment or a dot segment.
    """
    if isinstance(raw_path, str):
        if len(raw_path) <= LONGEST and _PLAIN.fullmatch(raw_path):
            return raw_path
        try:
            raw_path = raw_path.encode()
        except UnicodeEncodeError as error:
            raise Invalid("The path holds half a character (a lone surrogate).", place="path") from error
    try:
        decoded = unquote_to_bytes(raw_path).decode()
    except UnicodeDecodeError as error:
        raise Invalid("The path is not written in UTF-8.", place="path") from error
    return checked(decoded)


def checked(path: str) -> str:
    """The decoded path in NFC. Raises Invalid as `parse` does."""
    if len(path) <= LONGEST and _PLAIN.fullmatch(path):
        return path
    if len(path) <= _LONGEST_DECODED:
        path = unicodedata.normalize("NFC", path)
    if len(path) > LONGEST:
        raise Invalid(f"The path is longer than {LONGEST} characters.", place="path")
    if not path.startswith("/"):
        raise Invalid(f"The path {path!r} does not begin with a slash.", place="path")
    if _CONTROL.search(path):
        raise Invalid(f"The path {path!r} holds a control character.", place="path")
    if any("\ud800" <= character <= "\udfff" for character in path):
        raise Invalid(f"The path {path!r} holds half a character (a lone surrogate).", place="path")
    segments = path.split("/")[1:]
    if "." in segments or ".." in segments:
        raise Invalid(f"The path {path!r} holds a dot segment.", place="path")
    if "" in segments[:-1]:
        raise Invalid(f"The path {path!r} holds two slashes in a row.", place="path")
    return path


def quote(path: str) -> str:
    """The path as an address writes it: percent-encoded UTF-8. `parse(quote(path)) == path`."""
    return path if _PLAIN.fullmatch(path) else percent_encode(path, safe=_SAFE)


def fold(path: str) -> str:
    """What different spellings of a path share: no case, no slash at the end, no `index.html` or `.html`.

    The caseless match is Unicode's canonical one (The Unicode Standard, section 3.13, D145), in NFC.
    """
    if path.isascii():
        folded = path.lower()
    else:
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())
    folded = folded.removesuffix("/")
    for ending in _NAME_ENDINGS:
        if folded.endswith(ending):
            stem = folded.removesuffix(ending)
            if ending.startswith("/") or not stem.endswith("/"):
                folded = stem
            break
    return folded or "/"


def claimable(path: str) -> bool:
    """Whether a link may have the path: its first segment is not one of ours, and it is no file that programs ask for.

    A post that took the feed or robots.txt from the site would be noticed by nobody but those programs.
    """
    first, _, rest = path[1:].partition("/")
    return first.casefold() not in RESERVED and (bool(rest) or not _FOR_PROGRAMS.fullmatch(first))


def last_segment(path: str) -> str:
    """The name at the end of a path: `x` of `/tags/x/`."""
    return path.strip("/").rpartition("/")[2]


def directory(path: str) -> str:
    """The path with a slash at its end: what suffixes hang on."""
    return path if path.endswith("/") else path + "/"


def split(path: str) -> list[tuple[str, Suffix]]:
    """Each way to read the path as a prefix and what hangs on it, the longest prefix (the whole path) first.

    Known are `page/N/` (N from 1 to 999999, no zeros before it), a year (1000 to 2999), a page of a year, and a feed.
    """
    readings = [(path, PLAIN)]
    if feed := _FEED.fullmatch(path):
        readings.append((feed[1], Suffix(feed=feed[2].lower())))
        return readings
    page = 1
    if paged := _PAGE.fullmatch(path):
        page = int(paged[2])
        path = paged[1]
        readings.append((path, Suffix(page=page)))
    if year := _YEAR.fullmatch(path):
        readings.append((year[1], Suffix(year=int(year[2]), page=page)))
    return readings


def suffixed(path: str, suffix: Suffix) -> str:
    """The path with what hangs on it, in the one right spelling: the first page has no number."""
    if suffix == PLAIN:
        return path
    year = f"{suffix.year}/" if suffix.year is not None else ""
    page = f"page/{suffix.page}/" if suffix.page > 1 else ""
    return directory(path) + year + page + (suffix.feed or "")


def numbered(path: str, number: int) -> str:
    """The path with a number behind the name in its last segment: `/a/` → `/a-2/`, `/a.html` → `/a-2.html`."""
    parts = _NUMBERED.fullmatch(path)
    if parts is None:
        raise ValueError(f"no path: {path!r}")
    stem, ending = parts[1], parts[2]
    return f"{stem}-{number}{ending}" if stem.strip("/") else f"/{number}/"


def slugify(text: str) -> str:
    """A segment of a path made from a title: words in lower case with hyphens between, never empty.

    Letters, digits and underscores of all scripts stay, with their marks (vowel signs are marks in many scripts).
    At most `LONGEST_SLUG` code points, cut between words where there is a boundary in the second half.
    """
    text = text[: 10 * LONGEST_SLUG]
    if text.isascii():
        return _shortened(_NO_WORD.sub("-", text.lower().replace("'", "")).strip("-")) or "untitled"
    # The Turkish İ folds to an i with a dot that nobody wrote.
    folded = unicodedata.normalize("NFC", text).casefold().replace("i\u0307", "i")
    words = re.split("-+", "".join(map(_in_slug, folded)))
    # A mark needs a letter before it: one that stood behind a sign that went away goes too.
    whole = (word.lstrip("".join(filter(_is_mark, word))) for word in words)
    slug = unicodedata.normalize("NFC", "-".join(filter(None, whole)))
    # Sigma has a form of its own at the end of a word, which case folding does not know.
    slug = re.sub(r"(?<=[^\W\d_])σ(?!\w)", "ς", slug)
    return _shortened(slug) or "untitled"


def own_slug(text: str) -> str:
    """The slug that somebody asks for by name: as `slugify` makes it. Raises Invalid where nothing is left of it."""
    slug = slugify(text)
    if slug == "untitled" and text.strip().casefold() != slug:
        raise Invalid(
            f"Nothing of {text[:60]!r} can stand in an address.", place="slug", hint="Use letters, digits and hyphens."
        )
    return slug


def _in_slug(character: str) -> str:
    """What becomes of one character: it stays, goes, or separates words."""
    if character in _APOSTROPHES:
        return ""
    if character in "_-" or unicodedata.category(character)[0] in "LN" or _is_mark(character):
        return character
    invisible = unicodedata.category(character) in ("Cf", "Me", "Mn") and character != _ZERO_WIDTH_NON_JOINER
    return "" if invisible else "-"


def _is_mark(character: str) -> bool:
    """Whether the character is a vowel sign, an accent or the like, and no variation selector."""
    return unicodedata.category(character) in ("Mn", "Mc") and not "\ufe00" <= character <= "\ufe0f"


def _shortened(slug: str) -> str:
    if len(slug) <= LONGEST_SLUG:
        return slug
    boundary = slug.rfind("-", LONGEST_SLUG // 2, LONGEST_SLUG + 1)
    if boundary > 0:
        return slug[:boundary]
    end = LONGEST_SLUG
    while end > 1 and _is_mark(slug[end]):
        end -= 1
    return slug[:end]
