"""A witness: what it cosigns, and what it never does. A stateful test plays a log that lies."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledger.errors import EvidenceError, PollbookError, RefusedError
from ledger.seal import merkle
from ledger.seal.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint, verify_cosignature
from ledger.seal.keys import Kind, SignerKey
from ledger.seal.merkle import EMPTY_ROOT
from ledger.seal.note import SignedNote, parse_note
from ledger.seal.witness import Cosigned, decide

LOG = SignerKey("example.org/log", Kind.NOTE, b"l" * 32)
WITNESS = SignerKey("witness.example/w", Kind.COSIGNATURE, b"w" * 32)
NOW = 1_900_000_000
HASHES = [merkle.leaf_hash(bytes([number])) for number in range(40)]
FORKED = [*HASHES[:5], *(merkle.leaf_hash(bytes([number, 1])) for number in range(5, 40))]  # differs from leaf 5 on


def tree(size: int, hashes: list[bytes] = HASHES) -> Checkpoint:
    return Checkpoint(LOG.name, size, merkle.root(hashes[:size]))


def signed(checkpoint: Checkpoint, log: SignerKey = LOG) -> SignedNote:
    return parse_note((checkpoint.body() + "\n" + sign_checkpoint(checkpoint, log)).encode())


def path(old: int, new: int, hashes: list[bytes] = HASHES) -> list[bytes]:
    return merkle.consistency_path(old, new, lambda start, end: merkle.root(hashes[start:end]))


def ask(seen: Checkpoint | None, new: Checkpoint, hashes: list[bytes] = HASHES, **changes: Any) -> Cosigned:
    old = seen.size if seen else 0
    arguments: dict[str, Any] = {
        "seen": seen,
        "note": changes.get("note") or signed(new),
        "old_size": old,
        "consistency_path": path(old, new.size, hashes) if old <= new.size else [],
        "log_key": LOG.verifier,
        "signer": WITNESS,
        "now": NOW,
    }
    return decide(**arguments | changes)


def evidence(call: Callable[..., object], *arguments: object, **named: object) -> EvidenceError:
    with pytest.raises(EvidenceError) as caught:
        call(*arguments, **named)
    return caught.value


def refusal(call: Callable[..., object], *arguments: object, **named: object) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        call(*arguments, **named)
    return caught.value


def test_cosigns_a_tree_that_grew() -> None:
    for old in range(1, 40):
        for new in range(old, 40):
            answer = ask(tree(old), tree(new))
            assert answer.seen == tree(new)
            note = parse_note((tree(new).body() + "\n" + answer.line).encode())
            assert verify_cosignature(note.text, note.by(WITNESS.verifier)[0], WITNESS.verifier) == NOW


def test_trusts_a_first_sight_only_when_told_to() -> None:
    unseen = refusal(ask, None, tree(7))
    assert (unseen.code, unseen.expected, unseen.found) == ("unknown-origin", "a log seen before", "none")
    assert ask(None, tree(7), trust_first=True).seen == tree(7)
    assert refusal(ask, None, tree(7), trust_first=True, old_size=5).code == "old-size-differs"
    some = [HASHES[0]]
    error = evidence(ask, None, tree(7), trust_first=True, consistency_path=some)
    assert error.code == "not-consistent"


def test_forgives_nothing_for_being_told_to_trust_a_first_sight() -> None:
    assert evidence(ask, tree(7), tree(7, FORKED), FORKED, trust_first=True).code == "split-view"
    assert evidence(ask, tree(7), tree(6), trust_first=True).code == "rolled-back"


def test_refuses_a_smaller_tree() -> None:
    error = evidence(ask, tree(7), tree(6))
    assert error.code == "rolled-back"
    assert (error.expected, error.found) == ("size 7, cosigned before, or more", "6")


def test_shows_both_roots_of_a_split_view() -> None:
    error = evidence(ask, tree(7), tree(7, FORKED), FORKED)
    assert error.code == "split-view"
    assert tree(7).root.hex() in error.expected
    assert error.found == tree(7, FORKED).root.hex()


@pytest.mark.parametrize("new", range(8, 40))
def test_refuses_a_fork_whichever_proof_comes_with_it(new: int) -> None:
    for proof in (path(7, new), path(7, new, FORKED), [], path(7, new)[:-1], [b""], [b"x" * 32] * 64):
        error = evidence(ask, tree(7), tree(new, FORKED), consistency_path=proof)
        assert error.code == "not-consistent"


def test_refuses_an_honest_tree_with_a_wrong_proof() -> None:
    good = path(7, 20)
    for proof in (good[:-1], [*good, good[0]], good[::-1], [], [good[0][:31], *good[1:]]):
        error = evidence(ask, tree(7), tree(20), consistency_path=proof)
        assert error.code == "not-consistent"
    error = evidence(ask, tree(7), tree(7), consistency_path=[HASHES[0]])
    assert error.code == "not-consistent"


@pytest.mark.parametrize("old", [0, 6, 8, 20, 21, -1, 2**70])
def test_says_which_size_the_proof_has_to_start_from(old: int) -> None:
    error = refusal(ask, tree(7), tree(20), old_size=old)
    assert (error.code, error.expected) == ("old-size-differs", "a proof from size 7")


def test_cosigns_one_tree_again_at_another_time() -> None:
    first, second = ask(tree(7), tree(7)), ask(tree(7), tree(7), now=NOW + 60)
    assert first.seen == second.seen == tree(7)
    assert first.line != second.line


def test_refuses_other_logs_and_other_keys() -> None:
    other = SignerKey("example.org/other", Kind.NOTE, b"o" * 32)
    theirs = Checkpoint(other.name, 7, tree(7).root)
    for seen in (tree(7), None):
        note = signed(theirs, other)
        error = evidence(ask, seen, theirs, note=note, trust_first=True)
        assert error.code == "unknown-origin"
    error = evidence(ask, theirs, tree(7))
    assert error.code == "unknown-origin"
    impostor = SignerKey(LOG.name, Kind.NOTE, b"i" * 32)
    error = evidence(ask, tree(7), tree(8), note=signed(tree(8), impostor))
    assert error.code == "signature-missing"
    forged = signed(tree(8))._replace(text=tree(8, FORKED).body())
    assert evidence(ask, tree(7), tree(8), note=forged).code == "signature-bad"
    malformed = signed(tree(8))._replace(text="x\n")
    assert evidence(ask, tree(7), tree(8), note=malformed).code == "checkpoint-malformed"


def test_never_cosigns_an_empty_tree() -> None:
    body = Checkpoint(LOG.name, 0, EMPTY_ROOT).body()
    line = signed(tree(1)).signatures[0]._replace(data=LOG.sign(body.encode()))
    note = SignedNote(body, (line,))
    error = refusal(ask, None, tree(0), note=note, trust_first=True)
    assert error.code == "nothing-to-sign"


def test_refuses_keys_that_cannot_be_a_witness_of_this_log() -> None:
    same = SignerKey("witness.example/w", Kind.COSIGNATURE, LOG.seed)
    assert refusal(ask, tree(7), tree(8), signer=same).code == "policy-duplicate-key"
    note_key = SignerKey("witness.example/w", Kind.NOTE, b"w" * 32)
    assert refusal(ask, tree(7), tree(8), signer=note_key).code == "key-wrong-kind"
    as_log = SignerKey(LOG.name, Kind.COSIGNATURE, b"x" * 32).verifier
    assert refusal(ask, tree(7), tree(8), log_key=as_log).code == "key-wrong-kind"
    assert refusal(ask, tree(7), tree(8), now=-1).code == "time-out-of-range"


class LyingLog(RuleBasedStateMachine):
    """A log that holds two histories and shows the witness whichever it likes, with any proof it can make."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Checkpoint | None = None
        self.cosigned: list[Checkpoint] = []

    @initialize(size=st.integers(1, 39), fork=st.booleans())
    def first(self, size: int, fork: bool) -> None:
        self.take(ask(None, tree(size, FORKED if fork else HASHES), trust_first=True))

    @rule(size=st.integers(1, 39), fork=st.booleans(), proof_of_fork=st.booleans(), old=st.integers(0, 39))
    def show(self, size: int, fork: bool, proof_of_fork: bool, old: int) -> None:
        assert self.seen
        proof = path(min(old, size), size, FORKED if proof_of_fork else HASHES)
        with suppress(PollbookError):
            new = tree(size, FORKED if fork else HASHES)
            self.take(ask(self.seen, new, old_size=self.seen.size, consistency_path=proof))

    @rule(size=st.integers(1, 39), fork=st.booleans())
    def grow(self, size: int, fork: bool) -> None:
        assert self.seen
        hashes = FORKED if fork else HASHES
        honest = size >= self.seen.size and self.seen == tree(self.seen.size, hashes)
        try:
            self.take(ask(self.seen, tree(size, hashes), hashes))
        except PollbookError:
            assert not honest
        else:
            assert honest

    def take(self, answer: Cosigned) -> None:
        self.seen = parse_checkpoint(answer.seen.body())  # as it comes back from where it was stored
        self.cosigned.append(self.seen)

    @invariant()
    def never_contradicts_itself(self) -> None:
        sizes = [checkpoint.size for checkpoint in self.cosigned]
        assert sizes == sorted(sizes)
        assert any(all(one == tree(one.size, hashes) for one in self.cosigned) for hashes in (HASHES, FORKED))


TestLyingLog = LyingLog.TestCase
TestLyingLog.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
