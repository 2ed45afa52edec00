"""The pictures and files of a text, into the site's media."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.errors import Conflict
from westmarch.media import actions
from westmarch.media.files import examine
from westmarch.media.models import Media
from westmarch.transfer.preparing import FoundMedia, Prepared


def bring(
    session: Session, prepared: Prepared, folder: Path, *, keep: bool
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Store the pictures of a text; ids by hash, and rows of the report."""
    ids: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for found in prepared.media:
        if found.examined.hash in ids:
            continue
        known = session.scalar(select(Media.id).where(Media.hash == found.examined.hash))
        fate = "unchanged"
        if known is None:
            known, fate = _kept(session, found, folder, keep=keep), "imported"
        ids[found.examined.hash] = known
        path = found.origin or str(found.path)
        rows.append({"path": path, "address": found.address, "fate": fate, "id": known, "reason": ""})
    return ids, rows


def _kept(session: Session, found: FoundMedia, folder: Path, *, keep: bool) -> int:
    content = found.path.read_bytes()
    if examine(content, found.path.name).hash != found.examined.hash:
        raise Conflict(f"{found.path} changed while it was read", hint="Run the import again.")
    if keep:
        return actions.store(session, folder, content, found.examined, filename=found.path.name).id
    return 0


def lost(prepared: Prepared) -> list[dict[str, Any]]:
    return [
        {
            "path": str(one.path) if one.path else one.src,
            "address": one.src,
            "fate": "failed" if one.path else "missing",
            "id": None,
            "reason": one.reason,
        }
        for one in prepared.lost
    ]
