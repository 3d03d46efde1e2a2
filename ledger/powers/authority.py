"""Authority at the desk: in a founded ledger every command needs a delegation of its office, and some a signature.

The desk asks twice: `authorise` before a decision, and `sign` once it is known what the decision leads to. Both read a
few short streams, whose versions guard the append, so that a power or a key that is revoked meanwhile is found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ledger.decision import Act, Command, Outcome, Unchanged, fold
from ledger.errors import RefusedError, refused
from ledger.powers.clauses import authority_under, require_basis, require_clauses
from ledger.powers.recusal import require_recusal
from ledger.powers.safeguards import require_safeguards
from ledger.record import Record
from ledger.streams.founding import FoundLedger, founding_stream
from ledger.streams.key import OfficerKey, is_signed
from ledger.streams.office import (
    CLAUSE,
    DELEGATION,
    Asked,
    Office,
    PowerDelegated,
    asked_by,
    covers_power,
    delegation_says,
    office_stream,
)
from ledger.streams.person import ConfirmErasure
from ledger.streams.signature import Signature, Signed, is_of, signature_stream, signed_body, signed_event, signed_text
from ledger.streams.timely import require_timely

Sign = Callable[[str, bytes], Signature | None]  # office and text -> its signature, if its key is at hand
UNDER_THE_FOUNDING = "the founding"
CONTESTS = ("contest", "nominations")  # kinds of stream whose events name the election of a contest


def no_keys(_office: str, _text: bytes) -> None:
    """Sign nothing."""


@dataclass(frozen=True, slots=True)
class Warrant:
    """What a command is given under.

    Attributes:
        act: with its authority filled in.
        founded: whether signatures are asked for.
        until: first moment at which the delegation is not in force any more; empty if there is none.
        reads: streams read, and their versions.
        unchanged: what may not be recorded meanwhile, if anything.
    """

    act: Act
    founded: bool = False
    until: str = ""
    reads: dict[str, int] = field(default_factory=dict)
    unchanged: Unchanged | None = None


def authorise(record: Record, command: Command, act: Act) -> Warrant:
    """Find the delegation under which an office may give a command.

    Raises:
        RefusedError: `unknown-clause`, `clause-not-in-force`: of a clause that it rests on; `conflict`;
            `founding-first`; `dated-back`, of an act on a case; `no-authority`, naming what is missing; what
            `require_safeguards` and `require_basis` raise.
    """
    founding = founding_stream()
    if isinstance(command, FoundLedger):
        return Warrant(replace(act, authority=act.authority or UNDER_THE_FOUNDING), founded=True)
    founding = fold(founding, (event for _, event in record.stream(founding.stream)))
    reads = {founding.stream: founding.version} | require_clauses(record, command, act)
    reads |= require_recusal(record, command, act)
    if not founding.exists:
        _require_beginning(record, command, act)
        return Warrant(act, reads=reads)
    if isinstance(command, ConfirmErasure):  # what was ordered with authority is carried out, whoever is in office
        return Warrant(act, founded=True, reads=reads)
    require_timely(founding, command.verb, act)
    office = office_stream(act.actor)
    office = fold(office, (event for _, event in record.stream(office.stream)))
    asked = asked_by(command)
    moments = (act.effective, act.now)
    held = office.all_of(asked, moments, lambda: election_of(record, asked.contest or ""))
    named = act.authority if act.authority and DELEGATION.fullmatch(act.authority) else None
    fitting = [each for each in held if named is None or named in _names(each)]
    if not fitting:
        raise _missing(office, asked, act, founding.governing_body)
    given = next((each for each in fitting if each.clause), fitting[0])
    reads |= require_safeguards(record, command, act, founding.governing_body)
    books, unchanged = require_basis(record, command, act, given)
    act = replace(act, authority=authority_under(given, command, None if named else act.authority))
    reads |= books | {office.stream: office.version}
    return Warrant(act, True, office.end_of(given) or "", reads, unchanged)


def _names(given: PowerDelegated) -> tuple[str, str]:
    """Give what a delegation may be called where it is named: as it is written, or short of its clause."""
    said = delegation_says(given)
    return said, said.partition(CLAUSE)[0]


def _require_beginning(record: Record, command: Command, act: Act) -> None:
    """Refuse another first event than the founding, unless the ledger was made to do without (`founding-first`)."""
    if not act.size and record.begins_with_founding:
        remedy = (
            "Record it with: pollbook found FILE --keys DIR; or make another ledger with: pollbook init --unfounded"
        )
        raise refused("founding-first", "the first event", "the founding", f"{command.verb} by {act.actor}", remedy)


def election_of(record: Record, contest: str) -> str | None:
    """Give the election of a contest, as far as it is on record."""
    for kind in CONTESTS:
        for _, event in record.stream(f"{kind}/{contest}"):
            election = getattr(event, "election", None)
            if isinstance(election, str):
                return election
    return None


def _missing(office: Office, asked: Asked, act: Act, governing: str) -> RefusedError:
    """Say which delegation is missing, and what there is in its place."""
    about = f" for contest {asked.contest}" if asked.contest else f" for election {asked.election}"
    scope = about if asked.contest or asked.election else ""
    when = act.effective if act.effective == act.now else f"{act.effective} and {act.now}"
    expected = f"a delegation of {asked.verb}, {asked.room} or all to {office.id}{scope}, in force at {when}"
    of_it = [given for given in office.given if covers_power(given, asked)]
    if not of_it:
        found = "; ".join(f"{delegation_says(each)}: {', '.join(each.powers)}" for each in office.given) or "none"
    else:
        found = "; ".join(f"{delegation_says(each)}{_extent(office, each)}" for each in of_it)
    remedy = f"Whoever acts for {governing} can give it: delegate-power (see: pollbook offices)"
    return refused("no-authority", f"{asked.verb} by {office.id}", expected, found, remedy)


def _extent(office: Office, given: PowerDelegated) -> str:
    """Say how far a delegation goes: for what, from when, until when."""
    scope = f" for contest {given.contest}" if given.contest else f" for election {given.election}"
    end = office.end_of(given)
    until = f" until {end}" if end else ""
    return (scope if given.contest or given.election else "") + f" from {given.since}{until}"


def sign(
    record: Record, command: Command, warrant: Warrant, outcome: Outcome, signer: Sign
) -> tuple[Signed | None, dict[str, int]]:
    """Have a command signed, if the ledger is founded and the key of its office is at hand.

    Returns:
        The event that keeps the signature, None where there is nothing to keep; and the streams read.

    Raises:
        RefusedError: `unsigned`, `key-revoked`, `bad-signature`, `idempotency-conflict`.
    """
    act = warrant.act
    if not warrant.founded or isinstance(command, ConfirmErasure) or not (outcome.events or outcome.batch):
        return None, {}
    text = signed_text(act.origin, act.command or "", act.actor, signed_body(command, act))
    held = _key_of(record, command, act.actor)
    if not (held.key or held.used or command.signed):  # a key that is made is not enrolled yet
        return None, {held.stream: 0}
    signature = signer(act.actor, text)
    where = f"{command.verb} by {act.actor}"
    if signature is None:
        if not command.signed:
            return None, {}
        remedy = "Name the folder that has its key: --keys DIR, or POLLBOOK_KEYS"
        raise refused("unsigned", where, f"the signature of {act.actor}", "none", remedy)
    _require_good(signature, held, text, where)
    return _kept(record, command, act, signature, outcome), {held.stream: held.version} if held.version else {}


def _require_good(signature: Signature, held: OfficerKey, text: bytes, where: str) -> None:
    """Refuse a signature by another key than the office's in force, or over another text."""
    if signature.key in held.used and signature.key != held.key:
        remedy = "Sign with the key in force, or enrol a new one: enrol-key"
        found = f"one revoked or replaced, {signature.key}"
        raise refused("key-revoked", where, held.key or "a key in force", found, remedy)
    if signature.key != held.key or not is_signed(held.key, text, signature.data):
        expected = f"a signature by {held.key or 'a key enrolled for the office'}"
        remedy = "Sign with the key that is on record: pollbook offices shows it"
        remedy = remedy if held.key else "Enrol it first: enrol-key, by an office with the power key"
        raise refused("bad-signature", where, expected, f"another, by {signature.key}", remedy)


def _key_of(record: Record, command: Command, actor: str) -> OfficerKey:
    """Give the key of the office that acts; the founding brings its own."""
    held = OfficerKey(f"key/{actor}")
    if isinstance(command, FoundLedger):
        return replace(held, key=next(each.key for each in command.officers if each.office == actor))
    return fold(held, (event for _, event in record.stream(held.stream)))


def _kept(record: Record, command: Command, act: Act, signature: Signature, outcome: Outcome) -> Signed | None:
    """Make the event of a signature, unless a batch that goes on was opened with it."""
    state = signature_stream(act.command or "")
    state = fold(state, (event for _, event in record.stream(state.stream)))
    if not state.exists:
        return signed_event(act, command, signature, outcome)
    if not is_of(state.body, command, act.actor):
        remedy = "Give another command its own id"
        raise refused(
            "idempotency-conflict", f"command {act.command}", "the body it was signed with", "another", remedy
        )
    return None
