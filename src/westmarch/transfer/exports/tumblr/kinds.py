"""Tumblr's kinds of posts as HTML: photos, quotations, links, chats, sound, films, answers."""

import html
from collections.abc import Iterable, Sequence


def photos(addresses: Iterable[tuple[str, str]], caption: str) -> str:
    """Pictures, each with its own caption as plain text, and the text below all of them."""
    figures = (
        f'<figure><img src="{html.escape(one)}" alt="">'
        + (f"<figcaption>{html.escape(words)}</figcaption>" if words else "")
        + "</figure>"
        for one, words in addresses
    )
    return "".join(figures) + caption


def quotation(words: str, source: str) -> str:
    """What somebody said, and where."""
    return f"<blockquote><p>{words}</p></blockquote>" + (f"<p>{source}</p>" if source else "")


def link(address: str, title: str, description: str) -> str:
    """A link, and what is said of it."""
    return f'<p><a href="{html.escape(address)}">{html.escape(title or address)}</a></p>{description}'


def chat(lines: Sequence[tuple[str, str]]) -> str:
    """Who said what, line by line."""
    rows = (f"<b>{html.escape(label)}</b> {html.escape(words)}".strip() for label, words in lines)
    return f"<p>{'<br>'.join(rows)}</p>" if lines else ""


def player(kind: str, address: str, embedded: str, caption: str) -> str:
    """Sound or film: the player of another site, else a file."""
    if "<iframe" in embedded:
        return embedded + caption
    if address.startswith(("http://", "https://")):
        shown = html.escape(address)
        made = f'<{kind} src="{shown}" controls></{kind}>' if _is_file(address) else shown
        return f"<p>{made}</p>{caption}"
    return embedded + caption


def _is_file(address: str) -> bool:
    return address.partition("?")[0].lower().endswith((".mp3", ".mp4", ".m4a", ".ogg", ".wav", ".webm", ".mov"))


def answer(name: str, question: str, words: str) -> str:
    """A question, who asked it, and the answer."""
    asked = f"<p><b>{html.escape(name or 'Anonymous')}</b></p>"
    return f"<blockquote>{asked}<p>{question}</p></blockquote>{words}"
