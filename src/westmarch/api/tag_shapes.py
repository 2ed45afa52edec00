"""Tags, topics and authors in the API, as shapes."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from westmarch.api.shapes import Id, Line, Listed, Partial, Picture, Prose, Shape, Slug, Told

Name: TypeAlias = Annotated[Line, Field(min_length=1, max_length=200)]

_PATH = "The address below that of the site."
_URL = "The whole address."
_POSTS = "How many listed posts there are."
_MARKDOWN = "in Markdown."


class TagTold(Told):
    """A tag."""

    id: int
    slug: str
    title: str
    path: str = Field(description=_PATH)
    url: str = Field(description=_URL)
    description: str
    synonyms: list[str] = Field(description="Other names that mean it.")
    posts: int = Field(description=_POSTS)


class Tags(Told):
    """A page of the list of tags, and the whole addresses of the pages around it."""

    results: list[TagTold]
    next: str | None
    previous: str | None


class TagsAsked(Listed):
    """A list of tags. Without a token: those that have listed posts."""

    sort: Literal["title", "-title", "posts", "-posts"] = Field("title", description="The order; `-` reverses it.")
    slug: str = Field("", max_length=200, description="The tag with this slug.")


class TagWritten(Shape):
    """A tag that is written."""

    title: Name
    slug: Slug | None = Field(None, description="The last part of its address. Without one, it is made of the title.")
    description: Prose = Field("", max_length=2_000)
    synonyms: list[Name] = Field(default_factory=list, max_length=50)


class TagPatched(Partial):
    """What is to be another in a tag; what is not given stays."""

    title: Name = ""
    slug: Slug = ""
    description: Prose | None = Field(None, max_length=2_000)
    synonyms: list[Name] | None = Field(None, max_length=50)


class Merged(Shape):
    """The tag into which another one is merged."""

    into: Id = Field(description="The id of the tag that stays.")


class TopicTold(Told):
    """A topic: posts in order, with an introduction."""

    id: int
    slug: str
    title: str
    path: str = Field(description=_PATH)
    url: str = Field(description=_URL)
    language: str
    introduction: str = Field(description="What stands before its parts, " + _MARKDOWN)
    introduction_html: str = Field(description="The same as readers get it, with whole addresses.")
    posts: int = Field(description=_POSTS)


class Topics(Told):
    """A page of the list of topics, and the whole addresses of the pages around it."""

    results: list[TopicTold]
    next: str | None
    previous: str | None


class TopicsAsked(TagsAsked):
    """A list of topics. Without a token: those that have listed posts."""

    slug: str = Field("", max_length=200, description="The topic with this slug.")


class TopicWritten(Shape):
    """A topic that is written."""

    title: Name
    slug: Slug | None = Field(None, description="The last part of its address. Without one, it is made of the title.")
    language: Annotated[Line, Field(min_length=2, max_length=35)] | None = Field(
        None, description="Its language (BCP 47). Without one, that of the site."
    )
    introduction: Prose = Field("", max_length=100_000, description="What stands before its parts, " + _MARKDOWN)


class TopicPatched(Partial):
    """What is to be another in a topic; what is not given stays."""

    title: Name = ""
    slug: Slug = ""
    language: Line = Field("", min_length=2, max_length=35)
    introduction: Prose | None = Field(None, max_length=100_000)


class Part(Told):
    """A part of a topic. `number` counts the parts that readers find; others have none."""

    id: int = Field(description="The id of the post.")
    title: str
    path: str = Field(description=_PATH)
    number: int | None


class Parts(Told):
    """The parts of a topic in order."""

    results: list[Part]


class Ordered(Shape):
    """The order of a topic's parts."""

    parts: list[Id] = Field(max_length=10_000, description="The ids of all its parts, in order.")


class Elsewhere(Shape):
    """Where an author is found beside this site."""

    title: Annotated[Line, Field(min_length=1, max_length=200)]
    href: Annotated[Line, Field(min_length=1, max_length=2_000)]


class ShownElsewhere(Told):
    """Where an author is found beside this site."""

    title: str
    href: str


class AuthorTold(Told):
    """An author."""

    id: int
    slug: str
    name: str
    path: str = Field(description=_PATH)
    url: str = Field(description=_URL)
    bio: str = Field(description="Who this is, " + _MARKDOWN)
    bio_html: str = Field(description="The same as readers get it, with whole addresses.")
    picture: Picture | None
    links: list[ShownElsewhere]
    posts: int = Field(description=_POSTS)


class Authors(Told):
    """A page of the list of authors, and the whole addresses of the pages around it."""

    results: list[AuthorTold]
    next: str | None
    previous: str | None


class AuthorsAsked(Listed):
    """A list of authors. Without a token: those who have listed posts."""

    sort: Literal["name", "-name", "posts", "-posts"] = Field("name", description="The order; `-` reverses it.")
    slug: str = Field("", max_length=200, description="The author with this slug.")


class AuthorWritten(Shape):
    """An author that is written."""

    name: Name
    slug: Slug | None = Field(None, description="The last part of the address. Without one, it is made of the name.")
    bio: Prose = Field("", max_length=100_000, description="Who this is, " + _MARKDOWN)
    picture: Id | None = Field(None, description="The id of a picture among the media.")
    links: list[Elsewhere] = Field(default_factory=list, max_length=20)


class AuthorPatched(Partial):
    """What is to be another in an author; what is not given stays."""

    name: Name = ""
    slug: Slug = ""
    bio: Prose | None = Field(None, max_length=100_000)
    picture: Id | None = None
    links: list[Elsewhere] | None = Field(None, max_length=20)
