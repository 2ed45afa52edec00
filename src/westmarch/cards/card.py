"""What is drawn on a card, apart from what draws it: the program that asks for cards does not load that."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """What is drawn: title and name of the site, each with its language and direction, and the colour (`#1f6f8b`)."""

    title: str
    language: str
    rtl: bool
    site: str
    site_language: str
    site_rtl: bool
    accent: str
