"""Making topics and giving subjects their places in them. What people do to topics is in editing.py."""

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from westmarch.links import actions as links
from westmarch.links.paths import last_segment, slugify
from westmarch.subjects import actions as subjects
from westmarch.subjects.names import fold
from westmarch.topics.models import Part, Topic


def ensure(session: Session, title: str, *, language: str) -> int:
    """The id of the topic called so; one that does not exist is made."""
    found = session.scalar(select(Topic.id).where(Topic.folded == fold(title)))
    return found if found is not None else create(session, title, language=language)


def create(
    session: Session,
    title: str,
    *,
    language: str,
    slug: str | None = None,
    introduction_markdown: str = "",
    introduction_html: str = "",
) -> int:
    """Make a topic with a page of its own."""
    topic_id = subjects.create(session, "topic")
    path = links.claim_free(session, topic_id, f"/topics/{slugify(slug or title)}/")
    session.execute(
        insert(Topic).values(
            id=topic_id,
            title=" ".join(title.split()),
            folded=fold(title),
            slug=last_segment(path),
            path=path,
            language=language,
            introduction_markdown=introduction_markdown,
            introduction_html=introduction_html,
            post_count=0,
        )
    )
    return topic_id


def place(session: Session, subject_id: int, topic_id: int | None, rank: int | None) -> int | None:
    """Make the subject a part of the topic at `rank` (None: after the last), or of none; the topic it left, or None.

    Numbers of parts are not given here: `number` does that, for whoever knows which parts are listed.
    """
    before = session.execute(select(Part.topic_id, Part.rank).where(Part.subject_id == subject_id)).first()
    if before is not None and before.topic_id == topic_id and rank in (None, before.rank):
        return None
    if before is not None:
        session.execute(delete(Part).where(Part.subject_id == subject_id))
    if topic_id is not None:
        if rank is None:
            rank = (session.scalar(select(func.max(Part.rank)).where(Part.topic_id == topic_id)) or 0) + 1
        session.execute(insert(Part).values(topic_id=topic_id, subject_id=subject_id, rank=rank, number=None))
    return before.topic_id if before is not None and before.topic_id != topic_id else None


def number(session: Session, topic_id: int, listed: set[int]) -> None:
    """Number the parts of a topic that are in `listed` (ids of subjects) from one, and count them."""
    rows = session.execute(
        select(Part.subject_id, Part.number).where(Part.topic_id == topic_id).order_by(Part.rank, Part.subject_id)
    ).all()
    count = 0
    for subject_id, old in rows:
        new = None
        if subject_id in listed:
            count += 1
            new = count
        if new != old:
            session.execute(
                update(Part).where(Part.topic_id == topic_id, Part.subject_id == subject_id).values(number=new)
            )
    session.execute(update(Topic).where(Topic.id == topic_id, Topic.post_count != count).values(post_count=count))
