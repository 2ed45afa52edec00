"""`/metrics`: what all processes of the site have measured, for Prometheus, told to whom the settings name alone."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request

from westmarch.errors import NotFound, Refused
from westmarch.metrics.departed import departed
from westmarch.metrics.measured import Told, together
from westmarch.settings import Settings
from westmarch.web.replies import Reply

#: Where it is remembered what ended processes had counted, in the folder `run`.
FILE = "metrics.json"

#: Asks every process that serves the site for what it has measured: its number, and None where it measures nothing.
Ask = Callable[[], Awaitable[list[tuple[int, Told | None]]]]


async def metrics(request: Request) -> Reply:
    """The answer to Prometheus. Raises NotFound where it is off, Refused or HTTPException 401 for strangers."""
    state = request.app.state
    settings: Settings = state.settings
    if not settings.metrics:
        raise NotFound("Metrics are not told here.")
    _refuse_strangers(request, settings)
    ask: Ask = state.ask_for_metrics
    # Where no process can be asked, as no socket could be made, this one knows what it has measured itself.
    told = {process: one for process, one in await ask() if one is not None} or {os.getpid(): state.measuring.told()}
    body, mime = await asyncio.to_thread(_written, told, settings.run_folder / FILE)
    return Reply(body, mime, cache="no-store")


def _written(told: dict[int, Told], file: Path) -> tuple[bytes, str]:
    from westmarch.metrics.exposition import CONTENT_TYPE, written

    here = list(told.values())
    return written(together([*departed(file, here), *here]), together(here), told), CONTENT_TYPE


def _refuse_strangers(request: Request, settings: Settings) -> None:
    if settings.metrics_allow.strip(" ,") and not _is_allowed(request, settings.metrics_allow):
        asking = request.client.host if request.client else "an unknown address"
        raise Refused(f"Metrics are not told to {asking}: the setting metrics_allow does not name it.")
    if settings.metrics_token is not None:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        token = settings.metrics_token.get_secret_value().encode()
        if scheme.lower() != "bearer" or not compare_digest(shown.strip().encode("latin-1"), token):
            raise HTTPException(
                401,
                "Metrics are told to whoever shows the token of the setting metrics_token.",
                {"WWW-Authenticate": 'Bearer realm="metrics"'},
            )


def _is_allowed(request: Request, listed: str) -> bool:
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:  # Over a Unix socket there are no addresses.
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in ip_network(part.strip()) for part in listed.split(",") if part.strip())
