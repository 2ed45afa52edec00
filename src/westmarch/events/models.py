"""What was done: verbs with their actor and subject."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import Json, JsonObject, UTCDateTime


class Event(Model):
    """Something that an action did, such as `post.published`; kept for audit and for those who follow events."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject_id", "subject_id", "id"),
        {"sqlite_autoincrement": True, "info": {"keys": ("verb", "subject_id")}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    verb: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str] = mapped_column(String(200))
    token: Mapped[str | None] = mapped_column(String(60))
    request_id: Mapped[str | None] = mapped_column(String(60))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    detail: Mapped[JsonObject] = mapped_column(Json(JsonObject))
