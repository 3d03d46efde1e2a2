"""The papers due in a section: those of the entries that the freeze counted, less what changed since and has a paper.

The freeze counted every live entry, and verification counts them again. So only entries that changed since are looked
up, with the papers that were issued one at a time: what is read does not grow with the roll.
"""

from __future__ import annotations

from ledger.batches.marking import DueFigures
from ledger.decision import fold
from ledger.record import Record
from ledger.streams.entry import EntryAdded, EntryRemoved, EntryRestored
from ledger.streams.issue import issue_stream
from ledger.streams.issued import Issued, PaperIssued, issued_stream
from ledger.streams.roll import RollCounted, roll_stream
from ledger.streams.roll_build import RollBuildClosed
from projections.papers.of_person import spans_of

CHANGED = tuple(
    kind.model_fields["type"].default for kind in (EntryAdded, EntryRemoved, EntryRestored, RollBuildClosed)
)
ISSUED_ALONE = PaperIssued.model_fields["type"].default


def papers_due(record: Record, position: int, election: str, contest: str, section: str) -> DueFigures | None:
    """Give the papers due in a section as of a position, the last.

    Returns:
        Nothing due by a roll that was not frozen. None where the freeze did not count each cell, or a build was
        closed since: then only the whole record tells.
    """
    roll = list(record.stream(roll_stream(election).stream))
    frozen = fold(roll_stream(election), (event for _, event in roll)).frozen
    if frozen is None:
        return DueFigures(position, 0, 0)
    counted = [each for _, each in roll if isinstance(each, RollCounted) and each.roll_version == frozen.roll_version]
    cells = [cell for each in counted for cell in each.cells]
    if sum(cell.entries for cell in cells) != frozen.entries:
        return None
    as_of = frozen.as_of_position
    changed = record.streams_since(as_of, CHANGED, (f"entry/{election}/", f"build/{election}/"))
    if any(stream.startswith("build/") for stream in changed):
        return None
    issues = [at for at, _ in record.stream(issue_stream(contest, section).stream)]
    alone = record.streams_of(ISSUED_ALONE, f"issued/{contest}/")
    entries = sum(cell.entries for cell in cells if cell.section == section)
    live = due = 0
    for person in {stream.rpartition("/")[2] for stream in (*changed, *alone)}:
        issued = _issued(record, contest, person)
        for number, entry in spans_of(record, position, election, person).items():
            if entry.section != section:
                continue
            entries -= entry.live_at(as_of)
            if entry.live_at(position):
                live += 1
                due += not (issued.of(number).issued or any(map(entry.live_at, issues)))
    # Those that are left stood all the time, and were issued a paper with their section or none at all.
    return DueFigures(position, entries + live, due if issues else entries + due)


def _issued(record: Record, contest: str, person: str) -> Issued:
    state = issued_stream(contest, person)
    return fold(state, (event for _, event in record.stream(state.stream)))
