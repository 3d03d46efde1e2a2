"""A verdict with all that it takes to check it, and its digest."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ledger.leaf import CANONICAL
from projections.margin.certificate import plain_papers

if TYPE_CHECKING:
    from ledger.rules.question import Question
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.whatif.changed import Changed
    from projections.whatif.found import BreakEven, Found


def certificate(basis: Basis, table: Table, question: Question, changed: Changed, found: Found) -> dict[str, Any]:
    """Give a verdict as plain values: the question, the numbers that it came to, what was found, and what shows it."""
    return {
        "contest": basis.contest.contest,
        "count": basis.digest(table),
        "elected": sorted(table.elected),
        "question": json.loads(question.model_dump_json(exclude_defaults=True)),
        "papers": {
            "left_out": list(changed.left_out),
            "added": dict(changed.added),
            "removed": dict(changed.removed),
            "removed_at_least": dict(changed.least),
        },
        "rulings": None
        if changed.rulings is None
        else {"number": len(changed.rulings), "digest": _digest(list(changed.rulings))},
        "verdict": found.verdict,
        "effect": found.effect,
        "elected_then": [list(each) for each in found.elected],
        "needed": found.needed,
        "example": found.example
        and {
            "added": plain_papers(basis.rule, found.example.added),
            "removed": plain_papers(basis.rule, found.example.removed),
        },
        "break_even": found.break_even and _break_even(found.break_even),
        "shown_by": found.shown_by,
        "why": found.why,
        "stage_1": found.short
        and {
            "leader": found.short.leader,
            "votes": found.short.votes,
            "of": found.short.whole,
            "short": found.short.papers,
        },
        "recount": found.table and changed.basis(basis).digest(found.table),
    }


def digest_of(certificate: dict[str, Any]) -> str:
    """Name a certificate: SHA-256 of it as canonical JSON."""
    return _digest(certificate)


def _digest(value: Any) -> str:
    return "sha256:" + hashlib.sha256(json.dumps(value, **CANONICAL).encode()).hexdigest()


def _break_even(even: BreakEven) -> dict[str, Any]:
    return {
        "section": even.section,
        "winner": even.winner,
        "loser": even.loser,
        "papers": even.papers,
        "taken_out": even.taken,
        "needed": even.needed,
        "share": None if even.share is None else str(even.share),
        "observed": None if even.observed is None else str(even.observed),
        "exclusions_held": even.exclusions_held,
    }
