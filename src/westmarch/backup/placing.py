"""Putting the files of a backup where a site has them: each is whole and synced before it has its name."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from westmarch.backup import archive
from westmarch.backup.archive import Member
from westmarch.configuration import TOML_NAME
from westmarch.errors import Conflict
from westmarch.settings import Settings

#: Where files wait: those of the site until the database is filled, stored ones until they are whole.
STAGING = ".restore"
#: What lies there besides them, from before the database is filled until they are in place: what fills it.
MARK = "filled-by"


@contextmanager
def staging(site: Path) -> Iterator[Path]:
    """A folder in the site in which its files wait until the database is filled. Raises Conflict where one restores."""
    with _alone(site):
        folder = site / STAGING
        shutil.rmtree(folder, ignore_errors=True)  # One that was killed left it.
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def mark(staging: Path, text: str) -> None:
    """Note what is going to fill the database, in case that this process does not live to put the files in place."""
    with (staging / MARK).open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    archive.sync_folder(staging)


def marked(site: Path) -> str:
    """What a restore that ended too early has noted; empty where there is none."""
    try:
        return (site / STAGING / MARK).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""


def finish(settings: Settings, text: str) -> bool:
    """Put files in place that still wait, for a database that is filled; whether they were those of this note."""
    with _alone(settings.site):
        if marked(settings.site) != text:  # Another process was quicker.
            return False
        put_in_place(settings.site / STAGING, settings)
        shutil.rmtree(settings.site / STAGING, ignore_errors=True)
        return True


@contextmanager
def _alone(site: Path) -> Iterator[None]:
    """Keep other restores from a folder. Raises Conflict where one is at work."""
    descriptor = os.open(site, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Conflict(f"Another process restores {site}.", hint="Wait for it.") from error
    finally:
        os.close(descriptor)


def unpack(members: Iterable[Member], media: Path, staging: Path) -> int:
    """Write stored files to their places in `media`, where they never differ, and those of the site to `staging`.

    Returns how many stored files were not there.
    """
    new = 0
    passing = media / STAGING
    shutil.rmtree(passing, ignore_errors=True)  # One that was killed left it.
    try:
        for member in members:
            kind, _, name = member.name.partition("/")
            if kind == "media":
                new += _keep_media(member, media / name, passing)
            elif kind == "site" and name != TOML_NAME:
                _write(member, staging / name)
    finally:
        shutil.rmtree(passing, ignore_errors=True)
    return new


def _keep_media(member: Member, path: Path, passing: Path) -> bool:
    """Write a stored file where none of its size is, and say whether; until it is whole, it is in `passing`."""
    if path.is_file() and path.stat().st_size == member.size:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(member, passing / path.name)
    (passing / path.name).replace(path)
    archive.sync_folder(path.parent)
    return True


def _write(member: Member, path: Path) -> None:
    """Write a member to a file, synced to the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if path.suffix == ".key" else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        while content := member.source.read(archive.STEP):
            file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_settings(toml: str, staging: Path, database_url: str | None) -> None:
    """Write the settings of a backup to `staging`, with the database's address where another one was given."""
    if database_url is not None:
        line = f"database_url = {json.dumps(database_url)}"
        toml, changed = re.subn(r"(?m)^[ \t]*database_url[ \t]*=.*$", lambda _: line, toml, count=1)
        if not changed:
            toml = f"{line}\n{toml}"
    descriptor = os.open(staging / TOML_NAME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(toml)
        file.flush()
        os.fsync(file.fileno())


def make_folders(settings: Settings) -> None:
    """Make the folders that every site has."""
    for path in (settings.theme_folder, settings.media_folder, settings.run_folder):
        path.mkdir(exist_ok=True)


def put_in_place(staging: Path, settings: Settings) -> None:
    """Let the files of the backup take the place of those that are there, the settings last; it takes no space.

    If it is interrupted, it goes on where it was when it is called again.
    """
    if (secret := staging / settings.secret_key_file.name).exists():
        secret.replace(settings.secret_key_file)
    for path in (settings.theme_folder, settings.themes_folder):
        new, old = staging / path.name, staging / f"{path.name}.old"
        if not old.exists():
            if path.exists():
                path.rename(old)
            else:
                old.mkdir()
        if new.exists():
            new.rename(path)
    archive.sync_folder(settings.site)
    if (toml := staging / TOML_NAME).exists():
        toml.replace(settings.site / TOML_NAME)
    (staging / MARK).unlink(missing_ok=True)
    archive.sync_folder(settings.site)
