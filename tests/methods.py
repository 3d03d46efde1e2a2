"""A rule of every method, each of whose fields a test can change."""

from __future__ import annotations

from typing import Any

from scenario import ANYTHING_GOES

from ledger.rules.alternative import WeightedAlternativeVote
from ledger.rules.count_rule import AnyCountRule
from ledger.rules.crosses import Plurality, YesNo
from ledger.rules.parts import ReservedPlaces
from ledger.rules.transferable import Ers97STV, MeekSTV, ScottishSTV

PREFERENCES: dict[str, Any] = ANYTHING_GOES.model_dump(
    include={"blank", "decimals", "duplicate", "gap", "overvote", "preferences", "publication"}
)
CROSSES: dict[str, Any] = {
    "blank": "reject",
    "decimals": 2,
    "overvote": "reject",
    "publication": "by-section",
    "ranked": "reject",
}
TRANSFERABLE: dict[str, Any] = PREFERENCES | {
    "doomed": "together",
    "exclusion": "single-lowest",
    "last_places": "at-once",
    "reserved": (),
    "ties": ("earlier-stages-backwards", "lot"),
    "value_decimals": 5,
}
PLURALITY = Plurality(**CROSSES, version="plurality.v1", reserved=(), ties="lot", votes="any-number")
YES_NO = YesNo(**CROSSES, version="yes-no.v1", base="valid", needed="1/2", quorum=0, reach="more-than")
COLLEGE = WeightedAlternativeVote.model_validate(
    PREFERENCES
    | {
        "version": "weighted-av.v1",
        "empty_section": "refuse",
        "exclusion": "single-lowest",
        "majority_base": "continuing",
        "section_base": "continuing",
        "stop": "first-majority",
        "ties": ("earlier-stages-backwards", "lot"),
        "weights": ({"section": "members", "weight": "2/3"}, {"section": "mps", "weight": "1/3"}),
    }
)
SCOTTISH = ScottishSTV(
    **TRANSFERABLE,
    version="stv-scottish.v1",
    quota="droop",
    surplus_order="largest-first",
    surpluses="one-at-a-time",
    transfer_value="value-by-surplus-over-votes",
)
ERS97 = Ers97STV(
    **TRANSFERABLE | {"value_decimals": 2},
    version="stv-ers97.v1",
    active_vote="elects",
    deferral="either-clause",
    last_place_ties="nobody-yet",
    quota="rounded-up",
    quota_reduction="until-first-election",
)
MEEK = MeekSTV(
    **TRANSFERABLE | {"value_decimals": 9},
    version="stv-meek.v1",
    early_exclusion="never",
    iterations=1000,
    omega_decimals=6,
    quota="droop-decimal",
)
WOMEN = (ReservedPlaces(category="women", places=1),)


def reserving(rule: AnyCountRule) -> Any:
    """The same rule with one place reserved for women."""
    return rule.model_copy(update={"reserved": WOMEN})
