"""`westmarch backup` and `westmarch restore`: the whole site in one file, proved, and put back."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from westmarch.cli.context import AsJSON, folder, loaded, print_json, require_schema, run
from westmarch.cli.progress import Telling, telling_of

if TYPE_CHECKING:
    from rich.progress import TaskID

    from westmarch.backup.making import Made
    from westmarch.backup.restoring import Restored
    from westmarch.backup.sealing import Key, Seal
    from westmarch.backup.verifying import Verified
    from westmarch.settings import Settings

PassphraseFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The first line of FILE is a passphrase that the backup needs to be opened."),
]
Identity = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A key that opens an encrypted backup: identities of age, or a private SSH key."),
]

_DAMAGED = "damaged already when the backup was made"
#: How many things of one kind are told singly.
TOLD = 5


class _Defaulting(TyperGroup):
    """A group with a command that is meant where none is named: `westmarch backup FILE`."""

    default = "make"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer asks for it: the words behind the group's name."""
        named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if named else [self.default, *args])


app = typer.Typer(
    cls=_Defaulting,
    help="Back the whole site up into one file (westmarch backup FILE), or prove such a file.",
    no_args_is_help=True,
)


@app.command("make")
def make_backup(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="The file to write, which may not be there; or a folder to write one in.", show_default=False
        ),
    ],
    keep: Annotated[
        str | None,
        typer.Option(metavar="PERIODS", help="Remove older backups of the folder FILE but for those of 7d,4w,12m."),
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Encrypt it to this public key of age or SSH; may be given several times."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    prove: Annotated[
        bool,
        typer.Option("--verify", help="Prove it as soon as it is made, as `backup verify` does; status 1 if unsound."),
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Back up database, stored files, settings, secret and theme into one file, also while the site is served.

    The file holds the secret of the site and is readable by its owner alone. Should anything go wrong, there is no
    file. Files of the site that are missing or damaged are told, with exit status 1; then no older backup is removed.

    Example: westmarch --site my-site backup my-site.tar.zst
    """
    from westmarch.backup import rotation, sealing
    from westmarch.db.types import now
    from westmarch.errors import Invalid
    from westmarch.ops import backed_up

    periods = None if keep is None else rotation.parse(keep)
    file = file.expanduser().absolute()
    in_folder = file.is_dir()
    seal = sealing.Seal(tuple(recipient or ()), _passphrase(passphrase_file))
    if periods is not None and not in_folder:
        raise Invalid(f"{file} is no folder.", hint="With --keep, name a folder that is there.", place="--keep")
    if prove and seal.recipients and seal.passphrase is None:
        hint = "Verify it where their keys are, or give a passphrase too."
        raise Invalid("A backup for recipients cannot be proved where their keys are not.", hint=hint, place="--verify")
    target = file / rotation.name(now(), sealed=seal != sealing.NO_SEAL) if in_folder else file
    settings = loaded(context).settings
    made = run(_make(settings, target, seal, telling_of(context)))
    backed_up.note(settings.run_folder, backed_up.Backup(now(), str(made.file), made.size))
    proof = None
    if prove:
        proof = run(_verify(made.file, settings, sealing.Key(passphrase=seal.passphrase), telling_of(context)))
    faulty = bool(made.left_out or made.damaged) or (proof is not None and not proof.sound)
    removed = [] if periods is None or faulty else rotation.remove_surplus(file, periods)
    if as_json:
        proved = {} if proof is None else {"verified": {"sound": proof.sound} | asdict(proof)}
        print_json(asdict(made) | {"removed": removed} | proved)
    else:
        rows, tables = sum(made.tables.values()), len(made.tables)
        typer.echo(f"{made.file}: {_size(made.size)}, {rows} rows of {tables} tables, {made.files} stored files.")
        for path in removed:
            typer.echo(f"{path} was removed.")
        _tell("left out", made.left_out)
        _tell("damaged in the site, and so in the backup", made.damaged)
        if proof is not None:
            _tell_proof(proof)
    raise typer.Exit(1 if faulty else 0)


async def _make(settings: "Settings", file: Path, seal: "Seal", telling: Telling | None) -> "Made":
    from westmarch.backup.making import make

    await require_schema(settings)
    with _bars(telling) as bar:
        return await make(settings, file, bar("Stored files"), seal=seal)


@app.command("verify")
def verify_backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file of a backup.", show_default=False)],
    identity: Identity = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJSON = False,
) -> None:
    """Restore a backup into a temporary site and compare rows, hashes, and the bytes of all pages; status 1 if unsound.

    Pages are compared with those of the site in the folder, if it is one; where the site has changed since the backup
    was made, pages may differ. Without a site, all pages are rendered. Needs space for a copy of the site.

    Example: westmarch --site my-site backup verify my-site.tar.zst
    """
    from westmarch.configuration import TOML_NAME

    live = loaded(context).settings if (folder(context) / TOML_NAME).exists() else None
    found = run(_verify(file, live, _key(identity, passphrase_file)))
    if as_json:
        print_json({"sound": found.sound} | asdict(found))
    else:
        _tell_proof(found)
        _tell("left out", found.left_out)
        _tell(_DAMAGED, found.damaged)
    raise typer.Exit(0 if found.sound else 1)


def _tell_proof(found: "Verified") -> None:
    for line in _verified(found):
        typer.echo(line)
    _tell("cannot be rendered", found.failed)
    _tell("differs", found.different)


async def _verify(file: Path, live: "Settings | None", key: "Key", telling: Telling | None = None) -> "Verified":
    from westmarch.backup.verifying import verify

    with _bars(telling) as bar:
        pages = bar("Pages")
        return await verify(file, live, lambda done: pages(done, 0), key=key, restoring=bar("Restoring"))


def _verified(found: "Verified") -> Iterator[str]:
    yield f"{sum(found.tables.values())} rows of {len(found.tables)} tables, {found.files} stored files: as they were."
    if not found.compared:
        yield f"{found.pages} pages were rendered. There was no site to compare them with."
    elif found.differing:
        yield f"{found.pages} pages were compared with those of the site: {found.differing} differ."
        if found.changed:
            yield f"The site has changed since, in {', '.join(found.changed)}."
    else:
        yield f"{found.pages} pages were compared with those of the site: the same bytes."
    yield "The backup is sound." if found.sound else "The backup is NOT sound."


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file of a backup.", show_default=False)],
    database_url: Annotated[
        str | None,
        typer.Option(help="Restore into this database, of either engine, in place of the one of the settings."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the site that is there; a backup of it is made before.")
    ] = False,
    identity: Identity = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJSON = False,
) -> None:
    """Make the folder the site of a backup. Moving from one database engine to the other is a restore.

    The whole file is checked before anything is written, and the database is filled in one transaction: it is all or
    nothing. With --replace a running server goes on with the restored site at once; its settings stay. The search index
    is no part of a backup: whoever serves the site makes it anew.

    Example: westmarch --site new-site restore my-site.tar.zst
    """
    done = run(_restore(file, folder(context), database_url, _key(identity, passphrase_file), replace=replace))
    if as_json:
        facts = {"site": done.settings.site, "database": done.settings.shown("database_url"), "tables": done.tables}
        found = {"left_out": done.left_out, "damaged": done.damaged, "before": done.before}
        print_json(facts | {"new_files": done.files} | found)
        return
    rows = sum(done.tables.values())
    typer.echo(f"{done.settings.site}: {rows} rows in {done.settings.shown('database_url')}, {done.files} new files.")
    typer.echo("The search index is made anew by the next start; a running server begins at once.")
    _tell("left out, because this version has no place for it", done.left_out)
    _tell(_DAMAGED, done.damaged)
    if done.before is not None:
        typer.echo(f"What was there is kept; to take this back: westmarch restore --replace {done.before}")


async def _restore(file: Path, site: Path, database_url: str | None, key: "Key", *, replace: bool) -> "Restored":
    from westmarch.backup.restoring import restore

    with _bars() as bar:
        step = bar("Restoring")
        return await restore(file, site, database_url=database_url, replace=replace, key=key, progress=step)


def _passphrase(file: Path | None) -> str | None:
    from westmarch.backup.sealing import read_passphrase

    return None if file is None else read_passphrase(file)


def _key(identity: Path | None, passphrase_file: Path | None) -> "Key":
    from westmarch.backup.sealing import Key

    return Key(identity, _passphrase(passphrase_file))


def _tell(what: str, names: list[str]) -> None:
    for name in names[:TOLD]:
        typer.echo(f"  {what}: {name}", err=True)
    if len(names) > TOLD:
        typer.echo(f"  {what}: and {len(names) - TOLD} more", err=True)


def _size(size: int) -> str:
    for unit, length in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= length:
            return f"{size / length:.1f} {unit}"
    return f"{size} bytes"


#: Is told how much is done, and all there is (0: not known).
_Step = Callable[[int, int], None]


@contextmanager
def _bars(telling: Telling | None = None) -> Iterator[Callable[[str], _Step]]:
    """Bars on a terminal, each with a name, which appears when it is told of the first time; silence elsewhere.

    Where a file is given, it is told there.
    """
    if telling is not None:
        yield lambda what: partial(telling.at, what)
        return
    if not sys.stderr.isatty():
        yield lambda _what: lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    said = TextColumn("{task.fields[said]}")
    columns = (TextColumn("{task.description}"), BarColumn(), said, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:

        def bar(what: str) -> _Step:
            tasks: list[TaskID] = []

            def step(done: int, whole: int) -> None:
                if not tasks:
                    tasks.append(shown.add_task(what, total=None, said=""))
                share = f"{done / whole:.0%}" if whole else f"{done:,}"
                shown.update(tasks[0], completed=done, total=whole or None, said=share)

            return step

        yield bar
