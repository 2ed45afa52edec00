"""Taking back what was said of a picture or file. Who may, is looked at by who calls it. A deletion is for good."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.media import actions, library
from westmarch.media.models import Media
from westmarch.subjects import version


def describe(
    session: Session, _event: int, _subject: int | None, detail: dict[str, Any], _site: object, **_by: str
) -> str:
    """Give a medium the words that it had. Raises NotFound, Stale where they were changed again."""
    session.execute(select(Media.id).where(Media.id == detail["media"]).with_for_update())
    medium = library.one(session, detail["media"])
    version.require(detail["version"], medium.version, f"“{medium.filename}”")
    actions.set_words(session, medium, detail["before"])
    return f"“{detail['before'].get('filename', medium.filename)}” is as it was."


UNDOES: Mapping[str, Callable[..., str]] = {"media.described": describe}
