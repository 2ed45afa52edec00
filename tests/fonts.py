"""Fonts for titles in scripts that the package's own font does not have."""

import pytest

from tests.conftest import installed_by_apt, missing
from westmarch.cards.fonts import Fonts, folders

#: Letters by script (ISO 15924) and language, each of which needs another font.
LETTERS = (
    ("潮汐", "Hani", "zh"), ("しお", "Hira", "ja"), ("조석", "Hang", "ko"), ("ساعة", "Arab", "ar"),
    ("שעה", "Hebr", "he"), ("घड़ी", "Deva", "hi"), ("น้ำ", "Thai", "th"),
)  # fmt: skip
PACKAGES = ("fonts-noto-core", "fonts-noto-cjk")


def _lacking(fonts: Fonts) -> list[str]:
    return [script for letters, script, language in LETTERS if fonts.fit(letters, script, language) is None]


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    """The fonts of this machine, which have the letters of all `LETTERS`; they are installed by apt where that is."""
    found = Fonts(folders())
    if lacking := _lacking(found):
        complaint = installed_by_apt(*PACKAGES)
        found = Fonts(folders())
        if _lacking(found):
            missing("fonts", f"none for {', '.join(lacking)}; {complaint or 'installed, but not to be found'}")
    return found
