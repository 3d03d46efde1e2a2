"""Commands that tests of nominations begin with: an election, its timetable, nominations opened and received."""

from __future__ import annotations

from scenario import CALL_ELECTION

from ledger.decision import Command
from ledger.rules.meeting import MeetingRule
from ledger.rules.nomination import CountTest, NominationRule, NominatorClass, ShareTest, StatementLimit
from ledger.streams.candidate import AcceptNomination
from ledger.streams.nomination import ReceiveNomination
from ledger.streams.nominations import CloseNominations, NameNominee, OpenNominations, SizeClass
from ledger.streams.nominator import RegisterNominator
from ledger.streams.timetable import SetTimetable, StepDate

CLOSES = "2010-06-09T11:30:00Z"  # 12:30 in London
A_SECOND_LATER = "2010-06-09T11:30:01Z"
CLPS_CLOSE = "2010-07-26T11:00:00Z"
RECEIVED = "2010-06-01T12:00:00Z"

NOMINATION_RULE = NominationRule(
    version="nomination.v1",
    acceptance="required",
    classes=(
        NominatorClass(id="mps", name="Members of Parliament"),
        NominatorClass(
            id="clps",
            name="Constituency parties",
            meeting=MeetingRule(kinds=("all-member",), notice_days_min=7, present_min=0),
        ),
    ),
    incumbent="exempt",
    requires="plp",
    statement=StatementLimit(unit="words", most=5),
    thresholds=(
        ShareTest(kind="share", id="plp", nominator_class="mps", share="1/8", bound="at-least", of="nominators"),
    ),
)
NO_THRESHOLD = NOMINATION_RULE.model_copy(update={"requires": None, "thresholds": ()})
ONE_MP = NOMINATION_RULE.model_copy(
    update={"requires": "one", "thresholds": (CountTest(kind="count", id="one", nominator_class="mps", least=1),)}
)
SET_TIMETABLE = SetTimetable(
    election="labour",
    zone="Europe/London",
    steps=(
        StepDate(step="nominations-open", local="2010-05-24T10:00:00"),
        StepDate(step="nominations-close", category="mps", local="2010-06-09T12:30:00"),
        StepDate(step="nominations-close", category="clps", local="2010-07-26T12:00:00"),
    ),
    effective="2010-05-20T12:00:00Z",
)
OPEN = OpenNominations(
    contest="leader",
    election="labour",
    office="Leader",
    seats=1,
    rule=NOMINATION_RULE,
    effective="2010-05-24T09:00:00Z",
)
NAME_A = NameNominee(contest="leader", nominee="a", name="Abbott")
NAME_B = NameNominee(contest="leader", nominee="b", name="Balls")
SIZE = SizeClass(
    contest="leader", nominator_class="mps", measure="nominators", size=257, as_of="2010-05-18", source="PLP office"
)
REGISTER_MP = RegisterNominator(
    election="labour", nominator="mp-1", nominator_class="mps", as_of="2010-05-18", source="PLP office"
)
REGISTER_CLP = RegisterNominator(
    election="labour",
    nominator="clp-1",
    nominator_class="clps",
    name="Hackney North",
    as_of="2010-05-18",
    source="head office",
)
RECEIVE = ReceiveNomination(contest="leader", nominator="mp-1", nominee="a", effective=RECEIVED)
ACCEPT = AcceptNomination(contest="leader", nominee="a", effective=RECEIVED)
CLOSE = CloseNominations(contest="leader", effective=CLPS_CLOSE)

SCHEDULED: tuple[Command, ...] = (CALL_ELECTION, SET_TIMETABLE)
OPENED: tuple[Command, ...] = (*SCHEDULED, OPEN, NAME_A, NAME_B, REGISTER_MP, REGISTER_CLP)
NOMINATED: tuple[Command, ...] = (*OPENED, RECEIVE)
