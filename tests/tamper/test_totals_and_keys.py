"""The checks of certified totals and of keys on record: each case is signed by the honest sealer, and wrong."""

from __future__ import annotations

import json
from pathlib import Path
from time import time as seconds_now
from typing import Any

import pytest
from keeper import ORIGIN, World, make_world
from scenario import CLOSE_POLL, DEFINED, READ_PAPERS, RECORD_PERSON, but
from test_checks import Act, again, alone, drop, report_of, swap

from ledger.seal.keys import Kind, SignerKey, encode_base64
from ledger.streams.declaration import DeclareResult
from ledger.streams.key import EnrolKey, RevokeKey, RotateKey, enrolment_text
from ledger.streams.log_key import RotateLogKey, rotation_text
from ledger.streams.totals import CertifyTotals

CLOSED, OPENED, COMPLETE, TOTALS, DECLARED = 3, 4, 8, 9, 10
ENROLLED, ROTATED, REVOKED, ENROLLED_AGAIN, LOG_ROTATED, LOG_LOST = range(11, 17)
CLERK = [SignerKey("clerk", Kind.NOTE, bytes([number]) * 32) for number in range(1, 5)]
LOGS = [SignerKey(ORIGIN, Kind.NOTE, bytes([number]) * 32) for number in range(11, 15)]
AGENT = SignerKey("agent", Kind.NOTE, b"g" * 32)
OTHER_LOG = SignerKey("example.org/other", Kind.NOTE, b"o" * 32)
LOW_ORDER = "clerk+16b1c1e1+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def held(*votes: tuple[str, int]) -> dict[str, Any]:
    return {"held": [{"candidate": candidate, "certainty": "sourced", "votes": number} for candidate, number in votes]}


ALL = held(("a", 7), ("b", 40), ("c", 0))
MEMBERS = {"section": "members", "stream": "totals/leader/members"}  # whose papers are at hand


def said(signer: SignerKey, number: int, key: SignerKey, origin: str = ORIGIN, officer: str = "clerk") -> str:
    return encode_base64(signer.sign(enrolment_text(origin, officer, number, key.verifier.text)))


def enrolled(number: int, key: SignerKey, **changes: str) -> dict[str, Any]:
    return {"key": key.verifier.text, "proof": said(key, number, key), **changes}


def rotated(number: int, old: SignerKey, new: SignerKey, **changes: str) -> dict[str, Any]:
    return {**enrolled(number, new), "consent": said(old, number, new), **changes}


def log_said(signer: SignerKey, old: SignerKey, new: SignerKey) -> str:
    return encode_base64(signer.sign(rotation_text(old.verifier.text, new.verifier.text)))


def log_rotated(old: SignerKey, new: SignerKey, **changes: str | None) -> dict[str, Any]:
    return {
        "old": old.verifier.text,
        "key": new.verifier.text,
        "proof": log_said(new, old, new),
        "consent": log_said(old, old, new),
        "reason": "planned",
        **changes,
    }


COMMANDS = (
    *DEFINED,
    but(CLOSE_POLL, effective=None),
    READ_PAPERS,
    CertifyTotals.model_validate_json(
        json.dumps({"contest": "leader", "section": "mps", "source": "a table", "stages": [ALL]})
    ),
    DeclareResult(contest="leader", elected=("b",)),
    EnrolKey(officer="clerk", **enrolled(1, CLERK[0])),
    RotateKey(officer="clerk", **rotated(2, CLERK[0], CLERK[1])),
    RevokeKey(officer="clerk", reason="lost"),
    EnrolKey(officer="clerk", **enrolled(3, CLERK[2])),
    RotateLogKey(**log_rotated(LOGS[0], LOGS[1])),
    RotateLogKey(**log_rotated(LOGS[1], LOGS[2], consent=None, reason="lost")),
    RECORD_PERSON,
)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("totals") / "world", int(seconds_now()), COMMANDS, ())


@pytest.fixture
def world(made: World, tmp_path: Path) -> World:
    return made.copied(tmp_path / "world")


def found_in(world: World) -> list[str]:
    """Give the ids of what is found; an exception's own words are never one of them."""
    findings = report_of(world).findings
    for finding in findings:
        assert not finding.found.startswith("'"), f"a KeyError is how it was found: {finding.line()}"
    return [finding.id for finding in findings]


def stages(*those: dict[str, Any]) -> Act:
    return alone(TOTALS, stages=list(those))


CASES: dict[str, tuple[Act, str]] = {
    "totals: of another section than their stream": (alone(TOTALS, section="members"), "I1:stream-differs:9"),
    "totals: of another contest than their stream": (alone(TOTALS, contest="council"), "I1:stream-differs:9"),
    "totals: on another stream": (alone(TOTALS, stream="totals/leader/lords"), "I1:stream-differs:9"),
    "totals: of no section": (
        alone(TOTALS, section="lords", stream="totals/leader/lords"),
        "E2:unknown-section:9",
    ),
    "totals: of no contest": (
        alone(TOTALS, contest="nothing", stream="totals/nothing/mps"),
        "E2:unknown-contest:9",
    ),
    "totals: twice": (again(TOTALS, DECLARED, version=2), "E2:totals-exist:10"),
    "totals: poll never closed": (drop(CLOSED), "E2:poll-open:8"),
    "totals: before the poll closed": (swap(CLOSED, TOTALS), "E2:poll-open:3"),
    "totals: after the declaration": (swap(TOTALS, DECLARED), "E2:already-declared:10"),
    "totals: beside papers": (again(TOTALS, DECLARED, **MEMBERS), "E2:papers-exist:10"),
    "papers: beside totals": (again(TOTALS, OPENED, **MEMBERS), "E2:totals-exist:5"),
    "totals: beside a batch that is open": (
        lambda world: [act(world) for act in (again(TOTALS, DECLARED, **MEMBERS), drop(COMPLETE))],
        "E2:papers-exist:9",
    ),
    "totals: of a stranger": (stages(held(("a", 7), ("b", 40), ("c", 0), ("z", 1))), "E2:unknown-candidate:9"),
    "totals: one candidate twice": (stages(held(("a", 7), ("b", 40), ("c", 0), ("a", 1))), "E2:duplicate-candidate:9"),
    "totals: nothing of one": (stages(held(("a", 7), ("b", 40))), "E2:totals-incomplete:9"),
    "totals: nothing of anybody": (stages(), "E2:totals-incomplete:9"),
    "totals: one comes back": (stages(ALL, held(("b", 7)), held(("a", 7))), "E2:totals-incomplete:9"),
    "totals: they grow": (stages(ALL, held(("a", 7), ("b", 41))), "E2:totals-grow:9"),
    "officer: proof of another": (alone(ENROLLED, proof=said(CLERK[1], 1, CLERK[0])), "A3:proof-wrong:11"),
    "officer: proof for another key": (alone(ENROLLED, proof=said(CLERK[0], 1, CLERK[1])), "A3:proof-wrong:11"),
    "officer: proof for another time": (alone(ENROLLED, proof=said(CLERK[0], 2, CLERK[0])), "A3:proof-wrong:11"),
    "officer: proof for another log": (
        alone(ENROLLED, proof=said(CLERK[0], 1, CLERK[0], origin="example.org/x")),
        "A3:proof-wrong:11",
    ),
    "officer: no canonical proof": (
        alone(ENROLLED, proof=said(CLERK[0], 1, CLERK[0])[:85] + "B=="),
        "A3:proof-wrong:11",
    ),
    "officer: key of nobody": (alone(ENROLLED, key="clerk+00000000+AAAA"), "A3:key-malformed:11"),
    "officer: a weak key": (alone(ENROLLED, key=LOW_ORDER), "A3:key-low-order:11"),
    "officer: key of another": (alone(ENROLLED, **enrolled(1, AGENT)), "A3:key-wrong-name:11"),
    "officer: key of another kind": (
        alone(ENROLLED, **enrolled(1, SignerKey("clerk", Kind.COSIGNATURE, bytes(32)))),
        "A3:key-wrong-name:11",
    ),
    "officer: another's key enrolled": (alone(ENROLLED, **enrolled(1, CLERK[3])), "A3:consent-wrong:12"),
    "officer: rotated by a thief": (
        alone(ROTATED, **rotated(2, CLERK[3], CLERK[3])),
        "A3:consent-wrong:12",
    ),
    "officer: rotated, proof of another": (
        alone(ROTATED, **rotated(2, CLERK[0], CLERK[1], proof=said(CLERK[2], 2, CLERK[1]))),
        "A3:proof-wrong:12",
    ),
    "officer: rotated to the same": (alone(ROTATED, **rotated(2, CLERK[0], CLERK[0])), "A3:key-used-before:12"),
    "officer: rotated, never enrolled": (drop(ENROLLED), "A3:no-key:11"),
    "officer: enrolled beside another": (drop(REVOKED), "A3:key-exists:13"),
    "officer: revoked twice": (again(REVOKED, ENROLLED_AGAIN, version=5), "A3:no-key:14"),
    "officer: enrolled after it was lost": (
        alone(ENROLLED_AGAIN, **enrolled(3, CLERK[1])),
        "A3:key-used-before:14",
    ),
    "officer: enrolled under a number of before": (
        alone(ENROLLED_AGAIN, **enrolled(2, CLERK[2])),
        "A3:proof-wrong:14",
    ),
    "log: proof of another": (alone(LOG_ROTATED, proof=log_said(LOGS[3], LOGS[0], LOGS[1])), "A3:proof-wrong:15"),
    "log: consent of another": (
        alone(LOG_ROTATED, consent=log_said(LOGS[3], LOGS[0], LOGS[1])),
        "A3:consent-wrong:15",
    ),
    "log: planned without consent": (alone(LOG_ROTATED, consent=None), "A3:consent-wrong:15"),
    "log: exposed, consent of another": (
        alone(LOG_ROTATED, reason="exposed", consent=log_said(LOGS[3], LOGS[0], LOGS[1])),
        "A3:consent-wrong:15",
    ),
    "log: after another key": (alone(LOG_LOST, **log_rotated(LOGS[3], LOGS[2])), "A3:key-wrong-old:16"),
    "log: the same key": (alone(LOG_LOST, **log_rotated(LOGS[1], LOGS[1])), "A3:key-wrong-old:16"),
    "log: back to the key of before": (alone(LOG_LOST, **log_rotated(LOGS[1], LOGS[0])), "A3:key-used-before:16"),
    "log: key of another log": (alone(LOG_LOST, **log_rotated(LOGS[1], OTHER_LOG)), "A3:key-wrong-name:16"),
    "log: old key of another log": (alone(LOG_ROTATED, **log_rotated(OTHER_LOG, LOGS[1])), "A3:key-wrong-name:15"),
    "log: key of nobody": (alone(LOG_LOST, key=f"{ORIGIN}+00000000+AAAA"), "A3:key-malformed:16"),
    "log: old key of nobody": (alone(LOG_ROTATED, old=f"{ORIGIN}+00000000+AAAA"), "A3:key-malformed:15"),
}


def test_honest_totals_and_keys_are_clean(world: World) -> None:
    report = report_of(world)
    assert report.findings == ()
    assert (report.size, "A3" in report.unchecked) == (18, False)


@pytest.mark.parametrize("name", CASES)
def test_what_is_signed_and_wrong_is_found(world: World, name: str) -> None:
    act, expected = CASES[name]
    act(world)
    world.operator.reseal()
    found = found_in(world)
    assert expected in found, found
    assert not [each for each in found if each[:2] in ("S1", "S2", "S6", "C1")], found


def test_totals_count_for_the_section_of_their_stream(world: World) -> None:
    """As the desk counts them: what their fields say otherwise is a finding, and changes no count."""
    alone(TOTALS, section="members")(world)
    world.operator.reseal()
    assert found_in(world) == ["I1:stream-differs:9", "E2:papers-exist:9"]


def test_totals_that_cannot_be_counted_leave_the_declaration_uncounted(world: World) -> None:
    stages(held(("a", 7)))(world)
    world.operator.reseal()
    assert found_in(world) == ["E2:totals-incomplete:9", "E3:not-recomputable:10"]


def test_each_fault_of_a_rotation_is_told(world: World) -> None:
    alone(ROTATED, **enrolled(7, AGENT))(world)
    world.operator.reseal()
    assert {"A3:key-wrong-name:12", "A3:proof-wrong:12", "A3:consent-wrong:12"} <= set(found_in(world))


@pytest.mark.parametrize("statement", ["DELETE FROM meta WHERE name = 'ledger'", "DROP TABLE meta"])
def test_without_the_name_of_the_log_the_keys_are_not_taken_for_checked(world: World, statement: str) -> None:
    world.operator.sql(statement)
    assert [each for each in found_in(world) if each.startswith("A3:")]
