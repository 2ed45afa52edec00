"""How a post looks in the results of a search engine and as a card of its link, for the form in which it is written."""

from dataclasses import dataclass

from starlette.requests import Request

from westmarch.admin.post_fields import Typed
from westmarch.posts.edited import Edited
from westmarch.web.metadata import beginning
from westmarch.web.surface import Surface

#: So many characters search engines show of a title and of a description, more or less.
TITLE, DESCRIPTION = 60, 160


@dataclass(frozen=True, slots=True)
class Seen:
    """What is shown: the host and the path, the words, and the address of a picture (empty: none yet).

    `begins` is how the text begins, which stands for a description where nothing else does.
    """

    host: str
    path: str
    title: str
    description: str
    begins: str
    picture: str


def of(request: Request, post: Edited | None, typed: Typed) -> Seen:
    """A post (None: a new one) as it would be seen with what stands in the form."""
    surface: Surface = request.app.state.surface
    begins = beginning(post.excerpt_html) if post is not None else ""
    picture = ""
    if typed.cover_id.isascii() and typed.cover_id.isdecimal() and len(typed.cover_id) < 10:
        picture = surface.href(f"/admin/media/{int(typed.cover_id)}/picture/")
    elif post is not None and post.visible:
        picture = surface.view_of_latest().card(post).removeprefix(surface.origin)
    return Seen(
        host=surface.host,
        path=post.path if post is not None else "/",
        title=typed.meta_title or typed.title,
        description=typed.meta_description or typed.standfirst or begins,
        begins=begins,
        picture=picture,
    )
