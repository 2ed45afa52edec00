"""Posts and pages in the API, as shapes."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from westmarch.api.shapes import (
    Byline,
    Flag,
    Id,
    Line,
    Listed,
    Moment,
    Partial,
    Picture,
    Prose,
    Ref,
    Shape,
    Slug,
    Told,
    named_apart,
)

Status: TypeAlias = Literal["draft", "scheduled", "published", "unlisted"]
#: The parts of a post that lists leave out.
Part: TypeAlias = Literal["markdown", "html"]
Sort: TypeAlias = Literal["published", "-published", "updated", "-updated", "created", "-created", "title", "-title"]

_TITLE = "The title, in plain text."
_SLUG = "The last part of the address of a new post."
_STANDFIRST = "What stands between title and text; plain text."
_MARKDOWN = "The text as it was written."
_LANGUAGE = "The language of the text (BCP 47)."
_STATUS = "`unlisted` is published and in no list: readers find it at its address alone."
_PUBLISHED = "When it was or will be published."
_META_TITLE = "What search engines and cards of links show in place of the title; empty: the title."
_META_DESCRIPTION = "What they show in place of the standfirst; empty: the standfirst, or how the text begins."


class Summary(Told):
    """A post or page as lists show it; `markdown` and `html` are there where `include` asks for them."""

    id: int
    title: str = Field(description=_TITLE)
    slug: str = Field(description=_SLUG)
    path: str = Field(description="The address below that of the site.")
    url: str = Field(description="The whole address.")
    standfirst: str = Field(description=_STANDFIRST)
    markdown: str = Field("", description=_MARKDOWN)
    html: str = Field("", description="The text as readers get it, with whole addresses.")
    excerpt: str = Field(description="How the text begins, in HTML.")
    language: str = Field(description=_LANGUAGE)
    status: Status = Field(description=_STATUS)
    pinned: bool = Field(description="Whether it stands before all others on the front page.")
    tags: list[Ref]
    topics: list[Ref] = Field(description="The topic that it is a part of, if it is: one at most.")
    authors: list[Byline]
    cover: Picture | None
    created_at: Moment
    updated_at: Moment | None = Field(description="When what it says was last changed, if it was.")
    published_at: Moment | None = Field(description=_PUBLISHED)


class Post(Summary):
    """A post or page, whole."""

    meta_title: str = Field(description=_META_TITLE)
    meta_description: str = Field(description=_META_DESCRIPTION)
    markdown: str = Field(description=_MARKDOWN)
    html: str = Field(description="The text as readers get it, with whole addresses.")


class Posts(Told):
    """A page of a list of posts or pages, and the whole addresses of the pages around it."""

    results: list[Summary]
    next: str | None
    previous: str | None


class Asked(Listed):
    """A list of posts or pages. Filters narrow one another. Without a token: what is published and listed."""

    sort: Sort = Field("-published", description="The order; `-` is newest, most, or last in the alphabet first.")
    status: Status | Literal["trash", ""] = Field("", description="With a token: those of this status, or the trash.")
    tag: str = Field("", max_length=200, description="The slug of a tag.")
    topic: str = Field("", max_length=200, description="The slug of a topic.")
    author: str = Field("", max_length=200, description="The slug of an author.")
    language: str = Field("", max_length=35, description="A language (BCP 47).")
    path: str = Field(
        "",
        max_length=2_000,
        description="The address of one post below that of the site; this finds what is unlisted, too.",
    )
    include: Annotated[list[Part], BeforeValidator(named_apart)] = Field(
        default_factory=list, description="What lists leave out otherwise, with commas between: markdown,html."
    )


class Written(Shape):
    """A post or page that is written."""

    title: Line = Field(min_length=1, max_length=1_000, description=_TITLE)
    slug: Slug | None = Field(None, description=_SLUG + " Without one, it is made of the title.")
    path: Annotated[Line, Field(min_length=1, max_length=500)] | None = Field(
        None, description="An exact address below that of the site, in place of one that is made of the slug."
    )
    standfirst: Line = Field("", max_length=2_000, description=_STANDFIRST)
    markdown: Prose = Field("", max_length=3_000_000, description=_MARKDOWN)
    language: Annotated[Line, Field(min_length=2, max_length=35)] | None = Field(
        None, description=_LANGUAGE + " Without one, that of the site."
    )
    status: Status = Field("draft", description=_STATUS + " `scheduled` needs `published_at`.")
    pinned: Flag = Field(default=False, description="Whether it stands before all others on the front page.")
    tags: list[Slug] = Field(default_factory=list, max_length=50, description="Slugs of tags that there are.")
    topics: list[Slug] = Field(default_factory=list, description="The slug of a topic: one at most.")
    authors: list[Slug] | None = Field(
        None, max_length=20, description="Slugs of authors. Without any, who writes is the author."
    )
    cover: Id | None = Field(None, description="The id of a picture among the media.")
    published_at: Moment | None = Field(None, description=_PUBLISHED)
    updated_at: Moment | None = Field(
        None, description="When what it says was last changed; without it, a change of the text sets it."
    )
    meta_title: Line = Field("", max_length=300, description=_META_TITLE)
    meta_description: Line = Field("", max_length=1_000, description=_META_DESCRIPTION)


class Replaced(Written):
    """All that a post or page is from now on. What is not given is as for a new one; slug and path stay."""

    markdown: Prose = Field(max_length=3_000_000, description=_MARKDOWN)
    status: Status = Field(description=_STATUS)


class Patched(Partial):
    """What is to be another in a post or page; what is not given stays. `null` takes away what may be missing."""

    title: Line = Field("", min_length=1, max_length=1_000)
    slug: Slug = ""
    path: Line = Field("", min_length=1, max_length=500)
    standfirst: Line | None = Field(None, max_length=2_000)
    markdown: Prose | None = Field(None, max_length=3_000_000)
    language: Line = Field("", min_length=2, max_length=35)
    status: Status = "draft"
    pinned: Flag = False
    tags: list[Slug] | None = Field(None, max_length=50)
    topics: list[Slug] | None = None
    authors: list[Slug] = Field(default_factory=list, max_length=20)
    cover: Id | None = None
    published_at: Moment | None = None
    updated_at: Moment | None = None
    meta_title: Line | None = Field(None, max_length=300)
    meta_description: Line | None = Field(None, max_length=1_000)


class Scheduled(Shape):
    """When a post or page is to be published."""

    published_at: Moment = Field(description=_PUBLISHED)
