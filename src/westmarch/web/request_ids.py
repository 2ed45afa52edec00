"""A name for each request, in its answer, on its error page and in the log."""

import logging
import re
import secrets
from contextvars import ContextVar

current: ContextVar[str] = ContextVar("request_id", default="-")

_SANE = re.compile(rb"[A-Za-z0-9._-]{8,64}")


def taken_or_made(given: bytes | None) -> str:
    """The name that a proxy gave, if it is one that can stand in a log line, else a new one."""
    if given is not None and _SANE.fullmatch(given):
        return given.decode()
    return secrets.token_hex(8)


class RequestIds(logging.Filter):
    """Gives each log record the `request_id` of the request that it belongs to, `-` outside of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True
