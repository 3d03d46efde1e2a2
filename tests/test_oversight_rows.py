"""Rows of cases, rulings and appeals: they say what the case file says, which reads the events themselves."""

from __future__ import annotations

import pytest
from filed import NOW_IS, Filed, filed
from overseen import folded
from ruled import BEFORE, CONDUCT, EVIDENCE, GROUND, HASH, NOTICE, OPEN, RULE, RULED_ON, TELL
from scenario import but
from test_appeal import DETERMINE, LODGE, ORDER, REVIEWED, TOLD_OF
from test_case_file import AGAIN, HIDDEN, MORE, NEITHER, NO_APPEAL, RECUSE, REOPEN, SAYS, SECOND, put, whole

from ledger.errors import RefusedError
from ledger.streams.case_events import CaseLinked
from ledger.streams.cases import CloseCase
from ledger.streams.evidence import TakeInterimMeasure, WithdrawEvidence
from ledger.streams.ruling_events import Finding
from projections.cases.facts import facts_of
from projections.cases.listing import case_lines
from projections.oversight.reading import Oversight, read_oversight
from projections.oversight.rows import Found

WITHDRAW = WithdrawEvidence(case="c1", evidence="e1", reason="It is forged", effective="2010-08-12T00:00:00Z")
CLOSE = CloseCase(case="c1", reason="decided", effective="2010-09-20T00:00:00Z")
HOLD = TakeInterimMeasure(
    case="c1", measure="hold-paper", until="2010-08-20T00:00:00Z", reason="Papers go out", effective=OPEN.effective
)
TIP = but(HIDDEN, evidence_class="C")
SECOND_VERSION = but(GROUND, effective="2010-05-20T12:00:00Z")
THIRD_VERSION = but(GROUND, effective="2010-07-01T12:00:00Z")
BEFORE_ALL = Finding(ground="other-party", met="not-met", conduct="2010-04-01T00:00:00Z")
EARLY = but(RULE, findings=(*RULE.findings, BEFORE_ALL))
MORE_SAID = {
    "all of it": whole(),
    "ruled on again": filed(*TOLD_OF, REOPEN, MORE, AGAIN, SECOND),
    "opened again": filed(*TOLD_OF, REOPEN),
    "closed": filed(*TOLD_OF, CLOSE),
    "closed and opened again": filed(*TOLD_OF, CLOSE, but(REOPEN, effective="2010-09-25T12:00:00Z")),
    "a ground of several versions": filed(*put(BEFORE, GROUND, GROUND, SECOND_VERSION, THIRD_VERSION), EARLY),
    "not ruled on": filed(*BEFORE),
    "no notice": filed(*BEFORE[:-2]),
    "no panel": filed(*BEFORE[:-3]),
}


def seen(record: Filed, election: str = "labour") -> Oversight:
    """Fold a record, and read the rows."""
    return read_oversight(folded(record.events), election)


RECORDS = {**{name: filed(*commands) for name, (commands, _) in SAYS.items()}, **MORE_SAID}


@pytest.mark.parametrize("name", RECORDS)
def test_rows_say_what_the_case_file_says(name: str) -> None:
    record = RECORDS[name]
    found, file = seen(record), record.file()
    (case,), (line,) = found.cases, case_lines(record.record, ["c1"])
    assert (case.case, case.opened, case.person, case.grounds) == (line.case, line.opened, line.person, line.grounds)
    assert (case.panel, case.stands, case.is_open) == (line.panel, line.stands, line.open)
    assert (case.last and case.last.outcome, case.rulings) == (line.ruling, len(file.rulings))
    assert [each.ruling for each in found.rulings] == [each.number for each in file.rulings]
    for row, read in zip(found.rulings, file.rulings, strict=True):
        facts = facts_of(file, read, NOW_IS)
        assert (row.case, row.ruled, row.outcome, row.position) == ("c1", facts.at, facts.outcome, read.position)
        assert (row.decided_by, row.officer, row.papers) == (facts.decided_by, facts.actor, facts.papers)
        assert (row.check_version, row.reviewed_by) == (facts.check_version, facts.reviewed_by)
        assert (row.votes_for, row.votes_against, row.abstained) == facts.votes
        panel = facts.panel
        due = (panel.id, panel.sitting, panel.present, panel.withdrew, panel.quorum) if panel else (None,) * 5
        assert (row.panel, row.sitting, row.present, row.withdrew, row.quorum) == due
        assert [each[:4] for each in row.found] == [
            (each.id, each.met, each.conduct, each.version) for each in facts.grounds
        ]
        assert row.evidence == tuple(each.id for each in facts.evidence)
        assert row.classes == tuple(sorted({each.evidence_class for each in facts.evidence}))
        assert row.withdrawn == sum(each.withdrawn is not None for each in facts.evidence)
        assert (row.replies, row.late_replies, row.reasons_words) == (
            facts.replies,
            facts.late_replies,
            facts.reasons_words,
        )
        assert (row.told, row.channel) == ((facts.told.at, facts.told.channel) if facts.told else (None, None))
        assert row.appeal_by == (facts.told.appeal_by.utc if facts.told and facts.told.appeal_by else None)
        said = facts.appeal
        assert (row.appeal_state, row.corrected) == (said.state, facts.corrected)
        assert (row.appeal.attempts if row.appeal else 0) == said.attempts
        if row.appeal and said.state != "attempted":
            assert (row.appeal.received, row.appeal.manner == "late") == (said.received, said.late)
            votes = (row.appeal.votes_for, row.appeal.votes_against)
            assert (votes if said.votes else None) == said.votes
            assert [(each.remedy, each.due, each.done, each.reason) for each in row.appeal.remedies] == [
                (each.remedy, each.due.utc if each.due else None, each.done, each.reason) for each in said.remedies
            ]
    assert found.appeals == tuple(row.appeal for row in found.rulings if row.appeal)


def test_a_ruling_names_who_came_before_it_and_after() -> None:
    first, second = seen(RECORDS["ruled on again"]).rulings
    assert (first.superseded_by, second.superseded_by) == (2, None)
    assert (first.detection, first.referred_by, first.about) == ("complaint", "registrar", "leader")
    assert (first.referred, first.noticed, first.reply_by) == (
        "2010-08-01T12:00:00Z",
        "2010-08-02T09:00:00Z",
        "2010-08-05T09:00:00Z",
    )
    assert first.found == (Found("other-party", "met", CONDUCT, 1, None),)
    assert (first.grounds, first.decider, first.id) == (("other-party",), "panel-1", "c1/1")


def test_evidence_withdrawn_before_or_after_is_told_once_of_each_ruling_that_relied_on_it() -> None:
    both = (*put(BEFORE, EVIDENCE, EVIDENCE, TIP), but(RULE, evidence=("e1", "e2")))
    (row,) = seen(filed(*both, WITHDRAW)).rulings
    assert (row.evidence, row.classes, row.withdrawn) == (("e1", "e2"), ("A", "C"), 1)
    (row,) = seen(filed(*RULED_ON, TELL, WITHDRAW, REOPEN)).rulings
    assert row.withdrawn == 1


def test_a_case_says_who_withdrew_and_what_holds_meanwhile() -> None:
    (case,) = seen(filed(*put(BEFORE, NOTICE, NOTICE, HOLD), RECUSE)).cases
    assert (case.recused, case.interim, case.interim_until) == (("p4",), "hold-paper", "2010-08-20T00:00:00Z")
    linked = next(event for _, event in filed(*BEFORE).events if event.type == "case-opened.v1")
    link = CaseLinked(
        **{name: getattr(linked, name) for name in ("actor", "case", "effective", "recorded", "stream")},
        incident="guide",
        signal="The same words",
        version=9,
    )
    record = filed(*BEFORE)
    record.events.append((len(record.events), link))
    assert seen(record).cases[0].incidents == ("guide",)


def test_says_which_remedy_is_late_and_where_no_appeal_lies() -> None:
    (appeal,) = seen(filed(*REVIEWED, DETERMINE, ORDER)).appeals
    assert (appeal.outcome, appeal.answers) == ("allowed", (("fact", "upheld"), ("bias", "not-upheld")))
    assert (appeal.reviewers, appeal.heard_as) == (("r1", "r2", "r3"), "hearing")
    (remedy,) = appeal.remedies
    assert (remedy.due, remedy.due_local, remedy.done) == (
        "2010-09-10T16:00:00Z",
        "2010-09-10T17:00:00 Europe/London",
        None,
    )
    (row,) = seen(filed(*NO_APPEAL, NEITHER, TELL)).rulings
    assert (row.appeal_state, row.no_appeal, row.appeal_to) == ("no-appeal-lies", HASH, None)
    (row,) = seen(filed(*NO_APPEAL, NEITHER, TELL, LODGE, LODGE)).rulings
    assert row.appeal
    assert (row.appeal_state, row.appeal.attempts) == ("attempted", 2)


def test_an_election_without_cases_is_refused_with_the_nearest() -> None:
    with pytest.raises(RefusedError, match=r"no-cases: election labor: expected one of labour, .* \(nearest: labour\)"):
        seen(filed(*RULED_ON), "labor")
    with pytest.raises(RefusedError, match="no-cases: election labour: expected an election with cases on record"):
        seen(Filed([]))
