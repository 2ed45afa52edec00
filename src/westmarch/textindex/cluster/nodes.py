"""Requests to the nodes of a cluster: signed in, asked again where that may help, and with its errors in words.

opensearch-py takes the nodes in turn and leaves out for a while those that do not answer.
"""

import asyncio
import base64
import os
import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from westmarch.errors import Conflict, Invalid, Unavailable, WestmarchError
from westmarch.textindex.cluster.address import PLACE, Address

if TYPE_CHECKING:
    from opensearchpy import AsyncOpenSearch
    from opensearchpy.exceptions import TransportError

#: How long a node may take, in seconds: for what a reader waits for, and for what is written.
_ASKED, _WRITTEN = 5, 60
#: How long a reader waits, whichever nodes are asked.
_PATIENCE = 10
#: Pauses after which a cluster that has too much to do is asked again: a reader is told sooner.
_SOON: Sequence[float] = (0.1,)
_PAUSES: Sequence[float] = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)

_TOO_MUCH = 429
#: What the cluster cannot do now, and may be able to do soon.
_PASSING = (_TOO_MUCH, 502, 503, 504)
_CREDENTIALS = "Look at the user and password, or the API key, in `search_url`."


class Nodes:
    """The nodes of a cluster. Nothing is opened before the first request."""

    def __init__(self, address: Address) -> None:
        """Raises Invalid where the authority of its certificates is none."""
        self._address = address
        self._trust = _trust(address)
        self._client: AsyncOpenSearch | None = None

    async def ask(self, method: str, path: str, *, absent: Any = None, body: Any = None) -> Any:
        """One request that somebody waits for. `absent` is the answer where something is not there."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._tried(_SOON, method, path, absent, body=body, timeout=_ASKED)
        except TimeoutError as error:
            raise Unavailable("The search engine does not answer in time.") from error

    async def write(self, method: str, path: str, *, absent: Any = None, body: Any = None, **flags: str) -> Any:
        """One request that may take its time."""
        return await self._tried(_PAUSES, method, path, absent, params=flags or None, body=body, timeout=_WRITTEN)

    async def put(self, alias: str, lines: Sequence[str], **flags: str) -> dict[str, Any]:
        """Documents by lines of a bulk request, each with its action. Those refused for a while are put again.

        The alias is one that only the index has which is meant: Conflict where that is gone. Gives what came of the
        last line.
        """
        left = lines
        for pause in (*_PAUSES, None):
            answer = await self.write("POST", f"/{alias}/_bulk", body="".join(left), require_alias="true", **flags)
            items: list[dict[str, Any]] = [next(iter(item.values())) for item in answer["items"]]
            refused = [(line, item) for line, item in zip(left, items, strict=True) if "error" in item]
            if not refused:
                return items[-1]
            lasting = next((item for _, item in refused if not _passes(item["status"], item["error"]["type"])), None)
            if lasting is not None or pause is None:
                raise _refusal(lasting or refused[0][1])
            left = [line for line, _ in refused]
            await asyncio.sleep(pause)
        raise AssertionError("unreachable: the last pause is none")

    async def close(self) -> None:
        """Close the connections, also those to nodes that are left out, which the client itself forgets."""
        if self._client is not None:
            await self._client.close()
            for connection in getattr(self._client.transport.connection_pool, "orig_connections", ()):
                await connection.close()
            self._client = None

    async def _tried(self, pauses: Sequence[float], method: str, path: str, absent: Any, **asked: Any) -> Any:
        from opensearchpy.exceptions import NotFoundError, OpenSearchException, TransportError

        transport = self._connected().transport
        for pause in (*pauses, None):
            try:
                return await transport.perform_request(method, path, **asked)
            except NotFoundError as error:
                if absent is not None:
                    return absent
                raise Unavailable("There is no search index.", hint="`westmarch search rebuild` makes it.") from error
            except TransportError as error:
                if error.status_code != _TOO_MUCH or pause is None or not _passes(_TOO_MUCH, _cause(error.info)[0]):
                    raise _told(error) from error
                await asyncio.sleep(pause)
            except OpenSearchException as error:
                raise Unavailable(f"The answer of the search engine is none: {type(error).__name__}.") from error
        raise AssertionError("unreachable: the last pause is none")

    def _connected(self) -> "AsyncOpenSearch":
        if self._client is None:
            self._client = _client(self._address, self._trust)
        return self._client


def _client(address: Address, trust: ssl.SSLContext | None) -> "AsyncOpenSearch":
    try:
        from opensearchpy import AsyncOpenSearch
    except ImportError as error:
        raise Invalid(
            "The package opensearch-py is not installed.",
            hint='Install it: pip install "westmarch[opensearch]"',
            place=PLACE,
        ) from error
    return AsyncOpenSearch(
        hosts=list(address.nodes),
        headers=_signed(address),
        max_retries=len(address.nodes),
        retry_on_timeout=True,
        retry_on_status=tuple(status for status in _PASSING if status != _TOO_MUCH),
        http_compress=False,
        ssl_context=trust,
    )


def _signed(address: Address) -> dict[str, str]:
    if address.api_key:
        return {"Authorization": f"ApiKey {address.api_key}"}
    if address.user:
        signed = base64.b64encode(":".join(address.user).encode()).decode()
        return {"Authorization": f"Basic {signed}"}
    return {}


def _trust(address: Address) -> ssl.SSLContext | None:
    """Whose certificates are believed: those of the authority in the file, else those that the system believes."""
    if not any(node.startswith("https:") for node in address.nodes):
        return None
    try:
        return ssl.create_default_context(cafile=address.ca or None)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError.
        raise Invalid(f"{address.ca} holds no certificate of an authority: {error}", place=PLACE) from error


def _told(error: "TransportError") -> WestmarchError:
    """What a failed request means, in words. No host is named: readers may see it."""
    status, kind, reason = error.status_code, *_cause(error.info)
    if not isinstance(status, int):
        return _unreached(error)
    match status:
        case 400 if "too_many" in f"{kind} {error.info}":
            return Invalid("The question has more words than the search engine takes.")
        case 401:
            return Unavailable("The search engine does not know who asks.", hint=_CREDENTIALS)
        case 403 if "block" not in kind:
            return Unavailable(f"The search engine does not allow what is asked: {reason}", hint=_CREDENTIALS)
        case 409:
            return moved()
        case _:
            return _refusal({"status": status, "error": {"type": kind, "reason": reason}})


def _unreached(error: "TransportError") -> Unavailable:
    from opensearchpy.exceptions import ConnectionTimeout

    cause: Any = error.info
    if isinstance(error, ConnectionTimeout):
        return Unavailable("The search engine does not answer in time.")
    certificate = getattr(cause, "certificate_error", None) or getattr(cause, "os_error", None)
    if isinstance(certificate, ssl.SSLError):
        why = getattr(certificate, "verify_message", "") or certificate.reason or str(certificate)
        return Unavailable(
            f"The certificate of the search engine is not believed: {why}.",
            hint="`search_url` takes the file of the authority: `?ca=FILE`.",
        )
    why = os.strerror(cause.errno) if isinstance(cause, OSError) and cause.errno else type(cause).__name__
    return Unavailable(f"The search engine does not answer: {why}.")


def _refusal(item: dict[str, Any]) -> WestmarchError:
    """Why a document or a request was refused."""
    status, kind, reason = item["status"], item["error"].get("type", ""), item["error"].get("reason", "")
    if status == 409 or kind == "index_not_found_exception":
        return moved()
    if "read-only" in reason:
        return Unavailable(
            f"The search engine has closed its indexes to writing: {reason}",
            hint="Make room on the disks of its nodes; it opens them by itself, or take its block away.",
        )
    if "block" in kind:
        return Unavailable(f"The search engine does not do what is asked: {reason}")
    if status == _TOO_MUCH:
        return Unavailable(f"The search engine has too much to do: {reason}")
    if status >= 500:
        return Unavailable(f"The search engine cannot answer: {reason}", hint="Look at the health of its cluster.")
    which = f"the document {item['_id']}" if "_id" in item else "what it is asked"
    return Unavailable(f"The search engine does not take {which}: {reason}")


def moved() -> Conflict:
    """The index is not the one that was meant."""
    return Conflict("The search index is another than before.", hint="Ask for its position again.")


def _passes(status: int, kind: str) -> bool:
    """Whether asking again soon may help; not where a block lies on an index, as when a disk is full."""
    return status in _PASSING and "block" not in kind


def _cause(info: object) -> tuple[str, str]:
    """The type and the reason of an error as clusters tell it, where this is one."""
    error = info.get("error") if isinstance(info, dict) else None
    if not isinstance(error, dict):
        return "", str(error or "no reason is given")[:300]
    first = next(iter(error.get("root_cause") or ()), error)
    return str(first.get("type", "")), str(first.get("reason") or error.get("reason") or "no reason is given")[:300]
