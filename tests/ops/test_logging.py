"""Logging: its forms, its levels, and the tree that `westmarch logging` draws."""

import io
import json
import logging
import logging.config
import re
from pathlib import Path
from typing import Any

import pytest

from westmarch.ops.logging import Node, config, drawn, tree
from westmarch.settings import Settings
from westmarch.web import request_ids

pytestmark = pytest.mark.unit


def set_up(tmp_path: Path, **values: Any) -> io.StringIO:
    """Configure logging by settings, into a text that can be read."""
    written = io.StringIO()
    wanted = config(Settings(site=tmp_path, **values))
    wanted["handlers"]["stderr"]["stream"] = written
    logging.config.dictConfig(wanted)
    return written


def test_text_names_moment_level_request_and_logger(tmp_path: Path) -> None:
    written = set_up(tmp_path)
    token = request_ids.current.set("abcdef12")
    logging.getLogger("westmarch.posts").info("Published %s", "a post")
    request_ids.current.reset(token)
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO     abcdef12 westmarch\.posts: Published a post\n"
    assert re.fullmatch(pattern, written.getvalue())


@pytest.mark.parametrize(("form", "name"), [("text", " server: Started"), ("json", '"logger": "server"')])
def test_what_the_server_tells_is_no_error_by_its_name(tmp_path: Path, form: str, name: str) -> None:
    written = set_up(tmp_path, log_format=form)
    logging.getLogger("uvicorn.error").info("Started")
    assert name in written.getvalue()
    assert "error" not in written.getvalue()


def test_the_level_of_the_server_is_set_by_the_name_that_the_log_shows(tmp_path: Path) -> None:
    written = set_up(tmp_path, log_levels={"server": "warning"})
    logging.getLogger("uvicorn.error").info("Started")
    assert written.getvalue() == ""


def test_a_message_cannot_forge_a_line(tmp_path: Path) -> None:
    written = set_up(tmp_path)
    logging.getLogger("westmarch").warning("%s", "one\n2026 INFO two\x1b[31m")
    assert written.getvalue().count("\n") == 1
    assert r"one\n2026 INFO two\x1b[31m" in written.getvalue()


def test_json_is_one_object_a_line_with_the_extra_fields_and_the_exception(tmp_path: Path) -> None:
    written = set_up(tmp_path, log_format="json")
    try:
        raise ValueError("bad\nvalue")
    except ValueError:
        logging.getLogger("westmarch").exception("Ü\n", extra={"path": Path("/x")})
    lines = written.getvalue().splitlines()
    assert len(lines) == 1
    entry = json.loads(lines[0])
    assert {
        "level": "error",
        "logger": "westmarch",
        "message": "Ü\n",
        "request_id": "-",
        "path": "/x",
    }.items() <= entry.items()
    assert "ValueError" in entry["exception"]


def test_other_libraries_begin_at_warning_and_single_loggers_can_be_set(tmp_path: Path) -> None:
    set_up(tmp_path, log_level="debug", log_levels={"sqlalchemy.engine": "info"})
    assert logging.getLogger("westmarch.links").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("asyncio").isEnabledFor(logging.INFO)
    assert logging.getLogger("sqlalchemy.engine").isEnabledFor(logging.INFO)


@pytest.mark.parametrize(("environment", "logged"), [("production", False), ("development", True)])
def test_single_requests_are_logged_in_development(tmp_path: Path, environment: str, logged: bool) -> None:
    set_up(tmp_path, environment=environment)
    assert logging.getLogger("uvicorn.access").isEnabledFor(logging.INFO) is logged


def test_the_tree_has_each_logger_under_its_parent(tmp_path: Path) -> None:
    set_up(tmp_path)
    logging.getLogger("westmarch.posts.actions")
    logging.getLogger("westmarch.posts")
    lines = list(drawn(tree()))
    assert lines[0] == "root warning → StreamHandler TextFormatter"
    position = next(number for number, line in enumerate(lines) if line.lstrip("├└─ ") == "westmarch info")
    below = [line.lstrip("│├└─ ") for line in lines[position + 1 :]]
    assert "westmarch.posts [info]" in below
    assert below.index("westmarch.posts.actions [info]") > below.index("westmarch.posts [info]")


def test_a_drawing_joins_its_branches() -> None:
    leaf = Node("a.b", "info", own=False, handlers=(), propagates=True)
    first = Node("a", "info", own=True, handlers=("X",), propagates=False, children=(leaf,))
    last = Node("b", "info", own=False, handlers=(), propagates=True)
    root = Node("root", "warning", own=True, handlers=(), propagates=True, children=(first, last))
    assert list(drawn(root)) == [
        "root warning",
        "├── a info → X (stops here)",
        "│   └── a.b [info]",
        "└── b [info]",
    ]
    assert root.as_json()["children"][0]["children"][0]["name"] == "a.b"
