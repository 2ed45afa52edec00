"""What nouns of the API have in common, as shapes: they validate, and they are the documentation."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)

from westmarch.errors import MOMENT

#: The largest id that there can be.
LARGEST_ID = 2**31 - 1
#: How many entries a page of a list has at most, and unless it is said.
MOST, USUAL = 100, 20
#: The longest text that is searched for.
LONGEST_SEARCH = 200


_ID = re.compile(r"-?(?:0|[1-9][0-9]{0,30})", re.ASCII)


class Shape(BaseModel):
    """Something of the API; what it does not name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """Something that the API tells. Later versions may tell more."""

    model_config = ConfigDict(frozen=True)


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Partial(Shape):
    """What is to be another in something. A field that is not given stays, so the documents name no value for it."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)


def _one_line(value: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in value):
        raise ValueError("a single line is needed, without line breaks, tabs and other control characters")
    return value


def _line_ends(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _written_moment(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(MOMENT)  # noqa: TRY004 - Pydantic asks for it
    return value


def _within_calendar(value: datetime) -> datetime:
    try:
        value = value.astimezone(UTC)
    except OverflowError:
        raise ValueError("no calendar of ours reaches so far") from None
    if not 1000 <= value.year < 3000:
        raise ValueError("a year from 1000 to 2999 is needed")
    return value


def named_apart(value: object) -> object:
    """Names with commas between, in one text or several, as a list."""
    if not isinstance(value, list):
        return value
    return [name for each in value if isinstance(each, str) for part in each.split(",") if (name := part.strip())]


Line: TypeAlias = Annotated[str, AfterValidator(_one_line)]
Prose: TypeAlias = Annotated[str, AfterValidator(_line_ends)]
Id: TypeAlias = Annotated[StrictInt, Field(ge=1, le=LARGEST_ID)]
Slug: TypeAlias = Annotated[Line, Field(min_length=1, max_length=200)]
Flag: TypeAlias = StrictBool
Moment: TypeAlias = Annotated[
    AwareDatetime,
    AfterValidator(_within_calendar),
    BeforeValidator(_written_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def _digits(value: object) -> object:
    if isinstance(value, str) and not _ID.fullmatch(value):
        raise ValueError("a whole number is needed")
    return value


class Numbered(Shape):
    """The id in a path."""

    id: Annotated[int, Field(ge=1, le=LARGEST_ID, description="The id."), BeforeValidator(_digits)]


class Listed(Shape):
    """What every list takes."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="How many entries a page has at most.")
    cursor: str = Field(
        "", max_length=3_000, description="Where a page begins: the answer before names its neighbours."
    )
    q: str = Field("", max_length=LONGEST_SEARCH, description="Words that stand in the title or name.")


class Ref(Told):
    """A tag or topic of a post."""

    slug: str
    title: str


class Byline(Told):
    """An author of a post."""

    slug: str
    name: str


class Picture(Told):
    """A picture that is shown somewhere: its id as a medium, its whole address, its size in pixels."""

    id: int
    url: str
    alt: str
    width: int | None
    height: int | None


class Fault(Told):
    """A field of the body that cannot be taken, as a JSON Pointer (RFC 6901), and why."""

    field: str
    message: str


class ParameterFault(Told):
    """A parameter that cannot be taken, and why."""

    parameter: str
    detail: str


class Problem(Told):
    """An error, as RFC 9457 has it."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[Fault] | None = Field(None, description="Fields of the body that cannot be taken.")
    parameters: list[ParameterFault] | None = Field(None, description="Parameters that cannot be taken.")


_WORDS = {
    400: "The body cannot be read: it is no JSON, or names something twice.",
    401: "Nobody has shown who asks, or the token is not valid (any more).",
    403: "Who asks may not do this.",
    404: "There is nothing with this id that who asks may see.",
    409: "A name or path is taken, or the state does not allow it.",
    412: "The ETag in `If-Match` is not the newest one: look again, then make the change again.",
    413: "The body is larger or deeper than is taken.",
    414: "The address is too long.",
    415: "The type of the body is none that is taken.",
    422: "A field or parameter cannot be taken: `errors` or `parameters` names it.",
    503: "The database does not answer. `Retry-After` says when to ask again.",
}


#: What the shape of errors is called in the documents.
PROBLEM = "ProblemDetails"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an answer may be instead, for the documents."""
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}}
    return {status: {"description": _WORDS[status], "content": content} for status in sorted({*statuses, 503})}


#: The header If-Match, for the documents.
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of the answer that the change was made of. Where it is not the newest any more, nothing "
    "is changed and the answer is 412.",
}
#: The header If-None-Match, for the documents.
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of an earlier answer. Where it is still true, the answer is 304 without a body.",
}
