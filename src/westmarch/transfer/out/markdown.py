"""A site as a folder of Markdown: posts, pages and drafts with front matter, media, and beside them `westmarch.json`
and the catalogue of books.

Hugo reads `posts/` and `pages/` below `content/` and `media/` below `static/`; Jekyll reads `posts/` as `_posts/`.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from westmarch.db.sessions import Reading
from westmarch.links.paths import slugify
from westmarch.transfer.out import books, fields
from westmarch.transfer.out.catalogue import NAME, catalogue
from westmarch.transfer.out.exported import Exported
from westmarch.transfer.out.posts import (
    ExportedComment,
    ExportedPost,
    ExportedText,
    earlier_texts,
    exported_posts,
)
from westmarch.transfer.out.whole import whole_folder

#: File names have at most 255 bytes; a date, a number and an ending stand beside this.
_LONGEST = 200


def export_markdown(
    session: Reading,
    media: Path,
    folder: Path,
    *,
    base: str = "",
    revisions: bool = False,
    step: Callable[[], None] = lambda: None,
) -> Exported:
    """Write the site to a folder, which is there whole or not at all; `step` is called after each post.

    All is read in one transaction, so that it is the state of one moment. `media` is the site's folder of media,
    `base` its base path. With `revisions` each earlier text of a post is a file below `revisions/`.
    Raises Invalid where the folder holds something, Unavailable where it cannot be written.
    """
    done = Exported()
    with whole_folder(folder) as place:
        names = Names(place)
        for post in exported_posts(session):
            write_post(place, names, post, earlier_texts(session, post) if revisions else ())
            done.posts += 1
            step()
        said = catalogue(session, base)
        for one in said["media"]:
            copy(media, place / "media", file_of(one), done)
        done.books = books.write(session, place)
        write_catalogue(place, said)
    return done


def write_post(place: Path, names: "Names", post: ExportedPost, earlier: Iterable[ExportedText]) -> None:
    """Write a post into the folder `place`, with what stands in files beside it, such as its earlier texts."""
    document, beside = fields.document(post)
    _write(names.of(post), document)
    if beside:
        _write(place / "fields" / f"{post.id}.json", beside)
    if post.waiting is not None:
        _write(place / "waiting" / f"{post.id}.md", fields.revision(post.waiting))
    if post.comments:
        _write(place / "comments" / f"{post.id}.json", _comments(post.comments))
    for text in earlier:
        _write(place / "revisions" / str(post.id) / f"{text.id}.md", fields.revision(text))


def write_catalogue(place: Path, said: Mapping[str, Any]) -> None:
    """Write what the site holds besides its texts into the folder `place`."""
    _write(place / NAME, json.dumps(said, ensure_ascii=False, indent=1) + "\n")


def file_of(media: Mapping[str, Any]) -> str:
    """Where the file of an entry of the catalogue's media lies in a folder of media."""
    return f"{media['hash'][:2]}/{media['hash'][2:]}.{media['extension']}"


class Names:
    """A name for each file, which no other has on any file system."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._taken: set[str] = set()

    def of(self, post: ExportedPost) -> Path:
        kind = "drafts" if post.status == "draft" or post.trashed_at else f"{post.kind}s"
        stem = slugify(post.slug).encode()[:_LONGEST].decode(errors="ignore")
        if post.published_at is not None and post.kind == "post":
            stem = f"{post.published_at.date().isoformat()}-{stem}"
        name = f"{kind}/{stem}.md"
        if name.casefold() in self._taken:
            name = f"{kind}/{stem}-{post.id}.md"
        while name.casefold() in self._taken:
            name = f"{name.removesuffix('.md')}-{post.id}.md"
        self._taken.add(name.casefold())
        return self._place / name


def _comments(comments: tuple[ExportedComment, ...]) -> str:
    said = [asdict(one) | {"date": one.date and one.date.isoformat()} for one in comments]
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def copy(media: Path, place: Path, name: str, done: Exported) -> None:
    """Copy a file of media to the folder `place`; one that cannot be read is lost."""
    target = place / name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        there = (media / name).open("rb")
    except OSError:  # Of the one file: the others go out.
        done.lost.append(name)
        return
    with there, target.open("wb") as file:
        shutil.copyfileobj(there, file)
    done.media += 1
