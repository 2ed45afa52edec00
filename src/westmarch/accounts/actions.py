"""What can be done with accounts. The last owner who can sign in stays an owner, and stays in."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from westmarch.accounts import one_time_links, queries
from westmarch.accounts.models import Account, AccountSession, Token
from westmarch.accounts.rights import RIGHTS
from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid, NotFound
from westmarch.events import actions as events
from westmarch.events.actor import NOBODY
from westmarch.subjects.names import fold

#: The longest name and e-mail address, in characters (RFC 5321, 4.5.3.1).
LONGEST_NAME, LONGEST_EMAIL = 100, 254
# Whether a letter arrives is seen when one is sent; this only refuses what cannot be an address.
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f]+@[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def create(
    session: Session,
    name: str,
    role: str,
    *,
    email: str = "",
    password_hash: str | None = None,
    author_id: int | None = None,
    actor: str,
) -> int:
    """Make an account and return its id. Without a password it can be entered by a one-time link only.

    Raises Invalid where a field cannot be taken, Conflict where its name, e-mail or author belongs to another account.
    """
    account_id, fields = _created(session, name, role, email, password_hash, author_id)
    events.record(session, "account.created", actor=actor, detail={"account": account_id, **fields})
    return account_id


def invite(
    session: Session, name: str, role: str, *, email: str = "", author_id: int | None = None, actor: str
) -> tuple[int, str]:
    """Make an account for somebody else: its id, and the secret of the link by which they come in. Raises as `create`.

    Only the hash of the secret is kept: it can be shown this once.
    """
    account_id, fields = _created(session, name, role, email, None, author_id)
    events.record(session, "account.invited", actor=actor, detail={"account": account_id, **fields})
    return account_id, one_time_links.make(session, account_id, "invitation")


def _created(
    session: Session, name: str, role: str, email: str, password_hash: str | None, author_id: int | None
) -> tuple[int, dict[str, Any]]:
    fields = _checked(session, None, name=name, email=email, role=role, author_id=author_id)
    _require_person(fields["name"])
    moment = now()
    stored = {
        **_columns(fields),
        "password_hash": password_hash,
        "password_at": moment if password_hash else None,
        "created_at": moment,
    }
    return int(session.execute(insert(Account).values(stored).returning(Account.id)).scalar_one()), fields


def change(
    session: Session, account_id: int, *, name: str, email: str, role: str, author_id: int | None, actor: str
) -> str | None:
    """Make name, e-mail, role and byline of an account what is said. Raises NotFound, else as `create`.

    The e-mail address that it had, where it has it no more.
    Raises Conflict where nobody would be left who can sign in as an owner.
    """
    before = _locked(session, account_id)
    fields = _checked(session, account_id, name=name, email=email, role=role, author_id=author_id)
    changed = {key: [getattr(before, key), value] for key, value in fields.items() if getattr(before, key) != value}
    if not changed:
        return None
    if fold(fields["name"]) != before.folded:  # One that was called so before goes on.
        _require_person(fields["name"])
    if "role" in changed and before.role == "owner":
        _require_other_owner(session, account_id, "Nobody else could manage the site: it would have no owner.")
    session.execute(update(Account).where(Account.id == account_id).values(_columns(fields)))
    events.record(
        session,
        "account.changed",
        actor=actor,
        detail={"account": account_id, "name": fields["name"], "changed": changed},
    )
    return before.email if "email" in changed else None


def disable(session: Session, account_id: int, *, actor: str) -> None:
    """Let an account in no more: its sessions, tokens and links end. What it wrote stays.

    Raises NotFound, or Conflict for the last owner.
    """
    before = _locked(session, account_id)
    if before.disabled_at is not None:
        return
    if before.role == "owner":
        _require_other_owner(session, account_id, "The last owner cannot be shut out.")
    moment = now()
    session.execute(update(Account).where(Account.id == account_id).values(disabled_at=moment))
    session.execute(delete(AccountSession).where(AccountSession.account_id == account_id))
    tokens = update(Token).where(Token.account_id == account_id, Token.revoked_at.is_(None))
    session.execute(tokens.values(revoked_at=moment))
    one_time_links.end(session, account_id)
    _record(session, "account.disabled", before, actor)


def enable(session: Session, account_id: int, *, actor: str) -> None:
    """Let a disabled account in again, by its old password. Raises NotFound."""
    before = _locked(session, account_id)
    if before.disabled_at is None:
        return
    session.execute(update(Account).where(Account.id == account_id).values(disabled_at=None))
    _record(session, "account.enabled", before, actor)


def set_password(session: Session, account_id: int, password_hash: str, *, actor: str, keep: int | None = None) -> None:
    """Give an account another password. Who is signed in by the old one is no more, but for the session `keep`.

    Personal tokens stay: programs have them, and they have an end of their own. Raises NotFound.
    """
    before = _locked(session, account_id)
    moment = now()
    values = {"password_hash": password_hash, "password_at": moment}
    session.execute(update(Account).where(Account.id == account_id).values(values))
    _end_sessions(session, account_id, keep)
    _end_grants(session, account_id)
    one_time_links.end(session, account_id)
    _record(session, "account.password-changed", before, actor)


def sign_out(session: Session, account_id: int, *, actor: str, keep: int | None = None) -> int:
    """Sign an account out on all devices but that of the session `keep`; how many these were. Raises NotFound."""
    before = _locked(session, account_id)
    ended = _end_sessions(session, account_id, keep)
    _end_grants(session, account_id)
    if ended:
        events.record(
            session,
            "account.signed-out",
            actor=actor,
            detail={"account": account_id, "name": before.name, "sessions": ended},
        )
    return ended


def end_session(session: Session, account_id: int, session_id: int, *, actor: str) -> None:
    """Sign an account out on one device. Raises NotFound where it is not signed in there."""
    before = _locked(session, account_id)
    wanted = delete(AccountSession).where(AccountSession.id == session_id, AccountSession.account_id == account_id)
    if session.execute(wanted.returning(AccountSession.id)).first() is None:
        raise NotFound("That device is not signed in any more.")
    _record(session, "account.signed-out", before, actor)


def _record(session: Session, verb: str, account: NamedRow, actor: str) -> None:
    events.record(session, verb, actor=actor, detail={"account": account.id, "name": account.name})


def _end_sessions(session: Session, account_id: int, keep: int | None) -> int:
    ended = delete(AccountSession).where(AccountSession.account_id == account_id)
    if keep is not None:
        ended = ended.where(AccountSession.id != keep)
    return len(session.execute(ended.returning(AccountSession.id)).all())


def _end_grants(session: Session, account_id: int) -> None:
    """End the tokens that were given for a password."""
    given = Token.kind.in_(("access", "refresh"))
    ended = update(Token).where(Token.account_id == account_id, given, Token.revoked_at.is_(None))
    session.execute(ended.values(revoked_at=now()))


def _locked(session: Session, account_id: int) -> NamedRow:
    """The account, which nobody else changes until the end of the transaction."""
    wanted = select(Account.__table__).where(Account.id == account_id).with_for_update()
    if (found := session.execute(wanted).one_or_none()) is None:
        raise NotFound("There is no such account.")
    return found


def _require_other_owner(session: Session, account_id: int, message: str) -> None:
    # All owners are locked, in one order, so that two who shut each other out at once do not both succeed.
    owners = select(Account.id).where(Account.role == "owner").order_by(Account.id).with_for_update()
    session.execute(owners).all()
    if not queries.other_owner(session, account_id):
        raise Conflict(message, hint="Make somebody else an owner who has set a password.", place="role")


def _require_person(name: str) -> None:
    if fold(name) in NOBODY:
        raise Invalid(
            f"The log of events calls “{name}” what nobody did in person.", hint="Choose another name.", place="name"
        )


def _columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    email = fields["email"]
    return {**fields, "folded": fold(fields["name"]), "email_folded": fold(email) if email else None}


def _checked(
    session: Session, account_id: int | None, *, name: str, email: str, role: str, author_id: int | None
) -> dict[str, Any]:
    """The fields of an account as they are kept."""
    name, address = checked_name(name), checked_email(email)
    if role not in RIGHTS:
        raise Invalid(f"A role is one of {', '.join(RIGHTS)}.", place="role")
    # Who signs in types a name or an e-mail, so that neither may be another's.
    for place, folded in (("name", fold(name)), ("email", fold(address or ""))):
        same = select(Account.id).where(or_(Account.folded == folded, Account.email_folded == folded))
        if folded and session.scalars(same.where(Account.id != (account_id or 0)).limit(1)).first() is not None:
            what = "name" if place == "name" else "e-mail"
            raise Conflict(f"Another account has this {what}.", place=place)
    if author_id is not None:
        if session.get(Author, author_id) is None:
            raise Invalid("There is no such author.", place="author")
        owner = select(Account.name).where(Account.author_id == author_id, Account.id != (account_id or 0))
        if (taken := session.scalars(owner).first()) is not None:
            raise Conflict(f"This author is the byline of {taken}.", place="author")
    return {"name": name, "email": address, "role": role, "author_id": author_id}


def checked_name(name: str) -> str:
    """The name of an account in its one spelling: one line. Raises Invalid."""
    name = " ".join(name.split())
    if not name:
        raise Invalid("An account needs a name.", place="name")
    if len(name) > LONGEST_NAME:
        raise Invalid(f"A name has {LONGEST_NAME} characters at most.", place="name")
    if _CONTROL.search(name) or not fold(name):
        raise Invalid("A name is one line of letters that can be seen.", place="name")
    return name


def checked_email(email: str) -> str | None:
    """An e-mail address, or None for an empty one. Raises Invalid for what cannot be one."""
    email = email.strip()
    if not email:
        return None
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise Invalid("This is no e-mail address.", hint="Write it as name@example.org.", place="email")
    return email
