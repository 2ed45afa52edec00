"""Rows of columns that are read by their names, and the statements that give them: what queries hand to templates."""

from typing import Any

from sqlalchemy import Row, Select

NamedRow = Row[*tuple[Any, ...]]
NamedSelect = Select[*tuple[Any, ...]]
