"""What becomes of the address of a post, said in its form before it is saved, and while somebody types."""

import json

from starlette.requests import Request

from westmarch.accounts.guard import Guarded, signed_in
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.admin import post_fields, shell
from westmarch.admin.post_fields import Typed
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid
from westmarch.posts import addressing, ownership
from westmarch.posts.change import Change, checked
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import Edited, edited
from westmarch.posts.history import LARGEST_ID
from westmarch.site import queries as site_queries
from westmarch.site.options import Site
from westmarch.web.replies import Reply

PATH = "/admin/posts/address/"
_FIELDS = ("title", "slug", "path", "published_at")


async def address(request: Request) -> Reply:
    """`/admin/posts/address/?id=7&slug=tides&title=Tides`: what would become of the address, in words."""
    asked = request.query_params
    kind: Kind = "page" if asked.get("kind") == "page" else "post"
    number = asked.get("id", "")
    post_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 11 else 0
    title, slug, path, at = (asked.get(name, "")[:4_000] for name in _FIELDS)
    typed = Typed(title=title, slug=slug, path=path, published_at=at)
    told = await shell.db(request).read(_of, kind, post_id, typed, signed_in(request))
    body = json.dumps({"says": told}, ensure_ascii=False).encode("utf-8", "replace")
    return Reply(body, "application/json", cache="no-store", headers=(("vary", "Cookie"),))


def _of(session: Reading, kind: Kind, post_id: int, typed: Typed, who: SignedIn) -> str:
    post = None
    if kind == "page":
        who.require(Right.EDIT_ALL)
    if post_id:
        if post_id > LARGEST_ID:
            raise ownership.missing(post_id)
        post = edited(session, post_id)
        ownership.editable(who, post)
    return says(session, kind, post, typed, site_queries.current(session), who)


def says(session: Reading, kind: Kind, post: Edited | None, typed: Typed, site: Site, who: SignedIn) -> str:
    """What becomes of the address of a post (None: a new one) with what stands in the form, in a sentence or two."""
    path = typed.path if who.may(Right.EDIT_ALL) else ""
    try:
        at = post_fields.moment(typed.published_at, site.zone)
        fields = checked(Change(slug=typed.slug, path=path, published_at=at)).given()
        title = typed.title[:1_000].replace("\0", "").encode("utf-8", "ignore").decode()
        found = addressing.would_be(
            session, kind, post, site,
            title=title, slug=fields["slug"], path=fields["path"], published_at=fields["published_at"],
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        return f"{error.message} {error.hint}".strip()
    taken = f" {found.taken} belongs to something else, so it gets a number." if found.taken else ""
    if not found.path:
        return "Its address is made of the title."
    if not found.before:
        return f"Its address will be {found.path}.{taken}"
    if found.moves:
        left = f"The one that it has now, {found.before}, leads there from then on."
        return f"Its address becomes {found.path}.{taken} {left}"
    return f"Its address is {found.path}, and stays."


ROUTES = (Guarded(PATH, address, right=Right.WRITE),)
