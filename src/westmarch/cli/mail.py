"""`westmarch mail`: the outbox, and whether the mail server takes letters."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run

if TYPE_CHECKING:
    from westmarch.mail.delivery import Server
    from westmarch.mail.queries import Status
    from westmarch.settings import Settings

app = typer.Typer(help="Look at the outbox, and try the mail server.", no_args_is_help=True)


@app.command("status")
def status(context: typer.Context, as_json: AsJSON = False) -> None:
    """Say by which server letters go out, how many wait, and which were not taken.

    Example: westmarch --site my-site mail status
    """
    from westmarch.mail import delivery, queries

    settings = loaded(context).settings

    async def read() -> "Status":
        async with opened(settings) as db:
            return await db.read(queries.status)

    found, server = run(read()), delivery.server(settings)
    if as_json:
        rows = {name: [row._asdict() for row in getattr(found, name)] for name in ("delayed", "lost")}
        print_json({"server": _place(server) if server else None, "from": settings.mail_from, **_counts(found), **rows})
        return
    typer.echo(f"Server: {_place(server) if server else 'none, so nothing is sent: set smtp_url'}")
    typer.echo(f"Sender: {settings.mail_from}")
    typer.echo(f"{found.waiting} waiting, {found.sent} sent, {found.given_up} given up in 90 days")
    for row in found.delayed:
        typer.echo(f"  delayed  {row.recipient}  {row.subject!r}, tried {row.tries} times: {row.fault}")
    for row in found.lost:
        typer.echo(f"  given up {row.recipient}  {row.subject!r}: {row.fault}")


@app.command("test")
def test(context: typer.Context, address: Annotated[str, typer.Argument(help="Where the letter goes.")]) -> None:
    """Send a letter at once, and say what the mail server answers.

    Example: westmarch --site my-site mail test nell@example.org
    """
    from westmarch.errors import Invalid
    from westmarch.mail import delivery

    settings = loaded(context).settings
    server = delivery.server(settings)
    if server is None:
        raise Invalid("No mail server is set.", hint="Set smtp_url; docs/settings.md names its form.", place="smtp_url")
    run(_send(settings, server, address))
    typer.echo(f"{_place(server)} has taken a letter to {address}.")


async def _send(settings: "Settings", server: "Server", recipient: str) -> None:
    from westmarch.db.types import now
    from westmarch.errors import Unavailable
    from westmarch.mail.actions import require_address
    from westmarch.mail.delivery import Outgoing, Undelivered, deliver

    require_address(recipient)
    words = f"This letter was sent by `westmarch mail test` for {settings.url}.\n"
    try:
        await deliver(server, Outgoing(0, recipient, "Letters arrive", words, now()))
    except Undelivered as error:
        raise Unavailable(
            f"{_place(server)} has not taken the letter: {error.fault}",
            hint="Mend the setting smtp_url or mail_from, the server, or the address.",
        ) from error


def _place(server: "Server") -> str:
    return f"{'smtps' if server.encrypted else 'smtp'}://{server.host}:{server.port}"


def _counts(found: "Status") -> dict[str, Any]:
    return {"waiting": found.waiting, "sent": found.sent, "given_up": found.given_up, "next_at": found.next_at}
