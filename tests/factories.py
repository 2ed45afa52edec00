"""Posts for tests: whatever a test does not name has a value that nobody minds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from westmarch.posts import actions
from westmarch.posts.drafts import Draft
from westmarch.posts.resolver import SessionResolver
from westmarch.site.options import Site
from westmarch.text.markdown import render

#: The moment at which time starts in tests.
START = datetime(2024, 1, 1, 12, tzinfo=UTC)
SITE = Site(title="A site")


def day(number: int) -> datetime:
    """Noon of the day so many days after the start."""
    return START + timedelta(days=number)


def draft(title: str = "A title", markdown: str = "Some words.\n", **fields: Any) -> Draft:
    """A published post of the first day, but for what `fields` say."""
    language = fields.pop("language", "en")
    plain = Draft(
        title=title,
        markdown=markdown,
        rendered=render(markdown, language=language),
        language=language,
        status="published",
        published_at=START,
    )
    return replace(plain, **fields)


def post(session: Session, /, title: str = "A title", markdown: str = "Some words.\n", **fields: Any) -> int:
    """Store a post as `draft` makes it, with its links resolved, and return its id."""
    made = draft(title, markdown, **fields)
    resolved = render(markdown, language=made.language, resolver=SessionResolver(session))
    return actions.create(session, replace(made, rendered=resolved), SITE, actor="test")
