"""INSERT … ON CONFLICT, which both engines have and SQLAlchemy spells per dialect."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from westmarch.db.model import Model


def upsert(session: Session, model: type[Model]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into the model's table that takes `on_conflict_do_update` and `on_conflict_do_nothing`."""
    construct: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement: sqlite.Insert | postgresql.Insert = construct(model)
    return statement
