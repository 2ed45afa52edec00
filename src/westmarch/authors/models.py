"""Authors: bylines."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import TypedDict

from westmarch.db.model import Model
from westmarch.db.types import Json


class Elsewhere(TypedDict):
    """Where an author is found beside this site."""

    title: str
    href: str


class Author(Model):
    """Somebody who is named as a writer. `post_count` counts the listed posts."""

    __tablename__ = "author"
    __table_args__ = {"info": {"keys": ("slug", "post_count")}}

    id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    path: Mapped[str] = mapped_column(Text)
    bio_markdown: Mapped[str] = mapped_column(Text, default="")
    bio_html: Mapped[str] = mapped_column(Text, default="")
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("media.id"))
    links: Mapped[list[dict[str, str]]] = mapped_column(Json(list[Elsewhere]), default=list)
    post_count: Mapped[int] = mapped_column(default=0)
