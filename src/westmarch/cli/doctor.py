"""`westmarch doctor`: looks at the whole house, says what is wrong and which command mends it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from westmarch.cli.context import AsJSON, loaded, print_json, run

if TYPE_CHECKING:
    from westmarch.ops.findings import Finding
    from westmarch.settings import Settings


def doctor(
    context: typer.Context,
    mend: Annotated[
        bool, typer.Option("--mend", help="Mend triggers, indexes, stored counts and paths, then look.")
    ] = False,
    as_json: AsJSON = False,
) -> None:
    """Look at settings, database, schema, triggers, values, counts, media, links and clock; exit status 1 if unsound.

    Each fault names the command that mends it. Without --mend nothing is changed.

    Example: westmarch --site my-site doctor
    """
    settings = loaded(context).settings
    report(run(_look(settings, mend=mend)), as_json=as_json)


def report(findings: "Sequence[Finding]", *, as_json: bool) -> None:
    """Print findings and end the command with status 0 where all are sound, else 1."""
    sound = all(finding.sound for finding in findings)
    if as_json:
        print_json({"sound": sound, "findings": [asdict(finding) for finding in findings]})
    else:
        for line in _lines(findings):
            typer.echo(line)
    raise typer.Exit(0 if sound else 1)


def _lines(findings: "Sequence[Finding]") -> Iterator[str]:
    for finding in findings:
        yield f"{'ok   ' if finding.sound else 'WRONG'} {finding.check}: {finding.message}"
        if finding.mend:
            yield f"      mend: {finding.mend}"


async def _look(settings: "Settings", *, mend: bool) -> "list[Finding]":
    from westmarch.cli import checks
    from westmarch.cli.mending import mend_all
    from westmarch.db.database import open_database
    from westmarch.db.engines import ANSWER_TIMEOUT
    from westmarch.errors import WestmarchError
    from westmarch.ops import checks as cheap
    from westmarch.ops import schema
    from westmarch.ops.findings import Finding

    findings = cheap.of_settings(settings)
    try:
        status = await schema.status(settings.database_url)
    except WestmarchError as error:
        return [*findings, Finding("database", sound=False, message=error.message, mend=error.hint)]
    if status.problem:
        return [*findings, Finding("schema", sound=False, message=status.problem, mend=status.mend)]
    older = f", which is not the newest; `westmarch db upgrade` brings it to {status.newest}"
    told = f"The database has schema {status.schema}{'' if status.schema == status.newest else older}."
    findings.append(Finding("schema", sound=True, message=told))
    # An index of a large table takes its time.
    async with open_database(settings.database_url, answer_timeout=None if mend else ANSWER_TIMEOUT) as db:
        if mend:
            findings += await mend_all(db)
        findings += await checks.of_data(db, settings)
    return findings + await checks.of_database(settings.database_url, stored=True)
