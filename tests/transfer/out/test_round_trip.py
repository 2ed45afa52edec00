"""A site that goes out as Markdown and comes into an empty one is the same site."""

import asyncio
import io
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import SITE, draft
from westmarch.db.database import Database, open_database
from westmarch.errors import Conflict, Invalid
from westmarch.posts import actions
from westmarch.transfer.importing import Wanted, import_folder
from westmarch.transfer.out.catalogue import catalogue
from westmarch.transfer.out.markdown import export_markdown
from westmarch.transfer.out.posts import exported_posts
from westmarch.transfer.report import Report

START = datetime(1970, 1, 1, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(str.strip)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200)
MOMENTS = st.integers(86_400_000_000, 1_735_000_000_000_000).map(lambda at: START + timedelta(microseconds=at))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
PATHS = st.text(st.characters(categories=["L", "N"], include_characters="-_ %?#\\&:"), min_size=1, max_size=20).map(
    lambda name: f"/{name.strip()}/"
)


@st.composite
def drafts(drawn: st.DrawFn) -> dict[str, Any]:
    status = drawn(st.sampled_from(["draft", "scheduled", "published"]))
    dated = status != "draft" or drawn(st.booleans())
    topic = drawn(st.none() | WORDS)
    return {
        "kind": drawn(st.sampled_from(["post", "page"])),
        "title": drawn(TEXT.filter(str.strip)),
        "markdown": drawn(TEXT),
        "language": drawn(st.sampled_from(["en", "de", "zh-Hant"])),
        "slug": drawn(st.none() | WORDS),
        "summary": drawn(TEXT),
        "status": status,
        "unlisted": drawn(st.booleans()),
        "pinned": drawn(st.booleans()),
        "published_at": drawn(MOMENTS) if dated else None,
        "updated_at": drawn(st.none() | MOMENTS),
        "tags": tuple(drawn(st.lists(WORDS, max_size=3))),
        "authors": tuple(drawn(st.lists(WORDS, max_size=2))),
        "topic": topic,
        "part": drawn(st.none() | st.integers(1, 99)) if topic else None,
        "translation_group": drawn(st.none() | WORDS),
        "guid": drawn(st.none() | WORDS),
        "extra": drawn(st.dictionaries(TEXT | st.sampled_from(["title", "cover", "Date", "<<"]), JSON, max_size=3)),
        "aliases": (),
        "old": drawn(st.lists(PATHS, max_size=2)),
    }


def fill(session: Any, wanted: list[dict[str, Any]]) -> None:
    from westmarch.links import actions as links

    for one in wanted:
        old = one["old"]
        post_id = actions.create(session, draft(**{k: v for k, v in one.items() if k != "old"}), SITE, actor="test")
        for path in old:
            try:
                links.add_old(session, post_id, path)
            except (Conflict, Invalid):
                continue


def state(session: Any) -> dict[str, Any]:
    """All that a site holds, without the ids of this database."""
    from dataclasses import asdict

    posts = []
    for one in exported_posts(session):
        found = asdict(one)
        del found["id"]
        for text in ("text", "waiting"):
            if found[text]:
                found[text] = {key: found[text][key] for key in ("title", "markdown", "language")}
        found["old"] = sorted(found["old"])
        posts.append(found)
    said = catalogue(session, "")
    return {
        "posts": sorted(posts, key=lambda one: one["path"]),
        **{key: sorted(value, key=repr) if isinstance(value, list) else value for key, value in said.items()},
    }


def differences(before: Any, after: Any, at: str = "") -> list[str]:
    """Each value that is another one afterwards, with its place."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        return [one for key in before for one in differences(before[key], after[key], f"{at}.{key}")]
    if isinstance(before, list | tuple) and isinstance(after, list | tuple) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [one for number, (old, new) in pairs for one in differences(old, new, f"{at}[{number}]")]
    return [] if repr(before) == repr(after) else [f"{at}: {before!r} became {after!r}"]


async def brought(db: Database, folder: Path, media: Path) -> Report:
    report = Report(io.BytesIO())
    await import_folder(db, Wanted(folder, media), report)
    return report


async def round_trip(template: Path, wanted: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for one in ("a.db", "b.db"):
            shutil.copyfile(template, folder / one)
        async with open_database(f"sqlite:///{folder / 'a.db'}") as db:
            await db.write(fill, wanted)
            before = await db.read(state)
            await db.read(export_markdown, folder / "media-a", folder / "out")
        async with open_database(f"sqlite:///{folder / 'b.db'}") as db:
            await brought(db, folder / "out", folder / "media-b")
            return before, await db.read(state)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=st.lists(drafts(), min_size=1, max_size=4))
def test_what_goes_out_and_comes_in_is_the_same_site(sqlite_template: Path, wanted: list[dict[str, Any]]) -> None:
    before, after = asyncio.run(round_trip(sqlite_template, wanted))
    assert differences(before, after) == []
