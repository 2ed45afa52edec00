"""Fixtures of these tests."""

import pytest

from tests.fonts import fonts as fonts
from westmarch.cards.fonts import Fonts


@pytest.fixture(scope="session")
def bare() -> Fonts:
    """The font of the package alone, as on a machine without any other."""
    return Fonts(())
