"""The players of videos that a page may open: of which hosts, and at which addresses."""

import re

PEERTUBE_HOSTS = (
    "diode.zone",
    "framatube.org",
    "makertube.net",
    "peertube.tv",
    "spectra.video",
    "tilvids.com",
    "tube.tchncs.de",
    "video.blender.org",
)
PLAYER_HOSTS = ("www.youtube-nocookie.com", "player.vimeo.com", "player.bilibili.com", *PEERTUBE_HOSTS)
"""The only hosts that `data-embed` may name: the site's policy lets frames come from these."""

_PLAYER = re.compile(
    r"https://(?:www\.youtube-nocookie\.com/embed/|player\.vimeo\.com/video/|player\.bilibili\.com/player\.html\?"
    rf"|(?:{'|'.join(map(re.escape, PEERTUBE_HOSTS))})/videos/embed/)[\w?&=.%-]*$",
    re.ASCII,
)


def is_player(url: str) -> bool:
    """Whether an address is that of a player we know: only such a one may stand in `data-embed`."""
    return bool(_PLAYER.match(url))
