"""Storing media, and what people say of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.db.types import now
from westmarch.errors import Invalid, Refused
from westmarch.events import actions as events
from westmarch.media import files, library
from westmarch.media.files import Examined
from westmarch.media.library import Medium
from westmarch.media.models import Media, MediaDetail
from westmarch.subjects import version


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored file: its id, its public path, its size in pixels, and whether it was new."""

    id: int
    path: str
    width: int | None
    height: int | None
    new: bool


def store(
    session: Session, folder: Path, content: bytes, examined: Examined, *, filename: str, alt: str = ""
) -> Stored:
    """Keep a file that was examined: its bytes in `folder` first, then its row. The same content is stored once.

    Raises Unavailable where the disk is full.
    """
    files.keep(folder, examined, content)
    known = session.scalar(select(Media).where(Media.hash == examined.hash))
    if known is not None:
        return Stored(known.id, known.path, known.width, known.height, new=False)
    row = Media(
        hash=examined.hash,
        kind=examined.kind,
        mime=examined.mime,
        extension=examined.extension,
        filename=Path(filename).name,
        size=len(content),
        width=examined.width,
        height=examined.height,
        alt=alt,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    files.keep(
        folder, examined, content
    )  # Nobody saw the row until now: the file may have been removed as one of none.
    return Stored(row.id, row.path, row.width, row.height, new=True)


def upload(
    session: Session,
    folder: Path,
    content: bytes,
    examined: Examined,
    *,
    filename: str,
    alt: str,
    account_id: int,
    actor: str,
) -> Stored:
    """Store what an account uploaded, and write down that it did. What was there already stays as it is."""
    stored = store(session, folder, content, examined, filename=filename, alt=alt)
    if stored.new:
        session.add(MediaDetail(media_id=stored.id, account_id=account_id))
        session.flush()
        detail = {"filename": filename, "media": stored.id}
        events.record(session, "media.uploaded", actor=actor, detail=detail)
    return stored


def owned(who: SignedIn, medium: Medium) -> bool:
    """Whether an account may change a medium: its own upload, or any where it edits everybody's posts."""
    return who.may(Right.EDIT_ALL) or (who.may(Right.WRITE) and medium.account_id == who.account_id)


def require_owned(who: SignedIn, medium: Medium) -> None:
    """Raises Refused where an account may not change a medium."""
    if not owned(who, medium):
        raise Refused("You may change and delete your own uploads alone.", hint="Ask an editor of the site.")


def editable(session: Session, media_id: int, who: SignedIn, expected: str | None = None) -> Medium:
    """The medium, locked until the transaction ends. Raises NotFound, Refused, Stale."""
    session.execute(select(Media.id).where(Media.id == media_id).with_for_update())
    medium = library.one(session, media_id)
    require_owned(who, medium)
    version.require(expected, medium.version, f"“{medium.filename}”")
    return medium


def describe(
    session: Session,
    media_id: int,
    values: Mapping[str, str],
    *,
    who: SignedIn,
    expected: str | None = None,
    actor: str,
) -> int | None:
    """Change `alt`, `caption` or `filename`; the id of the event, or None where nothing is new.

    Raises Invalid for a name that is none, NotFound, Refused, Stale.
    """
    medium = editable(session, media_id, who, expected)
    if "filename" in values and not values["filename"].strip():
        raise Invalid("A name is needed.", place="filename")
    after = {name: value.strip() for name, value in values.items() if value.strip() != getattr(medium, name)}
    if not after:
        return None
    before = {name: getattr(medium, name) for name in after}
    set_words(session, medium, after)
    detail: dict[str, Any] = {
        "filename": medium.filename,
        "media": media_id,
        "changed": version.changes(before, after),
        "undo": {"media": media_id, "before": before, "version": library.one(session, media_id).version},
    }
    return events.record(session, "media.described", actor=actor, detail=detail)


def set_words(session: Session, medium: Medium, values: Mapping[str, str]) -> None:
    """Store the words of a medium."""
    own = {name: value for name, value in values.items() if name != "caption"}
    if own:
        session.execute(update(Media).where(Media.id == medium.id).values(**own))
    if "caption" in values:
        detail = session.get(MediaDetail, medium.id) or MediaDetail(media_id=medium.id)
        detail.caption = values["caption"]
        session.add(detail)
        session.flush()
