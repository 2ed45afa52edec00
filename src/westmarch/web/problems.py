"""Errors for programs: problem details as JSON (RFC 9457)."""

import json
from http import HTTPStatus

from westmarch.web.replies import Reply

MIME = "application/problem+json"


def problem(
    status: int, detail: str, request_id: str, headers: tuple[tuple[str, str], ...] = (), **members: object
) -> Reply:
    """An error as JSON. `members` are the problem's own, beside those that all have."""
    told: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or HTTPStatus(status).description,
        "request_id": request_id,
    }
    return Reply(json.dumps(told | members).encode(), MIME, status, headers=headers)
