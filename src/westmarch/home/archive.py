"""The archive: everything by year and month."""

from collections.abc import Sequence
from dataclasses import dataclass

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.home import metadata
from westmarch.links.paths import Suffix
from westmarch.posts import archive, queries
from westmarch.posts.metadata import card
from westmarch.web.paging import Paging, pages
from westmarch.web.replies import Reply
from westmarch.web.surface import View

#: Titles on a page of a year.
TITLES_PER_PAGE = 200


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year: how many posts it has, those that are shown, and the page of the year where it begins."""

    number: int
    count: int
    posts: Sequence[NamedRow] = ()
    path: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """A year with its twelve months."""

    year: int
    count: int
    months: Sequence[Month]


def page(session: Reading, view: View, suffix: Suffix) -> Reply:
    """`/archive/`: the newest year by its titles, the others by counts; `/archive/2026/`: the titles of a year."""
    counts = archive.counts(session) if suffix.year is None else archive.of_year(session, suffix.year)
    years = sorted({row.year for row in counts}, reverse=True)
    year = suffix.year or next(iter(years), None)
    if (suffix.year is not None and suffix.year not in years) or (suffix.year is None and suffix.page > 1):
        raise NotFound("The archive has no such page.")
    in_year = [row for row in counts if row.year == year]
    paging = Paging(f"/archive/{year}/", suffix.page, pages(archive.total(in_year), TITLES_PER_PAGE))
    if paging.number > paging.count:
        raise NotFound("The year has no such page.")
    words = view.words()
    title = f"{words('archive')} {words.number(suffix.year)}" if suffix.year else words("archive")
    path = paging.current if suffix.year else "/archive/"
    description = "" if suffix.year else words("archive about")
    above = metadata.ARCHIVE if suffix.year else None
    months = _months(session, view, in_year, paging)
    shown = card(view, months[0].posts[0]) if months else None
    return view.page(
        "home/archive.html",
        title=title,
        description=description,
        canonical=path,
        metadata=metadata.of_list(view, title, path, above, description=description, shown=shown),
        count=archive.total(counts),
        year=suffix.year,
        pages=paging if suffix.year else Paging("/archive/", 1, 1),
        shown_year=year,
        shown_count=archive.total(in_year),
        months=months,
        more=paging.path if not suffix.year and paging.count > 1 else None,
        years=() if suffix.year else [_year(counts, other) for other in years if other != year],
    )


def _months(session: Reading, view: View, in_year: Sequence[NamedRow], paging: Paging) -> Sequence[Month]:
    """The months of a page of a year, with their titles."""
    window = archive.window(in_year, (paging.number - 1) * TITLES_PER_PAGE, TITLES_PER_PAGE, view.site.zone)
    titles = queries.titles(session, window) if window else ()
    words = view.words()
    shown: dict[int, list[NamedRow]] = {}
    for post in titles:
        shown.setdefault(words.local(post.published_at).month, []).append(post)
    return [Month(row.month, row.posts, shown[row.month]) for row in in_year if row.month in shown]


def _year(counts: Sequence[NamedRow], year: int) -> Year:
    by_month = {row.month: row.posts for row in counts if row.year == year}
    months, newer = [], sum(by_month.values())
    for number in range(1, 13):
        count = by_month.get(number, 0)
        newer -= count
        path = Paging(f"/archive/{year}/", newer // TITLES_PER_PAGE + 1, 0).current
        months.append(Month(number, count, path=path))
    return Year(year, sum(by_month.values()), months)
