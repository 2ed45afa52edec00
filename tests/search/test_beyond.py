"""What the search of books takes beside the contract, with the 99 books."""

from typing import Any

import pytest

from tests.search.conftest import ENGINES, Asking

pytestmark = ENGINES


async def test_pages_and_walks_lead_through_all_results_once(books: Asking) -> None:
    pages = [await books.ids(size=30, page=page) for page in (1, 2, 3, 4, 5)]
    assert [number for page in pages for number in page] == list(range(1, 100))
    walked: list[int] = []
    cursor: str | None = "*"
    while cursor is not None:
        found = await books.json(cursor=cursor, size=33)
        assert found["count"] == 99
        walked += [book["book_id"] for book in found["results"]]
        cursor = found["cursor"]
    assert walked == list(range(1, 100))


@pytest.mark.parametrize("order", ["book_id", "-book_id", "year", "-year", "rating", "-rating"])
async def test_a_walk_in_an_order_leads_through_all_results_as_one_answer_does(books: Asking, order: str) -> None:
    whole = await books.ids(sort=order, size=1000, fields="book_id")
    walked: list[int] = []
    cursor: str | None = "*"
    while cursor is not None:
        found = await books.json(cursor=cursor, sort=order, size=7, fields="book_id")
        assert found["count"] == 99
        walked += [book["book_id"] for book in found["results"]]
        cursor = found["cursor"]
    assert walked == whole


@pytest.mark.parametrize(
    ("cursor", "order"),
    [("7", "year"), ("2008,7", "book_id"), ("nan,7", "year"), ("inf,7", "rating"), ("x,7", "year"), ("2008,", "year")],
)
async def test_a_cursor_of_another_order_is_refused(books: Asking, cursor: str, order: str) -> None:
    assert await books.refused(cursor=cursor, sort=order) == ["cursor"]


async def test_what_lies_deeper_than_pages_reach_is_refused_with_the_way_to_it(books: Asking) -> None:
    answer = await books.get(size=1000, page=11)
    assert (answer.status_code, answer.json()["parameters"][0]["parameter"]) == (422, "page")
    assert "cursor=*" in answer.json()["detail"]
    assert await books.refused(cursor="*", page=2) == ["cursor"]
    for order in ("title", "newest", "relevance"):
        assert await books.refused(cursor="*", sort=order) == ["cursor"]
    assert await books.ids(cursor="98") == [99]


async def test_each_order_runs_both_ways(books: Asking) -> None:
    for order in ("title", "year", "rating", "newest", "book_id", "relevance"):
        there = await books.ids(sort=order, size=100, q="the of and harry")
        back = await books.ids(sort=f"-{order}", size=100, q="the of and harry")
        assert len(there) > 20
        assert set(there) == set(back)


async def test_years_and_titles_are_in_order(books: Asking, ninety_nine: list[dict[str, Any]]) -> None:
    found = (await books.json(sort="year", size=100))["results"]
    years = [book["original_publication_year"] for book in found]
    known = [year for year in years if year is not None]
    assert known == sorted(known)
    assert years[len(known) :] == [None] * (99 - len(known))
    newest = (await books.json(sort="-year", size=1))["results"][0]["original_publication_year"]
    assert newest == max(known)
    titles = [book["title"].casefold() for book in (await books.json(sort="title", size=100))["results"]]
    assert titles[0] == min(titles)


async def test_books_are_found_by_author_year_series_language_and_isbn(books: Asking) -> None:
    assert set(await books.ids(author="Suzanne Collins")) == {1, 17, 20}
    assert set(await books.ids(author="collins")) == {1, 17, 20}
    assert await books.ids(author="Collins Suzanne") == []
    assert await books.ids(author="!!!") == []
    both = await books.json(year_from=2008, year_to=2009, size=100)
    assert {book["original_publication_year"] for book in both["results"]} == {2008, 2009}
    english = await books.json(language="eng", size=100)
    assert {book["language_code"] for book in english["results"]} == {"eng"}
    for isbn in ("9780439023483", "978-0-439-02348-3", "0439023483", "439023483", "0-439-02348-3", "ISBN 0439023483"):
        assert await books.ids(isbn=isbn) == [1], isbn


async def test_all_words_can_be_asked_for(books: Asking) -> None:
    assert len(await books.ids(q="harry rowling stone", size=100)) > 1
    assert await books.ids(q="harry rowling stone", match="all") == [2]


async def test_operators_mean_something_where_they_are_asked_for(books: Asking) -> None:
    plain = await books.json(q='"hunger games" -mockingjay')
    asked = await books.json(q='"hunger games" -mockingjay', operators=1)
    assert {book["book_id"] for book in asked["results"]} == {1, 17}
    assert plain["count"] > asked["count"]
    assert await books.ids(q="author:collins year:2008", operators=1) == [1]
    assert await books.ids(q="games year:2008.. -kind:post", operators=1) == [1, 17]
    assert await books.ids(q="tag:address-year", operators="true") == await books.ids(tag="address-year")
    assert await books.ids(q="year:soon", operators=1) == []
    assert await books.ids(q="isbn:0439023483 title:hunger", operators=1) == [1]
    assert await books.ids(q='-"hunger games"', operators=1, size=100) == [
        number for number in range(1, 100) if number not in (1, 17, 20)
    ]


async def test_without_them_signs_are_nothing(books: Asking) -> None:
    for q in ("hunger AND", "hunger*", "(hunger", "hunger~2", "+hunger -", "hunger\\"):
        assert 1 in await books.ids(q=q), q


async def test_the_last_word_may_be_a_beginning(books: Asking) -> None:
    assert await books.ids(q="mocking") == []
    assert 20 in await books.ids(q="mocking", complete=1)
    assert await books.ids(q="mocking ", complete=1) == []


async def test_a_typo_is_forgiven_beside_words_that_match(books: Asking) -> None:
    found = await books.json(q="the hungre games", fuzzy=1)
    assert found["corrected"] == "the hunger games"
    assert found["results"][0]["book_id"] == 1


async def test_a_typo_is_forgiven_and_told_when_nothing_else_matches(books: Asking) -> None:
    assert await books.json(q="mockingjaz") == {"results": [], "count": 0}
    found = await books.json(q="mockingjaz", fuzzy=1)
    assert found["corrected"] == "mockingjay"
    assert [book["book_id"] for book in found["results"]] == [20]
    assert "corrected" not in await books.json(q="mockingjay", fuzzy=1)
    assert (await books.json(q="xqzzy", fuzzy=1)) == {"results": [], "count": 0}


async def test_facets_count_all_that_was_found(books: Asking, ninety_nine: list[dict[str, Any]]) -> None:
    found = await books.json(size=0, facets="tags,year,author,language,series")
    assert set(found["facets"]) == {"tags", "year", "author", "language", "series"}
    years = {each["value"]: each["count"] for each in found["facets"]["year"]}
    assert years[2008] == 4
    tags = [tag["slug"] for book in ninety_nine for tag in book["tags"]]
    for each in found["facets"]["tags"]:
        assert each["count"] == tags.count(each["value"])
    narrowed = await books.json(size=0, facets="author", q="rowling")
    assert {"value": "J.K. Rowling", "count": 7} in narrowed["facets"]["author"]


async def test_what_was_looked_for_is_marked_in_safe_html(books: Asking) -> None:
    [book] = (await books.json(q="hunger collins", highlight=1, isbn="0439023483"))["results"]
    assert book["highlight"]["title"].startswith("The <mark>Hunger</mark> Games (The <mark>Hunger</mark> Games")
    assert book["highlight"]["authors"][0] == "Suzanne <mark>Collins</mark>"


async def test_an_explanation_names_words_fields_and_weights(books: Asking) -> None:
    [book] = (await books.json(q="hunger collins", explain=1, isbn="0439023483", tags="film"))["results"]
    told = book["explanation"]
    assert {(term["term"], term["field"], term["weight"]) for term in told["terms"]} == {
        ("hunger", "title", 2.0), ("collins", "author", 1.5), ("film", "tag", 0),
    }  # fmt: skip
    assert told["score"] > 0
    assert "“hunger” is in its title" in told["text"]


async def test_only_the_fields_that_are_wanted_come(books: Asking) -> None:
    [book] = (await books.json(isbn="0439023483", fields="title, book_id,nothing"))["results"]
    assert list(book) == ["title", "book_id"]


async def test_a_book_has_an_address_of_its_own(books: Asking) -> None:
    assert (await books.json("/api/v1/books/1"))["title"].startswith("The Hunger Games")
    for number, status in (("100", 404), ("0", 404), ("-1", 404), ("x", 422), ("9" * 30, 422)):
        answer = await books.get(f"/api/v1/books/{number}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_suggestions_name_authors_and_titles(books: Asking) -> None:
    told = (await books.json("/api/v1/suggest", q="rowl"))["suggestions"]
    assert told[0] == {"kind": "author", "text": "J.K. Rowling"}
    assert {each["kind"] for each in told[1:]} == {"book"}
    assert len(told) <= 8
    told = (await books.json("/api/v1/suggest", q="hunger ga", size=3))["suggestions"]
    assert {each["book_id"] for each in told} <= {1, 17, 20}
    for q in ("", "!!!", "xqzzy"):
        assert (await books.json("/api/v1/suggest", q=q))["suggestions"] == []
