"""The health page: how each part of the site is, and what to do where something is wrong."""

from datetime import datetime

from starlette.requests import Request

from westmarch.accounts.guard import Guarded
from westmarch.accounts.rights import Right
from westmarch.admin import condition, shell
from westmarch.db.types import now
from westmarch.web.replies import Reply


async def health(request: Request) -> Reply:
    """`/admin/health/`: how the parts of the site are at this moment."""
    parts = await condition.parts(request.app)
    wrong = [part.title for part in parts if part.state in ("bad", "warn")]
    return shell.page(
        request,
        "health/page.html",
        title="Health",
        parts=parts,
        wrong=wrong,
        words=condition.WORDS,
        at=now(),
        moment=lambda value: isinstance(value, datetime),
    )


ROUTES = (Guarded("/admin/health/", health, right=Right.AUDIT),)
