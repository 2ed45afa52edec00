"""Those of this process who listen to what happens to a post."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Rooms:
    """A room for each post that somebody has open: whoever is in it is told at once when something happens."""

    def __init__(self) -> None:
        self._rooms: defaultdict[int, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def entered(self, post_id: int) -> Iterator[asyncio.Event]:
        """An event that is set whenever something happens to the post, as that somebody comes or goes."""
        event = asyncio.Event()
        self._rooms[post_id].add(event)
        self.stir(post_id)
        try:
            yield event
        finally:
            self._rooms[post_id].discard(event)
            if not self._rooms[post_id]:
                del self._rooms[post_id]

    def stir(self, post_id: int) -> None:
        """Something has happened to the post."""
        for event in self._rooms.get(post_id, ()):
            event.set()
