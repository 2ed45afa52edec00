"""What the API of books is asked and what it answers, as shapes: they validate, and they are the documentation."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

#: At most so many hits in one answer.
MOST = 1_000
#: Pages reach this far; whoever wants more walks by cursor.
DEEPEST = 10_000
#: Years, and numbers of books, are such integers.
YEARS = 100_000
NUMBERS = 2**53

Order: TypeAlias = Literal[
    "relevance", "-relevance", "title", "-title", "year", "-year", "rating", "-rating", "newest", "-newest", "book_id",
    "-book_id",
]  # fmt: skip
Facet: TypeAlias = Literal["tags", "year", "author", "language", "series"]


def listed(value: object) -> object:
    """Names with commas between, in one text or several, as a list."""
    if not isinstance(value, list):
        return value
    return [name for each in value for part in each.split(",") if (name := part.strip())]


Year: TypeAlias = Annotated[int, Field(ge=-YEARS, le=YEARS)]
#: A year; an empty parameter counts as not given, and the document says so.
MaybeYear: TypeAlias = Annotated[
    Year | None,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": -YEARS, "maximum": YEARS},
                {"type": "null"},
                {"type": "string", "maxLength": 0},
            ]
        }
    ),
]


class Search(BaseModel):
    """A search for books. Filters narrow one another; an empty parameter counts as not given."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    q: str = Field(default="", description="Words: a book matches that has any of them in its title or its authors.")
    tags: list[str] = Field(
        default_factory=list,
        description="Words of tags: a book matches that has any word of any of these values in a slug of its tags. "
        "One value may hold a list as JSON writes it.",
    )
    tag: list[str] = Field(default_factory=list, description="Exact slugs: a book matches that has any of these tags.")
    year: Year = Field(default=0, description="The year of the first publication; 0 is no filter.")
    size: int = Field(default=20, ge=0, le=MOST, description="At most so many results.")
    page: int = Field(default=1, ge=1, description=f"Which page of `size` results, within the first {DEEPEST:,}.")
    cursor: str = Field(
        default="",
        description="`*` begins a walk through all results by `book_id`, or with `sort` by year or rating, in either "
        "direction; the answer's `cursor` leads on.",
    )
    sort: Order | None = Field(
        default=None,
        description="The order: best first, titles from A, oldest year, highest rating, newest in the catalogue, or "
        "the lowest number first; `-` reverses it (`-rating`: lowest first). Without it: by relevance where `q` is "
        "given, else by `book_id`.",
    )
    author: list[str] = Field(
        default_factory=list, description="Authors' names, or parts of them in whole words; any of these."
    )
    language: list[str] = Field(
        default_factory=list, description="Codes of languages as the catalogue has them; any of these."
    )
    series: str = Field(default="", description="The name of a series, or a part of it in whole words.")
    isbn: str = Field(default="", description="An ISBN of 10 or 13 digits, with any punctuation.")
    year_from: MaybeYear = Field(default=None, description="Published in this year or later.")
    year_to: MaybeYear = Field(default=None, description="Published in this year or earlier.")
    match: Literal["any", "all"] = Field(default="any", description="Whether any word of `q` must be there, or all.")
    operators: bool = Field(
        default=False,
        description='With 1, `"phrases"`, `-not`, `tag:`, `author:`, `year:2008..2012`, `language:`, `series:`, '
        "`title:`, `isbn:`, `kind:` in `q` mean something.",
    )
    complete: bool = Field(default=False, description="With 1, the last word of `q` may be the beginning of a word.")
    fuzzy: bool = Field(
        default=False,
        description="With 1, a typo is forgiven in each word that no book has; `corrected` tells the words.",
    )
    facets: Annotated[list[Facet], BeforeValidator(listed)] = Field(
        default_factory=list,
        description="What to count among all results, with commas between: tags,year,author,language,series.",
    )
    highlight: bool = Field(default=False, description="With 1, each result has `highlight`: HTML with `<mark>`.")
    explain: bool = Field(default=False, description="With 1, each result has `explanation`: why it was found.")
    fields: Annotated[list[str], BeforeValidator(listed)] = Field(
        default_factory=list,
        description="The fields of each result that are wanted, with commas between. All without it.",
    )


class Suggest(BaseModel):
    """A question for suggestions while somebody types."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    q: str = Field(default="", description="What has been typed; the last word may be a beginning.")
    size: int = Field(default=8, ge=0, le=50, description="At most so many suggestions.")


class Numbered(BaseModel):
    """The number of a book in the catalogue."""

    book_id: int = Field(ge=-NUMBERS, le=NUMBERS, description="The catalogue's number of the book.")


class Nothing(BaseModel):
    """No parameters."""


# Answers


class Author(BaseModel):
    """Who wrote a book; `role` stands where they did something else for it."""

    name: str
    role: str | None = None


class Tag(BaseModel):
    """A tag of a book."""

    title: str
    slug: str


class Book(BaseModel):
    """A book. Fields of its source that are not listed here stand beside these under their own names."""

    model_config = ConfigDict(extra="allow")

    book_id: int
    title: str
    isbn13: str | None
    authors: list[Author]
    tags: list[Tag]
    original_publication_year: int | None
    original_title: str | None
    isbn: str | None
    isbn_valid: bool
    language_code: str | None
    series: str | None
    series_number: str | None
    average_rating: float | None
    ratings_count: int | None
    path: str


class Counted(BaseModel):
    """A value of a facet."""

    value: str | int
    count: int


class Results(BaseModel):
    """What was found. `count` is how many there are in all."""

    results: list[Book]
    count: int
    facets: dict[str, list[Counted]] | None = None
    cursor: str | None = None
    corrected: str | None = None


class Suggestion(BaseModel):
    """The title of a book or the name of an author."""

    kind: Literal["book", "author"]
    text: str
    book_id: int | None = None


class Suggestions(BaseModel):
    """What may be meant, the best first."""

    suggestions: list[Suggestion]


class Unfit(BaseModel):
    """A parameter that cannot be taken."""

    parameter: str
    detail: str


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    parameters: list[Unfit] | None = None


class Pong(BaseModel):
    """The answer that says that the service is there."""

    message: str
