"""Another e-mail address of an account: the one that it had before is told."""

from sqlalchemy.orm import Session

from westmarch.accounts import actions, letters
from westmarch.admin.linking import Sender
from westmarch.mail import actions as mail


def change(
    session: Session,
    account_id: int,
    *,
    name: str,
    email: str,
    role: str,
    author_id: int | None,
    sender: Sender,
    actor: str,
) -> None:
    """Change an account as `accounts.actions.change` does; where its e-mail is another one, the old address is told.

    So whoever loses an account to somebody else hears of it where links went until then.
    """
    before = actions.change(session, account_id, name=name, email=email, role=role, author_id=author_id, actor=actor)
    if sender.sends and before:
        subject, text = letters.with_another_address(site=sender.site, name=name, gone=not email)
        mail.queue(session, before, subject, text)
