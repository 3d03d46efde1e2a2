"""What verification says of a result's surroundings: figures of no contest, a batch begun after the declaration."""

from __future__ import annotations

from collections.abc import Iterator

from scenario import CLOSED, POLLED, RULE, given, happened

from ledger.decision import fold
from ledger.event import Event
from ledger.streams.batch import BatchOpened
from ledger.streams.contest import ContestDefined, PollClosed, contest_stream
from ledger.streams.result import FiguresPublished, RecountOrdered, ResultDeclared
from projections.verify.batches import BatchSeen
from projections.verify.contests import ContestSeen
from projections.verify.declarations import check_declarations
from projections.verify.record import RecordRead

BATCH = "batch/paper/leader/members/s9"
DECLARED = happened(ResultDeclared, "result/leader", as_of_position=3, contest="leader", elected=(), figures=())
RECOUNT = happened(RecountOrdered, "result/leader", 2, contest="leader", number=2, reason="asked for")
OPENED = happened(
    BatchOpened, BATCH, contents="sha256:" + "0" * 64, contest="leader", section="members", total=3, effective=CLOSED
)


def contests() -> dict[str, ContestSeen]:
    events = given(*POLLED).events
    own = [event for event in events if isinstance(event, ContestDefined | PollClosed)]
    seen = ContestSeen(fold(contest_stream("leader"), own), rule=RULE)
    seen.closings = [(3, event) for event in own if isinstance(event, PollClosed)]
    return {"leader": seen}


def codes(*events: Event, batches: dict[str, BatchSeen] | None = None) -> Iterator[tuple[str, int | None]]:
    """Check events from position 4 on, after a contest whose poll closed."""
    record = RecordRead(others=list(enumerate(events, 4)), batches=batches or {})
    return ((finding.code, finding.position) for finding in check_declarations(record, contests()))


def test_figures_of_a_contest_that_nobody_defined_are_found() -> None:
    def figures(contest: str) -> Event:
        return happened(FiguresPublished, f"result/{contest}", contest=contest, figures=(), source="press")

    assert list(codes(figures("nosuch"), figures("leader"))) == [("unknown-contest", 4)]


def test_a_batch_begun_after_the_declaration_and_left_open_is_found_unless_a_recount_was_ordered() -> None:
    def begun(at: int) -> dict[str, BatchSeen]:
        assert isinstance(OPENED, BatchOpened)
        return {BATCH: BatchSeen(openings=[(at, OPENED)])}

    found = set(codes(DECLARED, OPENED, batches=begun(5)))
    assert ("papers-after-count", 5) in found
    assert found - set(codes(DECLARED, RECOUNT, OPENED, batches=begun(6))) == {("papers-after-count", 5)}
