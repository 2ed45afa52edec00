"""Whose posts are whose: what an account may see and change, by its role and its own byline."""

from collections.abc import Collection
from itertools import count

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from westmarch.accounts.models import Account
from westmarch.accounts.rights import RIGHTS, Right
from westmarch.accounts.who import SignedIn
from westmarch.authors import actions as authors
from westmarch.authors.models import Author
from westmarch.errors import NotFound, Refused
from westmarch.posts.edited import Edited
from westmarch.posts.models import LISTED
from westmarch.subjects.names import fold

_account = Account.__table__
_ACCOUNT = select(_account.c.author_id, _account.c.name).where(_account.c.id == bindparam("id")).with_for_update()
#: The author of whom nobody has posts.
NOBODY = -1
#: What only those may change who edit everybody's posts: where readers come upon a post beside its own lists.
_EDITORIAL = frozenset({"path", "pinned", "aliases", "authors"})


def sees_all(who: SignedIn) -> bool:
    """Whether the account may read everybody's drafts; a token that only reads lets that through."""
    return Right.EDIT_ALL in RIGHTS[who.role]


def own_only(who: SignedIn) -> int | None:
    """The author whose posts alone the account may look through in lists, or None where it may look through all."""
    if sees_all(who):
        return None
    return who.author_id if who.author_id is not None else NOBODY


def owns(who: SignedIn, post: Edited) -> bool:
    """Whether the account's own author is named as a writer of the post."""
    return who.author_id is not None and any(author.id == who.author_id for author in post.authors)


def readable(who: SignedIn | None, post: Edited) -> None:
    """Raises NotFound where somebody may not see a post: nobody sees more than what is listed."""
    if post.visible != LISTED and (who is None or not (sees_all(who) or owns(who, post))):
        raise missing(post.id)


def editable(who: SignedIn, post: Edited) -> None:
    """Raises Refused where an account may not change a post, NotFound where it may not know that there is one.

    What is public or will be by itself is changed by those who may publish.
    """
    who.require(Right.WRITE)
    if who.may(Right.EDIT_ALL):
        return
    if post.kind == "page" or not owns(who, post):
        if post.visible != LISTED and not (sees_all(who) and who.scopes is not None):
            raise missing(post.id)
        raise Refused(f"Your account may not change this {post.kind}.", hint="Ask an editor of the site.")
    if post.status != "draft":
        who.require(Right.PUBLISH)


def takes(who: SignedIn, changed: Collection[str]) -> None:
    """Raises Refused where one of the fields that differ is not the account's to change."""
    refused = sorted(_EDITORIAL.intersection(changed))
    if refused and not who.may(Right.EDIT_ALL):
        raise Refused(f"Your account may not change: {', '.join(refused)}.", hint="Ask an editor of the site.")


def missing(post_id: int) -> NotFound:
    """The error for a post that there is not, or that must not be told from one that there is not."""
    return NotFound(f"There is no post {post_id}.")


def own_author(session: Session, who: SignedIn) -> int:
    """The account's own author; at its first post it gets one, called as it is.

    An author whom no account owns is taken by those who edit everybody's posts; for others a name that another author
    has gets a number, so that nobody writes under the name of somebody else.
    """
    account = session.execute(_ACCOUNT, {"id": who.account_id}).one_or_none()
    if account is None:
        raise Refused("Your account is gone.")
    if account.author_id is not None:
        return int(account.author_id)
    author_id = _free_author(session, account.name, adopt=who.may(Right.EDIT_ALL))
    if author_id is None:
        author_id = authors.create(session, _free_name(session, account.name))
    session.execute(update(Account).where(Account.id == who.account_id).values(author_id=author_id))
    return author_id


def _free_author(session: Session, name: str, *, adopt: bool) -> int | None:
    if not adopt:
        return None
    owned = select(Account.author_id).where(Account.author_id.is_not(None))
    return session.scalar(select(Author.id).where(Author.folded == fold(name), Author.id.not_in(owned)))


def _free_name(session: Session, name: str) -> str:
    for number in count(1):
        numbered = name if number == 1 else f"{name} {number}"
        if session.scalar(select(Author.id).where(Author.folded == fold(numbered))) is None:
            return numbered
    raise AssertionError("numbers do not end")
