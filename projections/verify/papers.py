"""The check of papers: of a contest and section that exist, read after the poll closed, public or not, and admissible.

What papers say is judged once for each way in which they are marked, not once a paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from ledger.errors import EvidenceError
from ledger.leaf import decode
from ledger.rules.admission import refusals, votes_of
from ledger.rules.count_rule import CountRule
from ledger.rules.marks import unknown
from ledger.storage.recorder import StoredRow
from ledger.storage.store import Ledger
from ledger.streams.paper import PaperRead
from projections.verify.batches import BatchSeen
from projections.verify.contests import ContestSeen
from projections.verify.finding import Finding
from projections.verify.record import RecordRead

POSITION_MAX = 2**63 - 1  # the highest that a database can hold
BatchName = tuple[str, str]  # contest, section
SHAPES = ("effective", "blind", "provenance", "command", "authority")
CODES = {"effective": "effective-differs", "blind": "wrong-audience", "provenance": "provenance-differs"}


def contest_and_section(batch: str) -> BatchName:
    """Read contest and section from the name of a batch of papers; empty where it is none."""
    parts = batch.split("/")
    return (parts[2], parts[3]) if len(parts) == 5 and parts[:2] == ["batch", "paper"] else ("", "")


def check_papers(ledger: Ledger, record: RecordRead, contests: Mapping[str, ContestSeen]) -> Iterator[Finding]:
    """E2: every batch of papers."""
    for name, seen in record.batches.items():
        owner, section = contest_and_section(name)
        contest = contests.get(owner)
        if contest is None or contest.definition is None or section not in contest.state.sections:
            at = seen.opened_at if seen.openings else seen.first_at
            yield Finding(
                "E2",
                "papers-of-no-contest",
                at if at >= 0 else None,
                name or "papers without a batch",
                "a contest and section that were defined",
                "none",
            )
            continue
        first = seen.begins_at
        if not contest.closings or first < contest.closings[0][0]:
            yield Finding("E2", "poll-open", first, name, "papers read after the poll closed", "before")
        yield from _check_shapes(name, seen, contest)
        if contest.rule is not None:
            yield from _check_marks(ledger, name, seen, contest, contest.rule)


def _check_shapes(name: str, seen: BatchSeen, contest: ContestSeen) -> Iterator[Finding]:
    """What all papers of a batch have in common, and its own events with them."""
    definition = contest.definition
    if definition is None:
        return
    opened = seen.openings[0][1] if seen.openings else None
    expected: dict[str, object] = {
        "effective": contest.state.closed_at,
        "blind": definition.paper_publication != "papers",
        "provenance": opened.provenance if opened else None,
        "command": None,  # it would lead from papers to whoever handed them in
        "authority": None,
    }
    shapes = [(at, dict(zip(SHAPES, shape, strict=True)), f"a paper of {name}") for shape, at in seen.shapes.items()]
    shapes += [
        (at, {"effective": event.effective, "blind": event.blind is not None}, name)
        for at, event in [*seen.openings, *seen.closings]
    ]
    told: set[tuple[str, str]] = set()
    for at, shape, what in sorted(shapes, key=lambda item: item[0]):
        for field, found in shape.items():
            if found != expected[field] and (field, what) not in told:
                told.add((field, what))
                code = CODES.get(field, "paper-tells-more")
                says = f"{field} {_said(expected[field])}"
                yield Finding("E2", code, at, what, says, f"{field} {_said(found)}")


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "present" if value else "absent"
    return "none" if value is None else str(value)


def _check_marks(
    ledger: Ledger, name: str, seen: BatchSeen, contest: ContestSeen, rule: CountRule
) -> Iterator[Finding]:
    _judge(seen, contest, rule)
    if not contest.refused:
        return
    refused = {marks: contest.refused[marks] for marks in seen.papers if marks in contest.refused}
    for code, (position, marks) in sorted(_first_of_each(ledger, name, seen, refused).items()):
        papers = sum(count for each, count in seen.papers.items() if refused.get(each) == code)
        found = f"{papers} papers, the first {marks!r}"
        yield Finding("E2", code, position, f"papers of {name}", "marks that the count rule admits", found)


def _judge(seen: BatchSeen, contest: ContestSeen, rule: CountRule) -> None:
    candidates = frozenset(contest.state.candidates)
    votes = votes_of(rule, contest.definition.seats if contest.definition else 1)
    for marks in seen.papers.keys() - contest.judged:
        if unknown(marks, candidates) is not None:
            contest.refused[marks] = "unknown-candidate"
        else:
            codes = sorted(code for _, code in refusals(marks, candidates, rule, votes))
            if codes:
                contest.refused[marks] = codes[0]
    contest.judged.update(seen.papers)


def _first_of_each(
    ledger: Ledger, name: str, seen: BatchSeen, refused: Mapping[str, str]
) -> dict[str, tuple[int | None, str]]:
    """Find the first paper with each fault: papers are read again, which happens only where there is one."""
    found: dict[str, tuple[int | None, str]] = {code: (None, marks) for marks, code in refused.items()}
    missing = set(found)
    with suppress(EvidenceError):  # of the database, and a finding of another check
        for row in ledger.rows.scan(seen.first_at, min(seen.last_at + 1, POSITION_MAX)):
            marks = _marks_of(row, name) if missing else None
            code = None if marks is None else refused.get(marks)
            if marks is not None and code in missing:
                missing.discard(code)
                found[str(code)] = (row[0], marks)
    return found


def _marks_of(row: StoredRow, batch: str) -> str | None:
    """Give the marks of a paper of a batch; None of anything else."""
    try:
        event = decode(row)
    except (EvidenceError, TypeError, ValueError):
        return None
    return event.marks if isinstance(event, PaperRead) and event.batch == batch else None
