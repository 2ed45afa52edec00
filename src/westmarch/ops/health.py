"""Whether the process lives, and whether it can serve: for whoever starts, stops and balances it."""

import json

from starlette.requests import Request

from westmarch.errors import Unavailable
from westmarch.ops import schema
from westmarch.web.replies import Reply


def _reply(code: int, **values: object) -> Reply:
    headers = (("retry-after", "5"),) if code == 503 else ()
    return Reply(json.dumps(values).encode(), "application/json", code, cache="no-store", headers=headers)


async def alive(_request: Request) -> Reply:
    """`/healthz`: the process answers."""
    return _reply(200, status="ok")


async def ready(request: Request) -> Reply:
    """`/readyz`: the database answers and has a schema on which this version runs; 503 with the reason else."""
    try:
        status = await schema.status(request.app.state.settings.database_url)
        problem = status.problem
    except Unavailable as error:
        problem = error.message
    if problem:
        return _reply(503, status="unavailable", reason=problem)
    return _reply(200, status="ok", schema=status.schema)
