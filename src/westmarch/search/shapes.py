"""What the search over all kinds is asked and what it answers."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from westmarch.books.shapes import Author, Counted, MaybeYear, Tag, listed

Kind: TypeAlias = Literal["post", "page", "topic", "author", "book"]
Facet: TypeAlias = Literal["kind", "tag", "author", "year", "language"]


class Find(BaseModel):
    """A search over all that a site holds. Filters narrow one another; an empty parameter counts as not given."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    q: str = Field(
        default="",
        description='Words, and `"phrases"`, `-not`, `tag:`, `author:`, `kind:`, `language:`, `year:2008..2012`.',
    )
    kind: list[Kind] = Field(default_factory=list, description="Only these kinds.")
    tag: list[str] = Field(default_factory=list, description="Exact slugs of tags; any of these.")
    author: list[str] = Field(default_factory=list, description="Authors' names, or parts of them in whole words.")
    language: list[str] = Field(default_factory=list, description="Codes of languages; any of these.")
    year_from: MaybeYear = Field(default=None, description="Published in this year or later.")
    year_to: MaybeYear = Field(default=None, description="Published in this year or earlier.")
    sort: Literal["relevance", "newest"] = Field(default="relevance", description="The order; `newest` is of posts.")
    match: Literal["any", "all"] = Field(default="any", description="Whether any word must be there, or all.")
    size: int = Field(default=20, ge=0, le=100, description="At most so many results.")
    page: int = Field(default=1, ge=1, le=500, description="Which page of `size` results, within the first 10,000.")
    complete: bool = Field(default=False, description="With 1, the last word of `q` may be the beginning of a word.")
    facets: Annotated[list[Facet], BeforeValidator(listed)] = Field(
        default_factory=list, description="What to count, with commas between: kind,tag,author,year,language."
    )


class Result(BaseModel):
    """Something that was found; a book has the fields of the books' own search besides."""

    model_config = ConfigDict(extra="allow")

    kind: Kind
    title: str
    path: str
    authors: list[Author]
    tags: list[Tag]


class Results(BaseModel):
    """What was found. `count` is how many there are in all."""

    results: list[Result]
    count: int
    facets: dict[str, list[Counted]] | None = None


class Suggestion(BaseModel):
    """The title or name of something, and where it is."""

    kind: Kind
    text: str
    path: str


class Suggestions(BaseModel):
    """What may be meant, the best first."""

    suggestions: list[Suggestion]
