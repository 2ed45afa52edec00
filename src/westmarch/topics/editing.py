"""What people do to topics: make, change and delete them. Their parts are put in order in posts/parts.py."""

import re
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.errors import Conflict, Invalid, NotFound
from westmarch.events import actions as events
from westmarch.links import naming
from westmarch.links.paths import own_slug
from westmarch.subjects import actions as subjects
from westmarch.subjects import version
from westmarch.subjects.names import fit, fold
from westmarch.topics import actions, managing
from westmarch.topics.managing import Edited
from westmarch.topics.models import Part, Topic

#: The longest title and the longest tag of a language, in code points.
TITLE, LANGUAGE = 300, 35
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def create(
    session: Session,
    title: str,
    *,
    language: str,
    slug: str | None = None,
    introduction: tuple[str, str] = ("", ""),
    actor: str,
) -> int:
    """Make a topic without parts and return its id; without a slug it is made of the title.

    `introduction` is Markdown, and the HTML that was made of it. Raises Invalid where a field cannot be taken, Conflict
    where another topic has the title or the slug.
    """
    title = fit(title, what="topic", place="title", longest=TITLE)
    check_free(session, title, None)
    topic_id = actions.create(
        session,
        title,
        language=fit_language(language),
        slug=own_slug(slug) if slug else None,
        introduction_markdown=introduction[0],
        introduction_html=introduction[1],
    )
    if slug and editable(session, topic_id).slug != own_slug(slug):
        raise Conflict(f"The address /topics/{own_slug(slug)}/ is taken.", place="slug", hint="Choose another one.")
    events.record(session, "topic.created", actor=actor, subject_id=topic_id, detail={"name": title})
    return topic_id


def change(
    session: Session,
    topic_id: int,
    *,
    title: str | None = None,
    slug: str | None = None,
    language: str | None = None,
    introduction: tuple[str, str] | None = None,
    expected: str | None = None,
    actor: str,
) -> int | None:
    """Change what is given; the id of the event, or None where nothing is new.

    A slug that was made of the title follows the title, and the old path leads to the new one. Raises NotFound, Stale
    where the topic is not of the `expected` version, else as `create`.
    """
    topic = editable(session, topic_id, expected)
    values: dict[str, Any] = {}
    if title is not None and (title := fit(title, what="topic", place="title", longest=TITLE)) != topic.title:
        check_free(session, title, topic_id)
        values["title"] = title
    if language is not None and fit_language(language) != topic.language:
        values["language"] = language
    if introduction is not None and introduction != (topic.introduction_markdown, topic.introduction_html):
        values["introduction_markdown"], values["introduction_html"] = introduction
    called = values.get("title", topic.title)
    if path := naming.follow(session, topic_id, "/topics/", slug, has=topic.slug, was=topic.title, called=called):
        values["path"] = path
    if not values:
        return None
    store(session, topic_id, values)
    now = editable(session, topic_id).version
    detail = version.told(called, topic, values, now, hidden=("introduction_html",))
    return events.record(session, "topic.changed", actor=actor, subject_id=topic_id, detail=detail)


def delete(session: Session, topic_id: int, *, expected: str | None = None, actor: str) -> int:
    """Delete a topic; its parts stay and are of no topic, its paths answer 410. Returns the id of the event.

    Raises NotFound, and Stale where the topic is not of the `expected` version.
    """
    topic = editable(session, topic_id, expected)
    parts = session.execute(
        select(Part.subject_id, Part.rank).where(Part.topic_id == topic_id).order_by(Part.subject_id)
    ).all()
    session.execute(delete_rows(Part).where(Part.topic_id == topic_id))
    session.execute(delete_rows(Topic).where(Topic.id == topic_id))
    subjects.purge(session, topic_id)
    stored = {
        "title": topic.title,
        "slug": topic.slug,
        "path": topic.path,
        "language": topic.language,
        "introduction_markdown": topic.introduction_markdown,
        "introduction_html": topic.introduction_html,
    }
    detail = {
        "name": topic.title,
        "path": topic.path,
        "posts": len(parts),
        "undo": {"topic": stored, "parts": [[row.subject_id, row.rank] for row in parts]},
    }
    return events.record(session, "topic.deleted", actor=actor, subject_id=topic_id, detail=detail)


def editable(session: Session, topic_id: int, expected: str | None = None) -> Edited:
    """The topic, locked until the transaction ends. Raises NotFound, and Stale where it has another version."""
    session.execute(select(Topic.id).where(Topic.id == topic_id).with_for_update())
    topic = managing.edited(session, topic_id)
    if topic is None:
        raise NotFound(f"There is no topic {topic_id}.")
    version.require(expected, topic.version, f"The topic “{topic.title}”")
    return topic


def store(session: Session, topic_id: int, values: dict[str, Any]) -> None:
    """Write fields of a topic, and what hangs on them: what a title is found by, and the slug of a path."""
    session.execute(update(Topic).where(Topic.id == topic_id).values(**naming.columns(values, "title")))


def check_free(session: Session, title: str, topic_id: int | None) -> None:
    """Raises Conflict where another topic is called so."""
    found = session.execute(select(Topic.id, Topic.title).where(Topic.folded == fold(title))).first()
    if found is not None and found.id != topic_id:
        raise Conflict(f"There is a topic {found.title!r} already.", place="title", hint="Choose another title.")


def fit_language(language: str) -> str:
    """The tag of a language. Raises Invalid where it is none."""
    if len(language) > LANGUAGE or not _LANGUAGE.fullmatch(language):
        raise Invalid(
            f"{language[:60]!r} is no tag of a language.", place="language", hint="A tag looks like en, de or zh-Hant."
        )
    return language
