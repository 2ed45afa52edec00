"""Accounts, and all by which somebody proves to be one: sessions, one-time links, tokens. What is secret is hashed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import Json, UTCDateTime


class Account(Model):
    """Somebody who signs in. `folded` and `email_folded` are what spellings share; rows are never deleted.

    Without a `password_hash` nobody can sign in by password: the account was invited, or has never set one.
    `author_id` is the byline that the account owns.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'editor', 'author', 'contributor')", name="role"),
        {"sqlite_autoincrement": True, "info": {"private": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    folded: Mapped[str] = mapped_column(Text, unique=True)
    email: Mapped[str | None] = mapped_column(Text)
    email_folded: Mapped[str | None] = mapped_column(Text, unique=True)
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None] = mapped_column(Text)
    password_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("author.id", ondelete="SET NULL"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AccountSession(Model):
    """A device on which an account is signed in. `hash` is that of the cookie's value."""

    __tablename__ = "account_session"
    __table_args__ = (
        Index("ix_account_session_account_id", "account_id"),
        {"sqlite_autoincrement": True, "info": {"private": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(String(60))
    agent: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OneTimeLink(Model):
    """A link by which an account signs in once: its first `sign-in`, an `invitation`, or a `reset` of its password."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        CheckConstraint("kind IN ('sign-in', 'invitation', 'reset')", name="kind"),
        Index("ix_one_time_link_account_id", "account_id"),
        {"sqlite_autoincrement": True, "info": {"private": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Token(Model):
    """What a program shows: an `access` or `refresh` token of a `grant`, or a `personal` one with a name and scopes.

    `hint` is the beginning of it, by which lists and events name it. All tokens of a grant go when one of its refresh
    tokens comes a second time.
    """

    __tablename__ = "token"
    __table_args__ = (
        CheckConstraint("kind IN ('access', 'refresh', 'personal')", name="kind"),
        Index("ix_token_account_id", "account_id"),
        Index("ix_token_grant", "grant"),
        {"sqlite_autoincrement": True, "info": {"private": True}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(20))
    grant: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(100), default="")
    scopes: Mapped[list[str]] = mapped_column(Json(list[str]), default=list)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Attempt(Model):
    """How often somebody has failed to sign in, by account and address and by address alone; `key` is a hash."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_last_at", "last_at"), {"info": {"private": True}})

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
