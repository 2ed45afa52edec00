"""The floor under the tests: nothing gets out, each test has a database of its own, and what is missing is said."""

import socket
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.conftest import ConnectionElsewhere, is_here
from westmarch.db.database import Database
from westmarch.ops import schema

pytest_plugins = ["pytester"]


@pytest.mark.unit
def test_a_connection_to_elsewhere_is_refused() -> None:
    with socket.socket() as client, pytest.raises(ConnectionElsewhere):
        client.connect(("192.0.2.1", 80))


@pytest.mark.unit
def test_a_name_of_elsewhere_is_not_looked_up() -> None:
    with pytest.raises(ConnectionElsewhere):
        socket.getaddrinfo("example.org", 80)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("host", "here"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False)]
)
def test_only_the_loopback_is_here(host: str, here: bool) -> None:
    assert is_here(host) is here


@pytest.fixture
def run_with_missing_parts(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with this conftest and two tests that need what no machine has."""
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\nmarkers = ["unit", "browser", "postgresql"]')
    pytester.makepyfile(
        """
        from conftest import missing

        def test_a():
            missing("telescope", "the sky is too cheap")

        def test_b():
            missing("telescope", "the sky is too cheap")

        def test_that_passes():
            pass
        """
    )
    monkeypatch.delenv("CI", raising=False)
    return pytester


def test_what_is_missing_is_said_in_the_last_lines(run_with_missing_parts: pytest.Pytester) -> None:
    result = run_with_missing_parts.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.OK
    assert "2 tests skipped, no telescope: the sky is too cheap" in "".join(result.outlines[-3:])


def test_what_is_missing_fails_the_run_where_ci_is_set(
    run_with_missing_parts: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    result = run_with_missing_parts.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "the run fails because CI is set" in result.stdout.str()


def test_a_unit_test_cannot_ask_for_postgresql(run_with_missing_parts: pytest.Pytester) -> None:
    run_with_missing_parts.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.unit

        def test_of_data(empty_database_url):
            pass
        """
    )
    result = run_with_missing_parts.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "is marked `unit` and needs postgresql" in result.stderr.str() + result.stdout.str()


def test_a_file_that_drives_a_browser_has_no_asynchronous_test(run_with_missing_parts: pytest.Pytester) -> None:
    run_with_missing_parts.makepyfile(
        """
        def test_in_a_browser(browser):
            pass

        async def test_in_a_loop():
            pass
        """
    )
    result = run_with_missing_parts.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "test_in_a_loop needs an event loop" in result.stderr.str() + result.stdout.str()


async def test_each_test_has_an_empty_database_of_its_own(empty_database_url: str) -> None:
    address = empty_database_url.replace("postgresql://", "postgresql+asyncpg://")
    statement = text("CREATE TABLE only_here (id integer)")
    if address.startswith("sqlite"):
        engine = create_engine(address)
        with engine.begin() as connection:
            connection.execute(statement)
        engine.dispose()
        return
    awaited = create_async_engine(address)
    async with awaited.begin() as awaited_connection:
        await awaited_connection.execute(statement)
    await awaited.dispose()


test_a_second_test_finds_nothing_of_the_first = test_each_test_has_an_empty_database_of_its_own


async def test_the_database_of_a_test_has_the_tables_of_the_newest_migration(db: Database) -> None:
    status = await schema.status(db.url.render_as_string(hide_password=False))
    assert (status.schema, status.problem) == (schema.HEAD, None)
