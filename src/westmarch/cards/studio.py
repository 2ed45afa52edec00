"""Where cards are drawn: in one thread, one after the other, each once however many ask for it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from westmarch.cards.store import Store
from westmarch.errors import Unavailable

if TYPE_CHECKING:
    from westmarch.cards.drawing import Card
    from westmarch.cards.fonts import Fonts

#: So many cards may wait to be drawn; whoever asks for more is told to come again.
MOST_WAITING = 64


class Studio:
    """Draws cards and keeps them in `store`, with fonts of the folder `fonts` before those of the machine.

    To be used in one event loop; `close` ends its thread.
    """

    def __init__(self, store: Store, fonts: Path) -> None:
        self.store = store
        self._folder = fonts
        self._fonts: Fonts | None = None
        self._drawn: dict[tuple[int, str], asyncio.Future[bytes]] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cards")

    async def card(self, subject_id: int, digest: str, card: "Card", mark: bytes) -> bytes:
        """The card as PNG, drawn where it is not kept. Raises Unavailable where too many wait already."""
        key = (subject_id, digest)
        drawn = self._drawn.get(key)
        if drawn is None:
            if len(self._drawn) >= MOST_WAITING:
                raise Unavailable("Too many cards are to be drawn at the moment.", hint="Ask again in some seconds.")
            loop = asyncio.get_running_loop()
            drawn = loop.run_in_executor(self._thread, self._make, subject_id, digest, card, mark)
            self._drawn[key] = drawn
            drawn.add_done_callback(lambda _: self._drawn.pop(key, None))
        # Who asked may go away; others wait for the same card.
        return await asyncio.shield(drawn)

    def _make(self, subject_id: int, digest: str, card: "Card", mark: bytes) -> bytes:
        if (kept := self.store.find(subject_id, digest)) is not None:
            return kept
        # What draws takes 20 MB of memory, so it is loaded where something is drawn.
        from westmarch.cards.drawing import draw
        from westmarch.cards.fonts import Fonts, folders

        if self._fonts is None:
            self._fonts = Fonts(folders(self._folder))
        body = draw(card, mark, self._fonts)
        self.store.keep(subject_id, digest, body)
        return body

    def close(self) -> None:
        """End the thread; what waits is not drawn."""
        self._thread.shutdown(wait=True, cancel_futures=True)
