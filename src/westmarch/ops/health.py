"""Whether the process lives, and whether it can serve: for whoever starts, stops and balances it."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from westmarch.errors import Unavailable
from westmarch.ops import schema

_HEADERS = {"cache-control": "no-store"}


async def alive(_request: Request) -> JSONResponse:
    """`/healthz`: the process answers."""
    return JSONResponse({"status": "ok"}, headers=_HEADERS)


async def ready(request: Request) -> JSONResponse:
    """`/readyz`: the database answers and has a schema on which this version runs; 503 with the reason else."""
    try:
        status = await schema.status(request.app.state.settings.database_url)
        problem = status.problem
    except Unavailable as error:
        problem = error.message
    if problem:
        return JSONResponse({"status": "unavailable", "reason": problem}, 503, {**_HEADERS, "retry-after": "5"})
    return JSONResponse({"status": "ok", "schema": status.schema}, headers=_HEADERS)
