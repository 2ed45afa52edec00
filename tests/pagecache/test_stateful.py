"""Whatever is done to a site, by whom and in what order: each answer is what would be rendered at that moment."""

import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import SystemRandom

import pytest

from tests.pagecache.cached import fill
from tests.pagecache.conftest import NewSite
from tests.pagecache.operations import WEIGHTS, Operation, operations
from tests.pagecache.test_processes import site_in
from tests.pagecache.watched import Stale, Watched, shortest, stale_after, watched
from tests.serving import serving
from westmarch.configuration import load

#: Each engine has operations of its own.
SEEDS = {"sqlite": 5, "postgresql": 6}
#: How long a list that fails is made shorter, in seconds.
PATIENCE = 120.0


async def proved(
    made: Sequence[Operation], database_url: str, programs: Path | None, folder: Path, new_site: NewSite
) -> Watched:
    """Do the operations on a site that two workers of a server and two programs of this process read.

    Where a page is stale, the operations are made as few as do it and told.
    """
    async with AsyncExitStack() as stack:
        place = site_in(folder / "site", database_url)
        site = await stack.enter_async_context(watched(load(place).settings, fill, programs=programs))
        site.serve(stack.enter_context(serving(place, "--workers", "2")).url)
        try:
            await site.run(made)
        except Stale as error:
            told = str(error)
        else:
            return site
    raise AssertionError(f"{told}\nfewest operations that do so: {await fewest(made, new_site)}")


async def fewest(made: Sequence[Operation], new_site: NewSite) -> list[Operation] | str:
    """The fewest operations after which a page is stale on new sites."""
    until = time.monotonic() + PATIENCE

    async def stale(tried: Sequence[Operation]) -> bool:
        return time.monotonic() < until and await stale_after(new_site, tried) is not None

    found = await stale_after(new_site, made)
    if found is None:
        return "it came about by chance, or by a server alone"
    return await shortest(made if found.turn is None else made[: found.turn + 1], stale)


async def test_250_operations_on_each_engine_leave_no_stale_page_and_lose_no_write(
    database_kind: str, database_url: str, programs: Path | None, tmp_path: Path, new_site: NewSite
) -> None:
    made = operations(SEEDS[database_kind], 249)
    made.insert(150, Operation("command", made[150].numbers))  # It takes a second.
    site = await proved(made, database_url, programs, tmp_path, new_site)
    assert all(asker.hits > 50 for asker in site.askers), {asker.name: asker.hits for asker in site.askers}
    assert site.refused < len(made) // 4


@pytest.mark.long
async def test_10000_operations_leave_no_stale_page_and_lose_no_write(
    database_url: str,
    programs: Path | None,
    tmp_path: Path,
    new_site: NewSite,
    record_property: Callable[[str, object], None],
) -> None:
    seed = SystemRandom().randrange(1_000_000)
    record_property("seed", seed)
    made = operations(seed, 10_000, {**WEIGHTS, "command": 1})
    site = await proved(made, database_url, programs, tmp_path, new_site)
    record_property("compared", site.compared)
    record_property("hits", sum(asker.hits for asker in site.askers))
