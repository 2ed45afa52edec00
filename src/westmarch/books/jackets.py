"""The pictures of covers that the owner gives to books."""

from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

from westmarch.books.meant import meant
from westmarch.books.models import Book
from westmarch.db.rows import NamedRow
from westmarch.db.types import now
from westmarch.errors import Invalid
from westmarch.media import actions as media
from westmarch.media.files import Examined

#: A cover is shown in its own shape, within these: what is flatter or taller is a picture of something else.
NARROWEST, BROADEST = 0.25, 2.5
#: Fewer pixels across are not sharp on any screen.
LEAST = 120


def require_cover(examined: Examined, filename: str) -> None:
    """Raises Invalid, saying why, for a file that is no picture of a cover."""
    wide, tall = examined.width, examined.height
    if examined.kind != "picture" or not wide or not tall:
        raise Invalid(
            "This is no picture that can be shown.", place=filename, hint="JPEG, PNG, GIF, WebP and AVIF are taken."
        )
    if wide < LEAST:
        raise Invalid(
            f"The picture is {wide} pixels wide; a cover has {LEAST} at least.",
            place=filename,
            hint="Give a larger one; 600 pixels are sharp on all screens.",
        )
    if not NARROWEST <= wide / tall <= BROADEST:
        raise Invalid(
            f"The picture has {wide} × {tall} pixels, which is no shape of a cover.",
            place=filename,
            hint="Cut it to the cover.",
        )


def give(session: Session, named: str, folder: Path, content: bytes, examined: Examined, *, filename: str) -> NamedRow:
    """Let the book that is meant show this picture, which was examined; the book as it was before.

    Raises NotFound, Conflict and Invalid.
    """
    book = meant(session, named)
    require_cover(examined, filename)
    stored = media.store(session, folder, content, examined, filename=filename)
    if book.cover_id != stored.id:
        _set(session, book.id, stored.id)
    return book


def take(session: Session, named: str) -> NamedRow:
    """Let the book that is meant show a cover that is drawn; the book as it was before. Raises NotFound, Conflict."""
    book = meant(session, named)
    if book.cover_id is not None:
        _set(session, book.id, None)
    return book


def _set(session: Session, id_: int, cover_id: int | None) -> None:
    session.execute(update(Book).where(Book.id == id_).values(cover_id=cover_id, updated_at=now()))
