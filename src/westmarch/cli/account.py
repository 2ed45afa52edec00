"""`westmarch account`: who may sign in; also where nobody can any more."""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from westmarch.accounts.one_time_links import Kind
    from westmarch.db.database import Database
    from westmarch.db.rows import NamedRow
    from westmarch.db.sessions import Reading
    from westmarch.settings import Settings

T = TypeVar("T")

ACTOR = "command line"

app = typer.Typer(help="Add accounts, let people in again, shut them out.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The account, by its name or e-mail.")]
NewName = Annotated[str, typer.Argument(help="What the account is called.")]
Email = Annotated[str, typer.Option(metavar="ADDRESS", help="Where letters go, and another name to sign in by.")]
Role = Annotated[
    Literal["owner", "editor", "author", "contributor"], typer.Option(help="What the account may do: docs/accounts.md.")
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, the first line of it.")
]


@app.command("add")
def add(
    context: typer.Context,
    name: NewName,
    email: Email = "",
    role: Role = "author",
    password_stdin: PasswordStdin = False,
) -> None:
    """Add an account with a password, which is asked for.

    Example: westmarch --site my-site account add Nell --email nell@example.org --role owner
    """
    from westmarch.accounts import actions, passwords

    settings = loaded(context).settings
    password = _password(from_stdin=password_stdin)
    passwords.check(password, name=name, email=email)

    async def write(db: "Database") -> None:
        made = await passwords.made(password)
        await db.write(actions.create, name, role, email=email, password_hash=made, actor=ACTOR)

    _do(settings, write)
    typer.echo(f"{name} can sign in at {settings.url}/admin/ ({role}).")


@app.command("invite")
def invite(context: typer.Context, name: NewName, email: Email = "", role: Role = "author") -> None:
    """Add an account without a password, and print the link by which its owner comes in, once.

    Where a mail server is set and the account has an e-mail address, the link goes there too.

    Example: westmarch --site my-site account invite Idris --email idris@example.org --role editor
    """
    from westmarch.accounts import actions

    settings = loaded(context).settings

    def write(session: "Session") -> tuple[str, str]:
        account_id, secret = actions.invite(session, name, role, email=email, actor=ACTOR)
        return _handed_over(session, settings, account_id, "invitation", secret)

    address, sent_to = _do(settings, lambda db: db.write(write))
    _tell(address, "invitation", sent_to)


@app.command("link")
def link(context: typer.Context, name: Name) -> None:
    """Print a link by which an account signs in once, and may set a password. It works for a day.

    Example: westmarch --site my-site account link Nell
    """
    from westmarch.accounts import one_time_links
    from westmarch.errors import Conflict
    from westmarch.events import actions as events

    settings = loaded(context).settings

    def write(session: "Session") -> str:
        account = _named(session, name)
        if account.disabled_at is not None:
            raise Conflict(f"{account.name} is disabled.", hint=f"First run `westmarch account enable {account.name}`.")
        detail = {"account": account.id, "name": account.name, "kind": "sign-in"}
        events.record(session, "account.link-made", actor=ACTOR, detail=detail)
        return one_time_links.address(settings.url, one_time_links.make(session, account.id, "sign-in"))

    _tell(_do(settings, lambda db: db.write(write)), "sign-in")


@app.command("list")
def list_(context: typer.Context, as_json: AsJSON = False) -> None:
    """List the accounts: role, e-mail, and when each last signed in.

    Example: westmarch --site my-site account list
    """
    from westmarch.accounts import queries

    rows = _do(loaded(context).settings, lambda db: db.read(queries.every))
    if as_json:
        names = ("id", "name", "email", "role", "author", "created_at", "seen_at", "disabled_at")
        known = [(row, {name: getattr(row, name) for name in names}) for row in rows]
        print_json([told | {"password": row.password_hash is not None} for row, told in known])
        return
    for row in rows:
        typer.echo(f"{row.role:<11}  {row.name}{f' <{row.email}>' if row.email else ''}  ({_state(row)})")
    if not rows:
        typer.echo("There is no account yet. Add one: westmarch account add NAME --role owner")


@app.command("password")
def password(context: typer.Context, name: Name, password_stdin: PasswordStdin = False) -> None:
    """Give an account another password, which is asked for. It is signed out everywhere.

    Example: westmarch --site my-site account password Nell
    """
    from westmarch.accounts import actions, passwords

    settings = loaded(context).settings
    account = _do(settings, lambda db: db.read(_named, name))
    given = _password(from_stdin=password_stdin)
    passwords.check(given, name=account.name, email=account.email)

    async def write(db: "Database") -> None:
        await db.write(actions.set_password, account.id, await passwords.made(given), actor=ACTOR)

    _do(settings, write)
    typer.echo(f"{account.name} has a new password, and is signed out everywhere.")


@app.command("disable")
def disable(context: typer.Context, name: Name) -> None:
    """Let an account in no more. It is signed out, its tokens and links end; what it wrote stays."""
    from westmarch.accounts import actions

    typer.echo(f"{_each(context, name, actions.disable)} is disabled.")


@app.command("enable")
def enable(context: typer.Context, name: Name) -> None:
    """Let a disabled account in again, by its old password."""
    from westmarch.accounts import actions

    typer.echo(f"{_each(context, name, actions.enable)} may sign in.")


@app.command("sign-out")
def sign_out(context: typer.Context, name: Name) -> None:
    """Sign an account out on all devices, and end the tokens that its password has opened. Personal tokens stay."""
    from westmarch.accounts import actions

    typer.echo(f"{_each(context, name, actions.sign_out)} is signed out everywhere.")


def _do(settings: "Settings", f: "Callable[[Database], Awaitable[T]]") -> T:
    """Do something with the database of the site."""

    async def do() -> T:
        async with opened(settings) as db:
            return await f(db)

    return run(do())


def _each(context: typer.Context, name: str, action: "Callable[..., object]") -> str:
    """Do an action to the account of this name; its name as it is spelled."""

    def write(session: "Session") -> str:
        account = _named(session, name)
        action(session, account.id, actor=ACTOR)
        return str(account.name)

    return _do(loaded(context).settings, lambda db: db.write(write))


def _named(session: "Reading", name: str) -> "NamedRow":
    """The account of this name or e-mail. Raises NotFound."""
    from westmarch.accounts import queries
    from westmarch.errors import NotFound

    if (found := queries.named(session, name)) is None:
        raise NotFound(f"There is no account {name!r}.", hint="`westmarch account list` names them all.")
    return found


def _handed_over(
    session: "Session", settings: "Settings", account_id: int, kind: "Kind", secret: str
) -> tuple[str, str]:
    """The address of a link, and where it is sent too, if it is."""
    from westmarch.accounts import letters, one_time_links, queries
    from westmarch.mail import actions as mail
    from westmarch.site.queries import current

    account = queries.by_id(session, account_id)
    assert account is not None
    address = one_time_links.address(settings.url, secret)
    if settings.smtp_url is None or not account.email:
        return address, ""
    site = current(session)
    subject, text = letters.with_link(kind, site=site.title, name=account.name, address=address)
    mail.queue(session, account.email, subject, text)
    return address, account.email


def _tell(address: str, kind: "Kind", sent_to: str = "") -> None:
    """Print a link; what is to be known of it goes to standard error, so that programs can take the link alone."""
    from westmarch.accounts.one_time_links import LAST

    days = LAST[kind].days
    typer.echo(address)
    typer.echo(f"It works once, within {f'{days} days' if days > 1 else 'a day'}, and is not shown again.", err=True)
    if sent_to:
        typer.echo(f"It is sent to {sent_to} as soon as the site is served.", err=True)


def _state(row: "NamedRow") -> str:
    if row.disabled_at is not None:
        return f"disabled on {row.disabled_at:%Y-%m-%d}"
    if row.seen_at is not None:
        return f"last signed in on {row.seen_at:%Y-%m-%d}"
    return "never signed in" if row.password_hash is not None else "never signed in, no password yet"


def _password(*, from_stdin: bool) -> str:
    """A password from standard input, or asked for twice at the terminal."""
    from westmarch.errors import Invalid

    if from_stdin:
        try:
            return sys.stdin.readline().rstrip("\r\n")
        except UnicodeDecodeError:
            raise Invalid("The password is not in UTF-8.", place="--password-stdin") from None
    if not sys.stdin.isatty():
        raise Invalid(
            "There is no terminal at which the password could be asked for.",
            hint="Give it with --password-stdin, or make the account with `westmarch account invite`.",
            place="--password-stdin",
        )
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return given
