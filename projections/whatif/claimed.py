"""A what-if verdict that a file claims: its question is asked of the record again; nothing is searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from projections.whatif.again import counted_again
from projections.whatif.answer import NO_TIME, answer
from projections.whatif.certificate import certificate

if TYPE_CHECKING:
    from ledger.rules.question import Question
    from projections.basis import Basis
    from projections.count.count import Table
    from projections.whatif.changed import Changed

Body = Mapping[str, Any]  # as `certificate` gives it
ASKED = ("contest", "count", "elected", "question", "papers", "rulings")  # what no search adds to


def unlike(basis: Basis, table: Table, question: Question, changed: Changed, body: Body) -> Iterator[str]:
    """Say in what a verdict is not that of the record, or does not agree with itself.

    A verdict on known papers is found again whole. Of one on unknown papers: what its question comes to, and whether
    an example goes with what it says.

    Args:
        basis, table: what the count was taken from, and what it came to; somebody is elected.
        changed: what the question comes to, from the record.
    """
    found = answer(basis, table, changed, None)
    expected = certificate(basis, table, question, changed, found)
    searched = found.why == NO_TIME
    for name in ASKED if searched else expected:
        if body[name] != expected[name]:
            yield f"the record gives another {name.replace('_', ' ')} for its question"
    if searched:
        yield from _example(basis, changed, body)


def _example(basis: Basis, changed: Changed, body: Body) -> Iterator[str]:
    stands = tuple(body["elected"])
    if body["verdict"] != "bounded" or body["effect"] not in ("could", "by-lot"):
        yield f"papers that elect somebody else do not go with {body['verdict']}, {body['effect'] or 'no effect'}"
    elif body["effect"] == "by-lot" and list(stands) not in body["elected_then"]:
        yield "no lot leaves the result as it was, and it says by-lot"
    example = body["example"] or {"added": [], "removed": []}
    moved = max(sum(each["papers"] for each in example[side]) for side in ("added", "removed"))
    if body["needed"] is not None and body["needed"] > moved:
        yield f"no fewer than {body['needed']} papers, and {moved} do it"
    if not changed.recounts:
        recount = None
    else:
        again = changed.basis(basis)
        counted = counted_again(again, stands).table
        recount = counted and again.digest(counted)
    if body["recount"] != recount:
        yield f"what is left is the count {recount}"
