"""What several programs' tags stand for: videos, gists and other things that live elsewhere."""

import re
from urllib.parse import quote, urlsplit

_VIDEO_HOSTS = re.compile(r"(?:^|\.)(?:youtube\.com|youtu\.be|youtube-nocookie\.com|vimeo\.com)$")


def youtube(video: str) -> str:
    """The address of a video, which alone in its paragraph becomes a still with a player behind it."""
    return f"https://www.youtube.com/watch?v={quote(video, safe='-_')}"


def youtube_playlist(playlist: str) -> str:
    """The address of a playlist."""
    return f"https://www.youtube.com/playlist?list={quote(playlist, safe='-_')}"


def vimeo(video: str) -> str:
    """The address of a video at Vimeo."""
    return f"https://vimeo.com/{quote(video)}"


def gist(name: str) -> str:
    """A link to a gist: other people's scripts are not put into our pages."""
    return f"[Gist {name}](https://gist.github.com/{quote(name)})"


def tweet(user: str, status: str) -> str:
    """A link to a post at X."""
    address = f"https://x.com/{quote(user)}/status/{quote(status)}"
    return f"[Post on X]({address})"


def instagram(name: str) -> str:
    """A link to a post at Instagram."""
    return f"[Post on Instagram](https://www.instagram.com/p/{quote(name)}/)"


def jsfiddle(name: str) -> str:
    """A link to a fiddle."""
    return f"[JSFiddle {name}](https://jsfiddle.net/{quote(name)}/)"


def iframe(address: str) -> str:
    """A video's address as such, and a link to anything else that stood in a frame."""
    address = f"https:{address}" if address.startswith("//") else address
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    embedded = re.fullmatch(r"https?://[^/]*youtube(?:-nocookie)?\.com/(?:embed|v)/([\w-]+).*", address)
    if embedded:
        return youtube(embedded[1])
    played = re.fullmatch(r"https?://player\.vimeo\.com/video/(\d+).*", address)
    if played:
        return vimeo(played[1])
    safe = re.sub(r"[\s<>()\\]", lambda found: quote(found[0]), address)
    return address if _VIDEO_HOSTS.search(host) else f"[{host or 'Frame'}]({safe})"
