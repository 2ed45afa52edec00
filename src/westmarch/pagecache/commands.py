"""What a process says of its page cache when a command asks: plain values, as JSON holds them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from westmarch.errors import Unavailable
from westmarch.pagecache import reads
from westmarch.pagecache.cache import Make, PageCache, personal
from westmarch.pagecache.check import Check
from westmarch.pagecache.dependencies import Read
from westmarch.pagecache.pages import OVERHEAD
from westmarch.pagecache.reads import Recording
from westmarch.pagecache.store import Entry, Key, Removal
from westmarch.web.replies import Reply

#: Why a page went that nobody but an owner wanted gone.
COMMANDED = "the command `westmarch cache clear` was given"

Told = dict[str, Any]


class Address(NamedTuple):
    """Where a page is kept, and what renders it; `route` is the pattern of what answers there instead, if it does."""

    key: Key
    make: Make
    route: str = ""


#: The address of a path and a query, in a variant.
Find = Callable[[str, str, str], Address]


def verbs(
    pages: PageCache, find: Find, url: str, fingerprint: Callable[[], str]
) -> Mapping[str, Callable[..., Awaitable[Any]]]:
    """What commands may ask: `cache-status`, `cache-explain` and `cache-clear`.

    `url` is the public address of the site, `fingerprint` that of the files which pages are rendered from.
    """

    async def explain(path: str, query: str, variant: str) -> Told:
        return await _explained(pages, find(path, query, variant))

    async def clear(path: str = "", query: str = "") -> int:
        before = len(pages.store)
        if path:
            wanted = find(path, query, "").key[:2]
            pages.store.throw_out([entry.key for entry in pages.store if entry.key[:2] == wanted], COMMANDED)
        else:
            pages.store.clear(COMMANDED)
        return before - len(pages.store)

    return {"cache-status": lambda: status(pages, url, fingerprint), "cache-explain": explain, "cache-clear": clear}


async def status(pages: PageCache, url: str, fingerprint: Callable[[], str]) -> Told:
    """How the cache of this process is. Raises Unavailable before it serves."""
    check = _check(pages)
    state = await check.state()
    return pages.numbers() | {
        "url": url,
        "check": state.value,
        "kind": pages.kind,
        "position": pages.journal.position,
        "epoch": pages.journal.epoch,
        "fingerprint": fingerprint(),
        "cleared": _removal(pages.store.cleared),
    }


def _check(pages: PageCache) -> Check:
    if pages.check is None:
        raise Unavailable("This process is not serving yet.", hint="Ask again in a moment.")
    return pages.check


async def _explained(pages: PageCache, address: Address) -> Told:
    """Whether the page at an address is stored, what it reads, and what removed it last or keeps it out."""
    check, key = _check(pages), address.key
    state = await check.state()
    told: Told = {
        "path": key.path.decode("latin-1"),
        "query": key.query.decode("latin-1"),
        "variant": key.variant,
        "route": address.route,
        "check": state.value,
        "stored": None,
        "removed": _removal(pages.store.removal(key)),
    }
    if address.route:
        return told | {"why": "", "reads": []}
    entry = pages.store.peek(key)
    if entry is not None:
        return told | {"status": 200, "location": "", "stored": _stored(entry), "why": "", "reads": _reads(entry.reads)}
    with reads.recorded() as recording:
        reply = await address.make()
    return told | {
        "status": reply.status_code,
        "location": reply.headers.get("location", ""),
        "why": obstacle(pages, key, reply, recording),
        "reads": _reads(recording.reads),
    }


def obstacle(pages: PageCache, key: Key, reply: Reply, recording: Recording) -> str:
    """What keeps a reply from being stored, in a sentence; empty where nothing does."""
    if reply.status_code in (301, 302, 303, 307, 308):
        return "it is a redirect, and redirects are looked up each time, so that they push no page out"
    if reply.status_code != 200:
        status = f"{reply.status_code} ({HTTPStatus(reply.status_code).phrase})"
        return f"its status is {status}, and such answers are made each time, so that they push no page out"
    if own := personal(reply):
        return f"it carries the header {own}, so it is for one asker alone"
    if reply.query.encode() != key.query:
        takes = f"the query ?{reply.query} and no other" if reply.query else "no query"
        return f"the page at this address takes {takes}: asked for in another way, it is rendered each time"
    if recording.unclear:
        return f"what it reads cannot be told: {recording.unclear}"
    if not pages.store.takes(len(reply.body) + OVERHEAD, recording.reads):
        return f"it has {len(reply.body)} bytes, more than an eighth of the limit of {pages.store.limit} bytes"
    return ""


def _stored(entry: Entry) -> Told:
    return {
        "since": entry.since.isoformat(),
        "position": entry.position,
        "hits": entry.hits,
        "bytes": entry.size,
        "codings": {name: len(form.body) for name, form in entry.page.forms.items()},
    }


def _removal(removal: Removal | None) -> Told | None:
    if removal is None:
        return None
    change = removal.change
    return {
        "at": removal.at.isoformat(),
        "why": removal.why,
        "change": None
        if change is None
        else {
            "position": change.position,
            "table": change.table,
            "operation": change.operation,
            "key": [_plain(part) for part in change.row_key],
            "columns": None if change.columns is None else sorted(change.columns),
        },
    }


def _reads(found: Iterable[Read]) -> list[Told]:
    told = [
        {
            "table": read.use.table,
            "conditions": [
                [column, test.value, None if values is None else [_plain(value) for value in values]]
                for (column, test), values in zip(read.use.conditions, read.values, strict=True)
            ],
            "columns": None if read.use.columns is None else sorted(read.use.columns),
        }
        for read in found
    ]
    return sorted(told, key=repr)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
