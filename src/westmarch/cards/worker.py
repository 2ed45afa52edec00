"""The process in which cards are drawn: `python -m westmarch.cards.worker FOLDER`, with the owner's folder of fonts.

What draws would take 30 MB of the server's memory for good, and it reads fonts that anybody may have put there.
"""

import base64
import sys
from functools import partial
from pathlib import Path
from typing import Any

from westmarch import confined
from westmarch.cards.card import Card
from westmarch.cards.drawing import draw
from westmarch.cards.fonts import Fonts, folders
from westmarch.cards.studio import SECONDS

#: All fonts that are open count with their whole size, though only what is needed of them is read.
_MEMORY = 4 * 1024**3


def _work(fonts: Fonts, asked: dict[str, Any]) -> str:
    made = draw(Card(**asked["card"]), base64.b64decode(asked["mark"]), fonts)
    return base64.b64encode(made).decode()


if __name__ == "__main__":
    confined.answer_each(partial(_work, Fonts(folders(Path(sys.argv[1])))), seconds=SECONDS, memory=_MEMORY)
