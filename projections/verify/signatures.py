"""The check of signatures: each is of the command that its events come from, by the key of the office that acted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ledger.decision import DECISIONS, Command
from ledger.errors import RefusedError
from ledger.event import Event
from ledger.leaf import CANONICAL
from ledger.streams.admission import AdmitApplication
from ledger.streams.applying import ReceiveApplication, WithdrawApplication
from ledger.streams.batch import WithdrawPapers
from ledger.streams.cure import InviteCure, LapseApplication, LapseCure, SupplyCure
from ledger.streams.discipline import ExpelMember, LiftSuspension, ReadmitMember, SuspendMember
from ledger.streams.entries import AddEntry
from ledger.streams.entry_changes import AmendEntry, RemoveEntry, RestoreEntry
from ledger.streams.founding import FoundLedger, LedgerFounded
from ledger.streams.hand_check import CheckApplication
from ledger.streams.key import OfficerKey, is_signed
from ledger.streams.membership_change import CeaseOffice, ChangeMembership, HoldOffice
from ledger.streams.merge import MergePersons, UndoMerge
from ledger.streams.paper import ReadPapers
from ledger.streams.paper_handling import CancelPaper, IssuePaper, ReissuePaper
from ledger.streams.payment import RetainFee
from ledger.streams.person import OrderErasure, RecordPerson
from ledger.streams.referral import ClearReferral, ReferApplication
from ledger.streams.signature import CommandSignedWithheld, Signed, differences, signed_text
from projections.verify.finding import Finding
from projections.verify.runs import CLOSES, OPENS, Before, Run
from projections.verify.verbs import must_be_signed, verbs_of

Body = Mapping[str, Any]
NAMED_BY_STREAM: Mapping[type[Command], str] = {  # fields that no event says, but the end of its stream's name
    **dict.fromkeys((CancelPaper, IssuePaper, ReissuePaper), "person"),
    **dict.fromkeys((ReceiveApplication, WithdrawApplication, ReferApplication, ClearReferral), "application"),
    **dict.fromkeys((InviteCure, SupplyCure, LapseCure, LapseApplication, AdmitApplication, RetainFee), "application"),
    CheckApplication: "application",
    **dict.fromkeys((CeaseOffice, ChangeMembership, HoldOffice), "person"),
    **dict.fromkeys((ExpelMember, LiftSuspension, ReadmitMember, SuspendMember), "person"),
    **dict.fromkeys((MergePersons, UndoMerge), "dropped"),
    **dict.fromkeys((AddEntry, AmendEntry, RemoveEntry, RestoreEntry), "person"),
    OrderErasure: "person",
    ReadPapers: "serial",
    RecordPerson: "person",
    WithdrawPapers: "serial",
}


def check_signatures(origin: str, run: Run, before: Before, opened: dict[str, Body]) -> Iterator[Finding]:
    """A4: what one command led to, in a founded ledger.

    Args:
        before: what stood before the command.
        opened: command -> body of those that opened a batch, which their closing needs; gone on with here.
    """
    said: Body | None = None
    for position, signed in run.signatures:
        body = _body_of(signed)
        if body is None:
            expected = "a command of a verb of this program, in canonical JSON"
            yield _finding("body-malformed", position, signed, expected, signed.body)
            continue
        yield from _check_key(origin, position, signed, _key_in_force(run, before, signed.actor))
        if said is not None or not run.events:
            yield _finding("signature-alone", position, signed, "one signature of what the command led to", "another")
        if any(event.restricted for _, event in run.events) != isinstance(signed, CommandSignedWithheld):
            expected = "a signature withheld just where what it signs is"
            yield _finding("wrong-audience", position, signed, expected, signed.type)
        said = body
        if any(isinstance(event, OPENS) for _, event in run.events):
            opened[str(signed.command)] = body
    yield from _check_events(run, said, opened)


def _finding(code: str, position: int, event: Event, expected: str, found: str) -> Finding:
    return Finding("A4", code, position, event.stream, expected, found)


def _body_of(signed: Signed) -> Body | None:
    """Read what was signed; None where no program of ours writes it so."""
    try:
        body = json.loads(signed.body)
        canonical = json.dumps(body, **CANONICAL)
    except (ValueError, RecursionError):
        return None
    if canonical != signed.body or not isinstance(body, dict) or signed.verb not in DECISIONS:
        return None
    return body if (body.get("verb"), body.get("actor")) == (signed.verb, signed.actor) else None


def _key_in_force(run: Run, before: Before, actor: str) -> OfficerKey:
    """Give the key of an office as the command was given; a founding brings its own."""
    for _, event in run.events:
        if isinstance(event, LedgerFounded):
            named = (officer.key for officer in event.officers if officer.office == actor)
            return replace(before.key(actor), key=next(named, ""))
    return before.key(actor)


def _check_key(origin: str, position: int, signed: Signed, held: OfficerKey) -> Iterator[Finding]:
    key = held.key
    if signed.key != key:
        code = "key-revoked" if signed.key in held.used else "bad-signature"
        yield _finding(
            code, position, signed, f"one by the key in force, {key or 'of which there is none'}", signed.key
        )
        return
    try:
        good = is_signed(key, signed_text(origin, str(signed.command), signed.actor, signed.body), signed.signature)
    except RefusedError:  # the key itself is at fault, which is a finding of its own
        good = False
    if not good:
        expected = f"the signature of {signed.actor} over command {signed.command} on {origin}"
        yield _finding("bad-signature", position, signed, expected, signed.signature)


def _check_events(run: Run, said: Body | None, opened: Mapping[str, Body]) -> Iterator[Finding]:
    for number, (position, event) in enumerate(run.events):
        body = said or (opened.get(str(event.command)) if isinstance(event, CLOSES) else None)
        if body is None:
            if must_be_signed(event.type):
                expected = f"the signature of {event.actor}, beside it"
                yield _finding("unsigned", position, event, expected, "none")
            continue
        kind = DECISIONS[body["verb"]].command
        if body["verb"] not in verbs_of(event.type):
            expected = f"what comes of {body['verb']}, as was signed"
            yield _finding("not-as-signed", position, event, expected, event.type)
        elif number and kind.signed and kind is not FoundLedger and not isinstance(event, CLOSES):
            yield _finding("not-as-signed", position, event, f"one event of a command {body['verb']}", "one more")
        for field, wanted, found in differences(kind, body, event):
            yield _finding("not-as-signed", position, event, f"{field} {wanted!r:.200}", f"{found!r:.200}")
        name, found_name = NAMED_BY_STREAM.get(kind, ""), event.stream.rpartition("/")[2]
        if name and found_name != body.get(name):
            yield _finding("not-as-signed", position, event, f"{name} {body.get(name)!r:.80}", found_name)
