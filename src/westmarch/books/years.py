"""How many books were finished in each year, as a picture: columns in SVG, drawn without any script."""

from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

_STEP, _COLUMN, _HEIGHT, _FOOT, _HEAD = 44, 28, 96, 22, 18
#: So many years are drawn, the newest ones.
MOST = 24


def picture(years: Mapping[int, int], number: Callable[[int], str]) -> Markup:
    """The picture of the years, gaps among them left free; it is for the eye, the numbers stand beside it as a list."""
    last, first = max(years), max(min(years), max(years) - MOST + 1)
    most = max(years[year] for year in years if year >= first)
    drawn = []
    for place, year in enumerate(range(first, last + 1)):
        count = years.get(year, 0)
        high = max(2, round(_HEIGHT * count / most)) if count else 0
        x, foot = place * _STEP + (_STEP - _COLUMN) // 2, _HEAD + _HEIGHT
        middle = x + _COLUMN // 2
        if count:
            drawn.append(f'<rect x="{x}" y="{foot - high}" width="{_COLUMN}" height="{high}" rx="1"/>')
            drawn.append(f'<text x="{middle}" y="{foot - high - 6}">{escape(number(count))}</text>')
        drawn.append(f'<text class="year" x="{middle}" y="{foot + 17}">{escape(number(year))}</text>')
    width = (last - first + 1) * _STEP
    tall = _HEAD + _HEIGHT + _FOOT
    return Markup(  # noqa: S704 - numbers of ours, what the words make of them is escaped
        f'<svg class="years-picture" viewBox="0 0 {width} {tall}" width="{width}" height="{tall}" '
        f'text-anchor="middle" font-size="12" aria-hidden="true" focusable="false">{"".join(drawn)}'
        f'<path d="M0 {_HEAD + _HEIGHT + 0.5}H{width}"/></svg>'
    )
