"""Devices in words: what a browser calls itself, short enough to be recognised."""

import re

# In order: most browsers also name those whose pages they want to get.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/([0-9]+)"),
    ("Opera", r"(?:OPR|Opera)/([0-9]+)"),
    ("Samsung Internet", r"SamsungBrowser/([0-9]+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/([0-9]+)"),
    ("Chrome", r"(?:HeadlessChrome|Chrome|CriOS|Chromium)/([0-9]+)"),
    ("Safari", r"Version/([0-9]+)[0-9.]*.* Safari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("Linux", r"Linux|X11"),
)


def words(agent: str) -> str:
    """Browser and system of a `User-Agent`, as `Firefox 150 on Linux`; of a program, what it says first."""
    found = next(((name, match[1]) for name, wanted in _BROWSERS if (match := re.search(wanted, agent))), None)
    system = next((name for name, wanted in _SYSTEMS if re.search(wanted, agent)), "")
    if found is None:
        browser = agent.split(" ")[0][:40] if agent and not agent.startswith("Mozilla/") else ""
    else:
        browser = " ".join(found)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "An unknown device"
