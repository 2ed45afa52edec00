"""Giving subjects the slugs that people ask for."""

from sqlalchemy.orm import Session

from westmarch.errors import Conflict, Invalid
from westmarch.links import actions


def claim_slug(session: Session, subject_id: int, folder: str, slug: str, *, new: bool = False) -> str:
    """As `actions.claim`, for a slug in a folder such as `/tags/`; what it raises lies in the field `slug`."""
    try:
        return actions.claim(session, subject_id, f"{folder}{slug}/", new=new)
    except (Conflict, Invalid) as error:
        raise type(error)(error.message, place="slug", hint="Choose another slug.") from error
