"""Checks that what was declared follows from what was decided: rules, papers, declared figures, recorded heads."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import EvidenceError
from ledger.progress import Stages, unseen_stage
from ledger.seal.heads import heads_root
from ledger.storage.store import Ledger
from ledger.streams.heads import StreamHeadsRecorded
from projections.verify.accounts import check_accounts
from projections.verify.analyses import check_analyses
from projections.verify.contests import check_contests, read_contests
from projections.verify.declarations import check_declarations
from projections.verify.finding import Finding
from projections.verify.live import check_live
from projections.verify.lots import check_lots
from projections.verify.measures import check_measures
from projections.verify.members import check_members
from projections.verify.nominations import check_nominations
from projections.verify.papers import check_papers
from projections.verify.record import RecordRead
from projections.verify.reports import check_reports
from projections.verify.results import check_results
from projections.verify.returns import check_returns
from projections.verify.rules import check_rules
from projections.verify.rulings import check_rulings
from projections.verify.timetables import check_timetables
from projections.verify.totals import check_totals


def check_evidence(
    ledger: Ledger, record: RecordRead, unchecked: dict[str, str], shown: Stages = unseen_stage
) -> list[Finding]:
    """Carry out the checks that need the domain."""
    contests = read_contests(record)
    return [
        *check_contests(record, contests),
        *check_papers(ledger, record, contests),
        *check_totals(record, contests),
        *check_accounts(record, contests),
        *check_results(record),
        *check_declarations(record, contests),
        *check_lots(record, contests),
        *check_reports(record, contests),
        *check_nominations(record),
        *check_timetables(record.others, contests),
        *check_live(record, contests),
        *check_rules(record.others),
        *check_returns(ledger, record, contests, unchecked, shown),
        *check_members(record, ledger),
        *check_rulings(ledger, record.others),
        *check_measures(record.others),
        *check_analyses(ledger, record, contests),
        *check_heads(ledger, record),
    ]


def check_heads(ledger: Ledger, record: RecordRead) -> Iterator[Finding]:
    """S4: the heads of streams, wherever they were recorded, are those of the record at that position."""
    for position, event in record.others:
        if not isinstance(event, StreamHeadsRecorded):
            continue
        expected = f"{event.streams} streams, {event.root}"
        try:
            streams, root = heads_root(ledger.stream_heads(event.as_of_position))
            found = f"{streams} streams, sha256:{root.hex()}"
        except (EvidenceError, TypeError, ValueError) as error:  # as where a stream's name is none
            found = f"heads that cannot be read: {str(error)[:200]}"
        if event.as_of_position >= position:
            found += f", of event {event.as_of_position}"
        if found != expected:
            yield Finding("S4", "heads-differ", position, event.stream, expected, found)
