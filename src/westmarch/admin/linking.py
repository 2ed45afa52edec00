"""Links that owners hand to others: made, sent by mail where that is set, and shown once."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.accounts import letters, one_time_links, queries
from westmarch.accounts.one_time_links import LAST, Kind
from westmarch.admin import shell
from westmarch.db.rows import NamedRow
from westmarch.mail import actions as mail
from westmarch.settings import Settings
from westmarch.web.replies import Reply


@dataclass(frozen=True, slots=True)
class Sender:
    """What a letter with a link is written from: the site's address and title, and whether letters are sent at all."""

    url: str
    site: str
    sends: bool

    @classmethod
    def of(cls, request: Request) -> "Sender":
        """That of the site that is asked."""
        settings: Settings = request.app.state.settings
        title = request.app.state.surface.options.latest.site.title
        return cls(settings.url, title, settings.smtp_url is not None)


@dataclass(frozen=True, slots=True)
class Linked:
    """A link that was made: for whom, its whole address, and where a letter with it goes (empty: nowhere)."""

    account: NamedRow
    kind: Kind
    address: str
    sent_to: str


def linked(session: Session, account_id: int, kind: Kind, secret: str, sender: Sender) -> Linked:
    """Put the link with this secret into a letter to its account, where it has an address and letters are sent."""
    account = queries.by_id(session, account_id)
    assert account is not None, "accounts are never deleted"
    address = one_time_links.address(sender.url, secret)
    sent_to = account.email if sender.sends and account.email else ""
    if sent_to:
        subject, text = letters.with_link(kind, site=sender.site, name=account.name, address=address)
        mail.queue(session, sent_to, subject, text)
    return Linked(account, kind, address, sent_to)


def shown(request: Request, made: Linked) -> Reply:
    """The page that shows a link, this once: only its hash is kept."""
    title = f"{made.account.name} is invited" if made.kind == "invitation" else f"A link for {made.account.name}"
    return shell.page(
        request, "accounts/link.html", title=title, made=made, hours=int(LAST[made.kind].total_seconds()) // 3600
    )
