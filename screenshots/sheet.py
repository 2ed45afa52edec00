"""The contact sheet: a page of thumbnails, and pictures of twelve thumbnails at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment
from PIL import Image, ImageDraw, ImageFont

from screenshots.camera import Picture

LABEL, GAP = 22, 10


@dataclass(frozen=True, slots=True)
class Shape:
    """A thumbnail's width and height at most in pixels, and how many of them stand across on a sheet of twelve."""

    wide: int
    tall: int
    across: int


def shape(width: int) -> Shape:
    """The shape for pages of this width: phones are shown nearly as large as they are."""
    return Shape(300, 960, 6) if width < 600 else Shape(460, 640, 4) if width < 1000 else Shape(640, 560, 3)


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
    size = shape(picture.width)
    with Image.open(picture.file) as image:
        scale = size.wide / image.width
        seen = image.crop((0, 0, image.width, min(image.height, round(size.tall / scale))))
        return seen.resize((size.wide, round(seen.height * scale)), Image.Resampling.LANCZOS)


def _twelves(folder: Path, pictures: Iterable[Picture]) -> Iterator[str]:
    """Sheets of twelve of the same width and scheme; gives their names."""
    font = ImageFont.load_default(15)
    alike = sorted(pictures, key=lambda one: (one.width, one.scheme))
    for (width, scheme), group in groupby(alike, lambda one: (one.width, one.scheme)):
        size, found = shape(width), list(group)
        across, down = size.wide + GAP, size.tall + LABEL + GAP
        for start in range(0, len(found), 12):
            sheet = Image.new("RGB", (size.across * across, 12 // size.across * down), "#777")
            draw = ImageDraw.Draw(sheet)
            for place, picture in enumerate(found[start : start + 12]):
                left, top = place % size.across * across, place // size.across * down
                draw.text((left + 4, top + 2), f"{picture.site}: {picture.page}", "white", font)
                with Image.open(folder / "small" / f"{picture.file.stem}.jpg") as small:
                    sheet.paste(small, (left, top + LABEL))
            name = f"twelve-{width}-{scheme}-{start // 12 + 1:02}.png"
            sheet.save(folder / name)
            yield name
