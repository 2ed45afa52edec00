"""What several programs' tags stand for: pictures, boxes, and videos, gists and others that live elsewhere."""

import re
from urllib.parse import quote, urlsplit

#: The kinds of boxes that themes have, and ours.
CALLOUTS = {
    "note": "NOTE", "info": "NOTE", "notice": "NOTE", "abstract": "NOTE", "summary": "NOTE", "tldr": "NOTE",
    "example": "NOTE", "question": "NOTE", "help": "NOTE", "faq": "NOTE", "todo": "NOTE", "quote": "NOTE",
    "cite": "NOTE", "primary": "NOTE", "secondary": "NOTE", "default": "NOTE", "tip": "TIP", "hint": "TIP",
    "success": "TIP", "check": "TIP", "done": "TIP", "important": "IMPORTANT", "warning": "WARNING",
    "attention": "CAUTION", "caution": "CAUTION", "danger": "CAUTION", "error": "CAUTION", "failure": "CAUTION",
    "fail": "CAUTION", "missing": "CAUTION", "bug": "CAUTION",
}  # fmt: skip
#: Names that themes give to a box whose kind is an argument.
BOXES = ("notice", "admonition", "alert", "callout", "hint")
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


def figure(
    src: str,
    *,
    alt: str = "",
    title: str = "",
    caption: str = "",
    link: str = "",
    credit: str = "",
    credit_link: str = "",
    width: str = "",
    height: str = "",
) -> str:
    """A picture with what is said under it; alone in its paragraph it is a figure."""
    words = f"**{title}** {caption}" if title and caption else title or caption
    if credit:
        words = f"{words} {f'[{credit}]({_address(credit_link)})' if credit_link else credit}".lstrip()
    quoted = " ".join(words.split()).replace("\\", "\\\\").replace('"', "&quot;")
    sizes = (("width", width.removesuffix("px")), ("height", height.removesuffix("px")))
    size = " ".join(f"{name}={value}" for name, value in sizes if re.fullmatch(r"[0-9]{1,5}", value))
    name = re.sub(r"([\[\]\\])", r"\\\1", " ".join(alt.split()))
    picture = (
        f"![{name}]({_address(src)}" + (f' "{quoted}"' if quoted else "") + ")" + ("{" + size + "}" if size else "")
    )
    return f"[{picture}]({_address(link)})" if link else picture


def callout(kind: str, title: str, content: str) -> str:
    """A box of one of our kinds; one that nobody knows is a note."""
    head = f"[!{CALLOUTS.get(kind.lower(), 'NOTE')}] {' '.join(title.split())}".rstrip()
    return "\n".join(f"> {row}".rstrip() for row in (head, *content.strip().split("\n")))


def _address(written: str) -> str:
    return re.sub(r"[\s<>()\\]", lambda found: quote(found[0], safe=""), written)
