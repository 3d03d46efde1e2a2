"""What is told of the founding, delegations and signatures; see `words.tells`."""

from __future__ import annotations

from ledger.streams.founding import LedgerFounded
from ledger.streams.office import DelegationRevoked, PowerDelegated
from ledger.streams.signature import CommandSigned, CommandSignedWithheld
from projections.story.words import Names, Sentences, counted, listed, quoted, short, tells, when

KEPT = {
    "live": "It is kept live: recorded as things happen, so that no step that is past is set or varied.",
    "transcript": "It is a transcript of what was held earlier: each act is judged by when it took effect.",
}
ENDED_FOR = {
    "withdrawn": "withdrawn",
    "superseded": "superseded by another",
    "left-office": "ended as its holder left office",
}


@tells(LedgerFounded)
def _(event: LedgerFounded, _names: Names) -> Sentences:
    offices = listed([officer.office for officer in event.officers])
    under = f" under clause {short(event.clause)}" if event.clause else ""
    return (
        f"founded this ledger{under}, {quoted(event.title)}, in the name of {event.governing_body}",
        f"It begins with {counted(len(event.officers), 'officer')}, each with a key: {offices}.",
        KEPT[event.kept],
        "From here on nobody acts without a delegation, and what decides the result is signed.",
    )


@tells(PowerDelegated)
def _(event: PowerDelegated, _names: Names) -> Sentences:
    decided = f", by decision {event.decision} of {event.body}" if event.decision else f", in the name of {event.body}"
    under = f", under clause {short(event.clause)}" if event.clause else ""
    powers = "all powers" if "all" in event.powers else f"the powers {listed(event.powers)}"
    scope = [f"election {event.election}"] if event.election else []
    scope += [f"contest {event.contest}"] if event.contest else []
    term = f"It is in force from {when(event.since)}" + (f" until {when(event.until)}." if event.until else ".")
    return (
        f"gave the {event.office} {powers}{decided}{under}: delegation {event.number}",
        f"It is for {' and '.join(scope)} alone." if scope else "It is for all elections.",
        term,
        *(["The office may pass it on."] if event.pass_on else []),
    )


@tells(DelegationRevoked)
def _(event: DelegationRevoked, _names: Names) -> Sentences:
    by = f"by decision {event.decision} of {event.body}" if event.decision else f"in the name of {event.body}"
    under = f", under clause {short(event.clause)}" if event.clause else ""
    ended = f"delegation {event.number} of the {event.office} was {ENDED_FOR[event.reason]}"
    return (f"recorded, {by}{under}, that {ended}", "What was done under it before stands.")


@tells(CommandSigned)
def _(event: CommandSigned, _names: Names) -> Sentences:
    return _signed(event.verb, event.key)


@tells(CommandSignedWithheld)
def _(event: CommandSignedWithheld, _names: Names) -> Sentences:
    return _signed(event.verb, event.key)


def _signed(verb: str, key: str) -> Sentences:
    return (f"signed the command {verb}", f"The key is {quoted('+'.join(key.split('+')[:2]))}.")
