"""Where cards are drawn: in a process of its own, one after the other, each once however many ask for it."""

import asyncio
import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from westmarch.cards.card import Card
from westmarch.cards.store import Store
from westmarch.confined import Worker
from westmarch.errors import Invalid, Unavailable

#: So many cards may wait to be drawn; whoever asks for more is told to come again.
MOST_WAITING = 64
#: A card takes a hundredth of that; the first one of a script may have to look through all fonts of the machine.
SECONDS = 20.0
#: So long the process is kept when nothing is to be drawn, in seconds: its memory is worth more than its start.
IDLE = 30.0


class NotDrawn(Unavailable):
    """A card could not be drawn; another one can."""

    retry_after = 60


class Studio:
    """Draws cards and keeps them in `store`, with fonts of the folder `fonts` before those of the machine.

    To be used in one event loop; `close` ends its thread and its process.
    """

    def __init__(self, store: Store, fonts: Path) -> None:
        self.store = store
        self.worker = Worker("westmarch.cards.worker", [str(fonts)], seconds=SECONDS, idle=IDLE)
        self._drawn: dict[tuple[int, str], asyncio.Future[bytes]] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cards")

    async def card(self, subject_id: int, digest: str, card: Card, mark: bytes) -> bytes:
        """The card as PNG, drawn where it is not kept.

        Raises Unavailable where too many wait already, and NotDrawn where the process finds no end or has one.
        """
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

    def _make(self, subject_id: int, digest: str, card: Card, mark: bytes) -> bytes:
        if (kept := self.store.find(subject_id, digest)) is not None:
            return kept
        try:
            made = self.worker.ask({"card": asdict(card), "mark": base64.b64encode(mark).decode()})
        except Invalid as error:
            raise NotDrawn(
                f"The card of {card.title!r} cannot be drawn: {error.message}.", hint="The log of the server says more."
            ) from error
        body = base64.b64decode(made)
        self.store.keep(subject_id, digest, body)
        return body

    def close(self) -> None:
        """End the process and the thread; what waits is not drawn."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self.worker.close()
        self._thread.shutdown(wait=True)
