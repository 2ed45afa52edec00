"""What was done, in plain words."""

import re

import pytest

from tests.conftest import ROOT
from westmarch.admin import event_words
from westmarch.admin.event_words import Change, changes, more, named, sentence

pytestmark = pytest.mark.unit

_VERB = re.compile(r'"((?:post|page|tag|topic|author|link|media|site|account|token|letter|book)\.[a-z-]+)"')
_RECORDED = re.compile(r'record\(\s*session,\s*"([a-z.-]+)"')


def test_a_verb_is_a_sentence() -> None:
    assert sentence("post.published") == "published the post"
    assert sentence("account.signed-in") == "signed in"
    assert sentence("site.changed") == "changed settings of the site"


def test_an_unknown_verb_is_shown_as_it_is() -> None:
    assert sentence("moon.landed") == "did moon.landed:"


def test_every_verb_in_the_code_has_words() -> None:
    found = set()
    for path in (ROOT / "src" / "westmarch").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "events.record" in text or "_record(" in text:
            found |= set(_VERB.findall(text)) | set(_RECORDED.findall(text))
    assert len(found) > 10
    unknown = sorted(verb for verb in found if sentence(verb).startswith("did "))
    assert not unknown, f"give these verbs words in admin/event_words.py: {unknown}"


def test_changes_are_told_in_each_form() -> None:
    assert changes({"changed": {"title": {"from": "A", "to": "B"}, "text": {}}}) == [
        Change("title", "A", "B"),
        Change("text", None, None),
    ]
    assert changes({"changed": {"role": ["author", "editor"]}}) == [Change("role", "author", "editor")]
    assert changes({"changed": ["name"]}) == [Change("name", None, None)]
    undo = {
        "before": {"timezone": "UTC", "navigation": []},
        "after": {"timezone": "Asia/Tokyo", "navigation": [{"title": "A"}]},
    }
    assert changes({"undo": undo}) == [
        Change("navigation", "nothing", "A"),
        Change("time zone", "UTC", "Asia/Tokyo"),
    ]
    assert changes({"undo": {"before": [1, 2], "after": [2, 1]}}) == []
    assert changes({}) == []


def test_long_values_are_cut_and_many_changes_too() -> None:
    told = changes({"changed": {str(number): {"from": "x" * 5_000, "to": True} for number in range(99)}})
    assert len(told) == event_words.MOST
    assert (len(told[0].before or ""), told[0].after) == (event_words.LONGEST, "yes")


def test_who_did_something_is_not_what_it_was_done_to() -> None:
    assert named({"name": "Nell"}, "Nell") == ""
    assert named({"name": "Ann"}, "Nell") == "Ann"
    assert more({"into": "Sea"}) == "into “Sea”"


def test_what_somebody_did_to_their_own_account_reads_as_a_sentence() -> None:
    assert sentence("account.password-changed", named=False) == "set their password"
    assert sentence("account.password-changed") == "set the password of"
    assert sentence("account.signed-in", named=False) == "signed in"
    assert more({"by": "sign-in"}) == "by a one-time link"
