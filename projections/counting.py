"""The count of a contest at a moment: its definition, rule and papers from the record, its stage table from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from ledger.decision import State, fold
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.field import ALL
from ledger.figures import BatchFigures, CountFigures, HeadsFigures, NominationFigures
from ledger.progress import Shown, unseen
from ledger.record import Record
from ledger.retention_figures import RetentionFigures
from ledger.roll_figures import RollFigures
from ledger.rules.count_rule import CountRule
from ledger.rules.question import Question
from ledger.seal.heads import heads_root
from ledger.streams.account import account_stream
from ledger.streams.batch import BatchState
from ledger.streams.contest import Contest, ContestDefined, require_contest
from ledger.streams.election import Election, rule_of
from ledger.streams.lot import lot_stream
from ledger.streams.totals import TotalsCertified, totals_stream
from ledger.whatif_figures import AnalysisFigures
from projections.applications.projection import ApplicationProjection
from projections.basis import Basis
from projections.catch_up import VIEWS_FILE, PastViews, Progress, Views, views_errors
from projections.count.cells import Cell, cells
from projections.count.count import Table
from projections.count.together import as_published
from projections.election.nominations import NominationProjection
from projections.election.scoreboard import scoreboard
from projections.moment import NOW, Moment
from projections.oversight.folding import OversightProjection
from projections.papers.ballot_account import BallotAccount
from projections.papers.figures import PaperPort
from projections.papers.projection import PaperProjection
from projections.privacy.retention import retention_of, retention_of_all
from projections.profile import BallotProfile, ProfileProjection, ballot_profile
from projections.registers.tables import RegisterProjection
from projections.roll.entries import RollProjection
from projections.roll.figures import roll_figures
from projections.roll.merged import MergeProjection
from projections.whatif.whole import analysis_figures


@dataclass(frozen=True, slots=True)
class Counted:
    """A count with everything it was taken from.

    Attributes:
        position: the last event it knows, -1 in an empty ledger.
        committed: the offices that committed to a seed of lots.
        accounted: whether cells of the ballot account are known too.
    """

    basis: Basis
    table: Table
    profile: BallotProfile
    position: int
    committed: tuple[str, ...] = ()
    accounted: bool = True

    @property
    def contest(self) -> ContestDefined:
        """The contest's definition."""
        return self.basis.contest

    @property
    def rule(self) -> CountRule:
        """The count rule that the contest pins."""
        return self.basis.rule

    @property
    def certified(self) -> Mapping[str, TotalsCertified]:
        """The totals of each section that was counted from totals."""
        return self.basis.certified

    @property
    def account(self) -> BallotAccount:
        """The ballot account beside the count."""
        return self.basis.account(self.table)

    @property
    def cells(self) -> dict[Cell, Fraction]:
        """Every cell that somebody may have published."""
        return self.basis.cells(self.table) if self.accounted else cells(self.table)

    @property
    def published(self) -> Table:
        """The table as the rule has it published: by section, or all sections as one."""
        return as_published(self.table, self.rule)

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
        return self.basis.digest(self.table)


def _has_doubt(event: TotalsCertified) -> bool:
    return any(held.certainty != "sourced" for stage in event.stages for held in stage.held)


def open_views(folder: Path | None) -> Views:
    """Open the views of a ledger folder, or views in memory."""
    folded = (
        ProfileProjection(),
        MergeProjection(),
        NominationProjection(),
        ApplicationProjection(),
        PaperProjection(),
        RegisterProjection(),
        RollProjection(),
        OversightProjection(),
    )
    return Views(folder / VIEWS_FILE if folder else None, folded)


def past_views(moment: Moment) -> PastViews:
    """Make views in memory as of a moment, for several counts as of it."""
    return PastViews(moment, [ProfileProjection()])


def count_contest(
    ledger: Record, views: Views, contest: str, moment: Moment = NOW, progress: Progress = lambda _: None
) -> Counted:
    """Count a contest as of a moment, from the record alone, if its ballot account balances where one is required.

    Raises:
        RefusedError: `account-unbalanced`, and what `take_count` raises.
    """
    counted = take_count(ledger, views, contest, moment, progress)
    if counted.contest.account == "required":
        _require_balance(counted)
    return counted


def take_count(
    ledger: Record, views: Views, contest: str, moment: Moment = NOW, progress: Progress = lambda _: None
) -> Counted:
    """Count a contest as of a moment, whether or not its ballot account balances.

    Args:
        views: kept views for now; for another moment the views are made in memory and dropped.

    Raises:
        RefusedError: `unknown-contest`, `poll-open`, `batches-open`, and what counting raises.
        EvidenceError: the record is not what was written.
    """
    state, definition, rule = _contest(ledger, contest, moment)
    used = views if views.moment == moment else past_views(moment)
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
    lot = fold(lot_stream(contest), _past(ledger, moment, lot_stream(contest).stream))
    basis = Basis(
        contest=definition,
        rule=rule,
        papers=profile.papers,
        certified=_stated(ledger, moment, [totals_stream(contest, name) for name in state.sections], "certified"),
        lots=lot.orders,
        accounts=_stated(ledger, moment, [account_stream(contest, name) for name in (*state.sections, ALL)], "stated"),
    )
    return Counted(basis, basis.count(), profile, position, tuple(lot.commitments))


def _contest(ledger: Record, contest: str, moment: Moment) -> tuple[Contest, ContestDefined, CountRule]:
    """Give a contest whose poll closed, its definition and its rule."""
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
    return state, definition, rule_of(election, definition)


def _stated(ledger: Record, moment: Moment, streams: Sequence[State], attribute: str) -> dict[str, Any]:
    """Give what stood on these streams as of a moment: section, the last part of a stream's name, to the event."""
    states = (fold(state, _past(ledger, moment, state.stream)) for state in streams)
    return {each.stream.rpartition("/")[2]: getattr(each, attribute) for each in states if each.exists}


def _past(ledger: Record, moment: Moment, stream: str) -> Iterator[Event]:
    return (event for _, event in moment.past(ledger.stream(stream)))


def _require_balance(counted: Counted) -> None:
    for section, expected, found in counted.account.unbalanced():
        raise RefusedError(
            "account-unbalanced",
            f"contest {counted.contest.contest}, section {section}",
            expected=expected,
            found=found,
            remedy="No count begins before the ballot account balances: state-account, or read what is missing",
        )


class LedgerFigures(PaperPort):
    """The figures that decisions read: the desk's port to the projections. `shown` shows how far a reading is."""

    def __init__(self, ledger: Record, shown: Shown = unseen) -> None:
        self._ledger = ledger
        self._shown = shown

    def count(self, contest: str) -> CountFigures:
        """Give the count of a contest as of the ledger's last event."""
        counted = self._counted(contest)
        return counted.basis.figures(counted.table, counted.position)

    def analysis(self, contest: str, question: Question) -> AnalysisFigures:
        """Answer a what-if question on a contest as of the ledger's last event."""
        counted = self._counted(contest)
        return analysis_figures(self._ledger, counted.basis, counted.table, question, counted.position)

    def _counted(self, contest: str) -> Counted:
        views = past_views(NOW)  # made anew: whoever can write the kept ones must not decide what is declared
        try:
            with self._shown(self._ledger.head().size) as progress:
                return count_contest(self._ledger, views, contest, progress=progress)
        finally:
            views.close()

    def batches(self, contest: str) -> BatchFigures:
        """Give the batches of papers of a contest, from the record: kept views could have lost one."""
        position = self._ledger.head().size - 1
        contents = {}
        for stream in self._ledger.streams_of("batch-opened.v1", f"batch/paper/{contest}/"):
            state = fold(BatchState(stream), (event for _, event in self._ledger.stream(stream)))
            if not state.withdrawn:
                contents[stream] = state.contents
        return BatchFigures(position, contents)

    def nominations(self, contest: str) -> NominationFigures:
        """Give the nominations of a contest as of the ledger's last event."""
        views = Views(None, [NominationProjection()])  # made anew, as for a count
        try:
            with self._shown(self._ledger.head().size) as progress:
                return scoreboard(self._ledger, views, contest, progress=progress).figures
        finally:
            views.close()

    def roll(self, election: str) -> RollFigures:
        """Give the roll of an election as of the ledger's last event, from the record itself."""
        with self._shown(self._ledger.head().size) as progress:
            return roll_figures(self._ledger, election, progress=progress)

    def heads(self) -> HeadsFigures:
        """Give the heads of all streams as of the ledger's last event."""
        position = self._ledger.head().size - 1
        streams, root = heads_root(self._ledger.stream_heads(position))
        return HeadsFigures(position, streams, "sha256:" + root.hex())

    def retention(self, person: str = "", register: str = "") -> RetentionFigures:
        """Give how long what the vault holds of a person, or of everybody in a register, has to be kept."""
        return retention_of(self._ledger, person) if person else retention_of_all(self._ledger, register)
