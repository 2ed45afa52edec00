"""Jekyll's `{% include file key="value" %}`: the files of these names that many themes have, by what they show.

The files themselves are templates and are not run.
"""

import re
from pathlib import PurePosixPath

from westmarch.transfer import embeds

_ARGUMENT = re.compile(r"\b([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_FIGURES = frozenset({"figure", "figure-img", "image", "img", "picture", "post-image", "captioned-image"})
_SOURCES = ("src", "image_path", "image", "path", "url", "file", "filename", "img")
_VIDEOS = frozenset({"video", "youtube", "vimeo", "youtube-embed", "youtubeplayer", "vimeoplayer", "embed-youtube"})
_TOCS = frozenset({"toc", "table-of-contents"})


def replaced(written: str) -> str | None:
    """What stands in place of an include with these arguments; None where it is not known, or one is computed."""
    name, arguments = [*written.split(None, 1), "", ""][:2]
    stem = PurePosixPath(name).stem.lower().replace("_", "-")
    given = {key: double or single for key, double, single in _ARGUMENT.findall(arguments)}
    if "{{" in written or "=" in _ARGUMENT.sub("", arguments):
        return None
    if stem in _TOCS:
        return "[[toc]]"
    if stem in _FIGURES:
        return _figure(given)
    if stem in _VIDEOS:
        return _video(stem, given)
    words = given.get("content") or given.get("text") or given.get("message")
    if words and (stem in embeds.CALLOUTS or stem in embeds.BOXES):
        kind = given.get("type") or given.get("class") or stem
        return embeds.callout(kind, given.get("title", ""), words)
    return None


def _figure(given: dict[str, str]) -> str | None:
    src = next((given[key] for key in _SOURCES if given.get(key)), "")
    if not src:
        return None
    return embeds.figure(
        src,
        alt=given.get("alt", ""),
        title=given.get("title", ""),
        caption=given.get("caption", "") or given.get("description", ""),
        link=given.get("link", ""),
        width=given.get("width", ""),
        height=given.get("height", ""),
    )


def _video(stem: str, given: dict[str, str]) -> str | None:
    video = given.get("id") or given.get("video") or given.get("video_id") or ""
    if not re.fullmatch(r"[\w-]+", video):
        return None
    vimeo = "vimeo" in stem or given.get("provider", "").lower() == "vimeo"
    return embeds.vimeo(video) if vimeo else embeds.youtube(video)
