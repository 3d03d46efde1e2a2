"""Authority at the desk, on both stores: every command under a live delegation, and signed where it must be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from killing import Killed
from officers import (
    DELEGATE,
    FOUND,
    KEYS,
    LOG,
    NEC,
    OFFICES,
    SECOND,
    delegate,
    enrol,
    found,
    officer,
    signer,
    signing_desk,
)
from scenario import (
    ADOPT_RULE,
    CALL_ELECTION,
    CLOSE_POLL,
    DEFINE_CONTEST,
    NOW,
    POLLED,
    READ_PAPERS,
    RECORD_PERSON,
    but,
    happened,
)
from stores import NOON, LedgerPlace, desk_at, meddling_clock

import ledger.desk
from ledger.decision import Act, Command
from ledger.desk import Desk
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.powers.authority import Sign
from ledger.rules.clause import Clause
from ledger.rules.local_time import dated
from ledger.storage.recorder import Guard
from ledger.streams.amendment import AmendRule
from ledger.streams.delegation import RevokeDelegation
from ledger.streams.key import RevokeKey
from ledger.streams.person import OrderErasure
from ledger.streams.rulebook import RuleAmended
from ledger.streams.signature import (
    CommandSigned,
    CommandSignedWithheld,
    Signature,
    differences,
    signed_body,
    signed_text,
)
from ledger.streams.timetable import StepVaried, VaryStep

OFFICER = "returning-officer"
LATER, LAST = "2024-06-01T00:00:00Z", "2024-07-01T00:00:00Z"
REVOKE = RevokeDelegation(office="clerk", number=1, body="nec", decision="d-1", reason="withdrawn")
VARY = VaryStep(
    election="labour",
    step="nominations-close",
    local="2010-06-09T12:30:00",
    zone="Europe/London",
    reason="More time",
)
VARIED = happened(
    StepVaried,
    "timetable/labour",
    election="labour",
    new=dated(VARY.local, VARY.zone, None, "x"),
    published=NOW,
    reason=VARY.reason,
    step=VARY.step,
)
AMEND = AmendRule(
    organisation="labour",
    rulebook="book",
    ref="4",
    title="Fee",
    text_digest="sha256:" + "1" * 64,
    amendable_by="conference",
    kind="binding",
    adopted_by="conference",
    in_force_from=NOW,
)
CLAUSE = Clause(amendable_by="conference", kind="binding", ref="4", text_digest=AMEND.text_digest, title="Fee")
AMENDED = happened(
    RuleAmended,
    "rulebook/labour",
    adopted_by="conference",
    clause=CLAUSE,
    in_force_from=NOW,
    organisation="labour",
    rulebook="book",
)


def submit(desk: Desk, *commands: Command, actor: str = OFFICER) -> None:
    for command in commands:
        desk.submit(command, actor=actor)


def refused(desk: Desk, command: Command, actor: str = OFFICER, command_id: str | None = None) -> RefusedError:
    """The refusal of a command; nothing is written."""
    size = desk.ledger.head().size
    with pytest.raises(RefusedError) as caught:
        desk.submit(command, actor=actor, command_id=command_id)
    assert desk.ledger.head().size == size
    return caught.value


def events_of(desk: Desk) -> list[Event]:
    return [event for _, event in desk.ledger.reread()]


@pytest.fixture
def founded(ledger_place: LedgerPlace) -> LedgerPlace:
    """A ledger founded by the NEC, which has delegated nothing yet but the powers of the returning officer."""
    with signing_desk(ledger_place) as desk:
        submit(desk, FOUND, *NEC)
    return ledger_place


@contextmanager
def at(place: LedgerPlace, now: str, sign: Sign | None = None) -> Iterator[Desk]:
    with signing_desk(place, sign, clock=lambda: now) as desk:
        yield desk


# The founding


def test_the_founding_is_signed_by_an_officer_it_names(ledger_place: LedgerPlace) -> None:
    both = found(officer(OFFICER), officer("clerk", "lot"))
    with signing_desk(ledger_place, signer()) as desk:
        assert refused(desk, FOUND).code == "unsigned"
    with signing_desk(ledger_place, lambda _o, _t: Signature(KEYS[OFFICER].verifier.text, "A" * 86 + "==")) as desk:
        assert refused(desk, FOUND).code == "bad-signature"
    with signing_desk(ledger_place, signer(keys=[SECOND])) as desk:
        assert refused(desk, both, actor="clerk").code == "bad-signature"  # by a key that it does not name
    with signing_desk(ledger_place) as desk:
        assert refused(desk, FOUND, actor="agent").code == "not-an-officer"
        receipt = desk.submit(both, actor="clerk", command_id="c-1")
        assert (receipt.position, receipt.events) == (0, 6)
        assert [event.type for event in events_of(desk)] == [
            "ledger-founded.v1",
            *("key-enrolled.v1", "power-delegated.v1") * 2,
            "command-signed.v1",
        ]
        assert desk.submit(both, actor="clerk", command_id="c-1").held


def test_a_ledger_that_began_otherwise_is_never_founded_and_asks_for_nothing(ledger_place: LedgerPlace) -> None:
    with signing_desk(ledger_place) as desk:
        submit(desk, CALL_ELECTION, ADOPT_RULE, actor="anybody")
        assert refused(desk, FOUND).code == "already-begun"
        assert {event.type for event in events_of(desk)} == {"election-called.v1", "count-rule-adopted.v1"}
        assert {event.authority for event in events_of(desk)} == {None}


def test_what_another_desk_records_first_prevents_the_founding(ledger_place: LedgerPlace) -> None:
    with desk_at(ledger_place) as other:

        def meddle(decision: int) -> None:
            if decision == 0:
                submit(other, CALL_ELECTION, actor="anybody")

        sign = signer(*OFFICES)

        def late(office: str, text: bytes) -> Signature | None:
            """Sign as others act: the decision was taken."""
            meddle(other.ledger.head().size)
            return sign(office, text)

        with signing_desk(ledger_place, late) as desk:
            with pytest.raises(RefusedError, match="already-begun"):
                desk.submit(FOUND, actor=OFFICER)
            assert [event.type for event in events_of(desk)] == ["election-called.v1"]


def test_a_founding_by_another_desk_asks_for_authority_at_once(ledger_place: LedgerPlace) -> None:
    with signing_desk(ledger_place) as other:

        def meddle(decision: int) -> None:
            if decision == 0:
                submit(other, FOUND)

        clock = meddling_clock(meddle)
        with signing_desk(ledger_place, clock=clock) as desk, pytest.raises(RefusedError, match=r"^no-authority"):
            desk.submit(CALL_ELECTION, actor="clerk")


def test_a_founding_just_before_the_append_asks_for_authority_too(ledger_place: LedgerPlace) -> None:
    """The salt of a private value is drawn when all has been read and decided."""
    drawn = count()

    def draw(size: int) -> bytes:
        if next(drawn) == 0:
            submit(other, FOUND)
        return bytes(size)

    with signing_desk(ledger_place) as other, signing_desk(ledger_place) as desk:
        desk._draw = draw
        with pytest.raises(RefusedError, match=r"^no-authority"):
            desk.submit(RECORD_PERSON, actor="clerk", command_id="c-1")
        assert next(drawn) > 0
        assert {event.actor for event in events_of(desk)} == {OFFICER}


# Authority


def test_nobody_acts_without_a_delegation(founded: LedgerPlace) -> None:
    with signing_desk(founded) as desk:
        error = refused(desk, CALL_ELECTION, actor="clerk")
        assert str(error) == (
            "no-authority: call-election by clerk: expected a delegation of call-election, election or all to clerk "
            f"for election labour, in force at {NOON}, found none. Whoever acts for nec can give it: delegate-power "
            "(see: pollbook offices)."
        )
        submit(desk, DELEGATE)
        submit(desk, CALL_ELECTION, actor="clerk")
        error = refused(desk, ADOPT_RULE, actor="clerk")
        assert error.code == "no-authority"
        assert error.found == "delegation 1 of nec, decision d-1: call-election"


def test_the_authority_is_filled_in_unless_it_was_named(founded: LedgerPlace) -> None:
    with signing_desk(founded) as desk:
        submit(desk, DELEGATE)
        submit(desk, CALL_ELECTION, but(CALL_ELECTION, election="e-2", authority="rule 4"), actor="clerk")
        submit(desk, but(CALL_ELECTION, election="e-3"))
        called = [event for event in events_of(desk) if event.type == "election-called.v1"]
        assert [event.authority for event in called] == [
            "delegation 1 of nec, decision d-1",
            "rule 4",
            "delegation 1 of nec",
        ]


def test_a_delegation_that_is_named_has_to_be_one_of_those_that_cover_it(founded: LedgerPlace) -> None:
    with signing_desk(founded) as desk:
        submit(desk, DELEGATE, delegate("clerk", "election"))
        second = but(CALL_ELECTION, authority="delegation 2 of nec, decision d-1")
        submit(desk, second, actor="clerk")
        for other in ("delegation 3 of nec, decision d-1", "delegation 2 of nec", "delegation 2 of nec, decision d-2"):
            assert refused(desk, but(second, election="e-2", authority=other), actor="clerk").code == "no-authority"


def test_a_term_has_an_end_for_what_takes_effect_and_for_when_it_is_recorded(founded: LedgerPlace) -> None:
    with signing_desk(founded) as desk:
        submit(desk, but(DELEGATE, since=LATER, until=LAST))
        assert refused(desk, CALL_ELECTION, actor="clerk").code == "no-authority"
        ahead = but(CALL_ELECTION, effective=LATER)
        assert "2024-06-01T00:00:00Z and 2024-05-01T12:00:00Z" in refused(desk, ahead, actor="clerk").expected.replace(
            f"{NOON} and", f"{NOON} and"
        )
    with at(founded, LATER) as desk:
        submit(desk, CALL_ELECTION, actor="clerk")
        error = refused(desk, but(CALL_ELECTION, election="e-2", effective=NOON), actor="clerk")
        assert error.found == f"delegation 1 of nec, decision d-1 from {LATER} until {LAST}"
    with at(founded, LAST) as desk:
        back = but(CALL_ELECTION, election="e-2", effective=LATER)  # dated back into the term
        assert refused(desk, back, actor="clerk").code == "no-authority"


def test_a_revoked_delegation_is_worth_nothing_from_then_on(founded: LedgerPlace) -> None:
    with signing_desk(founded) as desk:
        submit(desk, DELEGATE, but(REVOKE, effective=LATER))
        submit(desk, CALL_ELECTION, actor="clerk")
    with at(founded, LATER) as desk:
        assert refused(desk, but(CALL_ELECTION, election="e-2"), actor="clerk").code == "no-authority"
        back = but(CALL_ELECTION, election="e-2", effective=NOON)
        assert refused(desk, back, actor="clerk").code == "no-authority"


def test_a_delegation_for_an_election_covers_its_contests(founded: LedgerPlace) -> None:
    with signing_desk(founded) as desk:
        submit(desk, delegate("clerk", "election", "contest", "person", election="labour"))
        submit(desk, CALL_ELECTION, ADOPT_RULE, DEFINE_CONTEST, actor="clerk")
        other = but(CALL_ELECTION, election="e-2")
        error = refused(desk, other, actor="clerk")
        assert error.found == f"delegation 1 of nec, decision d-1 for election labour from {NOON}"
        submit(desk, other, but(ADOPT_RULE, election="e-2"), but(DEFINE_CONTEST, contest="c-2", election="e-2"))
        now = but(CLOSE_POLL, effective=None)
        assert refused(desk, but(now, contest="c-2"), actor="clerk").code == "no-authority"
        submit(desk, now, actor="clerk")
        assert refused(desk, RECORD_PERSON, actor="clerk").code == "no-authority"  # of no election


def test_what_was_ordered_with_authority_is_confirmed_after_the_term(founded: LedgerPlace) -> None:
    """The desk goes on with an erasure as it opens, whoever is in office by then."""
    with signing_desk(founded) as desk:
        submit(desk, enrol(KEYS["clerk"]), delegate("clerk", "person", until=LATER))
        submit(desk, RECORD_PERSON, actor="clerk")
        desk.vault.begin_erasure("person/p1")
        order = OrderErasure(person="p1", basis="right-to-erasure")
        desk._append(desk._decide(order, "c-1", "clerk")[0], Guard())  # and is killed
        desk.ledger.append(desk._decide(RevokeKey(officer="clerk", reason="lost"), "c-2", OFFICER)[0].events)
    with at(founded, LAST) as desk:
        assert events_of(desk)[-1].type == "disclosure-erased.v1"


# Signatures


def test_what_must_be_signed_is_refused_without_a_good_signature(founded: LedgerPlace) -> None:
    with signing_desk(founded, signer()) as desk:
        assert refused(desk, DELEGATE).code == "unsigned"
        submit(desk, CALL_ELECTION)  # need not be
    text = KEYS[OFFICER].verifier.text
    zeros = "A" * 86 + "=="
    for sign in (
        lambda _office, _text: Signature(text, zeros),
        lambda _office, _text: Signature(text, "A"),
        signer(keys=[KEYS["clerk"]]),
        lambda _office, given: signer(OFFICER)(OFFICER, given + b"x"),
        lambda _office, given: signer("clerk")("clerk", given),
    ):
        with signing_desk(founded, sign) as desk:
            error = refused(desk, DELEGATE)
            assert error.code == ("unsigned" if sign(OFFICER, b"") is None else "bad-signature")
            if error.code == "bad-signature":
                assert refused(desk, but(CALL_ELECTION, election="e-2")).code == "bad-signature"  # nor any other


def test_a_signature_is_kept_with_what_it_signs(founded: LedgerPlace) -> None:
    with signing_desk(founded) as desk:
        receipt = desk.submit(DELEGATE, actor=OFFICER, command_id="c-9")
        assert receipt.events == 2
        delegated, signed = events_of(desk)[-2:]
        assert isinstance(signed, CommandSigned)
        assert (signed.stream, signed.version, signed.command) == ("signature/c-9", 1, "c-9")
        assert (signed.actor, signed.authority) == (delegated.actor, delegated.authority)
        assert signed.body == (
            '{"actor":"returning-officer","authority":"delegation 1 of nec","body":"nec","decision":"d-1",'
            f'"effective":"{NOON}","office":"clerk","pass_on":false,"powers":["call-election"],"verb":"delegate-power"}}'
        )
        text = signed_text(LOG, "c-9", OFFICER, signed.body)
        assert text.decode() == f"pollbook command v1\n{LOG}\nc-9\nreturning-officer\n{signed.body}\n"
        assert signer(OFFICER)(OFFICER, text) == Signature(signed.key, signed.signature)


def test_a_repeated_command_is_held_signed_or_not(founded: LedgerPlace) -> None:
    with signing_desk(founded) as desk:
        first = desk.submit(DELEGATE, actor=OFFICER, command_id="c-1")
        assert desk.submit(DELEGATE, actor=OFFICER, command_id="c-1").held
    with at(founded, LATER, signer()) as desk:
        again = desk.submit(DELEGATE, actor=OFFICER, command_id="c-1")
        assert (again.position, again.events, again.held) == (first.position, 2, True)
        assert refused(desk, delegate("clerk", "lot"), command_id="c-1").code == "idempotency-conflict"


def test_a_key_that_was_revoked_or_replaced_signs_nothing_more(founded: LedgerPlace) -> None:
    with signing_desk(founded) as desk:
        submit(desk, enrol(KEYS["clerk"]), delegate("clerk", "lot", "key", "delegation"))
        submit(desk, RevokeKey(officer="clerk", reason="exposed"), actor="clerk")  # with that very key
        error = refused(desk, delegate("agent", "lot"), actor="clerk")
        assert error.code == "key-revoked"
        assert refused(desk, RECORD_PERSON, actor="clerk").code == "no-authority"
        submit(desk, enrol(SECOND, 2))
        assert refused(desk, delegate("agent", "lot"), actor="clerk").code == "key-revoked"
    with signing_desk(founded, signer(keys=[SECOND])) as desk:
        submit(desk, delegate("agent", "lot"), actor="clerk")


def test_nobody_enrols_a_key_for_others_unsigned(founded: LedgerPlace) -> None:
    with signing_desk(founded, signer()) as desk:
        assert refused(desk, enrol(KEYS["clerk"])).code == "unsigned"
        assert refused(desk, RevokeKey(officer=OFFICER, reason="lost")).code == "unsigned"


def test_what_is_withheld_is_withheld_where_it_was_signed_and_nothing_private_is_in_it(founded: LedgerPlace) -> None:
    with signing_desk(founded) as desk:
        submit(desk, RECORD_PERSON)
        signed = events_of(desk)[-1]
        assert isinstance(signed, CommandSignedWithheld)
        assert signed.blind
        assert "Lovelace" not in signed.body
        assert '"person":"p1"' in signed.body


# Two desks at once


def meddling_signer(meddle: Any) -> Sign:
    """Sign, and let others act meanwhile: authority and key were looked at, and nothing is written."""
    asked = count()
    sign = signer(*OFFICES)

    def signing(office: str, text: bytes) -> Signature | None:
        meddle(next(asked))
        return sign(office, text)

    return signing


@pytest.mark.parametrize(
    ("meddling", "code"),
    [(REVOKE, "no-authority"), (RevokeKey(officer="clerk", reason="exposed"), "key-revoked")],
)
def test_what_is_revoked_meanwhile_is_worth_nothing(founded: LedgerPlace, meddling: Command, code: str) -> None:
    with signing_desk(founded) as other:
        submit(other, enrol(KEYS["clerk"]), DELEGATE)

        def meddle(decision: int) -> None:
            if decision == 0:
                submit(other, meddling)

        with signing_desk(founded, meddling_signer(meddle)) as desk, pytest.raises(RefusedError, match=f"^{code}"):
            desk.submit(CALL_ELECTION, actor="clerk")
        assert "election-called.v1" not in [event.type for event in events_of(other)]


def test_a_term_that_ends_while_others_record_is_over(founded: LedgerPlace) -> None:
    """Recording time goes on with others' clocks: what is stamped after the term is decided anew."""
    with signing_desk(founded) as desk:
        submit(desk, enrol(KEYS["clerk"]), but(DELEGATE, until=LATER))

    def meddle(decision: int) -> None:
        if decision == 0:
            with at(founded, LATER) as other:
                submit(other, RECORD_PERSON)

    with signing_desk(founded, meddling_signer(meddle)) as desk, pytest.raises(RefusedError, match=r"^no-authority"):
        desk.submit(CALL_ELECTION, actor="clerk")


# Batches


def kill(done: int, _total: int) -> None:
    if done:
        raise Killed


@pytest.fixture
def polled(founded: LedgerPlace, monkeypatch: pytest.MonkeyPatch) -> LedgerPlace:
    monkeypatch.setattr(ledger.desk, "PAGE_ROWS", 2)
    with signing_desk(founded) as desk:
        submit(desk, enrol(KEYS["scrutineer"]), delegate("scrutineer", "read-papers"))
        submit(desk, *(but(command, effective=None) for command in POLLED))
    return founded


def types_after(desk: Desk, size: int) -> list[str]:
    return [event.type for event in events_of(desk)][size:]


PAPERS = ["paper-read.v1"] * 3


def test_a_batch_is_signed_once_as_it_is_opened(polled: LedgerPlace) -> None:
    with signing_desk(polled) as desk:
        size = desk.ledger.head().size
        receipt = desk.submit(READ_PAPERS, actor="scrutineer", command_id="c-1")
        assert receipt.events == 6
        assert types_after(desk, size) == ["batch-opened.v1", "command-signed.v1", *PAPERS, "batch-closed.v1"]
        assert "a>b" not in events_of(desk)[size + 1].model_dump()["body"]
        assert desk.submit(READ_PAPERS, actor="scrutineer", command_id="c-1").held
        again = desk.submit(READ_PAPERS, actor="scrutineer", command_id="c-2")
        assert (again.held, desk.ledger.head().size) == (True, size + 6)


@pytest.mark.parametrize("command_id", ["c-1", "c-2"])
def test_a_batch_that_was_killed_is_gone_on_with_signed(polled: LedgerPlace, command_id: str) -> None:
    with signing_desk(polled) as desk:
        size = desk.ledger.head().size
        with pytest.raises(Killed):
            desk.submit(READ_PAPERS, actor="scrutineer", command_id="c-1", progress=kill)
    with at(polled, LATER, signer()) as desk:
        assert refused(desk, READ_PAPERS, actor="scrutineer", command_id=command_id).code == "unsigned"
    with at(polled, LATER) as desk:
        if command_id == "c-1":
            conflict = refused(desk, but(READ_PAPERS, serial="s2", same_again=True), "scrutineer", command_id)
            assert conflict.code == "idempotency-conflict"
        receipt = desk.submit(READ_PAPERS, actor="scrutineer", command_id=command_id)
        ends = [] if command_id == "c-1" else ["command-signed.v1"]
        assert types_after(desk, size) == [
            *("batch-opened.v1", "command-signed.v1"),
            *PAPERS,
            *("batch-closed.v1", *ends),
        ]
        assert receipt.events == 2 + len(ends)


def test_somebody_out_of_office_does_not_go_on_with_a_batch(polled: LedgerPlace) -> None:
    with signing_desk(polled) as desk, pytest.raises(Killed):
        desk.submit(READ_PAPERS, actor="scrutineer", progress=kill)
    with signing_desk(polled) as desk:
        submit(desk, but(REVOKE, office="scrutineer"))
        assert refused(desk, READ_PAPERS, actor="scrutineer").code == "no-authority"


@pytest.mark.parametrize(
    ("command", "event", "field", "other"),
    [
        (VARY, VARIED, "new", dated("2010-06-10T12:30:00", "Europe/London", None, "x")),
        (VARY, VARIED, "new", dated("2010-06-09T12:30:00", "Europe/Paris", None, "x")),
        (AMEND, AMENDED, "clause", CLAUSE.model_copy(update={"text_digest": "sha256:" + "9" * 64})),
        (AMEND, AMENDED, "clause", CLAUSE.model_copy(update={"amendable_by": "friends"})),
    ],
)
def test_what_is_written_into_a_part_of_an_event_is_compared_with_what_was_signed(
    command: Command, event: Event, field: str, other: object
) -> None:
    body = json.loads(signed_body(command, Act(event.actor, event.recorded, event.effective)))
    assert list(differences(type(command), body, event)) == []
    changed = event.model_copy(update={field: other})
    assert [name for name, *_ in differences(type(command), body, changed)] == [field]
