"""Other programs at the same database."""

from tests.shells import holding, shell

__all__ = ["holding", "shell"]
