"""The report's pictures: SVG that takes its colours and its font from the page, so that both themes and print fit.

matplotlib draws with stand-in colours, which are then replaced by the page's own. Each picture has a label that says
in words what it shows; the numbers stand in a table beside it.
"""

import io
import re
from collections.abc import Sequence
from typing import NamedTuple

import matplotlib
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, LINE, ACCENT, BAD, GOOD = "#010101", "#020202", "#030303", "#040404", "#050505"
_PAGE = {INK: "currentColor", LINE: "var(--line)", ACCENT: "var(--accent)", BAD: "var(--bad)", GOOD: "var(--good)"}
_STYLE = {
    "svg.fonttype": "none", "font.size": 10, "text.color": INK, "axes.edgecolor": LINE, "axes.labelcolor": INK,
    "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False, "grid.color": LINE,
    "grid.linewidth": 0.5, "axes.axisbelow": True,
}  # fmt: skip
WIDE = 7.6  # inches; the page scales it


class Bar(NamedTuple):
    """One row of a dot chart: a share with its interval, marked where it is a finding."""

    label: str
    share: float
    low: float
    high: float
    marked: bool


def dots(name: str, label: str, rows: Sequence[Bar], mark: float, mark_label: str) -> Markup:
    """Shares with their intervals, one below the other, and a line at the pass mark."""
    figure, axes = _figure(name, 0.27 * len(rows) + 0.9)
    for place, row in enumerate(rows):
        colour = BAD if row.marked else ACCENT
        if row.low == row.low:
            axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2, solid_capstyle="round")
        axes.plot([row.share], [place], marker="D" if row.marked else "o", markersize=7, color=colour)
    _line(axes, mark, mark_label)
    _rows(axes, [row.label for row in rows])
    return _svg(figure, name, label)


def moves(name: str, label: str, rows: Sequence[tuple[str, float, float]], before: str, after: str) -> Markup:
    """From an earlier share to a later one, a row each: a hollow and a full dot, joined."""
    figure, axes = _figure(name, 0.27 * len(rows) + 0.9)
    for place, (_, start, end) in enumerate(rows):
        colour = GOOD if end >= start else BAD
        axes.plot([start, end], [place, place], color=colour, linewidth=2)
        axes.plot([start], [place], marker="o", markersize=7, markerfacecolor="none", color=colour)
        axes.plot([end], [place], marker="o", markersize=7, color=colour)
    axes.set_title(f"○ {before}   ● {after}", loc="left", fontsize=10)
    _rows(axes, [row[0] for row in rows])
    return _svg(figure, name, label)


def scores(name: str, label: str, shares: Sequence[float], mark: float, mark_label: str, count: str) -> Markup:
    """How many trainees have which score, in steps of ten per cent."""
    figure, axes = _figure(name, 2.2)
    axes.hist(shares, bins=[n / 10 for n in range(10)] + [1.0001], color=ACCENT, rwidth=0.94)
    axes.set_ylabel(count)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y")
    _line(axes, mark, mark_label)
    _percent(axes)
    return _svg(figure, name, label)


def scatter(name: str, label: str, points: Sequence[tuple[str, float, float, bool]], x: str, y: str) -> Markup:
    """Items by facility (across) and discrimination (up); those to check as named diamonds."""
    figure, axes = _figure(name, 3.6)
    axes.axhline(0, color=LINE, linewidth=1)
    axes.grid(True)
    for marked, marker, colour in ((False, "o", ACCENT), (True, "D", BAD)):
        chosen = [point for point in points if point[3] == marked]
        axes.plot([p[1] for p in chosen], [p[2] for p in chosen], marker, color=colour, markersize=6, linestyle="none")
    for item, across, up, marked in points:
        if marked:  # left of the point where there is no room to its right
            right = across < 0.6
            axes.annotate(item, (across, up), xytext=(7 if right else -7, 0), textcoords="offset points", va="center",
                          ha="left" if right else "right")  # fmt: skip
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_ylim(min([-0.35, *(p[2] - 0.1 for p in points)]), max([0.8, *(p[2] + 0.1 for p in points)]))
    _percent(axes)
    return _svg(figure, name, label)


def _figure(name: str, height: float) -> tuple[Figure, Axes]:
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(WIDE, height), layout="constrained")
        return figure, figure.subplots()


def _line(axes: Axes, mark: float, label: str) -> None:
    axes.axvline(mark, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate(label, (mark, 1), xycoords=("data", "axes fraction"), xytext=(0, 3), textcoords="offset points",
                  ha="center", va="bottom")  # fmt: skip


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    _percent(axes)


def _percent(axes: Axes) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"])


def _svg(figure: Figure, name: str, label: str) -> Markup:
    with matplotlib.rc_context(_STYLE | {"svg.hashsalt": name}):
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = re.sub(r' id="[a-zA-Z.]+_\d+"', "", svg)  # nothing refers to these, and a page has many pictures
    svg = re.sub(r"font-family: [^;\"]+;", "", svg).replace("*{stroke", ".ice-chart *{stroke")
    for stand_in, colour in _PAGE.items():
        svg = svg.replace(stand_in, colour)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    head = f'<svg class="ice-chart" role="img" aria-label="{escape(label)}" viewBox="0 0 {size[1]} {size[2]}" '
    return Markup(re.sub(r"<svg [^>]*>", head + 'xmlns="http://www.w3.org/2000/svg" '
                         'xmlns:xlink="http://www.w3.org/1999/xlink">', svg, count=1))  # fmt: skip
