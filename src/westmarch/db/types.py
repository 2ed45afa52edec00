"""Column types that mean the same on both engines.

SQLite stores whatever it is given, also by other programs. So each type raises Unreadable for what is no value of it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_origin

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import JSON, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from westmarch.errors import Unreadable


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware, in UTC, to the microsecond. A naive datetime means no moment and raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """As SQLAlchemy asks for it: what makes a moment of what the driver gives."""
        parse = self.impl_instance.result_processor(dialect, coltype)

        def read(value: Any) -> datetime | None:
            try:
                moment: datetime | None = parse(value) if parse else value
                if moment is None:
                    return None
                # `replace` takes four times as long, and a list has hundreds of moments.
                naive = moment.tzinfo is None
                return datetime.combine(moment, moment.time(), UTC) if naive else moment.astimezone(UTC)
            except (ValueError, TypeError, OverflowError) as error:
                raise Unreadable(value, "a moment") from error

        return read


class Json(TypeDecorator[Any]):
    """JSON of a shape, such as `list[str]`, which is never NULL; any at all without one.

    PostgreSQL's can be compared, as triggers do. Its driver gives the same for NULL and for JSON's null.
    """

    impl = JSON
    cache_ok = True
    hashable = False

    def __init__(self, shape: Any = Any) -> None:
        super().__init__(none_as_null=True)
        self.shape = shape
        self._fit = None if shape is Any else TypeAdapter(shape).validate_python
        self._kind = {list: "a JSON array of a certain form", dict: "a JSON object"}.get(get_origin(shape), "JSON")

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """As SQLAlchemy asks for it: PostgreSQL's plain JSON cannot be compared."""
        return dialect.type_descriptor(JSONB(none_as_null=True) if dialect.name == "postgresql" else self.impl_instance)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """As SQLAlchemy asks for it: what makes a value of what the driver gives."""
        parse, fit, kind = self.impl_instance.result_processor(dialect, coltype), self._fit, self._kind

        def read(value: Any) -> Any:
            try:
                found = parse(value) if parse else value
                return found if fit is None else fit(found)
            except (ValueError, TypeError, RecursionError, ValidationError) as error:
                raise Unreadable(value, kind) from error

        return read


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


JsonObject = dict[str, Any]
