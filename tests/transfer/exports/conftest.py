"""What is loaded when it is first needed, before tests whose examples have a deadline."""

import pytest

from westmarch.transfer.exports.html import to_markdown


@pytest.fixture(autouse=True, scope="session")
def _loaded() -> None:
    to_markdown("<p>Words, and <span>more</span> of them.</p>")
