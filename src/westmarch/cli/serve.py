"""`westmarch serve`: the site, until it is told to stop."""

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from westmarch.cli import listeners
from westmarch.cli.context import folder, loaded, require_schema, run
from westmarch.cli.first import first_of, tell_first

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from fastapi import FastAPI
    from uvicorn import Config

    from westmarch.settings import Settings

#: How long a worker may take to start, or to say that it lives, in seconds. A busy machine needs more than uvicorn's 5:
#: SIGHUP would keep the old workers, and one that is only slow would be killed.
WORKER_PATIENCE = 60
#: The largest message that browsers may send by a WebSocket, in bytes: they only listen.
LARGEST_MESSAGE = 1024
#: What ends it.
_ENDING = (signal.SIGINT, signal.SIGTERM)
#: What makes the program in a worker process.
WORKER = "westmarch.cli.serve:worker"
SEARCH_WORKER = "westmarch.cli.serve:search_worker"

Service = Annotated[
    Literal["site", "search"], typer.Option(help="All of the site, or the search service for books alone.")
]
Host = Annotated[str | None, typer.Option(help="The address to listen on.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, metavar="NUMBER", help="The port; 0 is any free one.")]
SocketPath = Annotated[Path | None, typer.Option(metavar="PATH", help="Listen on this Unix socket instead.")]
Workers = Annotated[int | None, typer.Option(min=1, metavar="NUMBER", help="How many server processes.")]
Reload = Annotated[bool, typer.Option("--reload", help="Start again when the program or the theme changes.")]
Upgrade = Annotated[bool, typer.Option("--upgrade", help="First bring the database to this version.")]
RootPath = Annotated[str | None, typer.Option(help="The path that a proxy removes.")]
Proxies = Annotated[str | None, typer.Option(metavar="LIST", help="Proxies to believe, with commas between, or *.")]
KeepAlive = Annotated[int | None, typer.Option(min=0, metavar="SECONDS", help="How long an idle connection is kept.")]
Grace = Annotated[int | None, typer.Option(min=0, metavar="SECONDS", help="What running requests get at the stop.")]


def serve(
    context: typer.Context,
    service: Service = "site",
    host: Host = None,
    port: Port = None,
    uds: SocketPath = None,
    workers: Workers = None,
    reload: Reload = False,
    upgrade: Upgrade = False,
    root_path: RootPath = None,
    forwarded_allow_ips: Proxies = None,
    timeout_keep_alive: KeepAlive = None,
    timeout_graceful_shutdown: Grace = None,
) -> None:
    """Serve the site. Ctrl-C or SIGTERM stops it: what runs is finished, what is new is refused.

    SIGHUP takes changed files of the theme, and no request is lost.

    Options that are not given come from the settings; `westmarch settings` lists them.

    Example: westmarch --site my-site serve

    Example: westmarch --site my-site serve --host 0.0.0.0 --port 80 --workers 2

    Example: westmarch --site my-site serve --service search
    """
    search = service == "search"
    flags: dict[str, Any] = {
        "host": host,
        "port": port or None,
        "uds": uds and uds.absolute(),
        "workers": workers,
        "root_path": root_path,
        "forwarded_allow_ips": forwarded_allow_ips,
        "timeout_keep_alive": timeout_keep_alive,
        "timeout_graceful_shutdown": timeout_graceful_shutdown,
    }
    settings = loaded(context, search=search, **flags).settings
    # A signal during the start ends the process quietly; while it serves, the server catches it first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    run(_prepare_database(settings, upgrade=upgrade))
    listener = _listener(settings, any_port=port == 0)
    with listener:
        if port == 0:
            flags["port"] = listener.getsockname()[1]
            settings = loaded(context, search=search, **flags).settings
        from westmarch.ops.logging import configure

        configure(settings)
        first = None if search else run(first_of(settings))
        typer.echo(f"Serving {settings.site} at {settings.uds or listeners.address(listener)} (Ctrl-C stops)")
        if first is not None:
            tell_first(settings, first)
        sys.stdout.flush()
        try:
            _run(folder(context), settings, flags, listener, reload=reload, search=search)
        except KeyboardInterrupt:
            typer.echo("Stopped.")
        finally:
            if settings.uds:
                settings.uds.unlink(missing_ok=True)


def _listener(settings: "Settings", *, any_port: bool) -> socket.socket:
    if settings.uds:
        return listeners.on_path(settings.uds)
    return listeners.on_port(settings.host, 0 if any_port else settings.port)


async def _prepare_database(settings: "Settings", *, upgrade: bool) -> None:
    if upgrade:
        from westmarch.ops import schema

        done = await schema.upgrade(settings.database_url)
        if done.before != done.after:
            typer.echo(f"The database went from schema {done.before or 'none'} to {done.after}.")
    if lacks := (await require_schema(settings)).lacks:
        typer.echo(lacks, err=True)


def _run(
    site: Path, settings: "Settings", flags: dict[str, Any], listener: socket.socket, *, reload: bool, search: bool
) -> None:
    from uvicorn import Server

    if not reload and settings.workers == 1:
        with _signals_after():
            config = _server_config(settings, _program(settings, search=search))
        Server(config).run(sockets=[listener])
        return
    _hand_to_children(site, flags)
    if reload:
        from westmarch.cli.reloading import Reloader

        config = _server_config(settings, SEARCH_WORKER if search else WORKER, reload=True)
        Reloader(config, settings, [listener]).run()
        return
    config = _server_config(settings, SEARCH_WORKER if search else WORKER, workers=settings.workers)
    _supervise(config, listener)


@contextmanager
def _signals_after() -> Iterator[None]:
    """Hear Ctrl-C and SIGTERM when this is done: what they raise inside of an import may be lost."""
    heard: list[int] = []
    before = {each: signal.signal(each, lambda number, _: heard.append(number)) for each in _ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    for number in heard[:1]:
        signal.raise_signal(number)


def _program(settings: "Settings", *, search: bool) -> "FastAPI":
    if search:
        from westmarch import search_app

        return search_app.create_app(settings)
    from westmarch.app import create_app

    program = create_app(settings)
    _hear_hangups(program)
    return program


def _hear_hangups(program: "FastAPI") -> None:
    """Let SIGHUP read the files of the theme again; where it says that the terminal was closed, the server stops."""
    terminal = sys.stdin is not None and sys.stdin.isatty()

    def hear(_signal: int, _frame: object) -> None:
        if terminal and not sys.stdin.isatty():
            signal.raise_signal(signal.SIGTERM)
        else:
            program.state.read_files_again()

    signal.signal(signal.SIGHUP, hear)


def _server_config(settings: "Settings", app: Any, **more: Any) -> "Config":
    from uvicorn import Config

    from westmarch.pagecache.protocol import ReadyProtocol

    return Config(
        app,
        http=ReadyProtocol,
        factory=isinstance(app, str),
        lifespan="on",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        log_config=None,
        server_header=False,
        root_path=settings.root_path,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_keep_alive=settings.timeout_keep_alive,
        timeout_graceful_shutdown=settings.timeout_graceful_shutdown,
        timeout_worker_healthcheck=WORKER_PATIENCE,
        backlog=listeners.BACKLOG,
        **more,
    )


def _supervise(config: "Config", listener: socket.socket) -> None:
    """Run the workers; when they stop, the parent lets go of the port first, so that new connections are refused."""
    from uvicorn.supervisors import Multiprocess

    class Workers(Multiprocess):
        def terminate_all(self) -> None:
            listener.close()
            super().terminate_all()

    Workers(config, sockets=[listener]).run()


def worker() -> "FastAPI":
    """The program of a worker. When its parent dies, it stops as at SIGTERM: nobody else would stop it."""
    from westmarch.app import from_environment

    _stop_with_parent()
    return from_environment()


def search_worker() -> "FastAPI":
    """The same for the search service."""
    from westmarch.search_app import from_environment

    _stop_with_parent()
    return from_environment()


def _stop_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        threading.Thread(target=_stop_after, args=(parent,), name="parent", daemon=True).start()


def _stop_after(parent: "BaseProcess") -> None:
    parent.join()
    logging.getLogger(__name__).warning("The process that started this worker has died, so it stops.")
    signal.raise_signal(signal.SIGTERM)


def _hand_to_children(site: Path, flags: dict[str, Any]) -> None:
    """Worker processes build their own settings; flags reach them as variables of the environment."""
    from westmarch.configuration import SITE_VARIABLE
    from westmarch.settings import PREFIX

    os.environ[SITE_VARIABLE] = str(site)
    os.environ.update({PREFIX + name.upper(): str(value) for name, value in flags.items() if value is not None})
