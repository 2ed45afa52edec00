"""INSERT … ON CONFLICT, which both engines have and SQLAlchemy spells per dialect."""

from sqlalchemy.dialects import postgresql, sqlite

from westmarch.db.model import Model


def both(model: type[Model]) -> dict[str, sqlite.Insert | postgresql.Insert]:
    """INSERTs into the model's table that take `on_conflict_do_…`, by the name of the dialect."""
    return {"sqlite": sqlite.insert(model.__table__), "postgresql": postgresql.insert(model.__table__)}
