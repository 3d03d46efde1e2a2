"""Cast vote records made for tests, as the NIST schema has them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.rules.marks import ranks

CONTEST = "contest-1"


def position(rank: int | None = None, **more: Any) -> dict[str, Any]:
    made = {"@type": "CVR.SelectionPosition", "HasIndication": "yes", "IsAllocable": "yes", "NumberVotes": 1}
    return made | ({} if rank is None else {"Rank": rank}) | more


def selection(candidate: str, *positions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "@type": "CVR.CVRContestSelection",
        "ContestSelectionId": f"cs-{candidate}",
        "SelectionPosition": list(positions),
    } | more


def record(*selections: dict[str, Any], contest: str = CONTEST) -> dict[str, Any]:
    """Make a record: an original snapshot on which nothing is marked, and the current one."""
    contests = [{"@type": "CVR.CVRContest", "ContestId": contest, "CVRContestSelection": list(selections)}]
    empty = {"@id": "s-0", "@type": "CVR.CVRSnapshot", "Type": "original"}
    current = {"@id": "s-1", "@type": "CVR.CVRSnapshot", "Type": "interpreted", "CVRContest": contests}
    return {
        "@type": "CVR.CVR",
        "CVRSnapshot": [empty, current],
        "CurrentSnapshotId": "s-1",
        "ElectionId": "election-1",
    }


def paper(marks: str) -> dict[str, Any]:
    """Make the record of a paper: each candidate once, with a position for each mark."""
    places: dict[str, list[int]] = {}
    for rank, names in enumerate(ranks(marks), 1):
        for name in names:
            places.setdefault(name, []).append(rank)
    return record(*(selection(name, *map(position, found)) for name, found in places.items()))


def report(
    records: Sequence[Mapping[str, Any]], names: Sequence[tuple[str, str]], *, late: bool = False, **more: Any
) -> str:
    """Make a report.

    Args:
        late: put the records before the definitions that they refer to, as RCTab does.
    """
    contest = {
        "@id": CONTEST,
        "@type": "CVR.CandidateContest",
        "Name": "Leader",
        "ContestSelection": [
            {"@id": f"cs-{candidate}", "@type": "CVR.CandidateSelection", "CandidateIds": [f"c-{candidate}"]}
            for candidate, _ in names
        ],
    }
    election = {
        "@id": "election-1",
        "@type": "CVR.Election",
        "Candidate": [{"@id": f"c-{c}", "@type": "CVR.Candidate", "Name": name} for c, name in names],
        "Contest": [contest],
        "ElectionScopeId": "gp-1",
    }
    head = {
        "@type": "CVR.CastVoteRecordReport",
        "Version": "1.0.0",
        "Election": [election],
        "GeneratedDate": "2026-05-07T00:00:00Z",
    }
    made = {"CVR": list(records)} | head if late else head | {"CVR": list(records)}
    return json.dumps(made | more, indent=1)
