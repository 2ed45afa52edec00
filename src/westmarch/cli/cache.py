"""`westmarch cache`: what the page caches of the running server hold, and why; and throwing pages out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from westmarch.cli.context import AsJSON, loaded, opened, print_json, run

if TYPE_CHECKING:
    from westmarch.settings import Settings

app = typer.Typer(help="Look into the page cache of the running server, or throw pages out.", no_args_is_help=True)

#: What each process answered, by its number.
Answers = Sequence[tuple[int, Any]]

URL = Annotated[
    str,
    typer.Argument(metavar="URL", help="An address of the site, or a path of it such as /about/.", show_default=False),
]
Variant = Annotated[str, typer.Option(metavar="NAME", help="The variant of the page, where the site has several.")]

#: The checks that a cache may have found, in words.
_STATES = {
    "current": "the pages are what the database says",
    "busy": "the database is busy: pages are rendered until it can be asked",
    "away": "the database cannot be reached: stored pages are answered as they are",
}


@app.command("status")
def status(context: typer.Context, as_json: AsJSON = False) -> None:
    """Say what the page caches hold and how often they answered: for each process, and together.

    Example: westmarch --site my-site cache status
    """
    settings = loaded(context).settings
    found = _asked(settings, "cache-status")
    if as_json:
        print_json({"sum": _sum(found), "workers": [{"worker": worker} | told for worker, told in found]})
        return
    url, limit = found[0][1]["url"], found[0][1]["limit_bytes"]
    typer.echo(f"{_count(len(found), 'process', 'processes')} of {url} with {_size(limit)} each")
    for worker, told in found:
        typer.echo(f"process {worker}: {_STATES[told['check']]} ({told['kind']})")
        typer.echo(f"  at position {told['position']} of the change log, epoch {told['epoch'][:8]}")
        if told["cleared"]:
            typer.echo(f"  all was thrown out {_when(told['cleared']['at'])}, because {told['cleared']['why']}")
    if len({told["fingerprint"] for _, told in found}) > 1:
        typer.echo("The processes have read different files of the theme; send SIGHUP to the server.")
    _table([("", {"": "together"} | _row(_sum(found))), *((str(worker), _row(told)) for worker, told in found)])


@app.command("explain")
def explain(
    context: typer.Context,
    url: URL,
    variant: Variant = "",
    everything: Annotated[bool, typer.Option("--all", help="Also show the reads as the cache compares them.")] = False,
    as_json: AsJSON = False,
) -> None:
    """Say whether a page is in the cache, what it reads, what would remove it, and what last did.

    Example: westmarch --site my-site cache explain /about/

    Example: westmarch --site my-site cache explain https://example.org/tags/sea/ --all
    """
    settings = loaded(context).settings
    home = _home(settings, url)
    path, query = _place(home, url)
    found = _asked(settings, "cache-explain", path=path, query=query, variant=variant)
    if as_json:
        print_json([{"worker": worker} | told for worker, told in found])
        return
    run(_explain(settings, home, path, found, everything=everything))


@app.command("clear")
def clear(
    context: typer.Context,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="One address alone; without it, all.", show_default=False)
    ] = "",
    as_json: AsJSON = False,
) -> None:
    """Throw pages out of the caches of all processes. It is never needed for what changes in the database.

    Example: westmarch --site my-site cache clear

    Example: westmarch --site my-site cache clear /about/
    """
    settings = loaded(context).settings
    path, query = _place(_home(settings, url), url) if url else ("", "")
    found = _asked(settings, "cache-clear", path=path, query=query)
    if as_json:
        print_json([{"worker": worker, "pages": pages} for worker, pages in found])
        return
    pages = sum(pages for _, pages in found)
    typer.echo(f"Thrown out of {_count(len(found), 'process', 'processes')}: {_count(pages, 'page', 'pages')}.")


def _asked(settings: "Settings", verb: str, **arguments: Any) -> Answers:
    """The answers of all processes. Raises Unavailable where none serves the site."""
    from westmarch.errors import Unavailable
    from westmarch.ops.control import ask

    found = run(ask(settings, verb, **arguments))
    if not found:
        raise Unavailable(
            f"No server of {settings.site} answers here, and a page cache is in its memory alone.",
            hint=f"Start it with `westmarch --site {settings.site} serve`, or ask on the machine where it runs. If it "
            "runs here, its log says why it cannot be asked.",
        )
    return found


def _home(settings: "Settings", url: str) -> str:
    """The public address of the server that a URL means: flags of `serve` may have given it another than settings."""
    homes: list[str] = [told["url"] for _, told in _asked(settings, "cache-status")]
    return next((home for home in homes if url.startswith(home)), homes[0])


def _place(home: str, url: str) -> tuple[str, str]:
    """Path (below the site's base, decoded) and query that a URL or path means at a public address. Raises Invalid."""
    from urllib.parse import urlsplit

    from westmarch.errors import Invalid
    from westmarch.links.paths import parse

    try:
        parts, ours = urlsplit(url), urlsplit(home)
    except ValueError as error:
        raise Invalid(f"{url!r} is no address: {error}.", hint="Give one such as /about/.", place="URL") from error
    whole = bool(parts.scheme or parts.netloc)
    if whole and (parts.scheme, parts.netloc.lower()) != (ours.scheme, ours.netloc):
        raise Invalid(
            f"{url} is no address of this site, which is at {home}.",
            hint="Give an address that begins so, or a path such as /about/.",
            place="URL",
        )
    path, base = parts.path or "/", ours.path
    if base and (path == base or path.startswith(f"{base}/")):
        path = path.removeprefix(base) or "/"
    elif base and whole:
        raise Invalid(f"{url} is not below {home}/, where this site is.", hint="Give an address of it.", place="URL")
    if not path.startswith("/"):
        path = f"/{path}"
    return parse(path.encode()), parts.query


# In words


async def _explain(settings: "Settings", home: str, path: str, found: Answers, *, everything: bool) -> None:
    from urllib.parse import urljoin

    from westmarch.cli import cache_words

    reads: list[Mapping[str, Any]] = next((told["reads"] for _, told in found if told["reads"]), [])
    changes = [told["removed"]["change"] for _, told in found if told["removed"] and told["removed"]["change"]]
    first = found[0][1]
    async with opened(settings) as db:
        names = await db.read(cache_words.named, [*reads, *changes])
        hidden = await db.read(cache_words.hidden, path) if first.get("status") == 404 else ""
    query = f"?{first['query']}" if first["query"] else ""
    typer.echo(f"{urljoin(home, first['path'])}{query}")
    if first["route"]:
        typer.echo(f"  This is no page: {first['route']} answers, which the page cache has nothing to do with.")
        return
    if hidden:
        typer.echo(f"  {hidden}")
    for worker, told in found:
        typer.echo(f"  Process {worker}: {_stored(told)}")
        if told["removed"]:
            typer.echo(
                f"    It was last thrown out {_when(told['removed']['at'])}, {_because(told['removed'], names)}."
            )
    stays = any(told["stored"] or not told["why"] for _, told in found)
    if not reads or not (stays or everything):  # What the answer is made of matters only where it is kept.
        return
    typer.echo("It shows what follows, and is thrown out when any of that changes:" if stays else "It reads:")
    for phrase in cache_words.in_words(reads, names):
        typer.echo(f"  - {phrase}")
    if everything:
        typer.echo("As the cache compares it:")
        for read in reads:
            typer.echo(f"  {_raw(read)}")


def _stored(told: Mapping[str, Any]) -> str:
    """What a process does with a page."""
    stored = told["stored"]
    if stored:
        sizes = ", ".join(f"{name} with {_size(size)}" for name, size in stored["codings"].items())
        times = _count(stored["hits"], "time", "times")
        return f"stored since {_when(stored['since'])} as {sizes}; answered {times} from the store."
    if told["why"]:
        leads = f" It leads to {told['location']}." if told["location"] else ""
        return f"not stored, because {told['why']}.{leads}"
    return "not stored; the next who asks for it gets it rendered, and it is stored then."


def _because(removal: Mapping[str, Any], names: Any) -> str:
    from westmarch.cli import cache_words

    change = removal["change"]
    if change is None:
        return f"because {removal['why']}"
    return f"because {cache_words.change(change, names)} (position {change['position']} of the change log)"


def _raw(read: Mapping[str, Any]) -> str:
    conditions = [
        f"{column} {test}" + ("" if values is None else f" {', '.join(map(repr, values))}")
        for column, test, values in read["conditions"]
    ]
    shown = "all" if read["columns"] is None else ", ".join(read["columns"])
    return f"{read['table']}: {' and '.join(conditions) or 'any row'}; columns {shown or 'none'}"


def _when(stamp: str) -> str:
    return f"{datetime.fromisoformat(stamp):%Y-%m-%d %H:%M:%S} UTC"


def _size(size: int) -> str:
    if size < 10_000:
        return f"{size:,} bytes"
    return f"{size / 1024:,.0f} KiB" if size < 10 * 1024 * 1024 else f"{size / 1024 / 1024:,.0f} MiB"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _sum(found: Answers) -> dict[str, int]:
    """The numbers of all processes together; what else a process tells cannot be added up."""
    from westmarch.metrics.exposition import CACHE_COUNTERS, CACHE_GAUGES

    numbers = CACHE_COUNTERS.keys() | CACHE_GAUGES.keys()
    return {name: sum(told[name] for _, told in found) for name in found[0][1] if name in numbers}


def _row(told: Mapping[str, Any]) -> dict[str, str]:
    asked = told["hits"] + told["misses"] + told["bypasses"]
    return {
        "pages": f"{told['pages']:,}",
        "memory": f"{_size(told['bytes'])} of {_size(told['limit_bytes'])}",
        "answered from the cache": f"{told['hits']:,}",
        "rendered and stored or not": f"{told['misses']:,}",
        "not for the cache": f"{told['bypasses']:,}",
        "share from the cache": f"{told['hits'] / asked:.1%}" if asked else "none yet",
        "thrown out": f"{told['thrown_out']:,}",
        "gone for want of room": f"{told['evicted']:,}",
        "checks": f"{told['checks']:,}",
    }


def _table(columns: Sequence[tuple[str, Mapping[str, str]]]) -> None:
    """Rows by name, a column for each process; the sum is left out where there is but one."""
    shown = [("together", columns[0][1]), *columns[1:]] if len(columns) > 2 else columns[1:]
    names = [name for name in shown[-1][1] if name]
    first = max(map(len, names))
    widths = [max(len(head), *(len(values[name]) for name in names)) for head, values in shown]
    if len(shown) > 1:
        heads = "  ".join(head.rjust(width) for (head, _), width in zip(shown, widths, strict=True))
        typer.echo(f"{'':{first}}  {heads}")
    for name in names:
        cells = "  ".join(values[name].rjust(width) for (_, values), width in zip(shown, widths, strict=True))
        typer.echo(f"{name:{first}}  {cells}")
