"""The fields of a book in the search index."""

from westmarch.textindex.documents import Schema

KIND = "book"

TITLE, PEOPLE, TAG_WORDS, SERIES = "book_title", "book_people", "book_tags", "book_series"
KIND_FIELD, TAG, WRITER, LANGUAGE = "kind", "book_tag", "book_writer", "book_language"
SERIES_KEY, ISBN, YEAR_VALUE, TITLE_SORT = "book_series_key", "book_isbn", "book_year_value", "book_title_sort"
NUMBER, YEAR, RATING, ADDED = "book_id", "book_year", "book_rating", "book_added"

SCHEMA = Schema(
    texts=(TITLE, PEOPLE, TAG_WORDS, SERIES),
    keywords=(KIND_FIELD, TAG, WRITER, LANGUAGE, SERIES_KEY, ISBN, YEAR_VALUE, TITLE_SORT),
    numbers=(NUMBER, YEAR, RATING, ADDED),
)
