"""Where everything in a picture of a count stands, in inches from its top left corner.

Each stage is a column of bars in ballot order; a count of one stage is a column of bars that lie on their side. A bar
has a slot at least as high as its label, so that labels never meet; columns are as wide apart as the labels between
them need.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from projections.count.columns import columns_of, cut
from projections.picture.flows import bands_of, bars_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projections.count.sheet import Sheet
    from projections.picture.flows import Band, Bar

BAR_WIDTH = 0.16
LYING = 4.0  # length of the longest bar where bars lie on their side
BAR_MEAN = 0.16  # height of a bar on average, at least
HEIGHT_MIN = 3.4  # of all bars of a stage together
SLOT = 0.2  # height that a label needs
GAP = 0.05  # between slots, at least
CHARACTER = 0.078  # width of a column of label text
LABEL_GAP = 0.07  # between a bar and its label
FLOW = 1.1  # between a label and the next bar
MARGIN, HEAD, FOOT = 0.35, 1.2, 0.65
WIDTH_MIN = 6.0
FLATNESS = 0.14  # height of all bars of a stage together by the width of the picture, at least
FLOW_SHORT = 0.7  # instead of FLOW where stages are many

STAGES_NAMED = 9  # of more stages only some have names beside all bars: the colours go on
NAMES_EVERY = 5

NAME_MAX = 32  # columns of a name at the first and last stage
NAME_BETWEEN_MAX = 18
MARKS = {"elected": " ★", "excluded": " ✕"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A bar at its place: its left edge, its top, its width and height."""

    bar: Bar
    left: float
    top: float
    width: float
    height: float
    label: str

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A band at its place: where it leaves a bar and where it comes in, its upper edge at both, its height."""

    band: Band
    left: float
    right: float
    top_left: float
    top_right: float
    height: float


class Layout:
    """A picture's measures, the bars of each stage, and the ribbons between them."""

    def __init__(self, sheet: Sheet) -> None:
        """Place everything."""
        stages = [bars_of(sheet, stage) for stage in sheet.stages]
        self._last = len(stages) - 1
        self.lefts = self._columns(stages)
        self._scale = max(HEIGHT_MIN, BAR_MEAN * len(sheet.candidates), FLATNESS * self.width)
        self._inner = max([sum(self._slots(bars)) + GAP * len(bars) for bars in stages], default=SLOT)
        self.height = HEAD + self._inner + FOOT
        self.stages = [self._placed(bars, number) for number, bars in enumerate(stages)]
        self.ribbons = [
            ribbon
            for (before, after), bands in zip(pairwise(self.stages), bands_of(sheet), strict=True)
            for ribbon in self._ribbons(before, after, bands)
        ]

    def on_the_left(self, number: int) -> bool:
        """Whether labels of a stage, from 0, stand to the left of their bars."""
        return number == 0

    def _label(self, bar: Bar, number: int) -> str:
        mark = MARKS.get(bar.status, "")
        if number in (0, self._last):
            return f"{cut(bar.label, NAME_MAX)}  {bar.printed}{mark}"
        named = self._last < STAGES_NAMED or number % NAMES_EVERY == 0 or mark == MARKS["excluded"]
        return f"{cut(bar.label, NAME_BETWEEN_MAX)}  {bar.printed}{mark}" if named else f"{bar.printed}{mark}"

    def _columns(self, stages: Sequence[Sequence[Bar]]) -> list[float]:
        """Find the left edge of each column, and the width of it all."""
        widths = [
            max([CHARACTER * columns_of(self._label(bar, number)) for bar in bars], default=0.0) + LABEL_GAP
            for number, bars in enumerate(stages)
        ]
        flow = FLOW if self._last < STAGES_NAMED else FLOW_SHORT
        lefts, left = [], MARGIN
        for number, width in enumerate(widths):
            left += width if self.on_the_left(number) else 0.0
            lefts.append(left)
            left += (BAR_WIDTH if self._last else LYING) + (0.0 if self.on_the_left(number) else width)
            left += flow if number < self._last else MARGIN
        self.width = max(left, WIDTH_MIN)
        return lefts

    def _measures(self, bar: Bar, largest: float) -> tuple[float, float]:
        """Give a bar's width and height: where nothing flows, bars lie on their side."""
        if self._last:
            return BAR_WIDTH, bar.size * self._scale
        return LYING * bar.size / (largest or 1), SLOT

    def _slots(self, bars: Sequence[Bar]) -> list[float]:
        return [max(SLOT, bar.size * self._scale if self._last else 0) for bar in bars]

    def _placed(self, bars: Sequence[Bar], number: int) -> dict[str, Placed]:
        """Place bars from top to bottom, with what is left of the height between them."""
        slots = self._slots(bars)
        gap = (self._inner - sum(slots)) / max(1, len(bars) - 1)
        gap = min(gap, 4 * SLOT)
        top = HEAD + (self._inner - sum(slots) - gap * (len(bars) - 1)) / 2
        placed = {}
        for bar, slot in zip(bars, slots, strict=True):
            width, height = self._measures(bar, max(each.size for each in bars))
            left, label = self.lefts[number], self._label(bar, number)
            placed[bar.holder] = Placed(bar, left, top + (slot - height) / 2, width, height, label)
            top += slot + gap
        return placed

    def _ribbons(self, before: dict[str, Placed], after: dict[str, Placed], bands: Sequence[Band]) -> list[Ribbon]:
        """Place bands side by side on both bars, each in the order of the bars at its other end."""
        order = {holder: place for place, holder in enumerate({**before, **after})}
        out = {holder: bar.top for holder, bar in before.items()}
        into = {holder: bar.top for holder, bar in after.items()}
        tops_right: dict[int, float] = {}
        for band in sorted(bands, key=lambda band: (order[band.heir], order[band.giver])):
            tops_right[id(band)] = into[band.heir]
            into[band.heir] += band.size * self._scale
        ribbons = []
        for band in sorted(bands, key=lambda band: (order[band.giver], order[band.heir])):
            left, right = before[band.giver].left + BAR_WIDTH, after[band.heir].left
            height = band.size * self._scale
            ribbons.append(Ribbon(band, left, right, out[band.giver], tops_right[id(band)], height))
            out[band.giver] += height
        return ribbons
