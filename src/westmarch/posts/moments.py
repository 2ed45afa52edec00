"""What a post is to be, by its status and date: which of them go together, and which moment is meant."""

from datetime import datetime, timedelta

from westmarch.db.types import now
from westmarch.errors import Invalid
from westmarch.posts.change import UNSET, Change
from westmarch.posts.drafts import Status

#: A moment so near is not in the future: clocks differ.
SOON = timedelta(minutes=1)


def wanted(change: Change, status: Status, *, unlisted: bool) -> tuple[Status, bool]:
    """The status and whether it is unlisted, by what the post is and what is asked for."""
    asked = change.unlisted
    if change.status == "unlisted":
        return "published", True
    if change.status == "published":
        return "published", asked is True
    return (status if change.status is UNSET else change.status), (unlisted if asked is UNSET else asked)


def require(status: Status, moment: datetime | None) -> None:
    """Raises Invalid where a new post cannot have this status at this moment."""
    if status == "scheduled" or (status == "published" and moment is not None):
        of(status, moment, given=True)


def of(status: Status, moment: datetime | None, *, given: bool) -> datetime:
    """When a post is to be public. Raises Invalid where its status needs another moment."""
    soon = now() + SOON
    if status == "scheduled":
        if moment is None:
            raise Invalid("A scheduled post needs the date at which it becomes public.", place="published_at")
        if moment <= soon - SOON:
            raise Invalid("This date is past.", place="published_at", hint="Choose a later one, or publish it now.")
        return moment
    if moment is None or (moment > soon and not given):
        return now()
    if moment > soon:
        raise Invalid(
            "This date lies in the future.", place="published_at", hint="Schedule the post, or leave the date empty."
        )
    return moment
