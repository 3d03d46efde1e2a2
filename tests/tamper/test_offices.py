"""The checks of signatures and authority: each case is otherwise well made, and nothing was sealed over it before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from keeper import Operator, canonical
from officers import (
    KEYS,
    LOG,
    NEC,
    SECOND,
    delegate,
    enrol,
    found,
    officer,
    signer,
    signing_desk,
)
from scenario import CLOSE_POLL, DEFINED, READ_PAPERS, RECORD_PERSON, but
from stores import SQLitePlace, desk_at

from ledger.decision import DECISIONS
from ledger.event import TYPES
from ledger.seal.keys import encode_base64
from ledger.storage.store import open_ledger
from ledger.streams.declaration import DeclareResult
from ledger.streams.delegation import RevokeDelegation
from ledger.streams.figure import Figure
from ledger.streams.key import RevokeKey
from ledger.streams.result import PublishFigures
from ledger.streams.signature import signed_text
from projections.counting import LedgerFigures
from projections.verify.run import Report, verify
from projections.verify.sealing import Notes, Trust
from projections.verify.verbs import must_be_signed, verbs_of

OFFICER = "returning-officer"
TERM = "2024-05-01T12:01:00Z"  # to a minute from the beginning
REVOKE = RevokeDelegation(office="clerk", number=1, body="nec", decision="d-1", reason="withdrawn")
FIGURES = PublishFigures(contest="leader", source="gazette", figures=(Figure(stage=1, measure="valid", value="3"),))
COMMANDS = (
    (OFFICER, found(officer(OFFICER), officer("agent", "lot"))),
    *((OFFICER, command) for command in NEC),
    (OFFICER, enrol(KEYS["clerk"])),
    (OFFICER, enrol(KEYS["scrutineer"])),
    (OFFICER, delegate("clerk", "election", "contest", election="labour", until=TERM)),
    (OFFICER, delegate("scrutineer", "read-papers")),
    *(("clerk", command) for command in (*DEFINED, but(CLOSE_POLL, effective=None))),
    ("scrutineer", READ_PAPERS),
    (OFFICER, RECORD_PERSON),
    (OFFICER, DeclareResult(contest="leader", elected=("a",))),
    (OFFICER, REVOKE),
    (OFFICER, RevokeKey(officer="clerk", reason="left-office")),
    (OFFICER, FIGURES),
)


def report_of(folder: Path) -> Report:
    with open_ledger(folder) as ledger:
        return verify(ledger, views=None, vault=None, notes=Notes(None), trust=Trust())


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded ledger, a second from command to command, that nobody has sealed yet."""
    place = SQLitePlace(tmp_path_factory.mktemp("offices") / "ledger")
    place.make().close()
    seconds = count()
    with signing_desk(place, clock=lambda: f"2024-05-01T12:00:{next(seconds):02d}Z") as desk:
        desk._figures = LedgerFigures(desk.ledger)
        for number, (actor, command) in enumerate(COMMANDS):
            desk.submit(command, actor=actor, command_id=f"c-{number}")
    return place.folder


@pytest.fixture
def operator(untouched: Path, tmp_path: Path) -> Operator:
    return Operator(Path(shutil.copytree(untouched, tmp_path / "ledger")))


def test_the_untouched_ledger_is_clean(operator: Operator) -> None:
    report = report_of(operator.folder)
    assert report.findings == ()
    assert not {"A4", "A5"} & report.unchecked.keys()


def test_an_unfounded_ledger_says_that_everything_is_asserted(tmp_path: Path) -> None:
    place = SQLitePlace(tmp_path / "ledger")
    place.make().close()
    with desk_at(place) as desk:
        desk.submit(DEFINED[0], actor="anybody")
    report = report_of(place.folder)
    assert report.findings == ()
    assert report.unchecked["A4"] == report.unchecked["A5"]
    assert "unfounded" in report.unchecked["A5"]


Act = Callable[[Operator], None]


def change(kind: str, which: int = 0, **fields: Any) -> Act:
    """Change fields of the so-manieth event of a type."""
    return lambda operator: operator.rewrite(operator.at(kind, which), **fields)


def drop(kind: str, number: int = 0) -> Act:
    return lambda operator: operator.drop(operator.at(kind, number))


def signature_of(kind: str, number: int = 0) -> Callable[[Operator], int]:
    """The position of the signature beside an event."""
    return lambda operator: operator.at(kind, number) + 1


def change_signed(kind: str, change: Callable[[dict[str, Any]], None], *, sign: bool, number: int = 0) -> Act:
    """Change the body that was signed for an event, and sign it anew or not."""

    def act(operator: Operator) -> None:
        at = signature_of(kind, number)(operator)
        leaf = operator.leaves()[at]
        body = json.loads(leaf["body"])
        change(body)
        text = canonical(body).decode()
        fields = {"body": text}
        if sign:
            data = signed_text(LOG, leaf["command"], leaf["actor"], text)
            fields["signature"] = encode_base64(KEYS[leaf["actor"]].sign(data))
        operator.rewrite(at, **fields)

    return act


def again(kind: str, which: int = 0, *, beside: bool = False, **fields: Any) -> Act:
    """Record an event once more at the end, or beside itself, as the next of its stream."""

    def act(operator: Operator) -> None:
        leaves = operator.leaves()
        at = operator.at(kind, which)
        leaf = leaves[at] | {"recorded": leaves[-1]["recorded"]} | fields
        leaf["version"] = 1 + sum(each["stream"] == leaf["stream"] for each in leaves)
        if beside:
            leaf["recorded"] = leaves[at]["recorded"]
            later = [each for each in leaves[at + 1 :] if each["stream"] == leaf["stream"]]
            assert not later
        operator.insert(at + 1 if beside else len(leaves), leaf)

    return act


def unsay(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda body: body.pop(name)  # type: ignore[func-returns-value]


def say(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda body: body.update(values)


def swap_key(operator: Operator) -> None:
    """Sign the declaration with another key than the one on record."""
    at = signature_of("result-declared.v1")(operator)
    leaf = operator.leaves()[at]
    data = signer(keys=[SECOND])("clerk", signed_text(LOG, leaf["command"], leaf["actor"], leaf["body"]))
    assert data
    operator.rewrite(at, key=data.key, signature=data.data)


def sign_after_revocation(operator: Operator) -> None:
    """Let the clerk, whose key is revoked by then, sign what was published; with that very key, and the power to."""
    at = operator.at("figures-published.v1")
    leaves = operator.leaves()
    body = json.loads(leaves[at + 1]["body"]) | {"actor": "clerk"}
    text = canonical(body).decode()
    data = signer("clerk")("clerk", signed_text(LOG, leaves[at]["command"], "clerk", text))
    assert data
    operator.rewrite(at, actor="clerk")
    operator.rewrite(at + 1, actor="clerk", body=text, key=data.key, signature=data.data)


def borrow(operator: Operator) -> None:
    """Put the signature of a delegation beside the declaration, whose command it is said to be."""
    given, at = signature_of("power-delegated.v1", 3)(operator), signature_of("result-declared.v1")(operator)
    leaves = operator.leaves()
    kept = {name: leaves[at][name] for name in ("command", "stream", "recorded", "effective")}
    operator.rewrite(at, **leaves[given] | kept)


# What is put in at the end is event 46.
CASES: dict[str, tuple[Act, list[str]]] = {
    "A4: the body is another than was signed": (
        change_signed("result-declared.v1", say(elected=["b"]), sign=False),
        ["A4:not-as-signed:38", "A4:bad-signature:39"],
    ),
    "A4: the event is another than was signed": (
        change("result-declared.v1", elected=["b"]),
        ["A4:not-as-signed:38"],
    ),
    "A4: and so where another was signed": (
        change_signed("result-declared.v1", say(elected=["b"]), sign=True),
        ["A4:not-as-signed:38"],
    ),
    "A4: a field more than was signed": (
        change("power-delegated.v1", 2, contest="leader"),
        ["A4:not-as-signed:18", "A5:no-authority:22", "A5:no-authority:24"],
    ),
    "A4: a field fewer than was signed": (change("power-delegated.v1", 2, until=None), ["A4:not-as-signed:18"]),
    "A4: another office than signed": (
        change("delegation-revoked.v1", actor="agent"),
        ["A4:not-as-signed:40", "A5:no-authority:40"],
    ),
    "A4: at another time than was signed": (
        change("result-declared.v1", effective="2024-05-01T12:00:10Z"),
        ["A4:not-as-signed:38"],
    ),
    "A4: under another authority than was signed": (
        change("result-declared.v1", authority="rule 4"),
        ["A4:not-as-signed:38"],
    ),
    "A4: other papers than were signed for": (
        change("batch-opened.v1", contents="sha256:" + "0" * 64),
        ["A4:not-as-signed:30"],
    ),
    "A4: a batch of another section is closed with the signature": (
        change("batch-closed.v1", section="mps", stream="batch/paper/leader/mps/s1"),
        ["A4:not-as-signed:35"],
    ),
    "A4: a serial that was not signed for": (
        change_signed("batch-opened.v1", say(serial="s2"), sign=True),
        ["A4:not-as-signed:30", "A4:not-as-signed:35"],
    ),
    "A4: somebody recused of whom nothing was signed": (
        change("decision-taken.v1", recused=["p"]),
        ["A4:not-as-signed:10"],
    ),
    "A4: a report that was signed for is not asked for": (
        change_signed("contest-defined.v1", say(report="required"), sign=True),
        ["A4:not-as-signed:26"],
    ),
    "A4: a delegation from another time on than was signed": (
        change_signed("power-delegated.v1", say(since="2030-01-01T00:00:00Z"), sign=True, number=2),
        ["A4:not-as-signed:18"],
    ),
    "A4: a person who was not signed for": (
        change_signed("person-recorded.v1", say(person="p2"), sign=True),
        ["A4:not-as-signed:36"],
    ),
    "A4: no signature": (lambda operator: operator.drop(39), ["A4:unsigned:38"]),
    "A4: no signature of a batch": (lambda operator: operator.drop(31), ["A4:unsigned:30", "A4:unsigned:34"]),
    "A4: no signature of a founding": (lambda operator: operator.drop(5), ["A4:unsigned:" + str(n) for n in range(5)]),
    "A4: none where none is needed": (lambda operator: operator.drop(45), []),
    "A4: a signature of nothing": (lambda operator: operator.drop(44), ["A4:signature-alone:44"]),
    "A4: a signature of another command": (borrow, ["A4:not-as-signed:38"] * 3 + ["A4:bad-signature:39"]),
    "A4: a key that is not the office's": (swap_key, ["A4:bad-signature:39"]),
    "A4: a key that was revoked": (sign_after_revocation, ["A4:key-revoked:45", "A5:no-authority:44"]),
    "A4: signed for another log": (
        lambda operator: operator.sql("INSERT INTO meta VALUES ('origin', 'example.org/other')"),
        [f"A4:bad-signature:{at + 1}" for at in (4, *range(6, 32, 2), 36, 38, 40, 42, 44)],
    ),
    "A4: a body in another spelling": (
        change("command-signed.v1", -1, body="{}"),
        ["A4:body-malformed:45"],
    ),
    "A4: a delegation once more, as it was signed": (
        again("power-delegated.v1", 2, number=2, version=2),
        ["A4:unsigned:46", "A5:decision-spent:46"],
    ),
    "A4: and beside the first": (
        again("power-delegated.v1", 3, beside=True, number=2),
        ["A4:not-as-signed:21", "A5:delegation-number:21"],
    ),
    "A4: another type of event with a signature": (
        change("figures-published.v1", type="result-annulled.v1", reason="x", figures=None, source=None),
        ["A4:not-as-signed:44"],
    ),
    "A4: withheld, though what it signs is public": (
        change("command-signed.v1", -1, type="command-signed-withheld.v1", blind="A" * 22),
        ["A4:wrong-audience:45"],
    ),
    "A5: an office without any power": (
        change("election-called.v1", actor="agent"),
        ["A4:not-as-signed:22", "A5:no-authority:22"],
    ),
    "A5: an event of nobody's command": (
        again("election-called.v1", command=None, actor="agent", election="e", stream="election/e", effective=TERM),
        ["A5:no-authority:46"],
    ),
    "A5: after a revocation, dated back": (
        again("election-called.v1", command=None, election="labour", stream="election/labour"),
        ["A5:no-authority:46"],
    ),
    "A5: under a delegation that there is not": (
        again("figures-published.v1", command=None, authority="delegation 7 of nec"),
        ["A5:no-authority:46"],
    ),
    "A5: under none": (
        again("figures-published.v1", command=None, authority=None),
        ["A5:no-authority:46"],
    ),
    "A5: under a rule, without any power": (
        again("figures-published.v1", command=None, actor="agent", authority="rule 4"),
        ["A5:no-authority:46"],
    ),
    "A5: under a rule": (again("figures-published.v1", command=None, authority="rule 4"), []),
    "A5: of an election that is not theirs": (
        lambda operator: (
            change("election-called.v1", election="other", stream="election/other")(operator),
            change_signed("election-called.v1", say(election="other"), sign=True)(operator),
        ),
        ["A5:no-authority:22"],
    ),
    "A5: of a contest of such an election": (
        lambda operator: (
            change("poll-closed.v1", contest="other", stream="contest/other", version=1)(operator),
            change_signed("poll-closed.v1", say(contest="other"), sign=True)(operator),
        ),
        ["A5:no-authority:28"],
    ),
    "A5: a delegation taken out": (
        lambda operator: (operator.drop(18), operator.drop(18)),
        [f"A5:no-authority:{at}" for at in (20, 22, 24, 26)] + ["A5:unknown-delegation:38"],
    ),
    "A5: a delegation without its decision": (
        lambda operator: (operator.drop(10), operator.drop(10)),
        ["A5:unknown-decision:16", "A5:unknown-decision:18", "A5:unknown-decision:38"],
    ),
    "A5: a decision that was lost": (
        lambda operator: (
            change("decision-taken.v1", votes_for=1, votes_against=8)(operator),
            change_signed("decision-taken.v1", say(votes_for=1, votes_against=8), sign=True)(operator),
        ),
        [f"A5:decision-not-carried:{at}" for at in (18, 20, 40)],
    ),
    "A5: a delegation by a body without the power": (
        lambda operator: (
            change("power-delegated.v1", 3, body="conference")(operator),
            change_signed("power-delegated.v1", say(body="conference"), sign=True, number=3)(operator),
        ),
        ["A5:cannot-delegate:20", "A5:unknown-decision:20", "A5:no-authority:30"],
    ),
    "A5: a delegation of another number": (
        change("power-delegated.v1", 2, number=2),
        [
            "A5:delegation-number:18",
            *(f"A5:no-authority:{at}" for at in (22, 24, 26, 28)),
            "A5:unknown-delegation:40",
        ],
    ),
    "A5: a key that the founding does not name": (
        lambda operator: operator.rewrite(3, key=SECOND.verifier.text),
        ["A5:founding-differs:0"],
    ),
    "A5: powers that the founding does not give": (
        change("power-delegated.v1", 1, powers=["all"]),
        ["A5:founding-differs:0"],
    ),
    "A4: a founding for other reasons": (change("ledger-founded.v1", title="Another"), ["A4:not-as-signed:0"]),
    "A5: something before the founding": (
        lambda operator: operator.insert(
            0, operator.leaves()[6] | {"recorded": "2024-05-01T12:00:00Z", "stream": "body/x", "body": "x"}
        ),
        ["A5:no-authority:0", "A5:already-begun:1"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_finds_what_is_wrong(operator: Operator, name: str) -> None:
    act, expected = CASES[name]
    act(operator)
    found = [finding.id for finding in report_of(operator.folder).findings]
    assert sorted(each for each in found if each.startswith(("A4", "A5"))) == sorted(expected)


def test_a_founding_that_was_taken_out_leaves_its_traces(operator: Operator) -> None:
    for _ in range(6):
        operator.drop(0)
    report = report_of(operator.folder)
    codes = {finding.code for finding in report.findings if finding.check in ("A4", "A5")}
    assert {"bad-signature", "not-founded"} <= codes


def test_every_type_of_event_comes_of_a_verb() -> None:
    assert [name for name in TYPES if not verbs_of(name)] == ["command-signed.v1", "command-signed-withheld.v1"]
    assert {verb for name in TYPES for verb in verbs_of(name)} == {*DECISIONS}
    assert [name for name in sorted(TYPES) if must_be_signed(name)] == [
        "admission-closed.v1",
        "admission-opened.v1",
        "analysis-published.v1",
        "appeal-determined.v1",
        "ballot-order-committed.v1",
        "ballot-order-drawn.v1",
        "batch-closed.v1",
        "batch-opened.v1",
        "batch-received.v1",
        "batch-reconciled.v1",
        "batch-withdrawn.v1",
        "change-agreed.v1",
        "checks-closed.v1",
        "checks-opened.v1",
        "checks-run.v1",
        "delegation-revoked.v1",
        "duplicate-return-held.v1",
        "invitation-closed.v1",
        "invitation-opened.v1",
        "key-enrolled.v1",
        "key-revoked.v1",
        "lapse-closed.v1",
        "lapse-opened.v1",
        "ledger-founded.v1",
        "linkage-destroyed.v1",
        "linkage-sealed.v1",
        "list-certified.v1",
        "lot-committed.v1",
        "lot-drawn.v1",
        "marks-received.v1",
        "marks-reconciled.v1",
        "member-amended.v1",
        "member-registered.v1",
        "papers-issued.v1",
        "payments-received.v1",
        "payments-reconciled.v1",
        "power-delegated.v1",
        "report-made.v1",
        "result-annulled.v1",
        "result-corrected.v1",
        "result-declared.v1",
        "return-marked.v1",
        "roll-build-closed.v1",
        "roll-build-opened.v1",
        "roll-certified.v1",
        "ruling-made.v1",
        "totals-certified.v1",
        "unopposed-declared.v1",
    ]


def test_every_verb_is_that_of_some_type_of_event() -> None:
    """A type that is taken for another verb's asks for another power than the desk did."""
    assert {verb for name in TYPES for verb in verbs_of(name)} == set(DECISIONS)
    assert [name for name in TYPES if len(verbs_of(name)) > 1] == [
        "key-enrolled.v1",
        "power-delegated.v1",
        "application-received.v1",
        "application-received-late.v1",
        "checks-run.v1",
        "cure-invited.v1",
        "application-admitted.v1",
        "application-lapsed.v1",
        "application-refusal-reversed.v1",
        "case-docketed.v1",
        "batch-received.v1",
        "batch-reconciled.v1",
        "entry-added.v1",
        "entry-removed.v1",
        "entry-restored.v1",
        "paper-issued.v1",
        "paper-cancelled.v1",
        "payment-matched.v1",
    ]
