"""Feeds: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1, with the whole texts and whole addresses."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from westmarch.books import mentioned
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.feeds import channels, names
from westmarch.feeds.channels import Channel, Document
from westmarch.feeds.names import Names
from westmarch.links.paths import Suffix, directory
from westmarch.web.replies import Reply
from westmarch.web.surface import View, led_to, media_path

ATOM, RSS, JSON = "application/atom+xml", "application/rss+xml", "application/feed+json"
#: When a feed without posts was updated: no document reads the clock.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: No texts in another form than the stored one.
_AS_STORED: Mapping[int, str] = {}


def site(session: Reading, view: View, suffix: Suffix) -> Reply:
    """The feed of the site."""
    return _feed(session, view, suffix, channels.of_site(session, view))


def tag(session: Reading, view: View, tag_id: int, suffix: Suffix) -> Reply:
    """The feed of a tag."""
    return _feed(session, view, suffix, channels.of_tag(session, view, tag_id))


def author(session: Reading, view: View, author_id: int, suffix: Suffix) -> Reply:
    """The feed of an author."""
    return _feed(session, view, suffix, channels.of_author(session, view, author_id))


def topic(session: Reading, view: View, topic_id: int, suffix: Suffix) -> Reply:
    """The feed of a topic."""
    return _feed(session, view, suffix, channels.of_topic(session, view, topic_id))


def _feed(session: Reading, view: View, suffix: Suffix, channel: Channel) -> Reply:
    found = channels.document(channel, view.query, view.site.feed_items)
    named = names.of_posts(session, [post.id for post in found.posts])
    texts = mentioned.linked(session, view, {post.id: post.html for post in found.posts})
    reply = _written(view, suffix, channel, found, named, texts)
    if found.number is not None:
        reply.query = f"page={found.number}"
    return reply


def written(view: View, suffix: Suffix, channel: Channel, named: dict[int, Names]) -> Reply:
    """The one document of a feed without an archive; `named` has authors and tags by the ids of its entries."""
    return _written(view, suffix, channel, channels.document(channel, "", view.site.feed_items), named)


def _written(
    view: View,
    suffix: Suffix,
    channel: Channel,
    found: Document,
    named: dict[int, Names],
    texts: Mapping[int, str] = _AS_STORED,
) -> Reply:
    address = view.surface.absolute(directory(channel.path)) + (suffix.feed or "")

    def at(number: int | None) -> str | None:
        return None if number is None else f"{address}?page={number}"

    if suffix.feed == "feed.json":
        return _json(view, channel, found, named, texts, address, at)
    template, mime = ("feeds/rss.xml", RSS) if suffix.feed == "rss.xml" else ("feeds/atom.xml", ATOM)
    return view.document(
        template,
        f"{mime}; charset=utf-8",
        channel=channel,
        document=found,
        address=address,
        at=at,
        names=named,
        updated=max(map(_changed, found.posts), default=_NEVER),
        changed=_changed,
        html_of=lambda post: _html(view, post, texts),
        rfc3339=_rfc3339,
        rfc822=format_datetime,
    )


def _changed(post: NamedRow) -> datetime:
    return max(at for at in (post.updated_at, post.published_at, _NEVER) if at is not None)


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _html(view: View, post: NamedRow, texts: Mapping[int, str]) -> str:
    """The whole text, that of `texts` where it has one, with whole addresses, also of what it refers to in itself."""
    html = texts.get(post.id, post.html)
    return view.surface.place(led_to(view.surface.absolute(post.path), html), view.surface.root)


def _json(
    view: View,
    channel: Channel,
    found: Document,
    named: dict[int, Names],
    texts: Mapping[int, str],
    address: str,
    at: Callable[[int | None], str | None],
) -> Reply:
    surface = view.surface
    feed = _without_empty(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": channel.title,
            "home_page_url": surface.absolute(channel.path),
            "feed_url": at(found.number) or address,
            "description": channel.description,
            "language": channel.language,
            "next_url": at(found.previous),
        }
    )
    feed["items"] = [
        _without_empty(
            {
                "id": post.guid,
                "url": surface.absolute(post.path),
                "title": post.title,
                "summary": post.summary,
                "image": surface.root + media_path(post.cover_hash, post.cover_extension) if post.cover_hash else "",
                "date_published": _rfc3339(post.published_at),
                "date_modified": _rfc3339(_changed(post)),
                "language": post.language,
                "authors": [{"name": a.name, "url": surface.absolute(a.path)} for a in named[post.id].authors],
                "tags": [tag.name for tag in named[post.id].tags],
            }
        )
        | {"content_html": _html(view, post, texts)}
        for post in found.posts
    ]
    return Reply(json.dumps(feed, ensure_ascii=False).encode("utf-8", "replace"), JSON)


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [])}
