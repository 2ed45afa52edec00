"""What the sites to look at are filled with: folders of Markdown, as the importer takes them, at their most trying."""

import random
import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.demo.demo_site import DEMO, texts

NEWEST = date(2026, 10, 30)

_PLAIN = """\
The harbour measures what the sea does, twice a day, and writes it down with *care*. Nobody asked it to.

A reading is a number and the hour at which it was true. Everything that is drawn later, every curve and every table for
sailors, is made of these two, and of the patience of whoever went out in the rain to take them.

He kept the first book for eleven years. The second begins in another hand, in the middle of a week, without a word.

What the two agree on is the ink, which was the harbour’s, and the habit of ruling a line under each new moon."""
PLAIN = _PLAIN.split("\n\n")
TITLES = {
    "en": (
        "A reading taken in the rain", "Ink", "What the second hand wrote", "Eleven years of low water",
        "On ruling a line under the moon", "The harbour master’s spare key", "Fog", "How to be exact about mud",
        "Two books and no explanation", "Letters to a manufacturer of gauges", "The year without a spring tide",
        "Numbers that nobody asked for",
    ),
    "zh": (
        "雨中读数", "墨", "第二本账是谁写的", "十一年的低潮", "新月之下画一道线", "港务长的备用钥匙", "雾",
        "怎样把泥说得精确", "两本册子，没有解释", "致一位量具制造商的信", "没有大潮的那一年", "没有人要的数字",
    ),
    "ar": (
        "قراءةٌ تحت المطر", "حِبر", "ما كتبته اليد الثانية", "أحدَ عشرَ عامًا من الجَزْر", "خطٌّ تحت كلّ هلال",
        "المفتاح الاحتياطيّ لربّان الميناء", "ضباب", "كيف تكون دقيقًا في وصف الطين", "دفتران ولا تفسير",
        "رسائل إلى صانع مقاييس", "السنة التي لم يأتِ فيها مدٌّ عالٍ", "أرقامٌ لم يطلبها أحد",
    ),
}  # fmt: skip
TAGS = {"en": ("Tides", "Paper", "Weather"), "zh": ("潮汐", "纸", "天气"), "ar": ("المدّ", "الورق", "الطقس")}

Files = Mapping[str, str]


def file(number: int, title: str, body: str, **fields: Any) -> tuple[str, str]:
    """The name and text of a file with front matter; the higher the number, the older the post."""
    head = {"title": title, "slug": f"post-{number}", "date": NEWEST - timedelta(days=17 * number), **fields}
    return f"{number:02}.md", f"---\n{yaml.safe_dump(head, allow_unicode=True)}---\n{body}\n"


def paragraphs(language: str) -> list[str]:
    """Prose in a language: that of the demonstration, where it speaks it."""
    if language == "en":
        return PLAIN
    body = next(text.body for text in texts() if text.head.get("language") == language)
    return [
        part for part in body.split("\n\n") if part[0].isalpha() and part[-1] in ".。" and not {"[", "$"} & set(part)
    ]


def ordinary(language: str, posts: int = 12, **fields: Any) -> Files:
    """So many posts without any picture, none of them special."""
    prose = paragraphs(language)
    return dict(
        file(
            number, title, "\n\n".join(prose[(number + k) % len(prose)] for k in range(4)),
            tags=list(TAGS[language][: 1 + number % 3]), authors=["Nell Ashdown"], language=language, **fields,
        )
        for number, title in enumerate(TITLES[language][:posts])
    )  # fmt: skip


def mixed() -> Files:
    """Three languages in turn, and all of them in one post."""
    several = [ordinary(language) for language in ("en", "zh", "ar")]
    names = sorted(several[0])
    made = {name: several[number % 3][name] for number, name in enumerate(names)}
    body = "\n\n".join(
        f"## {TITLES[language][2]} {{#{language}}}\n\n[{paragraphs(language)[0]}]{{lang={language}}}\n"
        for language in ("zh", "ar", "en")
    )
    title = f"Tides, {TAGS['zh'][0]} and {TAGS['ar'][0]} in one title"
    return made | dict([file(0, title, body, tags=[TAGS[language][0] for language in TAGS])])


def long_titles() -> Files:
    """Titles of 300 characters: of ordinary words, of one word, in Chinese, in Arabic."""
    words = "A reading taken in the rain by somebody who had not been asked to and did it for eleven years all the same"
    several = {
        "en": (f"{words}, and of what became of the book, " * 3)[:300],
        "de": ("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung" * 5)[:300],
        "zh": ("没有人要的数字，和雨中读数的人，以及第二本账是谁写的这个问题，" * 12)[:300],
        "ar": ("أرقامٌ لم يطلبها أحد، وما كتبته اليد الثانية تحت المطر، " * 8)[:300],
    }
    return dict(
        file(
            number, title, "\n\n".join(PLAIN), language=language, slug=f"long-{language}",
            tags=[title[:100]], topic=title[:200], description=title,
        )
        for number, (language, title) in enumerate(several.items())
    )  # fmt: skip


def pictures_alone() -> Files:
    """Posts that are pictures and nothing else, each with a cover."""
    names = sorted(path.name for path in (DEMO / "pictures").glob("*.webp") if "-" in path.stem)
    made = []
    for number, name in enumerate(names[:9]):
        shown = [
            f"![A picture](pictures/{each})" for each in (name, names[-1 - number], names[(number + 4) % len(names)])
        ]
        shown[1] = f'{shown[1][:-1]} "A caption under it"){{.{("wide", "full", "wide")[number % 3]}}}'
        made.append(file(number, TITLES["en"][number], "\n\n".join(shown), cover=f"pictures/{name}", tags=["Pictures"]))
    return dict(made)


def trying() -> Files:
    """A wall of code, a table of 40 rows, headings of all levels."""
    chance = random.Random(1)
    code = "\n".join(
        f"    reading_{line} = measured({chance.random() * 9:.3f}, {line % 24}, station='{TITLES['en'][line % 12]}')"
        for line in range(140)
    )
    rows = "\n".join(
        f"| {NEWEST - timedelta(days=row)} | {chance.random() * 6:.2f} | {chance.random() * 6:.2f} | "
        f"{chance.choice(('calm', 'fog', 'a gale from the north-west', ''))} | {chance.randrange(10**6):,} | {row} |"
        for row in range(40)
    )
    table = f"| day | low | high | weather | visitors | no |\n|---|--:|--:|---|--:|--:|\n{rows}"
    deep = "\n\n".join(
        f"{'#' * (2 + number % 5)} Section {number}, which is of level {2 + number % 5}\n\n{PLAIN[number % 4]}"
        for number in range(24)
    )
    many = "\n\n".join(f"## {TITLES['en'][number % 12]} {number}\n\n{PLAIN[number % 4]}" for number in range(40))
    return dict([
        file(0, "A wall of code", f'```python title="readings.py" {{3,7-9}}\ndef year():\n{code}\n```', slug="code"),
        file(1, "A table of forty rows", table, slug="table"),
        file(2, "Deep headings", deep, slug="deep"),
        file(3, "Forty headings", many, slug="many"),
        file(4, "One line", "Slack water.", slug="line"),
    ])  # fmt: skip


def write(folder: Path, files: Files) -> Path:
    """A folder with the files, and with the pictures of the demonstration beside them."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copytree(DEMO / "pictures", folder / "pictures")
    return folder
