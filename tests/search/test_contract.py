"""The wire contract of the search service, with the 99 books it is told by."""

from typing import Any

from tests.search.conftest import ENGINES, Asking

pytestmark = ENGINES

LISTS: list[dict[str, Any]] = [
    {"tags": ["between-film", "address-year"]},
    {"tags": "['between-film', 'address-year']"},
    {"tags": '["between-film", "address-year"]'},
]


async def test_the_examples_of_the_contract_are_answered(service: Asking) -> None:
    found = await service.json(q="Susan Collins")
    assert found["count"] == 3
    assert {book["book_id"] for book in found["results"]} == {1, 17, 20}
    assert await service.ids(year=2008) == [1, 56, 73, 88]
    for tags in LISTS:
        found = await service.json(**tags)
        assert found["count"] == 4
        assert [book["book_id"] for book in found["results"]] == [1, 2, 67, 90]
    everything = await service.json()
    assert (len(everything["results"]), everything["count"]) == (20, 99)
    for q, count in (("J.K. Rowling", 7), ("J. K. Rowling", 10), ("potter*", 7)):
        assert (await service.json(q=q))["count"] == count, q


async def test_a_result_has_the_fields_of_the_contract(books: Asking, ninety_nine: list[dict[str, Any]]) -> None:
    [book] = (await books.json(isbn="9780439023483"))["results"]
    given = ninety_nine[0]
    assert book["book_id"] == 1
    for name in ("title", "isbn13", "authors", "tags", "original_publication_year", "original_title", "isbn"):
        assert book[name] == given[name], name
    assert set(await books.json()) == {"results", "count"}


async def test_without_words_books_come_in_order_of_their_numbers(books: Asking) -> None:
    assert await books.ids() == list(range(1, 21))
    assert await books.ids(q="", year=0, size=1000) == list(range(1, 100))


async def test_a_question_without_a_word_finds_nothing(books: Asking) -> None:
    for q in ("!!!", " ", "\0", "* ? ~"):
        assert await books.json(q=q) == {"results": [], "count": 0}, q


async def test_filters_narrow_one_another(books: Asking) -> None:
    assert await books.ids(q="games mockingjay", year=2008) == [1]
    assert await books.ids(q="games", year=1900) == []
    assert await books.ids(tag="address-year", size=100) == await books.ids(tags="address-year", tag="address-year")


REFUSED = [
    ("year", "abc"), ("year", "1e400"), ("year", "9" * 5000), ("size", "1001"), ("size", "-1"), ("size", "x"),
    ("page", "0"), ("page", "501"), ("cursor", "x"), ("cursor", "1e3"), ("sort", "size"), ("sort", "--year"),
    ("isbn", "abc"), ("isbn", "123"), ("year_from", "x"), ("year_to", "99999999999"), ("match", "some"),
    ("operators", "perhaps"), ("complete", "2"), ("fuzzy", "y e s"), ("facets", "tags,colour"),
    ("highlight", "x"), ("explain", "x"),
]  # fmt: skip


async def test_a_value_that_cannot_be_taken_is_refused_by_name(books: Asking) -> None:
    for name, value in REFUSED:
        assert await books.refused(**{name: value}) == [name], value


async def test_the_limit_of_the_size_is_named(books: Asking) -> None:
    answer = await books.get(size=1001)
    assert "1000" in answer.json()["detail"]
    assert len((await books.json(size=0))["results"]) == 0


async def test_parameters_that_are_not_known_are_passed_over(books: Asking) -> None:
    assert await books.json(colour="blue", limit="x", year=2008) == await books.json(year=2008)


async def test_the_service_says_that_it_is_there(books: Asking) -> None:
    answer = await books.get("/")
    assert answer.json() == {"message": "Ping"}
    assert float(answer.headers["x-process-time"]) < 5
    assert (await books.json("/healthz"))["status"] == "ok"
    assert (await books.json("/readyz"))["status"] == "ok"
    assert (await books.get("/posts/")).headers["content-type"] == "application/problem+json"
    assert (await books.client.post("/api/v1/search/")).status_code == 405
    assert books.app.url_path_for("search") == "/api/v1/search/"
    assert books.app.url_path_for("ping") == "/"


async def test_an_answer_says_where_its_time_went(books: Asking) -> None:
    answer = await books.get(q="potter")
    assert [part.partition(";")[0] for part in answer.headers["server-timing"].split(", ")] == ["search", "reply"]
    assert float(answer.headers["x-process-time"]) < 5
    again = await books.client.get("/api/v1/search/?q=potter", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await books.client.head("/api/v1/search/?q=potter")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
