"""What no office may do alone in a founded ledger: give itself power, take over a key, bring in rules of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ledger.decision import Act, Command, fold
from ledger.errors import refused
from ledger.powers.clauses import RULE_BOOKS
from ledger.record import Record
from ledger.streams.amendment import AdoptRuleBook
from ledger.streams.body import Body, Fault, body_stream, decision_faults
from ledger.streams.delegation import DelegatePower
from ledger.streams.key import EnrolKey, OfficerKey
from ledger.streams.rulebook import RuleBookAdopted

DECISION = re.compile(r"decision ([a-z0-9-]+) of ([a-z0-9-]+)")  # how an authority names what a body decided
REMEDIES = {
    "own-power": "Let another office record it",
    "same-hand": "Let another office enrol it; or name the decision with --authority 'decision ID of BODY'",
    "another-organisation": "Keep its rules in a ledger of its own",
}


def own_power(office: str, actor: str) -> Iterator[Fault]:
    """Find an office that gives power to itself."""
    if office == actor:
        yield "own-power", "a delegation recorded by another office than the one that is given it", actor


def same_hand(
    key: OfficerKey, actor: str, effective: str, authority: str | None, governing: str, body: Body
) -> Iterator[Fault]:
    """Find an office that enrols a key for another whose key it revoked itself, without a decision since.

    Args:
        key: as it stands before.
        body: the governing body, with what it decided.
    """
    if key.revoked_by != actor:
        return
    named = DECISION.fullmatch(authority or "")
    expected = f"another office than {actor}, who revoked the key before; or a decision of {governing} since then"
    if named is None or named[2] != governing or not body.exists:
        yield "same-hand", expected, authority or "none named"
        return
    yield from decision_faults(body, named[1], effective)
    decided = body.decisions.get(named[1])
    if decided is not None and body.sittings[decided.sitting].start < key.revoked_at:
        yield "same-hand", expected, f"{authority}, taken before"


def another_organisation(stream: str, known: Collection[str]) -> Iterator[Fault]:
    """Find a rule book of another organisation than those before it, whose clauses would pass for the rules."""
    if known and stream not in known:
        yield "another-organisation", " or ".join(known), stream


def require_safeguards(record: Record, command: Command, act: Act, governing: str) -> dict[str, int]:
    """Refuse what no office may do alone; give the streams read.

    Raises:
        RefusedError: `own-power`, `same-hand`, `another-organisation`; of a decision that an authority names,
            `unknown-decision`, `inquorate`, `decision-not-carried`.
    """
    faults: Iterator[Fault] = iter(())
    reads = {}
    match command:
        case DelegatePower():
            faults = own_power(command.office, act.actor)
        case EnrolKey():
            key, body = OfficerKey(f"key/{command.officer}"), body_stream(governing)
            key = fold(key, (event for _, event in record.stream(key.stream)))
            body = fold(body, (event for _, event in record.stream(body.stream)))
            reads = {key.stream: key.version, body.stream: body.version}
            faults = same_hand(key, act.actor, act.effective, act.authority, governing, body)
        case AdoptRuleBook():
            known = record.streams_of(RuleBookAdopted.model_fields["type"].default, RULE_BOOKS)
            faults = another_organisation(f"{RULE_BOOKS}{command.organisation}", dict.fromkeys(known))
    for code, expected, found in faults:
        remedy = REMEDIES.get(code, "Name a decision that was carried")
        raise refused(code, f"{command.verb} by {act.actor}", expected, found, remedy)
    return reads
