"""Search over the whole site for readers: `/search/`."""

from collections.abc import Mapping
from dataclasses import replace

from westmarch.books import languages
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.links.paths import Suffix
from westmarch.pagecache import reads
from westmarch.search.asking import MOST_PAGES, PER_PAGE, Found
from westmarch.search.choice import FACETS, PATH, Choice, choice
from westmarch.search.results import results
from westmarch.search.tag_names import tag_names
from westmarch.textindex.models import IndexGeneration
from westmarch.web.facets import Facet, Value
from westmarch.web.paging import Paging, pages
from westmarch.web.replies import Reply, unavailable
from westmarch.web.surface import View

#: What `words` call what can be chosen, and the kinds of results.
FACET_WORDS = {
    "kind": "facet kind",
    "tag": "facet tag",
    "year": "facet year",
    "language": "facet language",
}
KIND_WORDS = {
    "post": "kind post",
    "page": "kind page",
    "topic": "kind topic",
    "author": "kind author",
    "book": "kind book",
}
#: So many values of a facet are offered.
_OFFERED = 10


def page(session: Reading, view: View, suffix: Suffix, found: Found | None) -> Reply:
    """A page of results, of what the index has found; a question without an answer of it gets a page that says so, 503.

    Raises NotFound past the last page.
    """
    reads.note(IndexGeneration.__tablename__)
    asked = choice(view.query)
    if suffix.year is not None or suffix.page > MOST_PAGES:
        raise NotFound("The search has no such page.")
    answer = found or Found()
    count = min(MOST_PAGES, pages(answer.count, PER_PAGE))
    if suffix.page > count:
        raise NotFound("The search has no such page.")
    words = view.words()
    away = found is None and asked.asked
    reply = view.page(
        "search/page.html",
        title=f"{asked.q} · {words('search')}" if asked.q else words("search"),
        description=words("search about"),
        canonical=PATH,
        noindex=bool(asked.query) or away,
        status=503 if away else 200,
        choice=asked,
        results=results(session, answer),
        kinds=_kinds(view),
        count=answer.count,
        pages=Paging(PATH, suffix.page, count),
        facets=_facets(session, view, asked, answer),
        sorts=_sorts(view, asked),
        loosely=answer.loosely,
        corrected=answer.corrected,
        corrected_query=replace(asked, q=answer.corrected).query if answer.corrected else "",
        away=away,
    )
    if away:
        return unavailable(reply)
    reply.query = asked.query.removeprefix("?")
    return reply


def _facets(session: Reading, view: View, asked: Choice, found: Found) -> list[Facet]:
    facets = []
    slugs = [slug for slug, _ in found.facets.get("tag", ())][:_OFFERED]
    titles = tag_names(session, [*slugs, asked.chosen["tag"]] if "tag" in asked.chosen else slugs)
    for name in FACETS:
        taken = asked.chosen.get(name)
        offered = list(found.facets.get(name, ()))[:_OFFERED]
        if taken is not None:
            label = _label(view, titles, name, taken)
            values = [Value(taken, label, asked.without(name).query, found.count, chosen=True)]
        else:
            values = [
                Value(value, _label(view, titles, name, value), asked.with_(name, value).query, n)
                for value, n in offered
            ]
        if taken is not None or len(values) > 1:
            facets.append(Facet(name, view.words()(FACET_WORDS[name]), values))
    return facets


def _kinds(view: View) -> dict[str, str]:
    """What readers see of each kind."""
    words = view.words()
    return {kind: words(key) for kind, key in KIND_WORDS.items()}


def _label(view: View, titles: Mapping[str, str], name: str, value: str) -> str:
    if name == "tag":
        return titles.get(value, value)
    if name == "kind":
        return _kinds(view)[value]
    if name == "language":
        return languages.name(value)
    return value


def _sorts(view: View, asked: Choice) -> list[Value]:
    words = view.words()
    return [
        Value("relevance", words("by relevance"), replace(asked, newest=False).query, 0, chosen=not asked.newest),
        Value("newest", words("by published"), replace(asked, newest=True).query, 0, chosen=asked.newest),
    ]
