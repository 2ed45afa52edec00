"""The options of the site that its owner sets."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from westmarch.db.model import Model
from westmarch.db.types import Json


class SiteOption(Model):
    """One option that differs from its default; `options.py` says which there are."""

    __tablename__ = "site_option"
    __table_args__ = {"info": {"keys": ("key",)}}

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(Json())
