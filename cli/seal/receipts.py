"""`pollbook prove` and `pollbook check-receipt`: that an event is in the record, provable with no ledger at hand."""

from __future__ import annotations

from pathlib import Path

from cli.office import opened
from cli.place import Place
from cli.screen import say, say_json
from cli.seal.bundles import check_bundle_file, is_bundle, prove_subject
from cli.seal.sealing import latest_note, read_bytes
from cli.source import os_errors
from ledger.errors import RefusedError, UsageError
from ledger.leaf import LEAF_MAX
from ledger.seal.bundle_check import read_leaf
from ledger.seal.note import NOTE_BYTES_MAX
from ledger.seal.policy import POLICY_BYTES_MAX, Policy
from ledger.seal.proof import HEAD_BYTES_MAX, Proof, check
from ledger.seal.receipt import Prover
from ledger.storage.store import Ledger

POSITION_DIGITS_MAX = 18
PROOF = ".tlog-proof"
LEAF = ".leaf"


def prove(place: Place, what: str | None, subject: str | None, out: Path | None) -> None:
    """Write a receipt for an event, or one for each event of a stream, or the bundle of a subject."""
    if (what is None) == (subject is None):
        raise UsageError(
            "stream-or-subject",
            "prove",
            expected="a stream or a position, or --subject ID",
            found="neither" if what is None else "both",
            remedy="Give one of them",
        )
    if subject is not None:
        prove_subject(place, subject, out)
    elif what is not None:
        _prove_events(place, what, out)


def _prove_events(place: Place, what: str, out: Path | None) -> None:
    """Write proof file and leaf side by side."""
    with opened(place) as ledger:
        prover = Prover(ledger.tiles(), latest_note(place, ledger))
        for position, leaf in _leaves(ledger, what):
            stem = out or Path(f"event-{position}")
            if out is not None and not what.isdigit():
                stem = out / f"event-{position}"
            proof = prover.prove(position).write()
            with os_errors(stem):
                stem.parent.mkdir(parents=True, exist_ok=True)
                stem.with_name(stem.name + PROOF).write_bytes(proof)
                stem.with_name(stem.name + LEAF).write_bytes(leaf)
            say(f"wrote {stem}{PROOF} and {stem}{LEAF}")


def _leaves(ledger: Ledger, what: str) -> list[tuple[int, bytes]]:
    if what.isascii() and what.isdigit() and len(what) <= POSITION_DIGITS_MAX:
        rows = list(ledger.rows.scan(int(what), int(what) + 1))
    else:
        rows = list(ledger.rows.stream_rows(what))
    if not rows:
        raise RefusedError(
            "unknown-stream",
            what,
            expected="a position or a stream of this ledger",
            found="none",
            remedy="See the names with: pollbook events",
        )
    return [(row[0], row[4]) for row in rows]


def check_receipt(file: Path, policy_file: Path, *, as_json: bool) -> None:
    """Check a receipt: signatures as the policy demands, and that the leaf beside it is in the tree; or a bundle."""
    policy = read_policy(policy_file)
    if is_bundle(file):
        check_bundle_file(file, policy, as_json=as_json)
        return
    if file.suffix != PROOF:
        file = file.with_name(file.name + PROOF)
    leaf = read_bytes(file.with_suffix(LEAF), LEAF_MAX + 1)
    proof = Proof.parse(read_bytes(file, HEAD_BYTES_MAX + NOTE_BYTES_MAX + 1))
    verdict = check(proof, leaf, policy)
    event = read_leaf(proof.index, leaf)
    if as_json:
        say_json(
            {
                "origin": verdict.checkpoint.origin,
                "size": verdict.checkpoint.size,
                "position": proof.index,
                "witnesses": sorted(verdict.witnesses),
                "event": event.model_dump(mode="json", exclude_none=True),
            }
        )
        return
    witnesses = ", ".join(sorted(verdict.witnesses)) or "no witness"
    say(f"event {proof.index} of {verdict.checkpoint.size} in {verdict.checkpoint.origin}, cosigned by {witnesses}:")
    say(f"{event.type} on {event.stream}, recorded {event.recorded}")


def read_policy(path: Path, inside: Path | None = None) -> Policy:
    """Read a trust policy, which must not lie inside what it is to judge (`policy-inside`)."""
    if inside is not None and path.resolve().is_relative_to(inside.resolve()):
        raise UsageError(
            "policy-inside",
            str(path),
            expected=f"a policy from elsewhere than {inside}",
            found="one inside it",
            remedy="Take the keys from another place: whoever made the folder could have made the policy",
        )
    return Policy.parse(read_bytes(path, POLICY_BYTES_MAX + 1))
