"""Once there are rules, every act in a founded ledger rests on a clause: its own, or that of its delegation."""

from __future__ import annotations

from pathlib import Path

import pytest
from officers import DELEGATE, KEYS, NEC, OFFICES, delegate, enrol, found, officer, signer, signing_desk
from scenario import CALL_ELECTION, RECORD_PERSON, but
from stores import LedgerPlace, SQLitePlace
from test_rulebook import ADOPT, FEE_HASH

from ledger.decision import DECISIONS, Command
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.powers.clauses import NEEDS_NO_CLAUSE
from ledger.streams.amendment import RepealRule
from ledger.streams.office import room_of
from ledger.streams.timetable import SetTimetable, StepDate
from projections.verify.run import verify
from projections.verify.sealing import Notes, Trust

OFFICER, OTHER = "returning-officer", "agent"
EARLY, LATER = "2009-01-01T00:00:00Z", "2024-06-01T00:00:00Z"
RULES = but(ADOPT, decision=None)
GIVEN = delegate("clerk", "all", clause=FEE_HASH)
SET = SetTimetable(
    election="labour", zone="UTC", steps=(StepDate(step="count", local="2030-01-01T00:00:00"),), clause=FEE_HASH
)
UNKNOWN = "sha256:" + "0" * 64


def submit(desk: Desk, *commands: Command, actor: str = OFFICER) -> None:
    for command in commands:
        desk.submit(command, actor=actor)


def refused(desk: Desk, command: Command, actor: str = OFFICER) -> RefusedError:
    with pytest.raises(RefusedError) as error:
        desk.submit(command, actor=actor)
    return error.value


def findings(place: LedgerPlace) -> set[str]:
    with place.open() as ledger:
        report = verify(ledger, views=None, vault=None, notes=Notes(None), trust=Trust())
    return {f"{each.check}:{each.code}" for each in report.findings}


def new(folder: Path) -> SQLitePlace:
    place = SQLitePlace(folder / "ledger")
    place.make().close()
    return place


def begun(place: LedgerPlace, *, clause: str | None = None) -> LedgerPlace:
    with signing_desk(place) as desk:
        founding = found(officer(OFFICER, clause=clause), officer(OTHER, "delegation", "key"))
        submit(desk, but(founding, effective=EARLY), *NEC, but(CALL_ELECTION, election="early"))
    return place


@pytest.fixture
def place(ledger_place: LedgerPlace) -> LedgerPlace:
    """A ledger founded without a word of clauses, and no rules yet."""
    return begun(ledger_place)


@pytest.fixture
def ruled(place: LedgerPlace) -> LedgerPlace:
    with signing_desk(place) as desk:
        submit(desk, RULES)
    return place


def test_before_there_are_rules_nothing_rests_on_a_clause(place: LedgerPlace) -> None:
    with signing_desk(place) as desk:
        submit(desk, CALL_ELECTION, DELEGATE)
    assert findings(place) == set()


def test_refuses_what_rests_on_no_clause_and_names_the_delegation(ruled: LedgerPlace) -> None:
    with signing_desk(ruled) as desk:
        assert str(refused(desk, CALL_ELECTION)) == (
            "clause-missing: call-election by returning-officer: expected a clause that it rests on, one named with "
            "clause, or that of the delegation, found delegation 1 of nec, and no clause. Let the returning-officer be "
            "given the power under a clause: delegate-power --clause."
        )
        submit(desk, RECORD_PERSON)
    assert findings(ruled) == set()


def test_an_act_dated_before_the_rules_rests_on_none(place: LedgerPlace) -> None:
    with signing_desk(place) as desk:
        submit(desk, but(RULES, in_force_from="2024-01-01T00:00:00Z"))
        submit(desk, but(CALL_ELECTION, effective="2023-12-31T23:59:59Z"))
        again = but(CALL_ELECTION, election="e-2", effective="2024-01-01T00:00:00Z")
        assert refused(desk, again).code == "clause-missing"
    assert findings(place) == set()


def test_takes_what_names_its_own_clause(ruled: LedgerPlace) -> None:
    with signing_desk(ruled) as desk:
        assert refused(desk, but(SET, election="early", clause=None)).remedy.startswith("Name the clause: --clause")
        submit(desk, but(SET, election="early"))
        ((_, event),) = desk.ledger.stream("timetable/early")
        assert event.authority == "delegation 1 of nec"
    assert findings(ruled) == set()


def test_no_power_is_given_without_a_clause_of_its_own(ruled: LedgerPlace) -> None:
    with signing_desk(ruled) as desk:
        error = refused(desk, but(GIVEN, clause=None))
        assert (error.code, error.found) == ("clause-missing", "delegation 1 of nec, and no clause")
        submit(desk, enrol(KEYS["clerk"]), GIVEN)
        assert refused(desk, delegate("scrutineer", "lot"), actor="clerk").code == "clause-missing"
        assert refused(desk, but(GIVEN, clause=UNKNOWN)).code == "unknown-clause"


def test_the_clause_of_a_delegation_is_written_into_each_act_under_it(ruled: LedgerPlace) -> None:
    under = f"delegation 1 of nec, decision d-1, clause {FEE_HASH}"
    with signing_desk(ruled) as desk:
        submit(desk, GIVEN)
        for number, (said, written) in enumerate(
            (
                (None, under),
                (under, under),
                ("delegation 1 of nec, decision d-1", under),
                ("rule 4, clause 2", f"rule 4, clause 2, clause {FEE_HASH}"),
                (f"rule 4, clause {FEE_HASH}", f"rule 4, clause {FEE_HASH}"),
            )
        ):
            submit(desk, but(CALL_ELECTION, election=f"e-{number}", authority=said), actor="clerk")
            ((_, event),) = desk.ledger.stream(f"election/e-{number}")
            assert event.authority == written
        wrong = but(CALL_ELECTION, election="e-9", authority=under.replace(FEE_HASH, UNKNOWN))
        assert refused(desk, wrong, actor="clerk").code == "no-authority"
    assert findings(ruled) == set()


def test_the_delegation_with_a_clause_is_taken_before_one_without(ruled: LedgerPlace) -> None:
    with signing_desk(ruled) as desk:
        submit(desk, but(GIVEN, office=OFFICER), actor=OTHER)
        submit(desk, CALL_ELECTION)
        ((_, event),) = desk.ledger.stream("election/labour")
        assert event.authority == f"delegation 2 of nec, decision d-1, clause {FEE_HASH}"
    assert findings(ruled) == set()


def test_a_clause_that_was_repealed_since_stays_the_reference(ruled: LedgerPlace) -> None:
    repeal = RepealRule(
        organisation="labour", rulebook="book-2010", ref="4.II.3", adopted_by="committee", in_force_from=LATER
    )
    with signing_desk(ruled) as desk:
        body = [but(each, body="committee") for each in NEC[:3]]
        submit(desk, GIVEN, *body, but(repeal, decision="d-1"))
    with signing_desk(ruled, clock=lambda: LATER) as desk:
        submit(desk, CALL_ELECTION, actor="clerk")
        assert refused(desk, but(SET, effective=LATER)).code == "clause-not-in-force"
    assert findings(ruled) == set()


def test_officers_of_the_founding_act_under_the_clause_that_it_names(ledger_place: LedgerPlace) -> None:
    place = begun(ledger_place, clause=FEE_HASH)
    with signing_desk(place) as desk:
        submit(desk, RULES, CALL_ELECTION)
        ((_, event),) = desk.ledger.stream("election/labour")
        assert event.authority == f"delegation 1 of nec, clause {FEE_HASH}"
    assert findings(place) == set()


def test_a_founding_under_a_clause_that_no_rule_book_has_gives_no_power(ledger_place: LedgerPlace) -> None:
    with signing_desk(begun(ledger_place, clause=UNKNOWN)) as desk:
        submit(desk, RULES)
        error = refused(desk, CALL_ELECTION)
        assert (error.code, error.found) == ("unknown-clause", f"delegation 1 of nec, clause {UNKNOWN}")
        submit(desk, RECORD_PERSON, but(SET, election="early"))


def test_rules_that_are_adopted_meanwhile_bind_what_is_being_recorded(place: LedgerPlace) -> None:
    """A clerk decides while there are no rules; they are adopted before it is written."""
    sign, asked = signer(*OFFICES), iter(range(100))

    def meddling(office: str, text: bytes) -> object:
        if next(asked) == 0:
            with signing_desk(place) as other:
                submit(other, RULES)
        return sign(office, text)

    with signing_desk(place, meddling) as desk:  # type: ignore[arg-type]
        assert refused(desk, CALL_ELECTION).code == "clause-missing"


def test_few_rooms_need_no_clause_and_each_is_one() -> None:
    assert {room_of(verb) for verb in DECISIONS} > NEEDS_NO_CLAUSE.keys()
    assert len(NEEDS_NO_CLAUSE) <= 8


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ((None, "delegation 1 of nec"), {"A5:clause-missing"}),
        (("unclear", UNKNOWN), {"A5:unknown-clause"}),
    ],
)
def test_verification_finds_acts_that_rest_on_no_clause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: tuple[str | None, str], expected: set[str]
) -> None:
    monkeypatch.setattr("ledger.powers.authority.require_basis", lambda *_: ({}, None))
    place = begun(new(tmp_path), clause=None if changed[0] is None else UNKNOWN)
    with signing_desk(place) as desk:
        submit(desk, RULES, CALL_ELECTION)
    assert findings(place) == expected


def test_verification_finds_powers_given_under_no_clause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.powers.authority.require_basis", lambda *_: ({}, None))
    place = begun(new(tmp_path), clause=FEE_HASH)
    with signing_desk(place) as desk:
        submit(desk, RULES, but(GIVEN, clause=None))
    assert findings(place) == {"A5:clause-missing"}
