"""`/preview/…/`: the newest text of a post for whoever has a link to it. It is in no cache and no search engine."""

import re
from types import SimpleNamespace

from starlette.requests import Request
from starlette.routing import Match
from starlette.types import Scope
from typing_extensions import override

from westmarch.changes import queries as changes
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import NotFound
from westmarch.metrics.routes import CountedRoute
from westmarch.ops import schema
from westmarch.posts import previews, queries
from westmarch.posts.models import WRITING
from westmarch.posts.public import contents, told
from westmarch.tags import queries as tag_queries
from westmarch.web.replies import HTML, Reply
from westmarch.web.surface import Surface

_SECRET = re.compile("[A-Za-z0-9_-]{43}")
#: What search engines and the sites that it links to are told of a link: nothing.
_ALONE = (("x-robots-tag", "noindex, nofollow, noarchive"), ("referrer-policy", "no-referrer"))
#: What stands around a post that is public, and around a preview does not.
_AROUND = ("previous", "next", "part", "translation", "related")


class PreviewRoute(CountedRoute):
    """The route of the links alone: whatever else stands below `/preview/` is a page of the site."""

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for a preview."""
        match, child = super().matches(scope)
        if match is Match.NONE or not _SECRET.fullmatch(child["path_params"]["secret"]):
            return Match.NONE, {}
        return match, child


async def page(request: Request) -> Reply:
    """The newest text. Raises NotFound where the link does not lead anywhere, or not any more."""
    db: Database = request.app.state.db
    return await db.read(_shown, request.app.state.surface, request.path_params["secret"])


async def without_slash(request: Request) -> Reply:
    """A link that lost its last slash on its way leads to the one that has it."""
    surface: Surface = request.app.state.surface
    whole = surface.absolute(f"/preview/{request.path_params['secret']}/")
    return Reply(b"", "text/plain; charset=utf-8", 301, cache="no-store", headers=(*_ALONE, ("location", whole)))


def _shown(session: Reading, surface: Surface, secret: str) -> Reply:
    link = previews.behind(session, secret, now()) if schema.reached(session, WRITING) else None
    post = queries.written(session, link.post_id) if link is not None else None
    if link is None or post is None:
        raise NotFound("There is no such preview, or not any more.", hint="Ask whoever sent you the link for another.")
    view = surface.view(session, "", "", changes.moment(session))
    values = {**post._mapping, "published_at": post.published_at or now(), "updated_at": None}  # noqa: SLF001
    listed = contents(post.toc)
    shown = view.page(
        "posts/preview.html",
        title=post.title,
        language=post.language,
        noindex=True,
        until=link.until,
        post=SimpleNamespace(**values),
        cover_alt=told(post.extra.get("cover_alt")) or post.cover_alt or "",
        cover_caption=told(post.extra.get("cover_caption")),
        updated=None,
        contents=listed,
        headings=sum(1 + len(heading.below) for heading in listed),
        authors=queries.authors(session, post.id),
        tags=tag_queries.of_subjects(session, (post.id,))[post.id],
        around={role: [] for role in _AROUND},
    )
    return Reply(shown.body, HTML, cache="no-store", headers=_ALONE)


ROUTES = (PreviewRoute("/preview/{secret}/", page), PreviewRoute("/preview/{secret}", without_slash))
