"""Searching texts in whatever case, on both engines."""

import pytest
from sqlalchemy import Text, literal, select

from westmarch.db.database import Database
from westmarch.db.holding import holds


@pytest.mark.parametrize(
    ("stored", "asked", "found"),
    [
        ("The Sea", "SEA", True),
        ("the sea", "The Sea", True),
        ("Élan", "élan", True),
        ("élan", "ÉLAN", True),
        ("ÜBER UNS", "über uns", True),
        ("Über Öl", "über öl", True),
        ("НОЧЬ", "ночь", True),
        ("50 %", "%", True),
        ("50", "%", False),
        ("a_b", "a/b", False),
        ("Écran", "elan", False),
    ],
)
async def test_a_text_is_found_in_whatever_case_it_stands(db: Database, stored: str, asked: str, found: bool) -> None:
    column = literal(stored, Text)
    assert await db.read(lambda session: bool(session.scalar(select(holds([column], asked))))) is found
