"""The HTML of topics' introductions and authors' biographies, made before the transaction that stores it."""

from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid
from westmarch.posts.resolver import SessionResolver

#: The longest text of Markdown that is taken, in characters.
LONGEST = 100_000


async def introduction(db: Database, markdown: str, language: str, *, place: str) -> tuple[str, str]:
    """The Markdown, and the HTML that is made of it. Raises Invalid at `place` where it is too long."""
    markdown = markdown.strip()
    if len(markdown) > LONGEST:
        raise Invalid(f"The text has at most {LONGEST:,} characters, this one {len(markdown):,}.", place=place)
    if any("\ud800" <= character <= "\udfff" for character in markdown) or "\0" in markdown:
        raise Invalid("The text holds characters that cannot be stored.", place=place)
    return markdown, await db.read(_rendered, markdown, language) if markdown else ""


def _rendered(session: Reading, markdown: str, language: str) -> str:
    from westmarch.text.markdown import render  # Its import takes its time and 4 MiB, and few such texts are written.

    return render(markdown, language=language, resolver=SessionResolver(session)).html
