"""What is offered to a writer while a link to a post is typed, for the script of the form."""

import json
from typing import Any

from starlette.requests import Request

from westmarch.accounts.guard import Guarded, signed_in
from westmarch.accounts.rights import Right
from westmarch.admin.narrowing import LONGEST, storable
from westmarch.db.database import Database
from westmarch.posts import ownership
from westmarch.posts.suggesting import suggested
from westmarch.web.replies import Reply

PATH = "/admin/posts/suggest/"
#: So many are offered.
SIZE = 12
_STATES = {"draft": "Draft", "scheduled": "Scheduled"}


async def suggest(request: Request) -> Reply:
    """`/admin/posts/suggest/?q=tide`: posts and pages with such titles, and the paths by which texts link to them."""
    db: Database = request.app.state.db
    words = storable(request.query_params.get("q", ""))[:LONGEST].strip()
    rows = await db.read(suggested, words, own=ownership.own_only(signed_in(request)), size=SIZE)
    posts = [
        {
            "title": row.title,
            "path": row.path,
            "detail": _STATES.get(row.status) or ("Page" if row.kind == "page" else row.path),
        }
        for row in rows
    ]
    body = json.dumps({"posts": posts}, ensure_ascii=False).encode()
    return Reply(body, "application/json", cache="no-store", headers=(("vary", "Cookie"),))


ROUTES: tuple[Any, ...] = (Guarded(PATH, suggest, right=Right.WRITE),)
