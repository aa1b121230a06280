"""Charts as SVG: bars for what stands side by side, lines for what grows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pygal  # type: ignore[import-not-found]  # in .tools/benchmarks alone
from pygal.style import CleanStyle  # type: ignore[import-not-found]


def bars(title: str, names: Sequence[str], series: Mapping[str, Sequence[float]]) -> bytes:
    """Horizontal bars, the series stacked."""
    chart = pygal.HorizontalStackedBar(**_looks(title), height=90 + 32 * len(names))
    # pygal draws from the bottom up.
    chart.x_labels = list(reversed(names))
    for name, values in series.items():
        chart.add(name, [round(value, 3) for value in reversed(values)])
    return _svg(chart)


def growth(title: str, sizes: Sequence[float], series: Mapping[str, Sequence[float]], *, unit: str) -> bytes:
    """Lines over sizes, both axes logarithmic: a slope of one is linear growth, a flat line is constant."""
    chart = pygal.XY(
        **_looks(title), height=380, logarithmic=True, xrange=(min(sizes), max(sizes)), x_title=unit
    )
    chart.x_labels = list(sizes)
    everything = [value for values in series.values() for value in values]
    lowest, highest = math.floor(math.log10(min(everything))), math.ceil(math.log10(max(everything)))
    chart.y_labels = [10**power for power in range(lowest, highest + 1)]
    for name, values in series.items():
        chart.add(name, [(size, value) for size, value in zip(sizes, values, strict=True)])
    return _svg(chart)


def _looks(title: str) -> dict[str, Any]:
    """No script, no font and no address from elsewhere: a page shows the chart as an image."""
    return {
        "title": title,
        "js": [],
        "style": CleanStyle(
            font_family="sans-serif",
            background="white",
            plot_background="white",
            guide_stroke_color="#ddd",
            major_guide_stroke_color="#ccc",
        ),
        "width": 820,
        "legend_at_bottom": True,
        "show_x_guides": True,
        "no_prefix": True,  # its classes need no random name: an image stands alone
    }


def _svg(chart: Any) -> bytes:
    drawn: bytes = chart.render()
    return drawn
