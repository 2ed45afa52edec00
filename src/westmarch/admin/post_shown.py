"""What somebody writes as readers would see it, before it is saved: the real text in the theme of the site."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from starlette.requests import Request

from westmarch.accounts.guard import Guarded, signed_in
from westmarch.accounts.rights import Right
from westmarch.admin import post_about, post_fields
from westmarch.admin.post_about import About
from westmarch.admin.post_fields import Typed
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.errors import Invalid
from westmarch.posts import texts
from westmarch.posts.change import Change, checked
from westmarch.posts.drafts import Kind
from westmarch.posts.models import LISTED, UNLISTED
from westmarch.posts.public import contents
from westmarch.site import queries as site_queries
from westmarch.web import forms
from westmarch.web.replies import HTML, Reply
from westmarch.web.surface import Surface

#: So large may what is sent with a text be, in bytes: a picture that was chosen comes along, and is not looked at.
MOST_FILE = 64 << 20


async def post(request: Request) -> Reply:
    """`POST /admin/posts/preview/`: a post as it would be. Nothing is stored."""
    return await _shown(request, "post")


async def page(request: Request) -> Reply:
    """`POST /admin/pages/preview/`: a page as it would be. Nothing is stored."""
    return await _shown(request, "page")


async def _shown(request: Request, kind: Kind) -> Reply:
    form = await forms.read(request, file_bytes=MOST_FILE)
    await form.data.close()
    db: Database = request.app.state.db
    surface: Surface = request.app.state.surface
    site = await db.read(site_queries.current)
    who = signed_in(request)
    typed = post_fields.read(form, who, post_fields.empty(site))
    wanted = checked(Change(markdown=typed.markdown, language=typed.language or site.language))
    assert isinstance(wanted.markdown, str), "it was given"
    assert isinstance(wanted.language, str), "it was given"
    try:
        told = checked(post_fields.change(typed, Typed(), site))
    except Invalid:  # A number or a date that is no such thing is told when it is saved.
        told = Change()
    made = await texts.rendered(db, wanted.markdown, wanted.language, lines=form.checked("lines"))
    number = form.line("post")
    post_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
    beside = await db.read(post_about.about, told, post_id, who.name)
    cover = beside.cover
    headings = contents([[heading.level, heading.id, heading.title] for heading in made.toc])
    caption = told.extra.get("cover_caption") if isinstance(told.extra, Mapping) else ""
    view = surface.view_of_latest()
    shown = view.page(
        "posts/detail.html",
        title=typed.title,
        language=wanted.language,
        noindex=True,
        post=_post(kind, typed, told, made, beside),
        cover_alt=typed.cover_alt or (cover.alt if cover else ""),
        cover_caption=caption if isinstance(caption, str) else "",
        updated=None,
        contents=headings,
        headings=sum(1 + len(heading.below) for heading in headings),
        authors=beside.authors,
        tags=beside.tags,
        around={role: [] for role in ("previous", "next", "part", "translation", "related")},
    )
    headers = (("x-robots-tag", "noindex"), ("vary", "Cookie"))
    return Reply(shown.body, HTML, cache="no-store", headers=headers)


def _post(kind: Kind, typed: post_fields.Typed, told: Change, made: Any, beside: About) -> SimpleNamespace:
    """What the template of the theme takes for a post."""
    topic, cover = beside.topic, beside.cover
    return SimpleNamespace(
        id=0,
        kind=kind,
        title=typed.title,
        path="/",
        language=typed.language,
        summary=typed.standfirst,
        excerpt_html=made.excerpt_html,
        html=made.html,
        minutes=made.minutes,
        words=made.words,
        visible=UNLISTED if typed.unlisted else LISTED,
        published_at=told.published_at or now(),
        updated_at=None,
        extra=told.extra or {},
        topic_id=topic.id if topic else None,
        topic_title=topic.title if topic else None,
        topic_path=topic.path if topic else None,
        topic_language=topic.language if topic else None,
        topic_parts=topic.parts if topic else None,
        part=topic.part if topic else None,
        cover_hash=cover.hash if cover else None,
        cover_extension=cover.extension if cover else None,
        cover_width=cover.width if cover else None,
        cover_height=cover.height if cover else None,
    )


ROUTES = (
    Guarded("/admin/posts/preview/", post, right=Right.WRITE, methods=("POST",)),
    Guarded("/admin/pages/preview/", page, right=Right.EDIT_ALL, methods=("POST",)),
)
