"""Logging: what is written, in which form, at which level, told by the settings. The standard library does the work."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from westmarch.settings import Settings
from westmarch.web.request_ids import RequestIds

#: Attributes that every record has; what else a record carries was given as `extra`.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request_id", "taskName", "color_message"}
#: The logger by which the server tells that it starts and stops; what it is called by the library says "error".
_SERVER, _SERVERS = "server", "uvicorn.error"
#: Control characters, which could forge a line or steer a terminal, are written as escapes.
_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), 127)} | {10: "\\n", 13: "\\r", 9: "\\t"}


def _moment(record: logging.LogRecord) -> str:
    """UTC to the millisecond, as in RFC 3339."""
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z"


def _called(record: logging.LogRecord) -> str:
    """The name of a record's logger for readers."""
    return _SERVER if record.name == _SERVERS else record.name


class TextFormatter(logging.Formatter):
    """One line for people: moment, level, request, logger, message; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        request = getattr(record, "request_id", "-")
        message = record.getMessage().translate(_ESCAPES)
        line = f"{_moment(record)} {record.levelname:<8} {request} {_called(record)}: {message}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class JSONFormatter(logging.Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `message`, `request_id`, `exception`, and what was `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": _called(record),
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
        }
        entry |= {key: value for key, value in vars(record).items() if key not in _USUAL}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


class NoUpgrades(logging.Filter):
    """Leaves out what the server warns of when a client offers another protocol: to go on in HTTP is a fit answer.

    Anybody could fill the log so, and the advice to install a library for WebSockets would lead astray.
    """

    _WARNINGS = ("Unsupported upgrade request", "No supported WebSocket library")

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        return not (record.name == _SERVERS and str(record.msg).startswith(self._WARNINGS))


def config(settings: Settings) -> dict[str, Any]:
    """The configuration for `logging.config.dictConfig`: one handler on standard error for all loggers.

    `log_level` is for ourselves and the server, other libraries begin at `warning`, but the client of clusters, which
    warns of whatever is not there: what matters of it we say ourselves. Single requests are logged in
    development, elsewhere where `log_levels` asks for `uvicorn.access`. In `log_levels` `server` is the server.
    """
    level = settings.log_level
    levels = {"westmarch": level, "uvicorn": level, "opensearch": "error"}
    if settings.environment != "development":
        levels["uvicorn.access"] = "warning"
    levels |= {_SERVERS if name == _SERVER else name: chosen for name, chosen in settings.log_levels.items()}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIds}, "no_upgrades": {"()": NoUpgrades}},
        "formatters": {"text": {"()": TextFormatter}, "json": {"()": JSONFormatter}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": settings.log_format,
                "filters": ["request_id", "no_upgrades"],
            }
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {name: {"level": chosen.upper(), "propagate": True} for name, chosen in levels.items()},
    }


def configure(settings: Settings) -> None:
    """Set up logging in this process."""
    import logging.config

    logging.config.dictConfig(config(settings))


@dataclass(frozen=True, slots=True)
class Node:
    """A logger: the level that counts for it, whether that is its own, its handlers, and the loggers below it."""

    name: str
    level: str
    own: bool
    handlers: tuple[str, ...]
    propagates: bool
    children: tuple["Node", ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The node and all below it as JSON has it."""
        return {
            "name": self.name,
            "level": self.level,
            "own": self.own,
            "handlers": list(self.handlers),
            "propagates": self.propagates,
            "children": [child.as_json() for child in self.children],
        }


def tree() -> Node:
    """The loggers of this process as they are now, the root on top."""
    return _node(logging.root, sorted(logging.root.manager.loggerDict))


def _node(logger: logging.Logger, names: list[str]) -> Node:
    prefix = "" if logger is logging.root else f"{logger.name}."
    return Node(
        name=logger.name,
        level=logging.getLevelName(logger.getEffectiveLevel()).lower(),
        own=logger.level != logging.NOTSET,
        handlers=tuple(_described(handler) for handler in logger.handlers),
        propagates=logger.propagate,
        children=tuple(_node(logging.getLogger(name), names) for name in names if _is_child(name, prefix)),
    )


def _is_child(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and name != prefix and "." not in name[len(prefix) :]


def _described(handler: logging.Handler) -> str:
    stream = getattr(getattr(handler, "stream", None), "name", None)
    parts = [type(handler).__name__, *([str(stream)] if stream else [])]
    if handler.formatter is not None:
        parts.append(type(handler.formatter).__name__)
    if handler.level != logging.NOTSET:
        parts.append(f"from {logging.getLevelName(handler.level).lower()}")
    return " ".join(parts)


def drawn(node: Node, lead: str = "", branch: str = "") -> Iterator[str]:
    """The tree as lines of text; a level in brackets is inherited."""
    level = node.level if node.own else f"[{node.level}]"
    handlers = "".join(f" → {handler}" for handler in node.handlers)
    yield f"{lead}{branch}{node.name} {level}{handlers}{'' if node.propagates else ' (stops here)'}"
    below = lead + {"": "", "├── ": "│   ", "└── ": "    "}[branch]
    for index, child in enumerate(node.children):
        yield from drawn(child, below, "└── " if index == len(node.children) - 1 else "├── ")
