"""The rules that the tests of the single transferable vote change one field of."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ledger.rules.parts import ReservedPlaces
from ledger.rules.transferable import Ers97STV, MeekSTV, ScottishSTV, SingleTransferableVote
from projections.count.stv_ers97 import count_ers97
from projections.count.stv_meek import count_meek
from projections.count.stv_scottish import count_scottish
from projections.count.stv_table import STVTable

PAPERS: dict[str, Any] = {
    "blank": "reject",
    "decimals": 2,
    "duplicate": "exhaust",
    "gap": "exhaust",
    "overvote": "exhaust",
    "preferences": "any-number",
    "publication": "by-section",
}
ALL: dict[str, Any] = PAPERS | {"doomed": "together", "reserved": ()}
SCOTTISH: dict[str, Any] = ALL | {
    "version": "stv-scottish.v1",
    "exclusion": "single-lowest",
    "last_places": "after-transfer",
    "quota": "droop",
    "surplus_order": "largest-first",
    "surpluses": "one-at-a-time",
    "ties": ("earlier-stages-backwards", "lot"),
    "transfer_value": "value-by-surplus-over-votes",
    "value_decimals": 5,
}
ERS97: dict[str, Any] = ALL | {
    "version": "stv-ers97.v1",
    "active_vote": "elects",
    "deferral": "either-clause",
    "exclusion": "bulk-when-safe",
    "last_place_ties": "nobody-yet",
    "last_places": "at-once",
    "quota": "rounded-up",
    "quota_reduction": "until-first-election",
    "ties": ("earlier-stages-forwards", "lot"),
    "value_decimals": 2,
}
MEEK: dict[str, Any] = ALL | {
    "version": "stv-meek.v1",
    "early_exclusion": "never",
    "exclusion": "single-lowest",
    "iterations": 1000,
    "last_places": "at-once",
    "omega_decimals": 6,
    "quota": "droop-decimal",
    "ties": ("earlier-stages-backwards", "lot"),
    "value_decimals": 9,
}
METHODS: tuple[tuple[type[SingleTransferableVote], dict[str, Any], Any], ...] = (
    (ScottishSTV, SCOTTISH, count_scottish),
    (Ers97STV, ERS97, count_ers97),
    (MeekSTV, MEEK, count_meek),
)
COUNTERS = {model: count for model, _, count in METHODS}


def reserve(**places: int) -> tuple[ReservedPlaces, ...]:
    return tuple(ReservedPlaces(category=category, places=number) for category, number in places.items())


def profile_of(*papers: str) -> Counter[str]:
    """Read papers written `marks` or `number marks`."""
    profile: Counter[str] = Counter()
    for paper in papers:
        number, _, marks = paper.rpartition(" ")
        profile[marks] += int(number or 1)
    return profile


def count(
    method: int, *papers: str, candidates: str = "abcd", seats: int = 2, lots: Any = None, **more: Any
) -> STVTable:
    """Count papers of one section; what is no argument of a count is a field of the rule."""
    model, fields, counter = METHODS[method]
    arguments = {name: more.pop(name) for name in ("withdrawn", "categories") if name in more}
    rule = model(**fields | more)
    profile = {"all": profile_of(*papers)}
    return counter(rule, tuple(candidates), seats, ("all",), profile, lots or {}, **arguments)


def lot_of(tied: tuple[str, ...], order: str = "gfcaedb") -> tuple[str, ...]:
    return tuple(sorted(tied, key=order.index))


def with_lots(
    rule: SingleTransferableVote, candidates: tuple[str, ...], seats: int, profile: Any, **more: Any
) -> STVTable:
    """Count, drawing every lot that is needed in one known order."""
    lots: dict[tuple[int, frozenset[str]], tuple[str, ...]] = {}
    counter = COUNTERS[type(rule)]
    while (table := counter(rule, candidates, seats, tuple(profile), profile, lots, **more)).lot_needed:
        lots[len(table.stages), frozenset(table.lot_needed)] = lot_of(table.lot_needed)
    return table


def votes(table: STVTable) -> list[dict[str, str]]:
    """Votes of every stage as printed, of those who hold any."""
    return [{c: table.printed(n) for c, n in stage.votes.items() if n} for stage in table.stages]
