"""The contact sheet: a page of thumbnails, and pictures of twelve thumbnails at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from jinja2 import Environment
from PIL import Image, ImageDraw, ImageFont

from screenshots.camera import Picture

#: Pixels of a thumbnail, and of its label.
WIDE, TALL, LABEL = 460, 620, 22
ACROSS, DOWN = 4, 3
#: How many pixels of a thumbnail show one of the page, at most: phones are shown nearly as large as they are.
LARGEST = 0.8

_PAGE = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Contact sheet</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; background: #777; color: #fff }
section > div { display: flex; flex-wrap: wrap; gap: 1rem; align-items: start }
figure { margin: 0 } img { display: block; max-inline-size: 100%; block-size: auto } a { color: inherit }
</style></head><body>
<h1>Contact sheet</h1>
<p>Twelve at a time: {% for name in twelves %}<a href="{{ name }}">{{ name }}</a> {% endfor %}</p>
{% for heading, pictures in groups %}
<section><h2>{{ heading }}</h2><div>
{% for picture in pictures %}
<figure><a href="{{ picture.file.name }}"><img loading="lazy" alt="" src="small/{{ picture.file.stem }}.jpg"></a>
<figcaption>{{ picture.width }} {{ picture.scheme }}</figcaption></figure>
{% endfor %}
</div></section>
{% endfor %}
</body></html>
""")


def write(folder: Path, pictures: Sequence[Picture]) -> Path:
    """Write `index.html`, `small/` and `twelve-….png` into the folder of the pictures; returns the page."""
    (folder / "small").mkdir(exist_ok=True)
    for picture in pictures:
        _thumbnail(picture).save(folder / "small" / f"{picture.file.stem}.jpg", quality=85)
    twelves = list(_twelves(folder, pictures))
    groups = [(name, list(found)) for name, found in groupby(pictures, lambda one: f"{one.site}: {one.page}")]
    page = folder / "index.html"
    page.write_text(_PAGE.render(groups=groups, twelves=twelves), encoding="utf-8")
    return page


def _thumbnail(picture: Picture) -> Image.Image:
    """The upper part of a picture, made smaller."""
    with Image.open(picture.file) as image:
        scale = min(LARGEST, WIDE / image.width)
        seen = image.crop((0, 0, image.width, min(image.height, round(TALL / scale))))
        return seen.resize((round(seen.width * scale), round(seen.height * scale)), Image.Resampling.LANCZOS)


def _twelves(folder: Path, pictures: Iterable[Picture]) -> Iterator[str]:
    """Sheets of twelve of the same width and scheme; gives their names."""
    font = ImageFont.load_default(15)
    alike = sorted(pictures, key=lambda one: (one.width, one.scheme))
    for (width, scheme), group in groupby(alike, lambda one: (one.width, one.scheme)):
        found = list(group)
        for start in range(0, len(found), ACROSS * DOWN):
            sheet = Image.new("RGB", (ACROSS * (WIDE + 10), DOWN * (TALL + LABEL + 10)), "#777")
            draw = ImageDraw.Draw(sheet)
            for place, picture in enumerate(found[start : start + ACROSS * DOWN]):
                left, top = place % ACROSS * (WIDE + 10), place // ACROSS * (TALL + LABEL + 10)
                draw.text((left + 4, top + 2), f"{picture.site}: {picture.page}", "white", font)
                with Image.open(folder / "small" / f"{picture.file.stem}.jpg") as small:
                    sheet.paste(small, (left, top + LABEL))
            name = f"twelve-{width}-{scheme}-{start // (ACROSS * DOWN) + 1:02}.png"
            sheet.save(folder / name)
            yield name
