"""A picture of a count: a column of bars for each stage, and bands for the votes that go from one to the next.

Bars are as high as the votes they stand for, in an electoral college as the part of the whole. The picture grows with
the count. It shows what the stage table says; it is no evidence of it.

Colours are those of Okabe and Ito, Color universal design (2008), which people of all kinds of colour vision can tell
apart; beyond seven candidates they repeat with hatching. Their black is not used: letters are black.
"""

from __future__ import annotations

import warnings
from math import sqrt
from typing import TYPE_CHECKING, Any

from ledger.errors import UsageError
from projections.count.columns import cut
from projections.count.render import sheet_of
from projections.picture.layout import BAR_WIDTH, CHARACTER, HEAD, LABEL_GAP, MARGIN, Layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.axes import Axes

    from projections.count.sheet import CountTable, Sheet
    from projections.picture.layout import Placed, Ribbon

FORMATS = {".svg": "svg", ".png": "png"}
BARS_MAX = 10_000  # candidates times stages
DOTS_PER_INCH = 150
DOTS_MAX = 60_000_000  # of a whole picture; a larger one is made coarser

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
HATCHES = ("", "////", "....", "xxxx", "----", "++++", "oooo")
GREY, INK, QUIET = "#8C8C8C", "#1A1A1A", "#595959"
FONTS = ("DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Noto Sans")  # those at hand

LEGEND = "★ elected   ✕ excluded, or displaced, at the end of this stage"
POOLED = "   Grey bands: several gave and several received; the count does not say who gave to whom."
METADATA: dict[str, dict[str, None]] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}


def plot_count(
    table: CountTable, names: Mapping[str, str], decimals: int, file: Path, title: str = "Votes stage by stage"
) -> None:
    """Draw a count into a file, as SVG or PNG by its suffix. The same count gives the same bytes.

    Args:
        table: a whole count by any method.
        names: candidate id -> name; a candidate without one goes by the id.
        decimals: places after the point of printed percentages.
        file: written over if it is there.
        title: printed above.

    Raises:
        UsageError: `plot-format`, `plot-extra-missing`, `plot-too-large`, in that order; nothing is written.
        OSError: the file cannot be written.
    """
    form = FORMATS.get(file.suffix.lower())
    if form is None:
        found = f"`{file.suffix}`" if file.suffix else "no suffix"
        raise UsageError("plot-format", file.name, expected=".svg or .png", found=found, remedy="Correct the suffix")
    _require_matplotlib()
    bars = len(table.candidates) * len(table.stages)
    if bars > BARS_MAX:
        raise UsageError(
            "plot-too-large",
            file.name,
            expected=f"{BARS_MAX} bars or fewer, one for each candidate at each stage",
            found=bars,
            remedy="Read the table of the count instead",
        )
    _write(sheet_of(table, names, decimals), title, file, form)


def _require_matplotlib() -> None:
    try:
        import matplotlib  # noqa: F401  # an extra, and slow to load: only who plots needs it
    except ImportError as error:
        raise UsageError(
            "plot-extra-missing",
            "a plot",
            expected="matplotlib",
            found="no such package",
            remedy="Install it with: pip install 'pollbook[plot]'",
        ) from error


def _write(sheet: Sheet, title: str, file: Path, form: str) -> None:
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.font_manager import fontManager

    here = set(fontManager.get_font_names())
    settings: dict[str, Any] = {
        "font.family": [font for font in FONTS if font in here],
        "hatch.linewidth": 0.5,
        "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
        "svg.hashsalt": "pollbook",
    }
    layout = Layout(sheet)
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that no font has: the user can do nothing about it
        matplotlib.rcdefaults()  # whatever the user's own settings are
        for name, value in settings.items():
            matplotlib.rcParams[name] = value  # type: ignore[index]
        figure = Figure(figsize=(layout.width, layout.height), facecolor="white")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, layout.width), ylim=(layout.height, 0))
        axes.set_axis_off()
        _draw(axes, sheet, layout, title)
        dots = min(DOTS_PER_INCH, sqrt(DOTS_MAX / (layout.width * layout.height)))
        figure.savefig(file, format=form, dpi=dots, metadata=METADATA[form])


def _draw(axes: Axes, sheet: Sheet, layout: Layout, title: str) -> None:
    styles = {
        f":{candidate}": (COLOURS[number % len(COLOURS)], HATCHES[number // len(COLOURS) % len(HATCHES)])
        for number, candidate in enumerate(sheet.candidates)
    }
    for ribbon in layout.ribbons:
        _draw_ribbon(axes, ribbon, styles)
    for number, stage in enumerate(layout.stages):
        for placed in stage.values():
            _draw_bar(axes, placed, styles, left=layout.on_the_left(number))
    room = int((layout.width - 2 * MARGIN) / CHARACTER)
    elected = ", ".join(sheet.labels[candidate] for candidate in sheet.elected) or "nobody"
    _say(axes, MARGIN, 0.34, cut(title, int(room * 0.6)), fontsize=13, weight="bold")
    _say(axes, MARGIN, 0.6, cut(f"Elected: {elected}", room), color=QUIET)
    for number, each in enumerate(sheet.stages):
        first = layout.on_the_left(number)
        x, side = layout.lefts[number] + (BAR_WIDTH if first else 0.0), "right" if first else "left"
        _say(axes, x, HEAD - 0.28, f"Stage {each.number}", weight="bold", ha=side)
        if each.quota is not None:
            _say(axes, x, HEAD - 0.11, f"Quota {each.quota.printed}", color=QUIET, fontsize=7.5, ha=side)
    pooled = not all(ribbon.band.known for ribbon in layout.ribbons)
    _say(axes, MARGIN, layout.height - 0.28, LEGEND + (POOLED if pooled else ""), color=QUIET, fontsize=7.5)


def _draw_ribbon(axes: Axes, ribbon: Ribbon, styles: Mapping[str, tuple[str, str]]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Curve

    colour, hatch = styles.get(ribbon.band.giver, (GREY, "")) if ribbon.band.known else (GREY, "")
    stays = ribbon.band.giver == ribbon.band.heir
    bend = (ribbon.left + ribbon.right) / 2
    bottom_left, bottom_right = ribbon.top_left + ribbon.height, ribbon.top_right + ribbon.height
    points = [
        (ribbon.left, ribbon.top_left),
        (bend, ribbon.top_left),
        (bend, ribbon.top_right),
        (ribbon.right, ribbon.top_right),
        (ribbon.right, bottom_right),
        (bend, bottom_right),
        (bend, bottom_left),
        (ribbon.left, bottom_left),
        (ribbon.left, ribbon.top_left),
    ]
    curve = [Curve.CURVE4] * 3
    codes = [Curve.MOVETO, *curve, Curve.LINETO, *curve, Curve.CLOSEPOLY]
    shade = 0.28 if stays else 0.6
    axes.add_patch(
        PathPatch(Curve(points, codes), facecolor=colour, edgecolor="white", hatch=hatch, alpha=shade, linewidth=0)
    )


def _draw_bar(axes: Axes, placed: Placed, styles: Mapping[str, tuple[str, str]], *, left: bool) -> None:
    from matplotlib.patches import Rectangle

    colour, hatch = styles.get(placed.bar.holder, (GREY, ""))
    corner, elected = (placed.left, placed.top), placed.bar.status == "elected"
    size = placed.width, placed.height
    axes.add_patch(Rectangle(corner, *size, facecolor=colour, edgecolor="white", hatch=hatch, lw=0))
    edge, width = (INK, 1.2) if elected else (colour, 0.5)
    axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor=edge, lw=width))
    x = placed.left - LABEL_GAP if left else placed.left + placed.width + LABEL_GAP
    weight, side = "bold" if elected else "normal", "right" if left else "left"
    _say(axes, x, placed.middle, placed.label, ha=side, va="center", weight=weight)


def _say(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Write text as it is: `$` begins no formula, and what does not print is no part of a picture."""
    plain = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    look: dict[str, Any] = {"fontsize": 8.5, "color": INK} | style
    axes.text(x, y, plain, parse_math=False, **look)
