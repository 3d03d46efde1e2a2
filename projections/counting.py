"""The count of a contest at a moment: its definition, rule and papers from the record, its stage table from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from ledger.decision import BatchFigures, CountFigures, HeadsFigures, fold
from ledger.errors import RefusedError
from ledger.leaf import CANONICAL
from ledger.record import Record
from ledger.seal.heads import heads_root
from ledger.streams.batch import BatchState
from ledger.streams.contest import ALL, Contest, ContestDefined, require_contest
from ledger.streams.count_rule import CountRule
from ledger.streams.election import Election, rule_of
from ledger.streams.totals import TotalsCertified, totals_stream
from projections.catch_up import VIEWS_FILE, Progress, Views, views_errors
from projections.count.av import count_av
from projections.count.stage_table import Stage, StageTable
from projections.moment import NOW, Moment
from projections.profile import BallotProfile, ProfileProjection, ballot_profile


@dataclass(frozen=True, slots=True)
class Counted:
    """A count with everything it was taken from.

    `position` is the last event it knows, -1 in an empty ledger; `certified` has the totals of each section that
    was counted from totals.
    """

    contest: ContestDefined
    rule: CountRule
    table: StageTable
    profile: BallotProfile
    position: int
    certified: Mapping[str, TotalsCertified] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """Candidate ids to the names on the paper."""
        return {candidate.id: candidate.name for candidate in self.contest.candidates}

    @property
    def provenance(self) -> tuple[str, ...]:
        """Where the numbers come from, unless it is from real papers: a line each."""
        totals = (
            f"section {section} is counted from certified totals, not from papers: {event.source}"
            + ("; some are transcribed and unconfirmed" if _has_doubt(event) else "")
            for section, event in self.certified.items()
        )
        return (*(f"papers: {words}" for words in self.profile.provenance), *totals)

    @property
    def digest(self) -> str:
        """What a declaration refers to."""
        return count_digest(self.contest, self.table)


def _has_doubt(event: TotalsCertified) -> bool:
    return any(held.certainty != "sourced" for stage in event.stages for held in stage.held)


def count_digest(contest: ContestDefined, table: StageTable) -> str:
    """Name a count: SHA-256 of the stage table's ids and numbers, and of the rule's name, as canonical JSON."""
    body = {
        "contest": contest.contest,
        "count_rule": contest.count_rule,
        "elected": table.elected,
        "rejected": table.rejected,
        "stages": [
            {
                "action": stage.action.kind,
                "candidates": stage.action.candidates,
                "non_transferable": stage.non_transferable,
                "votes": stage.votes,
            }
            for stage in table.stages
        ],
        "valid": table.valid,
    }
    if table.certified:
        body["certified"] = table.certified

    return "sha256:" + hashlib.sha256(json.dumps(body, **CANONICAL, default=dict).encode()).hexdigest()


def open_views(folder: Path | None) -> Views:
    """Open the views of a ledger folder, or views in memory."""
    return Views(folder / VIEWS_FILE if folder else None, [ProfileProjection()])


def count_contest(
    ledger: Record, views: Views, contest: str, moment: Moment = NOW, progress: Progress = lambda _: None
) -> Counted:
    """Count a contest as of a moment, from the record alone.

    Args:
        views: kept views for now; for another moment the views are made in memory and dropped.

    Raises:
        RefusedError: `unknown-contest`, `poll-open`, `batches-open`.
        EvidenceError: the record is not what was written.
    """
    past = [event for _, event in moment.past(ledger.stream(f"contest/{contest}"))]
    state = fold(Contest(f"contest/{contest}"), past)
    definition = require_contest(state)
    if not state.closed_at:
        raise RefusedError(
            "poll-open",
            f"contest {contest}",
            expected="a poll that closed",
            found=f"an open poll ({moment.says()})",
            remedy="Count after close-poll was recorded",
        )
    stream = f"election/{definition.election}"
    election = fold(Election(stream), (event for _, event in ledger.stream(stream)))
    rule = rule_of(election, definition)
    used = views if moment.is_now else open_views(None)
    try:
        position = used.catch_up(ledger, moment, progress) - 1
        with views_errors():
            profile = ballot_profile(used.database, contest)
    finally:
        if used is not views:
            used.close()
    if profile.open_batches:
        raise RefusedError(
            "batches-open",
            f"contest {contest}",
            expected="every batch of papers closed",
            found=", ".join(profile.open_batches),
            remedy="Give the same papers again: the import goes on where it stopped",
        )
    certified = certified_totals(ledger, contest, state.sections, moment)
    table = count_av(rule, state.candidates, state.sections, profile.papers, totals=stages_of(certified))
    return Counted(definition, rule, table, profile, position, certified)


def certified_totals(
    ledger: Record, contest: str, sections: Sequence[str], moment: Moment
) -> dict[str, TotalsCertified]:
    """Give the certified totals of a contest as of a moment: section to the event, where there is one."""
    found: dict[str, TotalsCertified] = {}
    for section in sections:
        state = totals_stream(contest, section)
        state = fold(state, (event for _, event in moment.past(ledger.stream(state.stream))))
        if state.certified is not None:
            found[section] = state.certified
    return found


def stages_of(certified: Mapping[str, TotalsCertified]) -> dict[str, list[dict[str, int]]]:
    """Give certified totals as a count takes them: section to stages, each candidate to papers."""
    return {
        section: [{held.candidate: held.votes for held in stage.held} for stage in event.stages]
        for section, event in certified.items()
    }


class LedgerFigures:
    """The figures that decisions read: the desk's port to the projections."""

    def __init__(self, ledger: Record, views: Views) -> None:
        self._ledger = ledger
        self._views = views

    def count(self, contest: str) -> CountFigures:
        """Give the count of a contest as of the ledger's last event."""
        views = open_views(None)  # made anew: whoever can write the kept ones must not decide what is declared
        try:
            counted = count_contest(self._ledger, views, contest)
        finally:
            views.close()
        return CountFigures(
            position=counted.position,
            digest=counted.digest,
            elected=counted.table.elected,
            cells={cell: str(value) for cell, value in cells(counted.table).items()},
            lot_needed=counted.table.lot_needed,
        )

    def batches(self, contest: str, section: str) -> BatchFigures:
        """Give the batches of papers of a contest and section, from the record: kept views could have lost one."""
        position = self._ledger.head().size - 1
        contents = {}
        for stream in self._ledger.streams_of("batch-opened.v1", f"batch/paper/{contest}/{section}/"):
            state = fold(BatchState(stream), (event for _, event in self._ledger.stream(stream)))
            contents[stream] = state.contents
        return BatchFigures(position, contents)

    def heads(self) -> HeadsFigures:
        """Give the heads of all streams as of the ledger's last event."""
        position = self._ledger.head().size - 1
        streams, root = heads_root(self._ledger.stream_heads(position))
        return HeadsFigures(position, streams, "sha256:" + root.hex())


Cell = tuple[int, str, str, str]  # stage, section or `all`, candidate or empty, measure


def cells(table: StageTable) -> dict[Cell, Fraction]:
    """Give every cell that somebody may have published: votes and totals, and shares in percent."""
    found: dict[Cell, Fraction] = {}
    for stage in table.stages:
        for section in table.sections:
            found |= _section_cells(stage, section)
        number = stage.number
        for candidate in stage.candidates:
            found[number, ALL, candidate, "votes"] = Fraction(stage.total(candidate))
            share = stage.share(candidate)
            if share is not None:
                found[number, ALL, candidate, "share"] = share * 100
        nowhere = sum(stage.non_transferable.values())
        found[number, ALL, "", "non-transferable"] = Fraction(nowhere)
        found[number, ALL, "", "valid"] = Fraction(stage.continuing + nowhere)
    return found


def _section_cells(stage: Stage, section: str) -> dict[Cell, Fraction]:
    found: dict[Cell, Fraction] = {}
    held = stage.votes[section]
    for candidate, votes in held.items():
        found[stage.number, section, candidate, "votes"] = Fraction(votes)
        share = stage.share(candidate, section)
        if share is not None:
            found[stage.number, section, candidate, "section-share"] = share * 100
    nowhere = stage.non_transferable[section]
    found[stage.number, section, "", "non-transferable"] = Fraction(nowhere)
    found[stage.number, section, "", "valid"] = Fraction(sum(held.values()) + nowhere)
    return found
