"""What was done, in plain words: a table from verbs to sentences. A verb that nobody knows here is shown as it is."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

#: What is done to a subject or another thing, by what stands behind the dot of a verb.
ACTIONS: Mapping[str, str] = {
    "created": "made",
    "updated": "changed",
    "drafted": "kept a newer draft of",
    "changed": "changed",
    "published": "published",
    "withdrawn": "took back from readers",
    "scheduled": "scheduled",
    "unlisted": "took off the lists",
    "moved": "moved",
    "tagged": "hung a tag on",
    "bylined": "named another author of",
    "preview-made": "made a preview link to",
    "preview-revoked": "revoked a preview link to",
    "reverted": "went back to an older text of",
    "trashed": "moved to the trash",
    "restored": "took out of the trash",
    "purged": "deleted for good",
    "deleted": "deleted",
    "removed": "removed",
    "added": "added",
    "merged": "merged",
    "reordered": "put the parts in another order of",
    "part-added": "added a part to",
    "part-removed": "took a part out of",
    "imported": "imported",
    "described": "described",
    "uploaded": "uploaded",
}
#: What things are called, by what stands before the dot.
NOUNS: Mapping[str, str] = {
    "post": "the post",
    "page": "the page",
    "tag": "the tag",
    "topic": "the topic",
    "author": "the author",
    "link": "the redirect",
    "media": "the file",
    "book": "the book",
    "account": "the account",
}
#: What has a sentence of its own.
WHOLE: Mapping[str, str] = {
    "site.changed": "changed settings of the site",
    "account.signed-in": "signed in",
    "account.signed-out": "signed out",
    "account.created": "made an account for",
    "account.invited": "invited",
    "account.disabled": "disabled the account of",
    "account.enabled": "enabled the account of",
    "account.password-changed": "set the password of",
    "account.link-made": "made a one-time link for",
    "token.granted": "got a token for a program",
    "token.made": "made a token",
    "token.revoked": "revoked a token",
    "token.came-twice": "showed a token that was used up, so all of its kind were revoked",
    "letter.given-up": "gave up sending a letter",
    "link.imported": "added a list of redirects",
    "missed.forgotten": "forgot what was asked for in vain:",
    "import.rehearsed": "rehearsed the import of",
    "import.begun": "began the import of",
    "import.taken-back": "took back the import of",
    "backup.made": "began a backup",
    "backup.taken": "took away the backup",
    "backup.deleted": "deleted the backup",
    "journal.thrown": "threw away what they had typed and not saved",
    "undone": "took back a change",
}
#: What somebody did to their own account.
OWN: Mapping[str, str] = {
    "account.password-changed": "set their password",
    "account.updated": "changed their own account",
    "account.link-made": "made a one-time link for themselves",
    "account.disabled": "disabled their own account",
}
#: By which link somebody signed in.
LINKS: Mapping[str, str] = {
    "sign-in": "a one-time link",
    "invitation": "an invitation",
    "reset": "a link for a new password",
}
#: The groups of verbs that can be asked for.
GROUPS: tuple[tuple[str, str], ...] = (
    ("post", "Posts"),
    ("page", "Pages"),
    ("tag", "Tags"),
    ("topic", "Topics"),
    ("author", "Authors"),
    ("media", "Media"),
    ("link", "Redirects"),
    ("book", "Books"),
    ("import", "Imports"),
    ("backup", "Backups"),
    ("site", "Settings"),
    ("account", "Accounts"),
    ("token", "Tokens"),
    ("letter", "Mail"),
    ("undone", "Undone"),
)
#: Options of the site and fields of forms whose names say too little by themselves.
FIELDS: Mapping[str, str] = {
    "timezone": "time zone",
    "sides": "side parts",
    "theme_options": "options of the theme",
    "meta_title": "title for search engines",
    "meta_description": "description for search engines",
}
#: So much of a value is shown, and so many changes of one event.
LONGEST, MOST = 200, 40


class Change(NamedTuple):
    """A field that was changed: its name, and what it was and became; both are None where that is not told."""

    field: str
    before: str | None
    after: str | None


def sentence(verb: str, *, named: bool = True) -> str:
    """What was done, to stand behind who did it and before what it was done to, where that is `named`."""
    if not named and verb in OWN:
        return OWN[verb]
    if verb in WHOLE:
        return WHOLE[verb]
    thing, _, action = verb.partition(".")
    if thing in NOUNS and action in ACTIONS:
        return f"{ACTIONS[action]} {NOUNS[thing]}"
    return f"did {verb}:"


def named(detail: Mapping[str, Any], actor: str) -> str:
    """What an event calls what it was done to; empty where it does not say it, or where it is who did it."""
    for key in ("name", "title", "path", "filename", "recipient"):
        if isinstance(value := detail.get(key), str) and value and (key, value) != ("name", actor):
            return value
    return ""


def more(detail: Mapping[str, Any]) -> str:
    """What else an event tells in a word or two."""
    told = []
    for key, words in (("into", "into “{}”"), ("to", "to {}"), ("from", "from {}"), ("post", "“{}”"), ("by", "by {}")):
        if isinstance(value := detail.get(key), str) and value:
            told.append(words.format(LINKS.get(value, _cut(value)) if key == "by" else _cut(value)))
    return ", ".join(told)


def changes(detail: Mapping[str, Any]) -> list[Change]:
    """What was changed, as far as an event tells it."""
    return list(_changes(detail))[:MOST]


def _changes(detail: Mapping[str, Any]) -> Iterator[Change]:
    changed = detail.get("changed")
    if isinstance(changed, Mapping):
        for field, told in changed.items():
            if isinstance(told, Mapping) and {"from", "to"} <= told.keys():
                yield Change(_field(field), _shown(told["from"]), _shown(told["to"]))
            elif isinstance(told, list) and len(told) == 2:
                yield Change(_field(field), _shown(told[0]), _shown(told[1]))
            else:
                yield Change(_field(field), None, None)
        return
    if isinstance(changed, list):
        yield from (Change(_field(str(field)), None, None) for field in changed)
        return
    undo = detail.get("undo")
    before, after = (undo.get("before"), undo.get("after")) if isinstance(undo, Mapping) else (None, None)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for field in sorted(before):
            yield Change(_field(field), _shown(before[field]), _shown(after.get(field)))


def _field(name: str) -> str:
    return FIELDS.get(name, name.replace("_", " "))


def _shown(value: object) -> str:
    """A value in a line: texts as they are, lists by their entries, nothing as nothing."""
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        return _cut(", ".join(map(str, value)))
    if isinstance(value, list):
        return _cut(", ".join(_entry(each) for each in value))
    return _cut(value if isinstance(value, str) else _entry(value))


def _entry(value: object) -> str:
    if isinstance(value, Mapping):
        known = [str(value[key]) for key in ("title", "name", "part", "address", "path") if value.get(key)]
        if known:
            return " ".join(known)
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
