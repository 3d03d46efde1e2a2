"""The stand-alone verifier's file of offices finds what `pollbook verify` finds, and in packs sealed anew."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from officers import KEYS, LOG, SECOND
from pack_maker import Signer, canonical, policy_text, write_pack
from random_contests import damaged, load_verifier
from test_leaf import read, values_of
from test_rulebook import ADOPT, FEE_HASH

from ledger.decision import DECISIONS
from ledger.errors import EvidenceError
from ledger.event import ENVELOPE, TYPES
from ledger.leaf import Row, decode_strictly, encode
from ledger.seal.keys import Kind, SignerKey, encode_base64
from ledger.seal.sealer import Sealer, make_log_key
from ledger.storage.store import open_ledger
from ledger.streams.body import Body
from ledger.streams.key import OfficerKey, enrolment_text
from ledger.streams.office import decision_faults
from projections.publish.pack import VERIFIER, VERIFIER_OFFICES, publish
from projections.verify.keys import _check_officer
from projections.verify.offices import _check_act, _check_delegation
from projections.verify.runs import Before, Run
from projections.verify.verbs import must_be_signed, verbs_of

sys.path.append(str(Path(__file__).parents[1] / "tamper"))
import test_offices as tampered
from keeper import Operator

DOCS = Path(__file__).parents[2] / "docs/reference/file-format.md"
KEEPER = Signer(LOG, b"keeper")  # whoever keeps the ledger, and seals anew what was forged
CODES = {  # of pollbook verify, where this program says it otherwise
    **dict.fromkeys(("already-begun", "founding-differs"), "founding"),
    **dict.fromkeys(("cannot-delegate", "decision-not-carried", "delegation-number", "not-founded"), "delegation"),
    **dict.fromkeys(("decision-spent", "unknown-decision", "unknown-delegation"), "delegation"),
    "wrong-audience": "signature-audience",
}
OTHERWISE_WRITTEN = {  # what the decision writes otherwise than the command says it is left to pollbook verify
    "A4: a report that was signed for is not asked for",
    "A4: a person who was not signed for",
    "A4: a delegation from another time on than was signed",
}
operator, untouched = tampered.operator, tampered.untouched
verify = load_verifier()
ROWS = " ".join(verify.OFFICES[of] for of in ("ROWS", "ROLL_ROWS", "KEY_ROWS", "OFFICE_ROWS", "SIGNATURE_ROWS"))


def leaves_of(operator: Operator) -> list[bytes]:
    return [canonical(leaf) for leaf in operator.leaves()]


def judged(leaves: list[bytes], origin: str = LOG) -> tuple[set[tuple[str, int]], str]:
    """What is found: codes and positions; and what is said at the end."""
    verify.FINDINGS.clear()
    offices = verify.OFFICES["Offices"](origin)
    for position, leaf in enumerate(leaves):
        event = verify.read_leaf(f"leaf {position}", leaf)
        others = [line for line in verify.FINDINGS if line.startswith("leaf-")]  # of a version that is its type's never
        assert event or others[-1].startswith("leaf-stream")
        offices.take(position, event or json.loads(leaf))
    said = offices.outcome()
    lines = [line.split(":")[:2] for line in verify.FINDINGS if not line.startswith("leaf-stream")]
    return {(code, int(what.split()[1].rstrip(","))) for code, what in lines}, said


def test_the_untouched_ledger_is_clean(operator: Operator) -> None:
    found, said = judged(leaves_of(operator))
    assert found == set()
    assert said.startswith(
        "founded by nec (transcript); 18 acts here, held against powers of their offices, and 19 signatures;"
    )


@pytest.mark.parametrize("name", tampered.CASES)
def test_finds_what_pollbook_verify_finds(operator: Operator, name: str) -> None:
    act, expected = tampered.CASES[name]
    act(operator)
    origin = dict(operator.sql("SELECT name, value FROM meta")).get("origin", LOG)
    found = {(code, 0 if code == "founding" else at) for code, at in judged(leaves_of(operator), origin)[0]}
    ids = [(CODES.get(code, code), int(at)) for _, code, at in (each.split(":") for each in expected)]
    due = {(code, 0 if code == "founding" else at) for code, at in ids}
    if name == "A5: something before the founding":  # which is where this program begins to ask for powers
        due.remove(("no-authority", 0))
    if name in OTHERWISE_WRITTEN:
        due = {each for each in due if each[0] != "not-as-signed"}
    if origin != LOG:  # the proofs of the four keys; of pollbook verify, check A3
        due |= {("key", at) for at in (1, 3, 14, 16)}
    if name == "A5: a key that the founding does not name":  # nor is its proof of that key
        due.add(("key", 3))
    assert found == due


# ---- packs


@pytest.fixture(scope="module")
def packs(untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packs of the founded ledger for two audiences, as the product writes them, with a policy beside them."""
    folder = tmp_path_factory.mktemp("offices")
    shutil.copytree(untouched, folder / "ledger")
    with open_ledger(folder / "ledger") as ledger:
        signer = make_log_key(folder / "state", LOG, bytes(range(32)))
        Sealer(folder / "state", folder / "checkpoints", LOG).seal(ledger)
        note = (folder / "checkpoints/latest").read_bytes()
        publish(ledger, note, signer.verifier, folder / "public", "public")
        publish(ledger, note, signer.verifier, folder / "panel", "panel")
    (folder / "policy").write_text(f"log {signer.verifier.text}\nquorum none\n")
    return folder


def run_apart(program: Path, pack: Path, policy: Path) -> tuple[int, str]:
    call = [sys.executable, "-I", "-S", str(program), str(pack), "--policy", str(policy)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def run(pack: Path, policy: Path) -> tuple[int, str]:
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out:
        patch.setattr("sys.argv", ["verify.py", str(pack), "--policy", str(policy)])
        code = verify.main()
    return code, out.getvalue()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verify signatures in no time; the verifier's own way is tried on its own, and below where it runs apart."""

    def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
        with suppress(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
            return True
        return False

    monkeypatch.setattr(verify, "is_signed", is_signed)
    monkeypatch.setitem(verify.OFFICES, "is_signed", is_signed)


@pytest.mark.parametrize("audience", ["public", "panel"])
def test_a_founded_ledger_passes_as_it_is_published(packs: Path, audience: str) -> None:
    if audience == "public":
        code, out = run_apart(packs / audience / "verify.py", packs / audience, packs / "policy")
        assert f"\nverify_offices.py {verify.name_of(VERIFIER_OFFICES.read_bytes())[7:]}\n" in out
    else:
        code, out = run(packs / audience, packs / "policy")
    assert code == 0, out
    acts, signatures = (17, 18) if audience == "public" else (18, 19)
    assert f"\nOffices: founded by nec (transcript); {acts} acts here" in out
    assert f" and {signatures} signatures; " in out


def test_without_its_file_the_types_are_unknown(packs: Path, tmp_path: Path) -> None:
    shutil.copy(VERIFIER, tmp_path)
    code, out = run_apart(tmp_path / "verify.py", packs / "public", packs / "policy")
    assert code == 3
    assert "\nOffices: not checked: verify_offices.py is not beside this program.\n" in out
    assert "FINDING leaf-field: leaf 0: expected a type of events.md and its fields, found " in out


def sealed(folder: Path, leaves: list[bytes]) -> tuple[int, set[str], str]:
    """Seal leaves anew, and check the pack: the exit code, the codes of what is found, and what is said."""
    write_pack(folder / "pack", leaves, log=KEEPER)
    (folder / "policy").write_text(policy_text(log=KEEPER.vkey))
    code, out = run(folder / "pack", folder / "policy")
    return code, {line.split()[1].rstrip(":") for line in out.splitlines() if line.startswith("FINDING ")}, out


def expire(operator: Operator) -> None:
    """Let the clerk's term end before the clerk acts, and sign for that; what was revoked had ended then."""
    ends = "2024-05-01T12:00:09Z"
    tampered.change("power-delegated.v1", 2, until=ends)(operator)
    tampered.change_signed("power-delegated.v1", tampered.say(until=ends), sign=True, number=2)(operator)


def remove_delegation(operator: Operator) -> None:
    """Take the clerk's delegation out, and let the later events of its stream move up."""
    at = operator.at("power-delegated.v1", 2)
    operator.drop(at)
    operator.drop(at)
    operator.rewrite(operator.at("delegation-revoked.v1"), version=1)


FORGED: dict[str, tuple[Callable[[Operator], Any], set[str]]] = {
    "sealed anew as it was": (lambda _: None, set()),
    "body changed": (
        tampered.change_signed("result-declared.v1", tampered.say(elected=["b"]), sign=False),
        {"not-as-signed", "bad-signature"},
    ),
    "event changed": (tampered.change("delegation-revoked.v1", reason="left-office"), {"not-as-signed"}),
    "signature removed": (lambda operator: operator.drop(39), {"unsigned"}),
    "signature made to look withheld": (tampered.change("command-signed.v1", 14, blind="A" * 22), {"unsigned"}),
    "other key": (tampered.swap_key, {"bad-signature"}),
    "key revoked": (tampered.sign_after_revocation, {"key-revoked", "no-authority"}),
    "delegation removed": (remove_delegation, {"no-authority", "delegation"}),
    "delegation expired": (expire, {"no-authority", "delegation"}),
    "actor swapped": (tampered.change("election-called.v1", actor="agent"), {"not-as-signed", "no-authority"}),
    "founding for somebody else": (
        lambda operator: operator.rewrite(3, key=SECOND.verifier.text, proof=operator.leaves()[1]["proof"]),
        {"founding", "key"},
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_finds_what_was_forged_and_sealed_anew(operator: Operator, tmp_path: Path, name: str) -> None:
    act, expected = FORGED[name]
    act(operator)
    code, found, out = sealed(tmp_path, leaves_of(operator))
    found -= {"result"}  # the declaration's as_of_position is not moved along with what is taken out before it
    assert found == expected, out
    assert code == (3 if expected else 0), out


def test_says_of_an_unfounded_ledger_that_everything_is_asserted(operator: Operator, tmp_path: Path) -> None:
    leaves = [canonical(leaf) for leaf in operator.leaves() if leaf["type"] == "election-called.v1"]
    code, found, out = sealed(tmp_path, leaves)
    assert (code, found) == (0, set()), out
    assert "\nOffices: the ledger is unfounded: everything in it is asserted by whoever recorded it.\n" in out


# ---- tables


def test_the_table_of_verbs_is_that_of_the_product_and_of_the_page() -> None:
    offices = verify.OFFICES
    assert {verb: entry.command.group.replace("_", "-") for verb, entry in DECISIONS.items()} == offices["ROOMS"]
    assert offices["MUST"] == {verb for verb, entry in DECISIONS.items() if entry.command.signed}
    assert {name: sorted(verbs) for name, verbs in offices["COMES_OF"].items()} == {
        name: sorted(verbs_of(name)) for name in TYPES if verbs_of(name)
    }
    assert {name for name in TYPES if must_be_signed(name)} == offices["ALONE"]
    for verb, entry in DECISIONS.items():
        command = entry.command
        apart = {sign: offices["APART"].get((verb, sign), set()) for sign in "-~="}
        assert apart["~"] == command.private | command.filled | {*command.written, *command.elsewhere}
        assert apart["="] == command.unordered
        own = {field for name in TYPES if verb in verbs_of(name) for field in TYPES[name].model_fields} - ENVELOPE
        assert apart["-"] == (set() if verb == "found-ledger" else own - {*command.model_fields}), verb
    assert offices["VERBS"].strip() in DOCS.read_text("utf-8").replace("\\\n", "")


@pytest.mark.parametrize("name", sorted(name for name in TYPES if f" {name} " in ROWS))
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_reads_whatever_the_product_writes(name: str, data: st.DataObject) -> None:
    event = read(data.draw(values_of(name)) | {"command": "c"})
    verify.FINDINGS.clear()
    verify.read_leaf("leaf", encode(event))
    assert [line for line in verify.FINDINGS if not line.startswith("leaf-stream")] == []


def test_no_damaged_event_stops_it_and_none_is_refused_that_the_product_takes(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(verify.OFFICES, "is_signed", lambda *_: True)
    chance, verdicts = Random(6962), Counter[bool]()
    leaves = operator.leaves()
    for _ in range(400):
        position = chance.randrange(len(leaves))
        event = damaged(leaves[position], chance)
        try:
            decode_strictly(Row(position, event["stream"], event["version"], event["type"], canonical(event)))
            good = True
        except (EvidenceError, TypeError, KeyError):
            good = False
        verify.FINDINGS.clear()
        mine = verify.read_leaf("leaf", canonical(event))
        assert not good or mine or verify.FINDINGS[0].startswith("leaf-stream"), (event, verify.FINDINGS)
        offices = verify.OFFICES["Offices"](LOG)
        for at, leaf in enumerate(leaves):
            if mine and at <= position + 10:
                offices.take(at, mine if at == position else leaf)
        offices.outcome()
        verdicts[mine is None] += 1
    assert min(verdicts.values()) > 40


# ---- bodies and what they decided

MOMENTS = [f"2024-05-0{day}T12:00:00Z" for day in range(1, 7)]


def random_body(chance: Random) -> list[dict[str, Any]]:
    """Events of a body: members come and go, it sits and decides."""
    events: list[dict[str, Any]] = []
    for version in range(1, 20):
        envelope = {"actor": "clerk", "body": "nec", "recorded": MOMENTS[-1], "stream": "body/nec", "version": version}
        person, effective = chance.choice("pqrs"), chance.choice(MOMENTS)
        seated = {"capacities": [], "filled_by": "election", "person": person, "seat": 1, "section": "s"}
        sitting = {
            "apologies": [],
            "end": MOMENTS[-1],
            "present": chance.sample("pqrs", chance.randrange(5)),
            "quorum_needed": chance.randrange(1, 3),
            "sitting": "t",
            "start": chance.choice(MOMENTS),
        }
        decided = {
            "abstained": 0,
            "decision": chance.choice("dde"),
            "majority": chance.choice(["of-votes", "of-present", "two-thirds-of-votes"]),
            "motion": "m",
            "recused": chance.sample("pqrs", chance.choice([0, 0, 1])),
            "sitting": "t",
            "votes": [],
            "votes_against": chance.randrange(4),
            "votes_for": chance.randrange(6),
        }
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("member-seated.v1", seated),
            ("member-seated.v1", seated | {"until": chance.choice(MOMENTS)}),
            ("member-unseated.v1", {"person": person, "reason": "resigned"}),
            ("sitting-held.v1", sitting),
            ("sitting-held.v1", sitting | {"attended": chance.randrange(5)}),
            ("decision-taken.v1", decided),
            ("decision-taken.v1", decided),
        ]
        kind, fields = chance.choice(kinds)
        events.append(envelope | {"effective": effective, "type": kind} | fields)
    return events


def test_a_delegation_rests_on_the_decisions_that_the_product_lets_it_rest_on() -> None:
    chance, verdicts = Random(2010), Counter[bool]()
    for _ in range(800):
        offices, body = verify.OFFICES["Offices"](LOG), Body("body/nec")
        for event in random_body(chance):
            offices.note("leaf", event)
            with suppress(TypeError):  # a decision of a sitting that was not held
                body = body.evolve(read(event))
        effective = chance.choice(MOMENTS[2:])
        verify.FINDINGS.clear()
        offices.check_decision("leaf", {"body": "nec", "decision": "d", "effective": effective})
        faults = list(decision_faults(body, "d", effective))
        assert bool(faults) == bool(verify.FINDINGS), (faults, verify.FINDINGS)
        verdicts[bool(faults)] += 1
    assert min(verdicts.values()) > 100, verdicts


# ---- powers, keys and signatures, one by one


def some(chance: Random, **fields: list[Any]) -> dict[str, Any]:
    """Choose a value for each field; None leaves it out."""
    return {name: value for name, values in fields.items() if (value := chance.choice(values)) is not None}


def envelope(chance: Random, kind: str, stream: str) -> dict[str, Any]:
    moments = some(chance, effective=[*MOMENTS[2:4], MOMENTS[3]], recorded=MOMENTS[2:5])
    return {"actor": chance.choice("abc"), "command": "x", "stream": stream, "type": kind, "version": 1} | moments


def random_delegation(chance: Random, numbers: Counter[str]) -> dict[str, Any]:
    """An office's powers given, taken back; often wrongly."""
    office = chance.choice("abc")
    common = {"office": office, **some(chance, body=["nec", "nec", "a", "b"], decision=[None, *"ddddd"])}
    if common["body"] != "nec" and chance.random() < 0.8:  # an office passes its own on, or gives it up
        common = {"actor": common["body"], "body": common["body"], "office": office}
    if chance.random() < 0.3:
        event = envelope(chance, "delegation-revoked.v1", f"office/{office}")
        return event | common | {"number": chance.randint(1, numbers[office] + 1), "reason": "withdrawn"}
    numbers[office] += 1
    powers = chance.sample(["all", "all", "lot", "commit-lot", "contest", "close-poll", "key", "founding", "batch"], 2)
    scope = some(chance, election=[*[None] * 4, "e", "f"]) or some(chance, contest=[None, None, None, "k"])
    term = some(chance, since=[MOMENTS[1], *MOMENTS[2:4] * 3], until=[None, None, None, *MOMENTS[3:]])
    term |= some(chance, clause=[None, FEE_HASH])
    event = envelope(chance, "power-delegated.v1", f"office/{office}") | common | scope | term
    number = numbers[office] + chance.choice([0] * 9 + [1])
    return event | {"number": number, "pass_on": chance.random() < 0.7, "powers": powers}


def random_act(chance: Random) -> dict[str, Any]:
    said = [
        None,
        *["rule 4"] * 5,
        *(
            f"delegation {number} of {of}{clause}"
            for number in (1, 2)
            for of in ("nec, decision d", "a")
            for clause in ("", f", clause {FEE_HASH}")
        ),
        *[f"rule 4, clause {FEE_HASH}"] * 5,
    ]
    kind, stream, fields = chance.choice(
        [
            ("poll-closed.v1", "contest/k", {"contest": "k"}),
            ("poll-closed.v1", "contest/m", {"contest": "m"}),
            ("entitlement-ended.v1", "nominator/e/n", {"election": "e", "nominator": "n", "reason": "left"}),
            (
                "entitlement-ended.v1",
                "nominator/e/n",
                {"clause": FEE_HASH, "election": "e", "nominator": "n", "reason": "left"},
            ),
            ("lot-committed.v1", "lot/k", {"commitment": "sha256:" + "0" * 64, "contest": "k"}),
            ("batch-closed.v1", "batch/paper/k/s/b", {"contest": "k", "count": 1, "digest": "sha256:" + "0" * 64}),
            (
                "key-enrolled.v1",
                "key/a",
                {"key": "k", "officer": "a", "proof": "A" * 86 + "=="},
            ),
        ]
    )
    section = {"section": "s"} if kind.startswith("batch") else {}
    return envelope(chance, kind, stream) | fields | section | some(chance, authority=said)


def test_powers_are_what_the_product_finds_them_to_be() -> None:
    chance, verdicts = Random(1900), Counter[tuple[str, bool]]()
    common = {"actor": "a", "sitting": "t", "version": 1}
    seated = [common | {"body": body, "stream": f"body/{body}"} for body in ("nec", "a")]
    sat = {"apologies": [], "attended": 9, "end": MOMENTS[3], "present": [], "quorum_needed": 3, "start": MOMENTS[2]}
    vote = {"decision": "d", "majority": "of-votes", "votes": [], "votes_against": 1, "votes_for": 8, "abstained": 0}
    for _ in range(300):
        offices, before, numbers = verify.OFFICES["Offices"](LOG), Before(), Counter[str]()
        founded = chance.random() < 0.95
        past = {"effective": MOMENTS[0], "recorded": MOMENTS[0]}
        rules = chance.choice([None, {}, {"in_force_from": "2099-01-01T00:00:00Z"}])
        first = [
            *([FOUNDED | past] if founded else []),
            *(of | past | sat | {"type": "sitting-held.v1"} for of in seated),
            *(of | past | vote | {"type": "decision-taken.v1", "motion": "m", "recused": []} for of in seated),
            *([ADOPTED | past | rules] if rules is not None else []),
            {"type": "nominations-opened.v1", "stream": "nominations/k", "election": "e"},
        ]
        for event in first:
            offices.note("leaf", event)
            if "election" not in event:
                before.take(read(event))
        before.elections["k"] = "e"
        for _ in range(14):
            verify.FINDINGS.clear()
            if chance.random() < 0.6:
                event = random_delegation(chance, numbers)
                due = list(_check_delegation(7, read(event), before))
                offices.check_delegation("leaf", event)
                offices.note("leaf", event)
                before.take(read(event))
            else:
                event, body = random_act(chance), {"verb": chance.choice(["enrol-key", "close-poll"])}
                signed = (SimpleNamespace(verb=body["verb"]),) if chance.random() < 0.5 else ()
                due = list(_check_act(7, read(event), Run((), tuple((8, one) for one in signed)), before))  # type: ignore[misc]
                offices.check_act("leaf", event, body if signed else {})
            assert bool(due) == bool(verify.FINDINGS), (event, due, verify.FINDINGS, before)
            verdicts[event["type"], bool(due)] += 1
    assert len(verdicts) == 14, verdicts
    assert min(verdicts.values()) > 5, verdicts


ADOPTED = {
    "actor": "a",
    "stream": "rulebook/labour",
    "type": "rule-book-adopted.v1",
    "version": 1,
    **ADOPT.model_dump(mode="json", exclude_none=True, exclude={"decision"}),
}
FOUNDED = {
    "actor": "a",
    "governing_body": "nec",
    "kept": "live",
    "officers": [],
    "stream": "ledger/founding",
    "title": "t",
    "type": "ledger-founded.v1",
    "version": 1,
}


def test_keys_are_taken_as_the_product_takes_them() -> None:
    chance, verdicts = Random(255), Counter[tuple[str, bool]]()
    keys = [KEYS["clerk"], SECOND, SignerKey("clerk", Kind.NOTE, b"3" * 32), KEYS["agent"]]
    for _ in range(150):
        offices, held = verify.OFFICES["Offices"](LOG), OfficerKey("key/clerk")
        for _ in range(5):
            kind = chance.choice(["key-enrolled.v1", "key-rotated.v1", "key-rotated.v1", "key-revoked.v1"])
            new, number = chance.choice(keys), len(held.used) + chance.choice([1] * 9 + [2])
            old = next((key for key in keys if key.verifier.text == held.key), chance.choice(keys))
            old, prover = chance.choice([old] * 5 + [keys[2]]), chance.choice([new] * 5 + [keys[0]])
            text = enrolment_text(LOG, "clerk", number, new.verifier.text)
            fields = {"key": new.verifier.text, "proof": encode_base64(prover.sign(text))}
            if kind == "key-rotated.v1":
                fields["consent"] = encode_base64(old.sign(text))
            own = {"reason": "lost"} if kind == "key-revoked.v1" else fields
            event = envelope(chance, kind, "key/clerk") | {"officer": "clerk"} | own
            verify.FINDINGS.clear()
            offices.note("leaf", event)
            due = list(_check_officer(LOG, held, 7, read(event)))  # type: ignore[arg-type]
            if not held.key.startswith("agent"):  # which was found when it was taken
                assert bool(due) == bool(verify.FINDINGS), (event, due, verify.FINDINGS)
            verdicts[kind, bool(due)] += 1
            held = held.evolve(read(event))
    assert min(verdicts.values()) > 20, verdicts
    assert len(verdicts) == 6


ACCEPTED = {"contest": "k", "nominee": "n", "stream": "candidate/k/n", "type": "nomination-accepted.v1"}
DRAWN = {"contest": "k", "order": ["b", "a"], "seed": ["1", "2"], "stream": "lot/k", "type": "lot-drawn.v1"}
SAID = {"contest": "k", "nominee": "n", "verb": "accept-nomination"}


@pytest.mark.parametrize(
    ("event", "body", "number", "good"),
    [
        (ACCEPTED, SAID, 0, True),
        (ACCEPTED, SAID, 1, True),
        (ACCEPTED, SAID | {"verb": "decline-nomination"}, 0, False),
        (ACCEPTED, SAID | {"nominee": True}, 0, False),
        (ACCEPTED | {"nominee": 1}, SAID | {"nominee": True}, 0, False),
        (DRAWN, {"contest": "k", "order": ["b", "a"], "seed": ["2", "1"], "verb": "draw-lot"}, 0, True),
        (DRAWN, {"contest": "k", "order": ["b", "a"], "seed": ["2", "2"], "verb": "draw-lot"}, 0, False),
        (DRAWN, {"contest": "k", "order": [], "seed": ["2", "1"], "verb": "draw-lot"}, 1, False),
    ],
)
def test_an_event_is_as_signed(event: dict[str, Any], body: dict[str, Any], number: int, good: bool) -> None:
    verify.FINDINGS.clear()
    common = {"actor": "a", "effective": MOMENTS[0]}
    verify.OFFICES["Offices"](LOG).check_as_signed("leaf", event | common, body | common, number)
    assert bool(verify.FINDINGS) is not good, verify.FINDINGS


@pytest.mark.parametrize(("kind", "good"), [("disclosure-erased.v1", True), ("erasure-ordered.v1", False)])
def test_what_was_ordered_with_power_is_carried_out_by_anybody(operator: Operator, kind: str, good: bool) -> None:
    leaves = operator.leaves()
    event = {"actor": "agent", "blind": "A" * 22, "stream": "erasure/p1", "type": kind, "version": 1}
    fields = {"digests": []} if good else {"basis": "right-to-erasure"}
    leaves.append(event | fields | {name: leaves[-1][name] for name in ("effective", "recorded")})
    found, _ = judged([canonical(leaf) for leaf in leaves])
    assert found == (set() if good else {("no-authority", len(leaves) - 1)})


def test_a_power_stays_revoked_from_the_earliest_moment_that_was_named() -> None:
    offices, given = verify.OFFICES["Offices"](LOG), {"number": 1, "powers": ["all"], "since": MOMENTS[0]}
    offices.note("leaf", given | {"stream": "office/b", "type": "power-delegated.v1"})
    assert offices.powers("b", ["close-poll"], {}, MOMENTS[3])
    for effective in (MOMENTS[2], MOMENTS[4]):
        revoked = {"effective": effective, "number": 1, "stream": "office/b", "type": "delegation-revoked.v1"}
        offices.note("leaf", revoked)
        assert not offices.powers("b", ["close-poll"], {}, MOMENTS[3])
